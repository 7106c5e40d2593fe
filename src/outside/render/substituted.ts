import { substitute } from '../../model/envsubst.ts'
import type { Variable } from '../../model/envsubst.ts'
import type { Json } from '../../model/json.ts'
import { isObject } from '../../model/json.ts'
import type { CommonMetadata, Substitution } from '../../model/overlay.ts'
import { metadataText, refKey, refOf, showRef } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { RenderResult, RenderedObject } from '../../flow/ports.ts'

const SWITCH = 'kustomize.toolkit.fluxcd.io/substitute'
const NAME = /^[_A-Za-z][_A-Za-z0-9]*$/

/** One object as kustomize printed it. */
export interface ReadDocument { readonly text: string, readonly object: KubernetesObject }

/** Puts the variables into what kustomize printed, object by object, as kustomize-controller does (fluxcd/pkg `kustomize_varsub.go`). */
export function substituted(documents: readonly ReadDocument[], rules: Substitution, parse: (text: string) => KubernetesObject | null): RenderResult {
  const wrong = rules.sources.flatMap(source => Object.keys(source.values ?? {})).find(name => !NAME.test(name))
  if (wrong !== undefined) return { ok: false, message: `post build failed: '${wrong}' is no name of a variable.` }
  if (!rules.always && rules.sources.every(source => source.values !== null && Object.keys(source.values).length === 0)) return { ok: true, objects: documents.map(({ object }) => ({ object, origin: null })) }
  const variable = lookUp(rules)
  const objects: RenderedObject[] = []
  const known = new Set<string>()
  for (const { text, object } of documents) {
    const one = substitutedObject({ text, object, parse, variable })
    if ('ok' in one) return one
    const key = refKey(refOf(one.object))
    if (known.has(key)) return { ok: false, message: `post build failed: ${showRef(refOf(one.object))} is there twice once variables are put in.` }
    known.add(key)
    objects.push(one)
  }
  return { ok: true, objects }
}

interface One extends ReadDocument { readonly parse: (text: string) => KubernetesObject | null, readonly variable: (name: string) => Variable }

function substitutedObject({ text, object, parse, variable }: One): RenderedObject | Extract<RenderResult, { ok: false }> {
  const off = metadataText(object, 'labels', SWITCH) === 'disabled' || metadataText(object, 'annotations', SWITCH) === 'disabled'
  if (off || !text.includes('$')) return { object, origin: null }
  const result = substitute(text, variable)
  const failed = (message: string): Extract<RenderResult, { ok: false }> => ({ ok: false, message: `post build failed for ${showRef(refOf(object))}: ${message}.`, blocked: { code: 'TEMPLATE', at: showRef(refOf(object)) } })
  if (!result.ok) return failed(result.message)
  if (result.text === text && result.unresolved.length === 0) return { object, origin: null }
  const after = parse(result.text)
  if (after === null) return failed('what comes out is no Kubernetes object')
  return { object: after, origin: null, template: object, ...result.unresolved.length === 0 ? {} : { unresolved: result.unresolved } }
}

/** The last source that has a variable decides; where one that nobody can see comes after, nobody knows. Line breaks go. */
function lookUp({ sources }: Substitution): (name: string) => Variable {
  return name => {
    for (const { values } of sources.toReversed()) {
      if (values === null) return { kind: 'unknown' }
      if (!Object.hasOwn(values, name)) continue
      const value = values[name]
      return value === null || value === undefined ? { kind: 'unknown' } : { kind: 'value', text: value.replaceAll('\n', '') }
    }
    return { kind: 'unset' }
  }
}

/** Sets labels and annotations on every object, over those of the same key (fluxcd/pkg `ssa/utils` SetCommonMetadata). */
export function withMetadata(result: RenderResult, metadata: CommonMetadata | undefined): RenderResult {
  if (metadata === undefined || !result.ok) return result
  return { ok: true, objects: result.objects.map(one => ({ ...one, object: marked(one.object, metadata) })) }
}

function marked(object: KubernetesObject, { labels, annotations }: CommonMetadata): KubernetesObject {
  const laid = (key: 'labels' | 'annotations', more: Readonly<Record<string, string>>): Readonly<Record<string, Json>> => {
    const there = object.metadata[key]
    const all = { ...isObject(there) ? there : {}, ...more }
    return Object.keys(all).length === 0 ? {} : { [key]: all }
  }
  return { ...object, metadata: { ...object.metadata, ...laid('labels', labels), ...laid('annotations', annotations) } }
}

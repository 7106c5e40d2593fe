import { isList, isObject, textAt, valueAt } from '../../../model/json.ts'
import type { Json, JsonObject } from '../../../model/json.ts'
import type { CommonMetadata, KustomizeOverlay, Substitution, VariableSource } from '../../../model/overlay.ts'
import type { RenderRules } from '../../../model/owner.ts'
import { unhonouredKey } from '../../../model/spec-keys.ts'
import type { SpecKeys } from '../../../model/spec-keys.ts'
import { unsupported } from '../read-result.ts'
import type { Obstacle } from '../read-result.ts'

/** What a Kustomization's spec does to what is built, or the first part of it that kustomize-controller would not take. */
export type Overlaid = { readonly ok: true, readonly rules: Pick<RenderRules, 'kustomize' | 'substitute' | 'metadata'> } | { readonly ok: false, readonly obstacle: Obstacle }

const SELECTOR: SpecKeys = { known: ['group', 'version', 'kind', 'name', 'namespace', 'labelSelector', 'annotationSelector'], off: [] }
const PATCH: SpecKeys = { known: ['patch', 'target'], off: [] }
const IMAGE: SpecKeys = { known: ['name', 'newName', 'newTag', 'digest'], off: [] }
const POST_BUILD: SpecKeys = { known: ['substitute', 'substituteFrom', 'substituteStrategy'], off: [] }
const REFERENCE: SpecKeys = { known: ['kind', 'name', 'optional'], off: [] }
const METADATA: SpecKeys = { known: ['labels', 'annotations'], off: [] }
const WRONG = 'which is not of the form that Flux takes'
class NotTaken extends Error {
  readonly path: string
  readonly because: string
  constructor(path: string, because = WRONG) { super(path); this.path = path; this.because = because }
}

/** Reads patches, images, components, prefixes, namespace, postBuild and commonMetadata (argocd-flux.md 2). */
export function kustomizationOverlay(kustomization: JsonObject): Overlaid {
  const spec = valueAt(kustomization, 'spec')
  try {
    refuseDropped(kustomization, spec)
    const overlay: KustomizeOverlay = { by: 'flux', ...present({
      namespace: word(spec, 'targetNamespace'), namePrefix: word(spec, 'namePrefix'), nameSuffix: word(spec, 'nameSuffix'),
      images: images(spec), patches: patches(spec), components: texts(spec, 'components'), buildMetadata: buildMetadata(spec),
      patchesStrategicMerge: objects(spec, 'patchesStrategicMerge', () => true), patchesJson6902: objects(spec, 'patchesJson6902', item => isList(item['patch']) && isSelector(item['target'])),
      ignoreMissingComponents: valueAt(spec, 'ignoreMissingComponents') === true ? true : undefined,
    }) }
    return { ok: true, rules: present({ kustomize: Object.keys(overlay).length === 1 ? undefined : overlay, substitute: substitution(spec), metadata: metadata(spec) }) }
  } catch (error) {
    if (error instanceof NotTaken) return { ok: false, obstacle: unsupported(error.path, error.because) }
    throw error
  }
}

/** The v1 API knows no patchesStrategicMerge and patchesJson6902: the API server takes them away. */
function refuseDropped(kustomization: JsonObject, spec: Json | undefined): void {
  const v1 = !/\/v\d+(?:alpha|beta)\d+$/.test(textAt(kustomization, 'apiVersion') ?? '')
  const dropped = ['patchesStrategicMerge', 'patchesJson6902'].find(key => !isEmpty(valueAt(spec, key)))
  if (v1 && dropped !== undefined) throw new NotTaken(`spec.${dropped}`, `which ${textAt(kustomization, 'apiVersion') ?? 'its API version'} does not have, so that the API server drops it`)
}

function present<T extends object>(parts: { readonly [K in keyof T]: T[K] | undefined }): Partial<T> {
  return Object.fromEntries(Object.entries(parts).filter(([, value]) => value !== undefined)) as Partial<T>
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || (isList(value) && value.length === 0)
}

function word(spec: Json | undefined, key: string): string | undefined {
  const value = valueAt(spec, key)
  if (isEmpty(value) || value === '') return undefined
  if (typeof value !== 'string') throw new NotTaken(`spec.${key}`)
  return value
}

function listAt(spec: Json | undefined, key: string): readonly Json[] | undefined {
  const value = valueAt(spec, key)
  if (isEmpty(value)) return undefined
  if (!isList(value)) throw new NotTaken(`spec.${key}`)
  return value
}

function texts(spec: Json | undefined, key: string): readonly string[] | undefined {
  return listAt(spec, key)?.map((item, i) => {
    if (typeof item !== 'string') throw new NotTaken(`spec.${key}[${i}]`)
    return item
  })
}

function objects(spec: Json | undefined, key: string, fits: (item: JsonObject) => boolean): readonly JsonObject[] | undefined {
  return listAt(spec, key)?.map((item, i) => {
    if (!isObject(item) || !fits(item)) throw new NotTaken(`spec.${key}[${i}]`)
    return item
  })
}

function images(spec: Json | undefined): KustomizeOverlay['images'] | undefined {
  return objects(spec, 'images', item => unhonouredKey(item, '', IMAGE) === null && Object.values(item).every(value => typeof value === 'string') && item['name'] !== undefined)?.map(item => {
    const part = (key: string): string | undefined => textAt(item, key) || undefined
    return { name: textAt(item, 'name') ?? '', ...present({ newName: part('newName'), newTag: part('newTag'), digest: part('digest') }) }
  })
}

function patches(spec: Json | undefined): readonly JsonObject[] | undefined {
  return objects(spec, 'patches', item => unhonouredKey(item, '', PATCH) === null && typeof item['patch'] === 'string' && (isEmpty(item['target']) || isSelector(item['target'])))
}

function isSelector(target: Json | undefined): boolean {
  return isObject(target) && unhonouredKey(target, '', SELECTOR) === null && Object.values(target).every(value => typeof value === 'string')
}

function buildMetadata(spec: Json | undefined): readonly string[] | undefined {
  const found = texts(spec, 'buildMetadata')
  const strange = found?.findIndex(one => one !== 'originAnnotations' && one !== 'transformerAnnotations') ?? -1
  if (strange >= 0) throw new NotTaken(`spec.buildMetadata[${strange}]`)
  return found
}

function words(of: Json | undefined, path: string): Readonly<Record<string, string>> | undefined {
  if (of === undefined || of === null) return undefined
  if (!isObject(of)) throw new NotTaken(path)
  return Object.fromEntries(Object.entries(of).map(([key, value]) => {
    if (typeof value !== 'string') throw new NotTaken(`${path}.${key}`, 'which is no text')
    return [key, value]
  }))
}

function metadata(spec: Json | undefined): CommonMetadata | undefined {
  const common = valueAt(spec, 'commonMetadata')
  const strange = unhonouredKey(common, 'spec.commonMetadata', METADATA)
  if (strange !== null) throw new NotTaken(strange, 'which this version does not honour')
  const [labels, annotations] = [words(valueAt(common, 'labels'), 'spec.commonMetadata.labels'), words(valueAt(common, 'annotations'), 'spec.commonMetadata.annotations')]
  return labels === undefined && annotations === undefined ? undefined : { labels: labels ?? {}, annotations: annotations ?? {} }
}

/** Inline values come last: they win. What ConfigMaps and Secrets hold is for others to find out. */
function substitution(spec: Json | undefined): Substitution | undefined {
  const post = valueAt(spec, 'postBuild')
  if (post === undefined || post === null) return undefined
  const strange = unhonouredKey(post, 'spec.postBuild', POST_BUILD)
  if (strange !== null) throw new NotTaken(strange, 'which this version does not honour')
  const references = objects(post, 'substituteFrom', item => unhonouredKey(item, '', REFERENCE) === null && typeof item['name'] === 'string' && (item['kind'] === 'ConfigMap' || item['kind'] === 'Secret')) ?? []
  const inline = words(valueAt(post, 'substitute'), 'spec.postBuild.substitute')
  return {
    always: textAt(post, 'substituteStrategy') === 'Always',
    sources: [
      ...references.map((item): VariableSource => ({ kind: item['kind'] === 'Secret' ? 'Secret' : 'ConfigMap', name: textAt(item, 'name') ?? '', optional: item['optional'] === true, values: null })),
      ...inline === undefined ? [] : [{ kind: 'inline' as const, name: 'spec.postBuild.substitute', optional: false, values: inline }],
    ],
  }
}

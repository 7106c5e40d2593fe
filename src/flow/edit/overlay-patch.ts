import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, sameJson } from '../../model/json.ts'
import type { ObjectRef } from '../../model/resource.ts'
import { documentLines } from './block-lines.ts'
import { jsonPatch } from './json-patch.ts'
import { additionTo } from './kustomize-entries.ts'
import type { KustomizationText } from './kustomize-entries.ts'
import type { Look, Sought } from './look.ts'
import { candidateOf } from './look.ts'
import { shapeOf } from './shape.ts'
import type { Shape } from './shape.ts'
import { jsonOf, readSource } from './source.ts'
import type { Source } from './source.ts'
import { stageNames } from './stage.ts'
import type { StageName } from './stage.ts'
import { mergesByName, strategicMerge } from './strategic-merge.ts'

/** The asked path's own kustomization, with its text. */
export interface Home extends KustomizationText { readonly source: Source }

/** The two forms of a patch. */
type PatchForm = 'strategic merge' | 'JSON6902'

/**
 * New inline patches with a full target, the form that survives changes of the base first (DESIGN.md section 5), and at last a transformer, which comes
 * after all that the kustomization itself does. Which spelling of the target is right, the render says.
 */
export function newPatchLooks(home: Home, { sought, declared, late }: { readonly sought: Sought, readonly declared: readonly StageName[], readonly late: boolean }): readonly Look[] {
  const forms = formsOf(sought)
  const shape = shapeOf(home.source, home.document)
  const names = late ? [] : stageNames(home.value, sought.target, declared)
  const [first, ...others] = names
  const tries = first === undefined ? [] : [...forms.map(form => ({ form, name: first })), ...others.flatMap(name => forms.slice(0, 1).map(form => ({ form, name })))]
  const patches = tries.flatMap(({ form, name }) => {
    const patch = patchValue(sought, { form, name: name.name })
    if (patch === null) return []
    const entry = { target: targetOf(sought, name), patch: textOf(patch, shape) }
    return [candidateOf({ file: home.path, what: `new inline patch (${form})`, depth: home.depth, layer: 1, tier: 'added' }, [additionTo(home, 'patches', entry)])]
  })
  return [...patches, ...forms.flatMap(form => transformerLook(home, sought, form) ?? [])]
}

function formsOf(sought: Sought): readonly PatchForm[] {
  return mergesByName(sought) ? ['strategic merge', 'JSON6902'] : ['JSON6902']
}

function patchValue(sought: Sought, { form, name }: { readonly form: PatchForm, readonly name: string }): Json | null {
  return form === 'JSON6902' ? jsonPatch(sought) : strategicMerge(sought, name)
}

/** An inline PatchTransformer: what `images:`, `labels:` and the like of the same kustomization set is set before it. */
function transformerLook(home: Home, sought: Sought, form: PatchForm): Look | null {
  const { target } = sought
  const shape = shapeOf(home.source, home.document)
  const patch = patchValue(sought, { form, name: target.name })
  if (patch === null) return null
  const transformer = { apiVersion: 'builtin', kind: 'PatchTransformer', metadata: { name: freeName(home.value, target) }, target: targetOf(sought, target), patch: textOf(patch, shape) }
  return candidateOf({ file: home.path, what: `new transformer (${form})`, depth: home.depth, layer: 0, tier: 'last' }, [additionTo(home, 'transformers', textOf(transformer, shape))])
}

function freeName(kustomization: JsonObject, target: ObjectRef): string {
  const all = JSON.stringify(kustomization['transformers'] ?? null)
  const base = `patch-${target.kind.toLowerCase()}-${target.name.replaceAll(/[^a-z0-9.-]/g, '-')}`
  for (let count = 1; ; count++) {
    const name = count === 1 ? base : `${base}-${count}`
    if (!all.includes(`name: ${name}\\n`) && !all.includes(`"${name}"`)) return name
  }
}

/** Everything that tells the object apart; kustomize reads each as an anchored pattern. */
function targetOf(sought: Sought, { name, namespace }: StageName): JsonObject {
  const { group, version, kind } = sought.target
  return { ...group === '' ? {} : { group }, version, kind, name: literal(name, sought), ...namespace === null ? {} : { namespace } }
}

/** Dots are written as such where another object has a name that differs there. */
function literal(name: string, { target, objects }: Sought): string {
  const pattern = new RegExp(`^${name.replaceAll(/[^\w.-]/g, '\\$&')}$`)
  const names = new Set(objects.filter(({ kind }) => kind === target.kind).flatMap(({ metadata: { name: other } }) => typeof other === 'string' && pattern.test(other) ? [other] : []))
  return names.size > 1 || /[^\w.-]/.test(name) ? name.replaceAll(/[^\w-]/g, '\\$&') : name
}

/** A value as the text of a patch. kustomize takes away line breaks at its end: a block of lines that needs its own must not stand there. */
function textOf(value: Json, shape: Shape): string {
  const lines = (of: Json): string => documentLines(of, isList(of) ? { ...shape, step: 2 } : shape).join('\n')
  const text = lines(value)
  return sameJson(jsonOf(readSource(text))?.[0], value) ? text : lines(endedByWord(value))
}

/** The same with a key of one word last. */
function endedByWord(value: Json): Json {
  if (isList(value)) return value.map(item => endedByWord(item))
  if (!isObject(value)) return value
  const last = value['op'] === undefined ? 'kind' : 'path'
  const { [last]: word, ...rest } = value
  return word === undefined ? value : { ...rest, [last]: word }
}

import { refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import { fieldAt, showPath } from '../../model/field.ts'
import type { Edit, FieldPath, Step } from '../../model/field.ts'
import { isList, isObject, objectsAt, sameJson, textAt } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import type { IgnoredFields } from '../../model/overlay.ts'
import { showOwner } from '../../model/owner.ts'
import type { OwnerRef } from '../../model/owner.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { jqPath } from './jq-path.ts'
import type { JqStep } from './jq-path.ts'

/** What an owner leaves alone on one object, and that object as it renders and as it lives. */
export interface Ignoring {
  readonly owner: OwnerRef
  readonly ignores: readonly IgnoredFields[]
  readonly rendered: KubernetesObject
  /** null where nobody looked. */
  readonly live: KubernetesObject | null
}

/** IGNORED where an asked field is one that the owner never brings to the cluster, UNSUPPORTED where that cannot be told; null otherwise (argocd-flux.md 1.2). */
export function ignoredField(of: Ignoring, edits: readonly Edit[]): Refusal | null {
  for (const entry of of.ignores) {
    for (const { path } of edits) {
      const word = wordOn(of, entry, path)
      if (word === null) continue
      const name = showOwner(of.owner)
      return refuse(word.code, `${name} ${word.code === 'IGNORED' ? 'ignores' : 'may ignore'} ${showPath(path)}: ${word.sentence}.`, [{ sentence: word.sentence, at: `${name} ${entry.at}` }],
        word.code === 'IGNORED' ? `Take the field out of ${entry.at}, or change it with what writes it.` : undefined)
    }
  }
  return null
}

interface Word { readonly code: 'IGNORED' | 'UNSUPPORTED', readonly sentence: string }

function wordOn(of: Ignoring, entry: IgnoredFields, path: FieldPath): Word | null {
  const pointer = entry.pointers.find(one => coversPointer(of, one, path))
  if (pointer !== undefined) return { code: 'IGNORED', sentence: `the entry names ${pointer === '' ? 'the whole object' : pointer}` }
  for (const expression of entry.jqPaths) {
    const steps = jqPath(expression)
    if (steps === null) return { code: 'UNSUPPORTED', sentence: `whether the expression ${expression.slice(0, 200)} covers it is for jq to say` }
    if (coversJq(of, steps, path)) return { code: 'IGNORED', sentence: `the expression ${expression.slice(0, 200)} covers it` }
  }
  return entry.managers.length === 0 ? null : wordOnManagers(of, entry.managers, path)
}

/** True where one of the two leads to or through the other. */
function coversPointer({ rendered, live }: Ignoring, pointer: string, path: FieldPath): boolean {
  const tokens = pointer.split('/').slice(1).map(token => token.replaceAll('~1', '/').replaceAll('~0', '~'))
  return [rendered, live].some(object => object !== null && inIndices(object, path).every((step, i) => {
    const token = tokens[i]
    return token === undefined || step === null || token === step
  }))
}

/** A path with list items by index, as JSON pointers have them; null for an item that the object does not have. */
function inIndices(object: KubernetesObject, path: FieldPath): readonly (string | null)[] {
  return path.map((step, i) => {
    if (typeof step === 'string') return step
    const list = fieldAt(object, path.slice(0, i))
    const at = isList(list) ? list.findIndex(item => isObject(item) && sameJson(item[step.key], step.value)) : -1
    return at < 0 ? null : String(at)
  })
}

function coversJq(of: Ignoring, steps: readonly JqStep[], path: FieldPath): boolean {
  return path.every((step, i) => {
    const wanted = steps[i]
    return wanted === undefined || fitsStep(of, wanted, { path, at: i, step })
  })
}

function fitsStep({ rendered, live }: Ignoring, wanted: JqStep, { path, at, step }: { readonly path: FieldPath, readonly at: number, readonly step: Step }): boolean {
  if (wanted.kind === 'key') return step === wanted.key
  if (wanted.kind === 'each') return true
  if (wanted.kind === 'select' && typeof step === 'object' && step.key === wanted.key) return step.value === wanted.value
  return [rendered, live].some(object => {
    if (object === null) return false
    if (wanted.kind === 'index') { const index = inIndices(object, path.slice(0, at + 1)).at(-1); return index === null || index === String(wanted.index) }
    const item = fieldAt(object, path.slice(0, at + 1))
    return !isObject(item) || sameJson(item[wanted.key], wanted.value)
  })
}

function wordOnManagers({ live }: Ignoring, managers: readonly string[], path: FieldPath): Word | null {
  const entries = objectsAt(live ?? undefined, 'metadata', 'managedFields')
  const shown = managers.join(', ')
  if (entries.length === 0) return { code: 'UNSUPPORTED', sentence: `whether one of the field managers ${shown} owns it only the live object says` }
  const owner = entries.find(entry => managers.includes(textAt(entry, 'manager') ?? '') && owns(entry['fieldsV1'], path))
  return owner === undefined ? null : { code: 'IGNORED', sentence: `the field manager ${textAt(owner, 'manager') ?? ''} owns it` }
}

/** True where a managed-fields set names the path, or something on the way to it whole, or something below it. */
function owns(fields: Json | undefined, path: FieldPath): boolean {
  let here = fields
  for (const step of path) {
    if (!isObject(here)) return false
    const keys = Object.keys(here).filter(key => key !== '.')
    if (keys.length === 0) return true
    const key = keys.find(one => named(one, step))
    if (key === undefined) return false
    here = here[key]
  }
  return isObject(here)
}

/** `f:spec`, `k:{"name":"web"}`, `i:0`. */
function named(key: string, step: Step): boolean {
  if (typeof step === 'string') return key === `f:${step}` || key === `i:${step}`
  if (!key.startsWith('k:')) return false
  const item: unknown = JSON.parse(key.slice(2))
  return isObject(item) && sameJson(item[step.key], step.value)
}

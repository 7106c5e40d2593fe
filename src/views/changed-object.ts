import { showPath } from '../model/field.ts'
import type { FieldChange } from '../model/field.ts'
import type { Json } from '../model/json.ts'
import type { ObjectChange } from '../model/plan.ts'
import { showRef } from '../model/resource.ts'
import { line } from './line.ts'
import type { Line } from './line.ts'

/** A long value says nothing more on a screen than its beginning. */
const LONGEST = 100
/** Of many fields the first tell the story; the JSON has all. */
const MOST = 12

/** One rendered difference: the object, then `path: before → after`. Values of a Secret are never shown. */
export function changedObject(change: ObjectChange): readonly Line[] {
  const secret = isSecret(change)
  const head = { changed: line(showRef(change.object)), added: line(`${showRef(change.object)} (new)`, 'added'), removed: line(`${showRef(change.object)} (removed)`, 'removed') }[change.kind]
  if (change.kind !== 'changed') return [head]
  const fields = change.fields.slice(0, MOST).map(field => line(`  ${showPath(field.path)}: ${secret ? 'changed (not shown)' : values(field)}`))
  const more = change.fields.length > MOST ? [line(`  and ${change.fields.length - MOST} more fields`, 'dim')] : []
  return [head, ...fields, ...more, ...change.reordered.map(path => line(`  ${path}: reordered, which means nothing here`, 'dim'))]
}

/** The same difference for JSON, without what a Secret holds. */
export function withoutSecrets(change: ObjectChange): ObjectChange {
  if (!isSecret(change)) return change
  const hide = (value: Json | undefined): Json | undefined => value === undefined ? undefined : '[not shown]'
  return { ...change, fields: change.fields.map(field => ({ path: field.path, before: hide(field.before), after: hide(field.after) })) }
}

function isSecret(change: ObjectChange): boolean {
  return change.object.group === '' && change.object.kind === 'Secret'
}

function values(field: FieldChange): string {
  if (field.before === undefined) return `${value(field.after)} (new)`
  if (field.after === undefined) return `${value(field.before)} → (removed)`
  return `${value(field.before)} → ${value(field.after)}`
}

function value(of: Json | undefined): string {
  const text = typeof of === 'string' && !/[\n\r]/.test(of) ? of : JSON.stringify(of ?? null)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

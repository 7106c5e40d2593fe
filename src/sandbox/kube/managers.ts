import type { Json, JsonObject } from '../../model/json.ts'
import { canonical, isList, isObject, textAt } from '../../model/json.ts'
import { ApiError } from './api-error.ts'
import type { Cause } from './api-error.ts'
import { difference, fieldsFromJson, fieldsToJson, intersection, isEmpty, NO_FIELDS, pathsOf, union, withoutRoots } from './fields.ts'
import type { Fields } from './fields.ts'
import { asObject, compare, fieldSet, mergeTyped, removeFields, withNamedFields } from './merge.ts'
import type { Schema } from './schema.ts'

/** One entry of metadata.managedFields. */
interface Manager {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource?: string
  readonly time: string
  readonly fields: Fields
}

/** Who writes, and what of the object this way of writing cannot touch. */
export interface Writer {
  readonly manager: string
  readonly apiVersion: string
  readonly subresource?: string
  /** Top-level fields that are reset on this path (`status` on the object itself). */
  readonly ignored: readonly string[]
  readonly schema: Schema
  /** RFC 3339, whole seconds. */
  readonly now: string
}

/** Fields nobody owns. */
const BASE: Fields = {
  own: new Set(['f:apiVersion', 'f:kind', 'f:metadata']),
  kids: new Map([['f:metadata', {
    own: new Set(['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion'].map(name => `f:${name}`)),
    kids: NO_FIELDS.kids,
  }]]),
}

/**
 * The managedFields after an update (anything but an apply): the writer owns what differs from the live object, and whoever
 * owned a changed or removed field loses it. An object that nobody owns stays so.
 */
export function ownersAfterUpdate(live: JsonObject, next: JsonObject, writer: Writer): readonly Json[] {
  const before = readManagers(isList(valueOfManagedFields(next)) && !sameManagers(live, next) ? next : live)
  if (before.length === 0 && textAt(live, 'metadata', 'uid') !== undefined) return []
  const changes = compare(bare(live), bare(next), writer.schema)
  const taken = union(changes.added, changes.modified)
  const left = before.map(entry => ({ ...entry, fields: difference(difference(entry.fields, taken), changes.removed) }))
  const mine = difference(withoutRoots(taken, writer.ignored), BASE)
  return writeManagers(isEmpty(mine) ? left : joined(left, { ...entryOf(writer, 'Update'), fields: mine }))
}

/** The object after a server-side apply of `config`, with its new managedFields. Throws 409 with the conflicts unless forced. */
export function applied(live: JsonObject, config: JsonObject, writer: Writer & { readonly force: boolean }): JsonObject {
  const { schema } = writer
  const entry = entryOf(writer, 'Apply')
  const before = readManagers(live)
  const last = before.find(other => sameManager(other, entry))
  const set = difference(withoutRoots(fieldSet(bare(config), schema), writer.ignored), BASE)
  const others = before.filter(other => !sameManager(other, entry))
  const merged = mergeTyped(bare(live), bare(config), schema) ?? {}
  const pruned = last ? prune(asObject(merged), { last: last.fields, owned: [set, ...others.map(other => other.fields)] }, schema) : merged
  const changes = compare(bare(live), pruned, schema)
  const touched = union(changes.modified, changes.added)
  const conflicts = others.map(other => ({ other, fields: intersection(other.fields, touched) })).filter(item => !isEmpty(item.fields))
  if (conflicts.length > 0 && !writer.force) throw conflictError(conflicts)
  const left = others.map(other => ({ ...other, fields: difference(difference(other.fields, touched), changes.removed) }))
  const managers = isEmpty(set) ? left : [...left, { ...entry, fields: set, time: last && canonical(fieldsToJson(last.fields)) === canonical(fieldsToJson(set)) ? last.time : entry.time }]
  return withManagers(asObject(pruned), writeManagers(managers))
}

/** Removes what the applier set last time, sets no more, and nobody else owns. */
function prune(merged: JsonObject, of: { readonly last: Fields, readonly owned: readonly Fields[] }, schema: Schema): Json {
  const named = (set: Fields): Fields => withNamedFields(set, schema)
  const without = (set: Fields): Json => removeFields(merged, set, schema) ?? {}
  const last = named(of.last)
  const mergedSet = named(fieldSet(merged, schema))
  const owned = named(of.owned.reduce(union, NO_FIELDS))
  const first = named(fieldSet(without(last), schema))
  const second = named(fieldSet(without(difference(mergedSet, union(first, owned))), schema))
  return without(intersection(difference(mergedSet, second), last))
}

function conflictError(conflicts: readonly { readonly other: Manager, readonly fields: Fields }[]): ApiError {
  const groups = [...conflicts].sort((a, b) => compareText(identity(a.other), identity(b.other)))
    .map(({ other, fields }) => ({ title: managerText(other), paths: pathsOf(fields) }))
  const causes: readonly Cause[] = groups.flatMap(({ title, paths }) => paths.map(field => ({ reason: 'FieldManagerConflict', message: `conflict with ${title}`, field })))
  const only = causes[0]
  const message = causes.length === 1 && only
    ? `Apply failed with 1 conflict: ${only.message}: ${only.field}`
    : `Apply failed with ${causes.length} conflicts: ${groups.map(({ title, paths }) => [`conflicts with ${title}:`, ...paths.map(path => `- ${path}`)].join('\n')).join('\n')}`
  return new ApiError(409, message, { details: { causes: causes.map(cause => ({ ...cause })) } })
}

function managerText(manager: Manager): string {
  const name = JSON.stringify(manager.manager) + (manager.subresource ? ` with subresource ${JSON.stringify(manager.subresource)}` : '')
  return manager.operation === 'Update' ? `${name} using ${manager.apiVersion}` : name
}

function entryOf(writer: Writer, operation: 'Apply' | 'Update'): Manager {
  const { manager, apiVersion, subresource, now } = writer
  return { manager, operation, apiVersion, ...(subresource ? { subresource } : {}), time: now, fields: NO_FIELDS }
}

/** An update manager is told apart by its version too, an applier is not. */
function sameManager(a: Manager, b: Manager): boolean {
  return a.manager === b.manager && a.operation === b.operation && a.subresource === b.subresource && (a.operation === 'Apply' || a.apiVersion === b.apiVersion)
}

function joined(managers: readonly Manager[], entry: Manager): readonly Manager[] {
  const known = managers.find(other => sameManager(other, entry))
  if (!known) return [...managers, entry]
  return managers.map(other => other === known ? { ...entry, fields: union(entry.fields, known.fields) } : other)
}

function identity(manager: Manager): string {
  return canonical({ ...manager, fields: null, time: null })
}

function valueOfManagedFields(object: JsonObject): Json | undefined {
  return isObject(object['metadata']) ? object['metadata']['managedFields'] : undefined
}

function sameManagers(a: JsonObject, b: JsonObject): boolean {
  return canonical(valueOfManagedFields(a)) === canonical(valueOfManagedFields(b))
}

function readManagers(object: JsonObject): readonly Manager[] {
  const list = valueOfManagedFields(object)
  return (isList(list) ? list : []).filter(isObject).filter(entry => textAt(entry, 'manager') !== undefined || entry['fieldsV1'] !== undefined).map(entry => {
    const subresource = textAt(entry, 'subresource')
    return {
      manager: textAt(entry, 'manager') ?? '', operation: entry['operation'] === 'Apply' ? 'Apply' : 'Update',
      apiVersion: textAt(entry, 'apiVersion') ?? '', ...(subresource ? { subresource } : {}),
      time: textAt(entry, 'time') ?? '', fields: fieldsFromJson(entry['fieldsV1']),
    }
  })
}

/** Appliers first, then by time, then by name. */
function writeManagers(managers: readonly Manager[]): readonly Json[] {
  const order = (m: Manager): string => `${m.operation}\n${m.time}\n${m.manager}\n${m.apiVersion}\n${m.subresource ?? ''}`
  return managers.filter(entry => !isEmpty(entry.fields)).sort((a, b) => compareText(order(a), order(b))).map(entry => ({
    manager: entry.manager, operation: entry.operation, apiVersion: entry.apiVersion, time: entry.time, fieldsType: 'FieldsV1',
    fieldsV1: fieldsToJson(entry.fields), ...(entry.subresource ? { subresource: entry.subresource } : {}),
  }))
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The object with these managedFields (none: without the key). */
export function withManagers(object: JsonObject, managers: readonly Json[] | undefined): JsonObject {
  const { managedFields: _old, ...metadata } = asObject(object['metadata'])
  return { ...object, metadata: { ...metadata, ...(managers && managers.length > 0 ? { managedFields: managers } : {}) } }
}

function bare(object: JsonObject): JsonObject {
  return withManagers(object, undefined)
}

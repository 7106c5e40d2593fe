import type { Json, JsonObject } from '../../model/json.ts'
import { canonical, isList, objectAt, objectsAt, textAt, valueAt } from '../../model/json.ts'
import { ApiError } from './api-error.ts'
import { difference, fieldsFromJson, fieldsToJson, intersection, pathTexts, union, withoutRoots } from './fields.ts'
import type { Fields } from './fields.ts'
import { compare, fieldSet, mergeTyped, removeFields, withNamedFields } from './merge.ts'
import type { Difference } from './merge.ts'
import type { Schema } from './schema.ts'

/** One entry of metadata.managedFields. */
interface Manager {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly subresource: string
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

const SET_BY_SERVER = ['name', 'namespace', 'creationTimestamp', 'selfLink', 'uid', 'clusterName', 'generation', 'managedFields', 'resourceVersion']
/** Fields nobody owns. */
const BASE = fieldsFromJson({ 'f:apiVersion': {}, 'f:kind': {}, 'f:metadata': { '.': {}, ...Object.fromEntries(SET_BY_SERVER.map(name => [`f:${name}`, {}])) } })

/**
 * The managedFields after an update (anything but an apply): the writer owns what differs from the live object, and whoever
 * owned a changed or removed field loses it. An object that nobody owns stays so.
 */
export function ownersAfterUpdate(live: JsonObject, next: JsonObject, writer: Writer): readonly Json[] {
  const given = valueAt(next, 'metadata', 'managedFields')
  const before = readManagers(isList(given) && canonical(given) !== canonical(valueAt(live, 'metadata', 'managedFields')) ? next : live)
  if (before.length === 0 && textAt(live, 'metadata', 'uid') !== undefined) return []
  const changes = compare([bare(live), bare(next)], writer.schema)
  const left = after(before, changes)
  const entry = entryOf(writer, 'Update', written(changes))
  if (entry.fields.size === 0) return writeManagers(left)
  const known = left.find(other => sameManager(other, entry))
  return writeManagers([...left.filter(other => other !== known), { ...entry, fields: union(entry.fields, known?.fields ?? new Set()) }])
}

/** The object after a server-side apply of `config`, with its new managedFields. Throws 409 with the conflicts unless forced. */
export function applied(live: JsonObject, config: JsonObject, writer: Writer & { readonly force: boolean }): JsonObject {
  const { schema } = writer
  const entry = entryOf(writer, 'Apply', declared(config, schema))
  const before = readManagers(live)
  const last = before.find(other => sameManager(other, entry))
  const others = before.filter(other => other !== last)
  const merged = objectAt(mergeTyped(bare(live), bare(config), schema))
  const pruned = last ? prune(merged, { last: last.fields, owned: [entry, ...others].map(other => other.fields) }, schema) : merged
  const changes = compare([bare(live), pruned], schema)
  const conflicts = others.map(other => ({ ...other, fields: intersection(other.fields, written(changes)) })).filter(other => other.fields.size > 0)
  if (conflicts.length > 0 && !writer.force) throw conflictError(conflicts)
  const unchanged = last && canonical(fieldsToJson(last.fields)) === canonical(fieldsToJson(entry.fields))
  return withManagers(pruned, writeManagers([...after(others, changes), unchanged ? last : entry]))
}

/** The fields a configuration sets. Throws 500 in the server's words where the type cannot hold it. */
function declared(config: JsonObject, schema: Schema): Fields {
  try {
    return new Set(fieldSet(bare(config), schema))
  } catch (error) {
    const [namespace, name] = [textAt(config, 'metadata', 'namespace') ?? '', textAt(config, 'metadata', 'name')]
    throw new ApiError(500, `failed to create typed patch object (${namespace}/${name}; ${textAt(config, 'apiVersion')}, Kind=${textAt(config, 'kind')}): ${error instanceof Error ? error.message : ''}`)
  }
}

/** What a change put there. */
function written(changes: readonly Difference[]): Fields {
  return new Set(changes.filter(change => !change.gone).map(change => change.path))
}

/** What is left to each after a change that is not its own. */
function after(managers: readonly Manager[], changes: readonly Difference[]): readonly Manager[] {
  const touched = new Set(changes.map(change => change.path))
  return managers.map(entry => ({ ...entry, fields: difference(entry.fields, touched) }))
}

/** Removes what the applier set last time, sets no more, and nobody else owns. */
function prune(merged: JsonObject, of: { readonly last: Fields, readonly owned: readonly Fields[] }, schema: Schema): JsonObject {
  const named = (set: Fields): Fields => withNamedFields(set, schema)
  const without = (set: Fields): JsonObject => objectAt(removeFields(merged, set, schema))
  const last = named(of.last)
  const all = (object: JsonObject): Fields => named(new Set(fieldSet(object, schema)))
  const mergedSet = all(merged)
  const second = all(without(difference(mergedSet, union(all(without(last)), named(union(...of.owned))))))
  return without(intersection(difference(mergedSet, second), last))
}

function conflictError(conflicts: readonly Manager[]): ApiError {
  const groups = sortedBy(conflicts, ['apiVersion', 'manager', 'operation', 'subresource']).map(({ manager, operation, apiVersion, subresource, fields }) => ({
    title: `${JSON.stringify(manager)}${subresource ? ` with subresource ${JSON.stringify(subresource)}` : ''}${operation === 'Update' ? ` using ${apiVersion}` : ''}`, paths: pathTexts(fields),
  }))
  const causes = groups.flatMap(({ title, paths }) => paths.map(field => ({ reason: 'FieldManagerConflict', message: `conflict with ${title}`, field })))
  const [only] = causes
  const text = causes.length === 1 && only ? `1 conflict: ${only.message}: ${only.field}`
    : `${causes.length} conflicts: ${groups.map(({ title, paths }) => [`conflicts with ${title}:`, ...paths.map(path => `- ${path}`)].join('\n')).join('\n')}`
  return new ApiError(409, `Apply failed with ${text}`, { details: { causes } })
}

function entryOf({ manager, apiVersion, subresource = '', now, ignored }: Writer, operation: 'Apply' | 'Update', fields: Fields): Manager {
  return { manager, operation, apiVersion, subresource, time: now, fields: difference(withoutRoots(fields, ignored), BASE) }
}

/** An update manager is told apart by its version too, an applier is not. */
function sameManager(a: Manager, b: Manager): boolean {
  return a.manager === b.manager && a.operation === b.operation && a.subresource === b.subresource && (a.operation === 'Apply' || a.apiVersion === b.apiVersion)
}

function readManagers(object: JsonObject): readonly Manager[] {
  return objectsAt(object, 'metadata', 'managedFields').filter(entry => entry['manager'] !== undefined || entry['fieldsV1'] !== undefined).map(entry => {
    const [manager = '', apiVersion = '', subresource = '', time = ''] = ['manager', 'apiVersion', 'subresource', 'time'].map(name => textAt(entry, name))
    return { manager, apiVersion, subresource, time, operation: entry['operation'] === 'Apply' ? 'Apply' : 'Update', fields: fieldsFromJson(entry['fieldsV1']) }
  })
}

/** Appliers first, then by time, then by name; who owns nothing is none. */
function writeManagers(managers: readonly Manager[]): readonly Json[] {
  const owning = managers.filter(entry => entry.fields.size > 0)
  return sortedBy(owning, ['operation', 'time', 'manager', 'apiVersion', 'subresource']).map(({ subresource, fields, manager, operation, apiVersion, time }) => ({
    manager, operation, apiVersion, time, fieldsType: 'FieldsV1', fieldsV1: fieldsToJson(fields), ...(subresource ? { subresource } : {}),
  }))
}

function sortedBy(managers: readonly Manager[], names: readonly Exclude<keyof Manager, 'fields'>[]): readonly Manager[] {
  const key = (manager: Manager): string => names.map(name => manager[name]).join('\n')
  return managers.toSorted((a, b) => key(a) < key(b) ? -1 : 1)
}

/** The object with these managedFields (none: without the key). */
export function withManagers(object: JsonObject, managers: readonly Json[]): JsonObject {
  const { managedFields: _old, ...metadata } = objectAt(object, 'metadata')
  return { ...object, metadata: { ...metadata, ...(managers.length > 0 ? { managedFields: managers } : {}) } }
}

function bare(object: JsonObject): JsonObject {
  return withManagers(object, [])
}

import { refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import type { Edit, FieldPath } from '../../model/field.ts'
import { showPath } from '../../model/field.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'
import { showRef, refOf } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { isObjectList, keyValue, mergeKeyOf } from '../fields/list-keys.ts'
import { sameField } from '../fields/same-field.ts'

/** What a manifest asks of an object that is there: the leaves that differ, and what the object holds that the manifest does not name. */
export interface ManifestEdits { readonly edits: readonly Edit[], readonly kept: readonly string[] }

/**
 * The manifest held against the object as it is rendered. Only what the manifest names counts, items of keyed lists by their key: what it does not name stays,
 * because nobody but the cluster knows what `kubectl apply` applied before. null takes a field away. Identity and what a server writes are not compared.
 */
export function manifestEdits(rendered: KubernetesObject, manifest: KubernetesObject): ManifestEdits | Refusal {
  if (rendered.apiVersion !== manifest.apiVersion) {
    return refuse('UNSUPPORTED', `${showRef(refOf(rendered))} is ${rendered.apiVersion} in Git and ${manifest.apiVersion} in the manifest; Writ does not move objects between API versions.`,
      [{ sentence: `Git holds ${rendered.apiVersion}`, at: 'apiVersion' }], `Give the manifest as ${rendered.apiVersion}.`)
  }
  const found: { edits: Edit[], kept: string[] } = { edits: [], kept: [] }
  const { apiVersion: _version, kind: _kind, metadata, ...fields } = manifest
  const { name: _name, namespace: _namespace, ...named } = metadata
  const { apiVersion: _oldVersion, kind: _oldKind, metadata: oldMetadata, status: _status, ...oldFields } = rendered
  const { name: _oldName, namespace: _oldNamespace, ...oldNamed } = oldMetadata
  maps({ before: oldNamed, wanted: named }, ['metadata'], found)
  maps({ before: oldFields, wanted: fields }, [], found)
  return found
}

interface Two<T> { readonly before: T, readonly wanted: T }
interface Found { readonly edits: Edit[], readonly kept: string[] }

function maps({ before, wanted }: Two<JsonObject>, path: FieldPath, found: Found): void {
  for (const [key, value] of Object.entries(wanted)) {
    if (value !== undefined) compare({ before: Object.hasOwn(before, key) ? before[key] : undefined, wanted: value }, [...path, key], found)
  }
  for (const key of Object.keys(before)) if (before[key] !== undefined && wanted[key] === undefined) found.kept.push(showPath([...path, key]))
}

function compare({ before, wanted }: { readonly before: Json | undefined, readonly wanted: Json }, path: FieldPath, found: Found): void {
  if (wanted === null) {
    if (before !== undefined && before !== null) found.edits.push({ path, before: undefined, after: undefined })
  } else if (isObject(wanted) && isObject(before)) maps({ before, wanted }, path, found)
  else if (isList(wanted) && isList(before)) lists({ before, wanted }, path, found)
  else if (!sameField(path, before, wanted) && !(before === undefined && meansNothing(path, wanted))) found.edits.push({ path, before: undefined, after: wanted, typed: true })
}

/** What printers write for nothing. Elsewhere an empty map may mean something (`emptyDir: {}`). */
const EMPTY = new Set(['resources', 'strategy', 'updateStrategy', 'securityContext', 'annotations', 'labels', 'metadata'])

function meansNothing(path: FieldPath, wanted: Json): boolean {
  if (isList(wanted)) return wanted.length === 0
  const name = path.at(-1)
  return isObject(wanted) && Object.values(wanted).every(value => value === null) && typeof name === 'string' && EMPTY.has(name)
}

function lists({ before, wanted }: Two<readonly Json[]>, path: FieldPath, found: Found): void {
  const name = path.at(-1)
  const key = isObjectList(before) && isObjectList(wanted) && before.length > 0 && wanted.length > 0 ? mergeKeyOf(typeof name === 'string' ? name : '', before, wanted) : null
  if (key === null) {
    if (!sameField(path, before, wanted)) found.edits.push({ path, before: undefined, after: wanted, typed: true })
    return
  }
  for (const item of wanted) {
    const value = keyValue(item, key)
    if (value === null) continue
    compare({ before: before.find(one => keyValue(one, key) === value), wanted: item }, [...path, { key, value }], found)
  }
  for (const item of before) {
    const value = keyValue(item, key)
    if (value !== null && !wanted.some(one => keyValue(one, key) === value)) found.kept.push(showPath([...path, { key, value }]))
  }
}

import type { Edit, FieldPath } from '../../model/field.ts'
import { fieldAt } from '../../model/field.ts'
import type { ValuePath } from '../../model/helm-set.ts'
import { valueAtPath } from '../../model/helm-set.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, sameJson } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { likest } from './nearness.ts'
import type { Assignment } from './solve.ts'
import type { ValueNode } from './value-nodes.ts'

const MOST = 12

interface Space { readonly values: JsonObject, readonly referred: readonly ValuePath[], readonly object: KubernetesObject }

/**
 * Keys under which a field that is not there may be made: those whose value is what stands around the field, then those that have the name of what is around it
 * (`resources`, `podAnnotations` for annotations, `extraEnv` for env).
 */
export function likelyAdditions(space: Space, nodes: readonly ValueNode[], edit: Edit): readonly (readonly Assignment[])[] {
  const { path, before, after } = edit
  // A map that has nothing in it is printed as null by many templates.
  if ((before !== undefined && before !== null) || after === undefined) return []
  const found: Assignment[] = []
  for (let length = path.length; length > 0; length--) {
    const [parent, rest] = [path.slice(0, length), path.slice(length)]
    const around = fieldAt(space.object, parent)
    const homes = homesFor(space, nodes, { around, name: nameOf(parent), path })
    for (const home of homes) found.push(...inHome(home, { rest, after, values: space.values }))
  }
  const distinct = found.filter((one, i) => found.findIndex(other => sameJson([...other.path], [...one.path]) && sameJson(other.value, one.value)) === i)
  return distinct.slice(0, MOST).map(one => [one])
}

interface Home { readonly path: ValuePath, readonly value: Json | undefined }

function homesFor({ values, referred, object }: Space, nodes: readonly ValueNode[], { around, name, path: field }: { readonly around: Json | undefined, readonly name: string, readonly path: FieldPath }): readonly Home[] {
  const full = (isObject(around) && Object.keys(around).length > 0) || (isList(around) && around.length > 0)
  const same = full ? nodes.filter(({ value }) => sameJson(value, around)) : []
  const named: readonly Home[] = [
    ...nodes.filter(({ path, value }) => isNamed(path, name) && (value === null || typeof value === 'object')),
    ...referred.filter(path => isNamed(path, name) && valueAtPath(values, path) === undefined).map(path => ({ path, value: undefined })),
  ]
  return [...same, ...likest(named.filter(one => !same.some(other => sameJson([...other.path], [...one.path]))), { path: field, object })]
}

function isNamed(path: ValuePath, name: string): boolean {
  const last = path.at(-1)
  return name !== '' && typeof last === 'string' && last.toLowerCase().replace(/vars?$|s$/, '').endsWith(name.toLowerCase().replace(/s$/, ''))
}

function inHome(home: Home, { rest, after, values }: { readonly rest: FieldPath, readonly after: Json, readonly values: JsonObject }): readonly Assignment[] {
  const [step, ...more] = rest
  const here = valueAtPath(values, home.path)
  if (step === undefined) return inEmptyHome(home, here, after)
  if (typeof step !== 'string' || /^\d+$/.test(step)) {
    if (more.length > 0) return []
    // A list of entries, or a map from their names to their values.
    if (isList(here)) return [{ path: [...home.path, here.length], before: undefined, value: after }]
    const entry = typeof step !== 'string' && isObject(after) ? after['value'] : undefined
    const asMap = typeof step !== 'string' && entry !== undefined && isObject(after) && Object.keys(after).length === 2 ? [{ path: [...home.path, String(step.value)], before: undefined, value: entry }] : []
    const asList = here === undefined || here === null ? [{ path: home.path, before: undefined, value: [after] }] : []
    return isObject(here) && Object.keys(here).length > 0 ? asMap : [...asMap, ...asList]
  }
  if (isList(here)) return []
  const keys = rest.flatMap(one => typeof one === 'string' ? [one] : [])
  return keys.length < rest.length ? [] : [{ path: [...home.path, ...keys], before: undefined, value: after }]
}

/** The whole of what is not there yet: a map, a list, or for a list of entries a map from their names to their values. */
function inEmptyHome({ path }: Home, here: Json | undefined, after: Json): readonly Assignment[] {
  const empty = here === undefined || here === null || (isList(here) && here.length === 0) || (isObject(here) && Object.keys(here).length === 0)
  if (!empty) return []
  const entries = isList(after) ? after.flatMap(item => isObject(item) && typeof item['name'] === 'string' && item['value'] !== undefined && Object.keys(item).length === 2 ? [[item['name'], item['value']] as const] : []) : []
  const asMap = isList(after) && entries.length === after.length && !isList(here) ? [{ path, before: here, value: Object.fromEntries(entries) }] : []
  return [...isObject(here) ? asMap : [], { path, before: here, value: after }, ...isObject(here) ? [] : asMap]
}

/** The name of what a path leads to: its last key. */
function nameOf(path: FieldPath): string {
  const last = path.findLast(step => typeof step === 'string')
  return typeof last === 'string' ? last : ''
}

import { fieldAt } from '../../model/field.ts'
import type { Edit } from '../../model/field.ts'
import type { ValuePath } from '../../model/helm-set.ts'
import { withValue } from '../../model/helm-set.ts'
import type { Json } from '../../model/json.ts'
import { isObject, sameJson } from '../../model/json.ts'
import type { KeySearch, Stage } from './key-search.ts'
import { likeness, nearest, sharesName } from './nearness.ts'
import type { Assignment } from './solve.ts'

const MOST_FLAGS = 4
/** So many words of a switch are those of a field that it prints. */
const ALIKE = 1.5

interface Switch { readonly path: ValuePath, readonly value: Json | undefined }

/** Switches: each of them the other way round; those with the name of the field first. */
export async function switchesFor(search: KeySearch, { nodes, edit, budget }: Stage): Promise<readonly (readonly Assignment[])[]> {
  if (edit.after === undefined) return []
  const field = { path: edit.path, object: search.object }
  const switches = nearest(nodes.flatMap(({ path, value }) => typeof value === 'boolean' ? [{ path, value }] : []), field)
  const named = switches.filter(({ path }) => sharesName(path, edit.path) > 0).slice(0, MOST_FLAGS)
  const candidates = [...named, ...await flipping(search, { switches: switches.filter(one => !named.includes(one)), edit, budget })]
  return candidates.map(({ path, value }) => [{ path, before: value, value: value !== true }])
}

/** The switches that are called like a field and do, each alone, what is asked. */
export async function namedSwitches(search: KeySearch, { nodes, edit, budget }: Stage): Promise<readonly (readonly Assignment[])[]> {
  if (typeof edit.before !== 'boolean' || edit.after === undefined) return []
  const field = { path: edit.path, object: search.object }
  const alike = nodes.flatMap(({ path, value }) => value === edit.before && likeness(path, field) >= ALIKE ? [{ path, value }] : [])
  const found = await Promise.all(nearest(alike, field).slice(0, MOST_FLAGS).map(async one => flipping(search, { switches: [one], edit, budget })))
  return found.flat().map(({ path, value }) => [{ path, before: value, value: value !== true }])
}

/** The switches that bring the asked value, by halves: one that makes the object disappear hides what others do. */
async function flipping(search: KeySearch, of: { readonly switches: readonly Switch[], readonly edit: Edit, readonly budget: { left: number } }): Promise<readonly Switch[]> {
  const { switches, edit, budget } = of
  if (switches.length === 0 || budget.left <= 0) return []
  budget.left--
  let values: Json = search.values
  for (const { path, value } of switches) values = withValue(values, path, value !== true) ?? values
  const object = isObject(values) ? await search.probe(values) : null
  const field = fieldAt(object ?? undefined, edit.path)
  if (switches.length === 1) return sameJson(field, edit.after) ? switches : []
  if (object !== null && sameJson(field, edit.before)) return []
  const half = Math.ceil(switches.length / 2)
  return [...await flipping(search, { ...of, switches: switches.slice(0, half) }), ...await flipping(search, { ...of, switches: switches.slice(half) })]
}

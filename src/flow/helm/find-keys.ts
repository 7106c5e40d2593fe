import type { Edit, FieldPath } from '../../model/field.ts'
import { fieldAt, samePath } from '../../model/field.ts'
import type { ValuePath } from '../../model/helm-set.ts'
import { withValue } from '../../model/helm-set.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, sameJson } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { likelyAdditions } from './likely-additions.ts'
import { emptyBeside, emptyKeys, plausibleKeys } from './plausible.ts'
import { harvest, plant } from './sentinels.ts'
import type { Planted, Planting, Token } from './sentinels.ts'
import { isStrange, solve } from './solve.ts'
import type { Assignment } from './solve.ts'
import type { ValueNode } from './value-nodes.ts'
import { isPrintable, sameKey, valueNodes } from './value-nodes.ts'

/** The chart as far as keys are looked for in it. */
export interface KeySearch {
  /** The values as the chart sees them, everything laid over. */
  readonly values: JsonObject
  /** Keys that templates ask for. */
  readonly referred: readonly ValuePath[]
  /** The asked object as it renders now, and all that is asked of it. */
  readonly object: KubernetesObject
  readonly edits: readonly Edit[]
  /** The asked object with other values; null where the chart does not render then, or not this object. */
  probe(values: JsonObject): Promise<KubernetesObject | null>
}

/** Ways to give keys other values, the likeliest first: each is to be proven by a render of its own. */
export type Solutions = readonly (readonly Assignment[])[]

/** What was found; `decides` are the keys that the field is made of. */
export interface FoundKeys { readonly solutions: Solutions, readonly decides: readonly ValuePath[] }

const MOST_PROBES = 24
const MOST_FLAGS = 4

/**
 * Finds the keys of a chart's values that decide a field: those whose value stands in it get values of their own in one render, and where these arrive says
 * how the field is made; then that is solved for what is asked (editing.md 4.2, perturbation mode).
 */
export async function findKeys(search: KeySearch, asked: Edit): Promise<FoundKeys> {
  const edit = movedItem(search, asked) ?? asked
  const nodes = ownNodes(search.values)
  if (!isPrintable(edit.before)) return { solutions: [...likelyAdditions(search, nodes, edit), ...wholeValues(nodes, edit)], decides: [] }
  const budget = { left: MOST_PROBES }
  const together = [edit, ...search.edits].flatMap(one => plausibleKeys(nodes, one.before))
  const tokens = await arriving(search, { path: edit.path, budget, plantings: distinct(together) })
  const decides = keysOf(tokens)
  const first = solved(tokens, edit)
  if (first.some(one => !isStrange(one))) return { solutions: first, decides }
  const beside = await withEmpty(search, { nodes, edit, budget, decides })
  if (beside.length > 0 || first.length > 0) return { solutions: [...beside, ...first], decides }
  return { solutions: [...await oneByOne(search, { nodes, edit, budget }), ...await flags(search, { nodes, edit, budget })], decides }
}

/** What an empty key beside those that came through does, each alone: a digest hides a tag. */
async function withEmpty(search: KeySearch, { nodes, edit, budget, decides }: Stage & { readonly decides: readonly ValuePath[] }): Promise<Solutions> {
  const known = decides.map((path): Planting => ({ path, value: valueOf(nodes, path) }))
  const found: Solutions[number][] = []
  for (const key of emptyBeside(nodes, { ...search, beside: decides })) {
    found.push(...solved(await arriving(search, { path: edit.path, budget, plantings: distinct([...known, key]) }), edit))
    if (found.some(one => !isStrange(one))) break
  }
  return found.toSorted((a, b) => Number(isStrange(a)) - Number(isStrange(b)))
}

/** An item whose own key changes goes under one name and comes under another: that is one value that changes. */
function movedItem({ edits, object }: KeySearch, { path, before, after }: Edit): Edit | null {
  const last = path.at(-1)
  const item = before ?? after
  if (typeof last !== 'object' || !isObject(item) || (before !== undefined && after !== undefined)) return null
  const other = edits.find(one => {
    const step = one.path.at(-1)
    const [gone, made] = before === undefined ? [one.before, after] : [before, one.after]
    return typeof step === 'object' && step.key === last.key && samePath(one.path.slice(0, -1), path.slice(0, -1)) && isObject(gone) && isObject(made)
      && sameJson({ ...gone, [last.key]: null }, { ...made, [last.key]: null })
  })
  const step = other?.path.at(-1)
  if (typeof step !== 'object') return null
  const [old, now] = before === undefined ? [step, last] : [last, step]
  // What is planted in the key itself is found by the item's place alone.
  const list = fieldAt(object, path.slice(0, -1))
  const at = isList(list) ? list.findIndex(one => isObject(one) && one[old.key] === old.value) : -1
  return at < 0 ? null : { path: [...path.slice(0, -1), String(at), old.key], before: old.value, after: now.value }
}

interface Probing { readonly path: FieldPath, readonly budget: { left: number }, readonly plantings: readonly Planting[] }

/** How the field is made of what was planted. A batch that does not render, or that changes the field in another way, is halved. */
async function arriving(search: KeySearch, probing: Probing): Promise<readonly Token[]> {
  const { plantings, budget, path } = probing
  if (plantings.length === 0 || budget.left <= 0) return []
  budget.left--
  const { values, planted } = plant(search.values, plantings, avoided(search))
  const field = fieldAt(await search.probe(values) ?? undefined, path)
  const tokens = harvest(field, planted)
  if (tokens !== null) return tokens
  if (plantings.length === 1 || sameJson(field, fieldAt(search.object, path))) return []
  const half = Math.ceil(plantings.length / 2)
  const [left, right] = [await arriving(search, { ...probing, plantings: plantings.slice(0, half) }), await arriving(search, { ...probing, plantings: plantings.slice(half) })]
  const [some, more] = [keysOf(left), keysOf(right)]
  if (some.length === 0 || more.length === 0) return some.length > 0 ? left : right
  return arriving(search, { ...probing, plantings: plantings.filter(({ path: key }) => [...some, ...more].some(found => sameKey(found, key))) })
}

/** Keys that hold nothing, and whose default the template says itself, each alone: any of them may switch parts of the chart on. */
async function oneByOne(search: KeySearch, { nodes, edit, budget }: Stage): Promise<Solutions> {
  const form = typeof edit.before === 'number' ? { form: 'number' as const } : {}
  const near = nearest(emptyKeys(nodes, search), edit.path).map(key => ({ ...key, ...form }))
  const tokens = await arriving(search, { path: edit.path, budget, plantings: near })
  const found = solved(tokens, edit)
  if (found.length > 0 || tokens.length === 0) return found
  const each: Assignment[][] = []
  for (const key of near.filter(({ path }) => keysOf(tokens).some(other => sameKey(other, path)))) {
    each.push(...solved(await arriving(search, { path: edit.path, budget, plantings: [key] }), edit).map(one => [...one]))
  }
  return each
}

/** Switches: each of them the other way round; those with the name of the field first. */
async function flags(search: KeySearch, { nodes, edit, budget }: Stage): Promise<Solutions> {
  if (edit.after === undefined) return []
  const switches = nearest(nodes.flatMap(({ path, value }) => typeof value === 'boolean' ? [{ path, value }] : []), edit.path)
  const named = switches.filter(({ path }) => sharesName(path, edit.path) > 0).slice(0, MOST_FLAGS)
  const found: Assignment[][] = []
  const candidates = [...named, ...await flipping(search, { switches: switches.filter(one => !named.includes(one)), edit, budget })]
  for (const { path, value } of candidates) found.push([{ path, before: value, value: value !== true }])
  return found
}

interface Switch { readonly path: ValuePath, readonly value: Json | undefined }

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

interface Stage { readonly nodes: readonly ValueNode[], readonly edit: Edit, readonly budget: { left: number } }

function solved(tokens: readonly Token[], { after }: Edit): Solutions {
  if (after !== undefined) return solve(tokens, after)
  const [only, ...more] = tokens
  return only === undefined || typeof only === 'string' || more.length > 0 ? [] : [[{ path: only.path, before: only.value, value: undefined }]]
}

/** Maps and lists that stand in the object as the values have them. */
function wholeValues(nodes: readonly ValueNode[], { path, before, after }: Edit): Solutions {
  if (before === undefined || before === null) return []
  const same = nodes.filter(({ value }) => sameJson(value, before)).map(node => ({ ...node, near: sharesName(node.path, path) }))
  return same.toSorted((a, b) => b.near - a.near).slice(0, MOST_FLAGS).map(node => [{ path: node.path, before, value: after }])
}

/** What a subchart has from `global` is set there. */
function ownNodes(values: JsonObject): readonly ValueNode[] {
  const nodes = valueNodes(values)
  return nodes.filter(({ path }) => {
    const at = path.lastIndexOf('global')
    return at <= 0 || !nodes.some(node => sameKey(node.path, path.slice(at)))
  })
}

function nearest<T extends { readonly path: ValuePath }>(keys: readonly T[], path: FieldPath): readonly T[] {
  return keys.map(key => ({ key, near: sharesName(key.path, path) })).toSorted((a, b) => b.near - a.near).map(({ key }) => key)
}

/** How many names at the end of a key are those at the end of a field. */
export function sharesName(key: ValuePath, path: FieldPath): number {
  const [names, steps] = [key.filter(step => typeof step === 'string'), path.flatMap(step => typeof step === 'string' ? [step] : [String(step.value), step.key])]
  let shared = 0
  while (shared < names.length && names.at(-1 - shared)?.toLowerCase() === steps.at(-1 - shared)?.toLowerCase()) shared++
  return shared
}

function keysOf(tokens: readonly Token[]): readonly ValuePath[] {
  return tokens.filter((token): token is Planted => typeof token !== 'string').map(({ path }) => path)
}

function valueOf(nodes: readonly ValueNode[], path: ValuePath): Json | undefined {
  return nodes.find(node => sameKey(node.path, path))?.value
}

function distinct(plantings: readonly Planting[]): readonly Planting[] {
  return plantings.filter((one, i) => plantings.findIndex(other => sameKey(other.path, one.path)) === i)
}

/** No sentinel may stand anywhere already. */
function avoided({ values, object }: KeySearch): string {
  return JSON.stringify([values, object])
}

import type { Edit } from '../../model/field.ts'
import { fieldAt, samePath } from '../../model/field.ts'
import type { ValuePath } from '../../model/helm-set.ts'
import type { JsonObject } from '../../model/json.ts'
import { isList, isObject, sameJson } from '../../model/json.ts'
import { arriving, distinct, keysOf } from './arriving.ts'
import type { KeySearch, Stage } from './key-search.ts'
import { likelyAdditions } from './likely-additions.ts'
import { moreKeys } from './more-keys.ts'
import { nearest, sharesName } from './nearness.ts'
import { emptyKeys, plausibleKeys } from './plausible.ts'
import { rejectedKeys } from './rejected-keys.ts'
import { isStrange, solveEdit } from './solve.ts'
import type { Assignment } from './solve.ts'
import { namedSwitches, switchesFor } from './switches.ts'
import type { ValueNode } from './value-nodes.ts'
import { isPrintable, sameKey, valueNodes } from './value-nodes.ts'

/** Ways to give keys other values, the likeliest first: each is to be proven by a render of its own. */
export type Solutions = readonly (readonly Assignment[])[]

/** What was found; `decides` are the keys that the field is made of. */
export interface FoundKeys {
  readonly solutions: Solutions
  readonly decides: readonly ValuePath[]
  /** Nothing was seen to decide the field: keys that have a name like it. */
  readonly guessed?: true
}

const MOST_PROBES = 24
const MOST_WHOLE = 4

/**
 * Finds the keys of a chart's values that decide a field: those whose value stands in it get values of their own in one render, and where these arrive says
 * how the field is made; then that is solved for what is asked (editing.md 4.2, perturbation mode).
 */
export async function findKeys(search: KeySearch, asked: Edit): Promise<FoundKeys> {
  const edit = movedItem(search, asked) ?? asked
  const nodes = ownNodes(search.values)
  if (!isPrintable(edit.before)) return { solutions: [...likelyAdditions(search, nodes, edit), ...wholeValues(nodes, edit)], decides: [], guessed: true }
  const budget = { left: MOST_PROBES, rejected: [] }
  const named = await namedSwitches(search, { nodes, edit, budget })
  if (named.length > 0) return { solutions: named, decides: [] }
  const together = [edit, ...search.edits].flatMap(one => plausibleKeys(nodes, one.before))
  const tokens = await arriving(search, { path: edit.path, budget, plantings: distinct(together) })
  const decides = keysOf(tokens)
  const first = solveEdit(tokens, edit)
  if (first.some(one => !isStrange(one))) return { solutions: first, decides }
  const more = await moreKeys(search, { nodes, edit, budget, tokens })
  if (more.length > 0 || first.length > 0) return { solutions: [...more, ...first], decides }
  const empty = await oneByOne(search, { nodes, edit, budget })
  const switches = await switchesFor(search, { nodes, edit, budget })
  return { solutions: [...empty, ...switches, ...await rejectedKeys(search, { nodes, edit, budget })], decides, ...empty.length === 0 ? { guessed: true } : {} }
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

/** Keys that hold nothing, and whose default the template says itself, each alone: any of them may switch parts of the chart on. */
async function oneByOne(search: KeySearch, { nodes, edit, budget }: Stage): Promise<Solutions> {
  const form = typeof edit.before === 'number' ? { form: 'number' as const } : {}
  const near = nearest(emptyKeys(nodes, search), { path: edit.path, object: search.object }).map(key => ({ ...key, ...form }))
  const tokens = await arriving(search, { path: edit.path, budget, plantings: near })
  const found = solveEdit(tokens, edit)
  if (found.length > 0 || tokens.length === 0) return found
  const each: Assignment[][] = []
  for (const key of near.filter(({ path }) => keysOf(tokens).some(other => sameKey(other, path)))) {
    each.push(...solveEdit(await arriving(search, { path: edit.path, budget, plantings: [key] }), edit).map(one => [...one]))
  }
  return each
}

/** Maps and lists that stand in the object as the values have them. */
function wholeValues(nodes: readonly ValueNode[], { path, before, after }: Edit): Solutions {
  if (before === undefined || before === null) return []
  const same = nodes.filter(({ value }) => sameJson(value, before)).map(node => ({ ...node, near: sharesName(node.path, path) }))
  return same.toSorted((a, b) => b.near - a.near).slice(0, MOST_WHOLE).map(node => [{ path: node.path, before, value: after }])
}

/** What a subchart has from `global` is set there. */
function ownNodes(values: JsonObject): readonly ValueNode[] {
  const nodes = valueNodes(values)
  return nodes.filter(({ path }) => {
    const at = path.lastIndexOf('global')
    return at <= 0 || !nodes.some(node => sameKey(node.path, path.slice(at)))
  })
}

import type { Json } from '../../model/json.ts'
import { isObject, showJson } from '../../model/json.ts'
import { withValue } from '../../model/helm-set.ts'
import { arriving, distinct, keysOf } from './arriving.ts'
import type { KeySearch, Stage } from './key-search.ts'
import { nearest } from './nearness.ts'
import { emptyBeside, emptyImageParts, shortKeys } from './plausible.ts'
import type { Planted, Planting, Token } from './sentinels.ts'
import { isStrange, solveEdit } from './solve.ts'
import type { Assignment } from './solve.ts'

/** How the field is made as far as is known: the keys that came through. */
interface Known extends Stage { readonly tokens: readonly Token[] }

type Solutions = readonly (readonly Assignment[])[]

const MOST_EMPTIED = 4
const MOST_SHORT = 40
const SHORT_PROBES = 6

/**
 * Ways to give keys other values where those that came through do not give what is asked by themselves: a key beside them that is empty, one of them emptied,
 * a value of one character, an image of which every part is empty. The plain ones first.
 */
export async function moreKeys(search: KeySearch, known: Known): Promise<Solutions> {
  const found: Solutions[number][] = []
  for (const look of [withEmpty, emptied, withShort, imageParts]) {
    found.push(...await look(search, known))
    if (found.some(one => !isStrange(one))) break
  }
  return found.toSorted((a, b) => Number(isStrange(a)) - Number(isStrange(b)))
}

/** What an empty key beside those that came through does, each alone: a digest hides a tag. */
async function withEmpty(search: KeySearch, { nodes, edit, budget, tokens }: Known): Promise<Solutions> {
  const found: Solutions[number][] = []
  for (const key of emptyBeside(nodes, { ...search, beside: keysOf(tokens) })) {
    found.push(...solveEdit(await arriving(search, { path: edit.path, budget, plantings: distinct([...plantingsOf(tokens), key]) }), edit))
    if (found.some(one => !isStrange(one))) break
  }
  return found
}

/** What is left where one of the keys holds nothing: the text before it (the `@` of a digest) goes with it. */
async function emptied(search: KeySearch, known: Known): Promise<Solutions> {
  const { edit, budget, tokens } = known
  if (typeof edit.after !== 'string') return []
  const texts = plantingsOf(tokens).filter(({ value }) => typeof value === 'string' && value !== '').toReversed()
  for (const { path, value } of texts.slice(0, MOST_EMPTIED)) {
    const values: Json = withValue(search.values, path, '') ?? null
    if (!isObject(values)) continue
    const [without, rest] = [{ ...search, values }, plantingsOf(tokens).filter(one => one.path !== path)]
    const left = await arriving(without, { path: edit.path, budget, plantings: rest })
    const gone: Assignment = { path, before: value, value: '' }
    if (left.length > 0 && textOf(left) === edit.after) return [[gone]]
    const found = left.length === 0 ? [] : solveEdit(left, edit)
    const more = found.length > 0 || left.length === 0 ? found : await withEmpty(without, { ...known, tokens: left })
    if (more.length > 0) return more.map(one => [...one, gone])
  }
  return []
}

/** Values of one character are in nearly every text: they are looked for only where longer ones do not do. */
async function withShort(search: KeySearch, { nodes, edit, budget, tokens }: Known): Promise<Solutions> {
  const short = nearest(shortKeys(nodes, edit.before), { path: edit.path, object: search.object }).slice(0, MOST_SHORT)
  if (short.length === 0) return []
  const plantings = distinct([...plantingsOf(tokens), ...short])
  return solveEdit(await arriving(search, { path: edit.path, budget: { left: SHORT_PROBES, rejected: budget.rejected }, plantings }), edit)
}

/** An image of which the values hold nothing: its version, its digest or its name by themselves, and the names of those that are asked to change first. */
async function imageParts(search: KeySearch, { nodes, edit, budget, tokens }: Known): Promise<Solutions> {
  if (tokens.length > 0 || edit.path.at(-1) !== 'image' || typeof edit.after !== 'string') return []
  for (const plantings of emptyImageParts(nodes, { ...search, isPinned: edit.after.includes('@') })) {
    const found = solveEdit(await arriving(search, { path: edit.path, budget, plantings }), edit)
    if (found.length > 0) return found
  }
  return []
}

function plantingsOf(tokens: readonly Token[]): readonly Planting[] {
  return distinct(tokens.filter((token): token is Planted => typeof token !== 'string').map(({ path, value }) => ({ path, value })))
}

/** The text as it is with the values that are there. */
function textOf(tokens: readonly Token[]): string {
  return tokens.map(token => typeof token === 'string' ? token : showJson(token.value ?? '')).join('')
}

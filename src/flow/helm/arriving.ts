import { fieldAt } from '../../model/field.ts'
import type { FieldPath } from '../../model/field.ts'
import type { ValuePath } from '../../model/helm-set.ts'
import type { Json } from '../../model/json.ts'
import { sameJson } from '../../model/json.ts'
import type { Budget, KeySearch } from './key-search.ts'
import { harvest, plant } from './sentinels.ts'
import type { Planted, Planting, Token } from './sentinels.ts'
import { sameKey } from './value-nodes.ts'

interface Probing { readonly path: FieldPath, readonly budget: Budget, readonly plantings: readonly Planting[] }

const VERSION_KEYS = /(?:tag|version)$/i
const VERSIONS = /v?\d+(?:\.\d+){1,2}/g
const ANY_VERSION = '97.0.0'

/** How the field is made of what was planted. A batch that does not render, or that changes the field in another way, is halved; a key that fails alone is given up. */
export async function arriving(search: KeySearch, probing: Probing): Promise<readonly Token[]> {
  const { budget, path } = probing
  const before = fieldAt(search.object, path)
  const plantings = probing.plantings.map(one => one.value === undefined || one.value === '' ? likeVersion(one, before) : one)
  if (plantings.length === 0 || budget.left <= 0) return []
  budget.left--
  const { values, planted } = plant(search.values, plantings, avoided(search))
  const object = await search.probe(values)
  const field = fieldAt(object ?? undefined, path)
  const tokens = harvest(field, planted)
  if (tokens !== null) return tokens
  const [only, ...others] = plantings
  if (only !== undefined && others.length === 0) return object === null ? again(search, probing, only) : []
  if (sameJson(field, before)) return []
  const half = Math.ceil(plantings.length / 2)
  const [left, right] = [await arriving(search, { ...probing, plantings: plantings.slice(0, half) }), await arriving(search, { ...probing, plantings: plantings.slice(half) })]
  const [some, more] = [keysOf(left), keysOf(right)]
  if (some.length === 0 || more.length === 0) return some.length > 0 ? left : right
  return arriving(search, { ...probing, plantings: plantings.filter(({ path: key }) => [...some, ...more].some(found => sameKey(found, key))) })
}

/** The keys that came through, in their order. */
export function keysOf(tokens: readonly Token[]): readonly ValuePath[] {
  return tokens.filter((token): token is Planted => typeof token !== 'string').map(({ path }) => path)
}

/** Each key once. */
export function distinct(plantings: readonly Planting[]): readonly Planting[] {
  return plantings.filter((one, i) => plantings.findIndex(other => sameKey(other.path, one.path)) === i)
}

/** A word where templates compare versions (`latest`) is tried once more as a version. */
async function again(search: KeySearch, probing: Probing, only: Planting): Promise<readonly Token[]> {
  const version = typeof only.value === 'string' && !/\d/.test(only.value) ? likeVersion(only, fieldAt(search.object, probing.path)) : only
  if (version.like !== undefined && only.like === undefined) return arriving(search, { ...probing, plantings: [version] })
  probing.budget.rejected.push(only)
  return []
}

/** What is planted in a key with the name of a version looks like the version that stands in the field, so that templates take it the same way. */
function likeVersion(planting: Planting, field: Json | undefined): Planting {
  if (planting.form !== undefined || planting.like !== undefined || !VERSION_KEYS.test(String(planting.path.at(-1)))) return planting
  return { ...planting, like: (typeof field === 'string' ? field.match(VERSIONS)?.at(-1) : undefined) ?? ANY_VERSION }
}

/** No sentinel may stand anywhere already. */
function avoided({ values, object }: KeySearch): string {
  return JSON.stringify([values, object])
}

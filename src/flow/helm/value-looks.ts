import { posix } from 'node:path'
import type { HelmHome } from '../../model/helm.ts'
import { setName, valueAtPath, withValue } from '../../model/helm-set.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'
import type { Look } from '../edit/look.ts'
import type { Candidate, FileEdit } from '../edit/place.ts'
import type { Assignment } from './solve.ts'
import { heldAt, standingOf } from './value-layers.ts'
import type { ValueLayer } from './value-layers.ts'
import type { ValueTexts, Written } from './value-places.ts'
import { writtenHome, writtenInto, writtenThere } from './value-places.ts'

/** Where values can be written: the layers, the strongest first, and what the owner's object has room for. */
export interface ValueSpace {
  readonly layers: readonly ValueLayer[]
  readonly homes: readonly HelmHome[]
  readonly texts: ValueTexts
  /** The values as the chart sees them. */
  readonly values: JsonObject
  /** The chart is deployed only with a new version: what its own files say does not reach the cluster. */
  readonly byVersion: boolean
}

/**
 * The ways to write keys, in their order: the strongest layers that hold them, then a new entry in the strongest layer of the owner's own, then in its value
 * files, then where the owner takes values but has none yet (editing.md 4.4).
 */
export function valueLooks(space: ValueSpace, wanted: readonly Assignment[]): readonly Look[] {
  const deciding = wanted.map(one => space.layers.findIndex(layer => standingOf(layer, one.path) !== 'nothing'))
  return [...there(space, wanted, deciding), ...added(space, wanted, deciding), ...lists(space, wanted)]
}

type Deciding = readonly number[]

function there(space: ValueSpace, wanted: readonly Assignment[], deciding: Deciding): readonly Look[] {
  const parts = wanted.map((one, i) => writtenWhereDecided(space, one, deciding[i] ?? -1))
  // What a chart leaves empty is left for whoever uses it.
  const open = wanted.every((one, i) => space.layers[deciding[i] ?? -1]?.chart === true && isEmpty(one.before))
  return lookOf(parts, { what: `value ${namesOf(wanted)}`, layer: Math.min(...deciding), ...open ? { tier: 'last' } : {} })
}

function writtenWhereDecided(space: ValueSpace, wanted: Assignment, at: number): Written | null {
  const layer = space.layers[at]
  if (layer === undefined || standingOf(layer, wanted.path) !== 'holds') return null
  const written = writtenThere(layer, wanted, space.texts)
  if (!layer.chart || !space.byVersion || written === null || 'blocked' in written) return written
  return { blocked: { kind: 'blocked', code: 'PINNED', at: written.file, sentence: `${posix.basename(written.file)} belongs to the chart, which Flux packs anew only with a new version in Chart.yaml (reconcileStrategy ChartVersion)` } }
}

/** What a stronger layer decides is written there; the rest is added. */
function added(space: ValueSpace, wanted: readonly Assignment[], deciding: Deciding): readonly Look[] {
  const maps = space.layers.flatMap((layer, i) => layer.holds.kind === 'map' && !layer.chart ? [{ layer, i }] : [])
  // Beside what is there already is where people look for it.
  const beside = (layer: ValueLayer): number => Math.max(...wanted.map(({ path }) => path.findLastIndex((_step, length) => length > 0 && heldAt(layer, path.slice(0, length)) !== undefined)))
  const into = (list: typeof maps): readonly Look[] => list.flatMap(({ layer, i }) => {
    const parts = wanted.map((one, key) => (deciding[key] ?? -1) >= 0 && (deciding[key] ?? 0) <= i ? writtenWhereDecided(space, one, deciding[key] ?? -1) : writtenInto(layer, one, space.texts))
    return deciding.every(at => at >= 0 && at <= i) ? [] : lookOf(parts, { what: `new value in ${layer.name}`, layer: i, tier: 'added' })
  })
  const home = (style: HelmHome['style']): readonly Look[] => space.homes.filter(one => one.style === style).flatMap(one => atHome(space, one, { wanted, deciding }))
  const [near, far] = [maps.filter(({ layer }) => beside(layer) > 0), maps.filter(({ layer }) => beside(layer) <= 0)]
  const nearest = near.toSorted((a, b) => beside(b.layer) - beside(a.layer))
  return [...into(nearest), ...into(far.filter(({ layer }) => !layer.shareable)), ...home('set'), ...into(far.filter(({ layer }) => layer.shareable)), ...home('values')]
}

function atHome(space: ValueSpace, home: HelmHome, { wanted, deciding }: { readonly wanted: readonly Assignment[], readonly deciding: Deciding }): readonly Look[] {
  // Single values are stronger than all maps; a new map is stronger than the files.
  const weaker = (at: number): boolean => {
    const layer = space.layers[at]
    return layer === undefined || (home.style === 'set' ? layer.holds.kind === 'map' : layer.holds.kind === 'map' && layer.shareable)
  }
  const here = wanted.filter((_one, i) => weaker(deciding[i] ?? -1))
  if (here.length === 0) return []
  const rest = wanted.flatMap((one, i) => weaker(deciding[i] ?? -1) ? [] : [writtenWhereDecided(space, one, deciding[i] ?? -1)])
  return lookOf([writtenHome(home, here, space.texts), ...rest], { what: `new value in ${home.name}`, layer: 0, tier: 'added' })
}

/** A list takes the place of a weaker one whole: one of its items is changed above by a copy of the list. */
function lists(space: ValueSpace, wanted: readonly Assignment[]): readonly Look[] {
  const whole = wanted.flatMap(one => {
    const at = one.path.findIndex(step => typeof step === 'number')
    const path = one.path.slice(0, at)
    const before = at <= 0 ? undefined : valueAtPath(space.values, path)
    return isList(before) ? [{ path, before, value: changedList(before, one, at) }] : []
  })
  const [first] = whole
  if (first === undefined || whole.length !== wanted.length || whole.some(({ path }) => setName(path) !== setName(first.path))) return []
  const value = wanted.reduce<Json>((list, one) => isList(list) ? changedList(list, one, first.path.length) : list, first.before)
  const copied = [{ path: first.path, before: undefined, value }]
  const deciding = [space.layers.findIndex(layer => standingOf(layer, first.path) !== 'nothing')]
  return added(space, copied, deciding).map(look => look.kind === 'candidate' ? { kind: 'candidate', candidate: { ...look.candidate, what: `${look.candidate.what}, a copy of the list`, tier: 'last' } } : look)
}

function changedList(list: readonly Json[], { path, value }: Assignment, at: number): Json {
  const inside = path.slice(at)
  if (value === undefined) return inside.length === 1 ? list.filter((_item, i) => i !== inside[0]) : list
  return withValue(list, inside, value) ?? list
}

function lookOf(parts: readonly (Written | null)[], as: Pick<Candidate, 'what' | 'layer' | 'tier'>): readonly Look[] {
  const blocked = parts.find(part => part !== null && 'blocked' in part)
  if (blocked !== undefined && blocked !== null && 'blocked' in blocked) return [blocked.blocked]
  const edits: FileEdit[] = []
  for (const part of parts) {
    if (part === null || 'blocked' in part) return []
    edits.push(...part.edits)
  }
  const [first] = edits
  return first === undefined ? [] : [{ kind: 'candidate', candidate: { file: first.file, changes: edits, depth: 0, ...as } }]
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '' || (isList(value) && value.length === 0) || (isObject(value) && Object.keys(value).length === 0)
}

function namesOf(wanted: readonly Assignment[]): string {
  return wanted.map(({ path }) => setName(path)).join(' and ')
}

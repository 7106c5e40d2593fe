import { posix } from 'node:path'
import type { HelmHome } from '../../model/helm.ts'
import { setName, valueAtPath, withValue } from '../../model/helm-set.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'
import { applyEdits } from '../edit/apply-edits.ts'
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
  readonly at: ValueTexts
  /** The values as the chart sees them. */
  readonly values: JsonObject
  /** The chart is deployed only with a new version: what its own files say does not reach the cluster. */
  readonly byVersion: boolean
}

/** Writes one key into texts. */
type Writer = (at: ValueTexts) => Written | null

const MOST_WAYS = 4

/**
 * The ways to write keys, in their order: the strongest layers that hold them, then a new entry beside what is there already, then in the strongest layer of the
 * owner's own, then in its value files, then where the owner takes values but has none yet (editing.md 4.4).
 */
export function valueLooks(space: ValueSpace, wanted: readonly Assignment[]): readonly Look[] {
  const deciding = wanted.map(one => space.layers.findIndex(layer => standingOf(layer, one.path) !== 'nothing'))
  return [...there(space, wanted, deciding), ...added(space, wanted, deciding), ...lists(space, wanted)]
}

type Deciding = readonly number[]

function there(space: ValueSpace, wanted: readonly Assignment[], deciding: Deciding): readonly Look[] {
  // What a chart leaves empty is left for whoever uses it.
  const open = wanted.every((one, i) => space.layers[deciding[i] ?? -1]?.chart === true && isEmpty(one.before))
  const writers = wanted.map((one, i) => whereDecided(space, one, deciding[i] ?? -1))
  return looksOf(space, writers, { what: `value ${namesOf(wanted)}`, layer: Math.min(...deciding), ...open ? { tier: 'last' } : {} })
}

function whereDecided(space: ValueSpace, wanted: Assignment, index: number): Writer {
  const layer = space.layers[index]
  return at => {
    if (layer === undefined || standingOf(layer, wanted.path) !== 'holds') return null
    const written = writtenThere(layer, wanted, at)
    const edits = written === null || 'blocked' in written ? [] : written.ways[0]?.edits ?? []
    const [edit] = edits
    if (!layer.chart || !space.byVersion || edit === undefined) return written
    const made = applyEdits(at.texts, edits)
    return { blocked: { kind: 'blocked', code: 'PINNED', at: 'places' in made ? made.places[0] ?? edit.file : made.at, sentence: `${posix.basename(edit.file)} belongs to the chart, which Flux packs anew only with a new version in Chart.yaml (reconcileStrategy ChartVersion)` } }
  }
}

/** What a stronger layer decides is written there; the rest is added. */
function added(space: ValueSpace, wanted: readonly Assignment[], deciding: Deciding): readonly Look[] {
  const maps = space.layers.flatMap((layer, i) => layer.holds.kind === 'map' && !layer.chart ? [{ layer, i }] : [])
  // Beside what is there already is where people look for it.
  const beside = (layer: ValueLayer): number => Math.max(...wanted.map(({ path }) => path.findLastIndex((_step, length) => length > 0 && heldAt(layer, path.slice(0, length)) !== undefined)))
  const into = (list: typeof maps): readonly Look[] => list.flatMap(({ layer, i }) => {
    const isDecided = (key: number): boolean => (deciding[key] ?? -1) >= 0 && (deciding[key] ?? 0) <= i
    const writers = wanted.map((one, key): Writer => isDecided(key) ? whereDecided(space, one, deciding[key] ?? -1) : at => writtenInto(layer, one, at))
    return wanted.every((_one, key) => isDecided(key)) ? [] : looksOf(space, writers, { what: `new value in ${layer.name}`, layer: i, tier: 'added' })
  })
  const home = (style: HelmHome['style']): readonly Look[] => space.homes.filter(one => one.style === style).flatMap(one => atHome(space, one, { wanted, deciding }))
  const [near, far] = [maps.filter(({ layer }) => beside(layer) > 0), maps.filter(({ layer }) => beside(layer) <= 0)]
  const nearest = near.toSorted((a, b) => beside(b.layer) - beside(a.layer))
  return [...into(nearest), ...into(far.filter(({ layer }) => !layer.shareable)), ...home('set'), ...into(far.filter(({ layer }) => layer.shareable)), ...home('values')]
}

function atHome(space: ValueSpace, home: HelmHome, { wanted, deciding }: { readonly wanted: readonly Assignment[], readonly deciding: Deciding }): readonly Look[] {
  // Single values are stronger than all maps; a new map is stronger than the files.
  const isWeaker = (index: number): boolean => {
    const layer = space.layers[index]
    return layer === undefined || (layer.holds.kind === 'map' && (home.style === 'set' || layer.shareable))
  }
  if (!wanted.some((_one, i) => isWeaker(deciding[i] ?? -1))) return []
  const writers = wanted.map((one, i): Writer => isWeaker(deciding[i] ?? -1) ? at => writtenHome(home, one, at) : whereDecided(space, one, deciding[i] ?? -1))
  return looksOf(space, writers, { what: `new value in ${home.name}`, layer: 0, tier: 'added' })
}

/** A list takes the place of a weaker one whole: one of its items is changed above by a copy of the list. */
function lists(space: ValueSpace, wanted: readonly Assignment[]): readonly Look[] {
  const whole = wanted.flatMap(one => {
    const at = one.path.findIndex(step => typeof step === 'number')
    const path = one.path.slice(0, at)
    const before = at <= 0 ? undefined : valueAtPath(space.values, path)
    return isList(before) ? [{ path, before }] : []
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

/** The candidates of several keys that are written one after the other, each into what the others made of the texts. */
function looksOf(space: ValueSpace, writers: readonly Writer[], as: Pick<Candidate, 'what' | 'layer' | 'tier'>): readonly Look[] {
  const looks: Look[] = []
  for (let way = 0; way < MOST_WAYS; way++) {
    const made = writtenAll(space.at, writers, way)
    if (made === null) break
    looks.push('kind' in made ? made : { kind: 'candidate', candidate: { file: made.edits[0]?.file ?? '', changes: made.edits, depth: 0, ...as, ...tierOf(worse(as.tier, made.tier)) } })
    if ('kind' in made || made.ways <= way + 1) break
  }
  return looks
}

interface Made { readonly edits: readonly FileEdit[], readonly tier: Candidate['tier'], /** How many ways there are at most. */ readonly ways: number }

function writtenAll(at: ValueTexts, writers: readonly Writer[], way: number): Made | Extract<Look, { kind: 'blocked' }> | null {
  let now = at
  let ways = 1
  let tier: Candidate['tier']
  const edits: FileEdit[] = []
  for (const write of writers) {
    const written = write(now)
    if (written === null) return null
    if ('blocked' in written) return written.blocked
    const own = written.ways[Math.min(way, written.ways.length - 1)]
    if (own === undefined) return null
    ways = Math.max(ways, written.ways.length)
    tier = worse(tier, own.tier)
    edits.push(...own.edits)
    const applied = applyEdits(now.texts, own.edits)
    // Why an edit cannot be made is told where it is tried.
    if ('texts' in applied) now = { ...now, texts: applied.texts }
  }
  return edits.length === 0 ? null : { edits, tier, ways }
}

/** What is there, then what is added, then what is tried last. */
const TIERS: readonly Candidate['tier'][] = [undefined, 'added', 'last']

function worse(a: Candidate['tier'], b: Candidate['tier']): Candidate['tier'] {
  return TIERS[Math.max(TIERS.indexOf(a), TIERS.indexOf(b))]
}

function tierOf(tier: Candidate['tier']): Pick<Candidate, 'tier'> {
  return tier === undefined ? {} : { tier }
}

function isEmpty(value: Json | undefined): boolean {
  return value === undefined || value === null || value === '' || (isList(value) && value.length === 0) || (isObject(value) && Object.keys(value).length === 0)
}

function namesOf(wanted: readonly Assignment[]): string {
  return wanted.map(({ path }) => setName(path)).join(' and ')
}

import { posix } from 'node:path'
import type { CarriedField, HelmJob, HelmLayer } from '../../model/helm.ts'
import type { ValuePath } from '../../model/helm-set.ts'
import { setPath, setValue, valueAtPath } from '../../model/helm-set.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'
import type { TextPlace } from '../../model/overlay.ts'
import { documentValue } from '../edit/look.ts'
import { readSource } from '../edit/source.ts'
import type { ChartFolder } from './subcharts.ts'
import { isAtOrBelow, sameKey } from './value-nodes.ts'

/** One layer of values as it stands now. `place` is null where it is not in the repository. */
export interface ValueLayer {
  readonly name: string
  /** Where its values stand among those of the asked chart. */
  readonly prefix: ValuePath
  readonly holds: MapLayer | SetLayer | ContentLayer
  /** Where it stands in an object that another delivery renders. */
  readonly carried?: CarriedField
  /** Of a chart itself: whoever uses the chart has it. */
  readonly chart: boolean
  /** A file of values, which other owners may use too. */
  readonly shareable: boolean
}

/** A map in a file, or YAML in a text there (`inner`, with that text). */
export interface MapLayer { readonly kind: 'map', readonly values: JsonObject, readonly place: TextPlace | null, readonly inner: boolean, readonly text?: string }
/** A single value, and the text that says it; `raw`: the text is the value. */
export interface SetLayer { readonly kind: 'set', readonly key: ValuePath, readonly value: Json, readonly text: string, readonly string: boolean, readonly raw?: true, readonly place: TextPlace | null }
/** A file whose whole text is one value. */
export interface ContentLayer { readonly kind: 'content', readonly key: ValuePath, readonly text: string, readonly file: string }

/** What the layers are read from. */
export interface LayerTexts { readonly charts: readonly ChartFolder[], readonly text: (path: string) => string | null }

/** All layers, the strongest first, as Helm (and Argo CD and Flux before it) lay them over each other. */
export function valueLayers(job: HelmJob, from: LayerTexts): readonly ValueLayer[] {
  const given = job.layers.flatMap(layer => ownLayer(layer, from) ?? [])
  const files = job.files.flatMap(path => fileLayer(path, { name: 'value file', from }))
  const asked = job.defaults.length === 0 ? chartLayers(from.charts.slice(0, 1), from) : job.defaults.flatMap(path => fileLayer(path, { name: 'values file of the chart', from, chart: true })).toReversed()
  return [...strongestFirst(given, job.by), ...files.toReversed(), ...asked, ...chartLayers(from.charts.slice(1), from)]
}

/** How a layer stands to a key: it holds it; it holds something else above it, which takes the place of what lies below; or it says nothing about it. */
export function standingOf({ prefix, holds }: ValueLayer, path: ValuePath): 'holds' | 'above' | 'nothing' {
  if (!isAtOrBelow(path, prefix)) return 'nothing'
  const inside = path.slice(prefix.length)
  if (holds.kind !== 'map') return sameKey(holds.key, inside) ? 'holds' : isAtOrBelow(inside, holds.key) ? 'above' : 'nothing'
  if (valueAtPath(holds.values, inside) !== undefined) return 'holds'
  for (let length = inside.length - 1; length > 0; length--) {
    const above = valueAtPath(holds.values, inside.slice(0, length))
    if (above !== undefined) return isObject(above) && typeof inside[length] === 'string' ? 'nothing' : 'above'
  }
  return 'nothing'
}

/** What a layer itself holds at a key. */
export function heldAt({ prefix, holds }: ValueLayer, path: ValuePath): Json | undefined {
  return holds.kind === 'map' ? valueAtPath(holds.values, path.slice(prefix.length)) : holds.kind === 'set' ? holds.value : holds.text
}

function strongestFirst(layers: readonly ValueLayer[], by: HelmJob['by']): readonly ValueLayer[] {
  const reversed = layers.toReversed()
  if (by === 'flux') return reversed
  const rank = ({ holds }: ValueLayer): number => holds.kind === 'content' ? 0 : holds.kind === 'set' ? (holds.string ? 1 : 2) : 3
  return reversed.toSorted((a, b) => rank(a) - rank(b))
}

function ownLayer(layer: HelmLayer, { text }: LayerTexts): ValueLayer | null {
  const base = { name: layer.name, prefix: [], chart: false, shareable: false, ...layer.carried === undefined ? {} : { carried: layer.carried } }
  if (layer.kind === 'values') return { ...base, holds: { kind: 'map', values: layer.values, place: layer.place, inner: false } }
  if (layer.kind === 'text') {
    const values = mapOf(layer.text)
    return values === null ? null : { ...base, holds: { kind: 'map', values, place: layer.place, inner: true, text: layer.text } }
  }
  const key = setPath(layer.key)
  if (key === null) return null
  if (layer.kind === 'set-file') return { ...base, shareable: true, holds: { kind: 'content', key, text: text(layer.path) ?? '', file: layer.path } }
  const value = setValue(layer.value, layer.string)
  return value === undefined ? null : { ...base, holds: { kind: 'set', key, value, text: layer.value, string: layer.string, place: layer.place, ...layer.raw === true ? { raw: true } : {} } }
}

function chartLayers(charts: readonly ChartFolder[], from: LayerTexts): readonly ValueLayer[] {
  return charts.flatMap(({ folder, prefix }) => fileLayer(posix.join(folder, 'values.yaml'), { name: 'values of the chart', from, chart: true }).map(layer => ({ ...layer, prefix })))
}

function fileLayer(path: string, of: { readonly name: string, readonly from: LayerTexts, readonly chart?: true }): readonly ValueLayer[] {
  const text = of.from.text(path)
  const values = text === null ? null : mapOf(text)
  return values === null ? [] : [{
    name: of.name, prefix: [], chart: of.chart === true, shareable: true, holds: { kind: 'map', values, place: { file: path, document: 0, steps: [] }, inner: false },
  }]
}

/** Helm reads the first document of a values file. */
function mapOf(text: string): JsonObject | null {
  const { documents: [first], problem } = readSource(text, 'last')
  if (problem !== null) return null
  const value = first === undefined ? null : documentValue(first)
  return value === null ? {} : isObject(value) && !isList(value) ? value : null
}

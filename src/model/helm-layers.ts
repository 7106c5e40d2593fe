import type { HelmJob, HelmLayer } from './helm.ts'
import { mergedValues, setPath, setValue, withValue } from './helm-set.ts'
import type { Json, JsonObject } from './json.ts'
import { isObject } from './json.ts'

/** How the texts of layers are read: YAML as Kubernetes reads it, null where it cannot be. */
export interface LayerReader {
  file(path: string): string | null
  parse(text: string): Json
}

/** All layers in one, as Helm lays them over each other before the chart's own values come in; null where one cannot be read. */
export function layeredValues(job: Pick<HelmJob, 'files' | 'layers'>, read: LayerReader): JsonObject | null {
  let values: JsonObject | null = {}
  for (const path of job.files) values = values === null ? null : over(values, textValues(read.file(path), read))
  for (const layer of job.layers) values = values === null ? null : withLayer(values, layer, read)
  return values
}

/** The values of a text; an empty one holds none, null where it is no map. */
export function textValues(text: string | null, read: LayerReader): JsonObject | null {
  if (text === null) return null
  const value = text.trim() === '' ? {} : read.parse(text)
  return isObject(value) ? value : value === null && !/\S/.test(text.replace(/^(?:\s*#.*|---\s*)$/gm, '')) ? {} : null
}

function withLayer(values: JsonObject, layer: HelmLayer, read: LayerReader): JsonObject | null {
  if (layer.kind === 'values') return over(values, layer.values)
  if (layer.kind === 'text') return over(values, textValues(layer.text, read))
  const path = setPath(layer.key)
  const value = layer.kind === 'set' ? setValue(layer.value, layer.string) : read.file(layer.path) ?? undefined
  const set = path === null || value === undefined ? null : withValue(values, path, value)
  return isObject(set) ? set : null
}

function over(values: JsonObject, more: JsonObject | null): JsonObject | null {
  return more === null ? null : mergedValues(values, more)
}

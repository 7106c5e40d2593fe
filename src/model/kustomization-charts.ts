import { isObject, objectsAt, textAt, valueAt } from './json.ts'
import type { Json, JsonObject } from './json.ts'
import type { KustomizationReference } from './kustomization.ts'

/** The folder beside a kustomization where kustomize looks for charts. */
const CHART_HOME = 'charts'

/** The charts that a kustomization inflates and the files that their values come from (`helmCharts`, and the older `helmChartInflationGenerator`). */
export function chartReferences(kustomization: JsonObject): readonly KustomizationReference[] {
  const home = textAt(kustomization, 'helmGlobals', 'chartHome') || CHART_HOME
  return [
    ...objectsAt(kustomization, 'helmCharts').flatMap((chart, i) => referencesOf(chart, home, ['helmCharts', i])),
    ...objectsAt(kustomization, 'helmChartInflationGenerator').flatMap((chart, i) => referencesOf({ ...chart, name: chart['chartName'] ?? null, version: chart['chartVersion'] ?? null, valuesFile: chart['values'] ?? null }, textAt(chart, 'chartHome') || home, ['helmChartInflationGenerator', i])),
  ]
}

/** The same for the configuration of kustomize's own generator of that name. */
export function chartGeneratorReferences(plugin: Json): readonly KustomizationReference[] {
  return isObject(plugin) && plugin['kind'] === 'HelmChartInflationGenerator' ? referencesOf(plugin, textAt(plugin, 'chartHome') || CHART_HOME, []) : []
}

function referencesOf(chart: JsonObject, home: string, steps: readonly (string | number)[]): readonly KustomizationReference[] {
  const name = textAt(chart, 'name') ?? textAt(chart, 'metadata', 'name') ?? ''
  const version = textAt(chart, 'version') ?? ''
  const more = valueAt(chart, 'additionalValuesFiles')
  const values = [chart['valuesFile'], ...Array.isArray(more) ? more : []].filter(path => typeof path === 'string' && path !== '')
  // What was fetched under its version lies in a folder of that name.
  const folders = name === '' ? [] : [`${home}/${name}`, ...version === '' ? [] : [`${home}/${name}-${version}/${name}`]]
  return [...folders.map(path => ({ role: 'chart' as const, steps, path })), ...values.flatMap(path => typeof path === 'string' ? [{ role: 'data' as const, steps, path }] : [])]
}

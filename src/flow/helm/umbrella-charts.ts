import { posix } from 'node:path'
import type { HelmRules } from '../../model/helm.ts'
import type { ChartFiles } from './subcharts.ts'
import { dependenciesOf, localFolder } from './subcharts.ts'

/** Charts that are made of other charts of the repository (`file://`), by their folders. */
export function umbrellaCharts(files: ChartFiles): readonly string[] {
  return [...files.paths].filter(path => posix.basename(path) === 'Chart.yaml').map(path => posix.dirname(path) === '.' ? '' : posix.dirname(path))
    .filter(folder => dependenciesOf(files, folder).some(dependency => localFolder(folder, dependency) !== null))
}

/** How a chart renders with nothing but its own values; nobody knows what others lay over them. */
export const BARE_CHART: HelmRules = {
  by: 'argocd', release: 'release-name', namespace: null, valueFiles: [], ignoreMissing: false, defaults: [], layers: [], homes: [], crds: true, tests: true, hooks: true, schema: true,
  apiVersions: [], postRender: [], byVersion: false,
}

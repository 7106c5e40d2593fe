import type { JsonObject } from '../../src/model/json.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { webManifest } from '../support/web-manifest.ts'

/** A chart in `chart/` with one Deployment, whose image and replicas are values. */
export function chartFiles(version: string): Readonly<Record<string, string>> {
  return {
    'chart/Chart.yaml': `apiVersion: v2\nname: web\nversion: ${version}\n`,
    'chart/values.yaml': 'image: web:1\nreplicas: 1\n',
    'chart/templates/web.yaml': webManifest({ name: '{{ .Release.Name }}', image: '{{ .Values.image }}', replicas: '{{ .Values.replicas }}' }),
  }
}

/** A HelmRelease of that chart from a GitRepository of its own namespace. */
export function helmRelease(of: { readonly name: string, readonly namespace: string, readonly source: string, readonly values: JsonObject, readonly more?: JsonObject }): KubernetesObject {
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata: { name: of.name, namespace: of.namespace },
    spec: { interval: '10m', chart: { spec: { chart: './chart', sourceRef: { kind: 'GitRepository', name: of.source } } }, values: of.values, ...of.more },
  }
}

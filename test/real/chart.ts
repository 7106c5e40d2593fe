import { V1 } from './scenario.ts'
import { web } from './owners.ts'

/** A chart `web` of one Deployment, in `charts/web` of a scene's repository. */
export const CHART: Readonly<Record<string, string>> = {
  'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.1.0\n',
  'charts/web/values.yaml': `image: ${V1}\nreplicas: 1\n`,
  'charts/web/templates/web.yaml': web('{{ .Values.image }}').replace('NAMESPACE', '{{ .Release.Namespace }}').replace('replicas: 1', 'replicas: {{ .Values.replicas }}'),
}

/** A HelmRelease `web` of that chart; `more` is what else its spec says, in YAML, and `values` what follows the image. */
export function helmRelease(of: { readonly image?: string, readonly more?: string, readonly values?: string } = {}): string {
  return `apiVersion: helm.toolkit.fluxcd.io/v2
kind: HelmRelease
metadata:
  name: web
  namespace: NAMESPACE
spec:
  interval: 10m
  chart:
    spec:
      chart: charts/web
      sourceRef: {kind: GitRepository, name: apps}
${of.more ?? ''}  values:
    image: ${of.image ?? V1}
${of.values ?? ''}`
}

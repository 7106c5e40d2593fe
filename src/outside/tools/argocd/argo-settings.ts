import type { Cluster } from '../../../flow/ports.ts'
import { isObject, textAt, valueAt } from '../../../model/json.ts'
import { unsupported } from '../read-result.ts'
import type { Obstacle } from '../read-result.ts'

/** What `argocd-cm` says, as far as it decides about ownership and output. */
export interface ArgoSettings {
  readonly instanceLabel: string
  readonly installationId: string | null
  readonly loadRestrictor: 'root' | 'none'
  /** Keys of `argocd-cm` that change what is compared or rendered for this group and kind, and that Writ does not honour. */
  obstacle(group: string, kind: string): Obstacle | null
}

const DEFAULT_LABEL = 'app.kubernetes.io/instance'
const NO_RESTRICTIONS = /^--load[-_]restrictor(?:=|\s+)(?:LoadRestrictionsNone|none)$/

/** Reads `argocd-cm`; where it is not there, Argo CD runs with its defaults. */
export async function argoSettings(cluster: Cluster, namespace: string): Promise<ArgoSettings> {
  const kind = await cluster.served('', 'ConfigMap')
  const map = kind === null ? null : await cluster.get(kind, namespace, 'argocd-cm')
  const data = map === null ? undefined : valueAt(map, 'data')
  const build = (textAt(data, 'kustomize.buildOptions') ?? '').trim()
  const keys = isObject(data) ? Object.keys(data) : []
  return {
    instanceLabel: textAt(data, 'application.instanceLabelKey') || DEFAULT_LABEL,
    installationId: textAt(data, 'installationID') || null,
    loadRestrictor: NO_RESTRICTIONS.test(build) ? 'none' : 'root',
    obstacle: (group, name) => {
      if (build !== '' && !NO_RESTRICTIONS.test(build)) return unsupported('argocd-cm kustomize.buildOptions', `which is '${build.slice(0, 200)}'`)
      const prefix = 'resource.customizations.ignoreDifferences.'
      const ignoring = keys.find(key => key === `${prefix}all` || key === `${prefix}${group}_${name}` || (group === '' && key === `${prefix}${name}`))
      if (ignoring !== undefined) return unsupported(`argocd-cm ${ignoring}`, 'so differences in this kind may never be synced')
      const combined = textAt(data, 'resource.customizations') ?? ''
      return combined.includes('ignoreDifferences') ? unsupported('argocd-cm resource.customizations', 'which holds ignoreDifferences') : null
    },
  }
}

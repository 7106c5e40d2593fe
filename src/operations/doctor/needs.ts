/** One right that Writ uses: verbs on resources of a group. `kind` is what must be installed for it to matter; null: every cluster. */
export interface Need {
  readonly group: string
  readonly resources: readonly string[]
  readonly verbs: readonly string[]
  readonly kind: string | null
  /** What cannot be done without it. */
  readonly without: string
  readonly role: 'writ' | 'writ-steer'
}

const reads = (what: Pick<Need, 'group' | 'resources' | 'without'> & { readonly kind?: string }): Need => ({ kind: null, verbs: ['get', 'list', 'watch'], role: 'writ', ...what })
const asks = (group: string, resources: readonly string[], kind: string): Need => ({ group, resources, verbs: ['patch'], kind, without: 'an owner cannot be asked to look at Git, or be paused and resumed', role: 'writ' })

/** What `deploy/kubernetes/rbac.yaml` gives, as far as Writ asks for it by name. A test holds both together. */
export const NEEDS: readonly Need[] = [
  reads({ group: '', resources: ['namespaces', 'pods', 'events', 'configmaps'], without: 'environments, rollouts and what controllers say cannot be read' }),
  reads({ group: 'apps', resources: ['deployments', 'statefulsets', 'daemonsets', 'replicasets'], without: 'workloads cannot be changed or verified' }),
  reads({ group: 'batch', resources: ['jobs', 'cronjobs'], without: 'jobs cannot be changed or verified' }),
  reads({ group: 'autoscaling', resources: ['horizontalpodautoscalers'], without: 'whether an autoscaler sets the replicas is not known' }),
  reads({ group: 'apiextensions.k8s.io', resources: ['customresourcedefinitions'], without: 'whether Argo CD has a switch for pauses is not known' }),
  reads({ group: 'argoproj.io', resources: ['applications', 'appprojects'], without: 'owners of Argo CD are not found', kind: 'Application' }),
  reads({ group: 'argoproj.io', resources: ['applicationsets'], without: 'what makes an Application is not known', kind: 'ApplicationSet' }),
  asks('argoproj.io', ['applications'], 'Application'),
  reads({ group: 'source.toolkit.fluxcd.io', resources: ['gitrepositories'], without: 'owners of Flux are not found', kind: 'GitRepository' }),
  asks('source.toolkit.fluxcd.io', ['gitrepositories'], 'GitRepository'),
  reads({ group: 'kustomize.toolkit.fluxcd.io', resources: ['kustomizations'], without: 'owners of Flux are not found', kind: 'Kustomization' }),
  asks('kustomize.toolkit.fluxcd.io', ['kustomizations'], 'Kustomization'),
  reads({ group: 'helm.toolkit.fluxcd.io', resources: ['helmreleases'], without: 'releases of Helm are not found', kind: 'HelmRelease' }),
  asks('helm.toolkit.fluxcd.io', ['helmreleases'], 'HelmRelease'),
  { group: 'argoproj.io', resources: ['applications'], verbs: ['update'], kind: 'Application', without: 'writ sync of an Application', role: 'writ-steer' },
]

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

const LOOK = ['get', 'list', 'watch']
const reads = (group: string, resources: readonly string[], without: string, kind: string | null = null): Need => ({ group, resources, verbs: LOOK, kind, without, role: 'writ' })
const asks = (group: string, resources: readonly string[], kind: string): Need => ({ group, resources, verbs: ['patch'], kind, without: 'an owner cannot be asked to look at Git, or be paused and resumed', role: 'writ' })

/** What `deploy/kubernetes/rbac.yaml` gives, as far as Writ asks for it by name. A test holds both together. */
export const NEEDS: readonly Need[] = [
  reads('', ['namespaces', 'pods', 'events', 'configmaps'], 'environments, rollouts and what controllers say cannot be read'),
  reads('apps', ['deployments', 'statefulsets', 'daemonsets', 'replicasets'], 'workloads cannot be changed or verified'),
  reads('batch', ['jobs', 'cronjobs'], 'jobs cannot be changed or verified'),
  reads('autoscaling', ['horizontalpodautoscalers'], 'whether an autoscaler sets the replicas is not known'),
  reads('apiextensions.k8s.io', ['customresourcedefinitions'], 'whether Argo CD has a switch for pauses is not known'),
  reads('argoproj.io', ['applications', 'appprojects'], 'owners of Argo CD are not found', 'Application'),
  reads('argoproj.io', ['applicationsets'], 'what makes an Application is not known', 'ApplicationSet'),
  asks('argoproj.io', ['applications'], 'Application'),
  reads('source.toolkit.fluxcd.io', ['gitrepositories'], 'owners of Flux are not found', 'GitRepository'),
  asks('source.toolkit.fluxcd.io', ['gitrepositories'], 'GitRepository'),
  reads('kustomize.toolkit.fluxcd.io', ['kustomizations'], 'owners of Flux are not found', 'Kustomization'),
  asks('kustomize.toolkit.fluxcd.io', ['kustomizations'], 'Kustomization'),
  reads('helm.toolkit.fluxcd.io', ['helmreleases'], 'releases of Helm are not found', 'HelmRelease'),
  asks('helm.toolkit.fluxcd.io', ['helmreleases'], 'HelmRelease'),
  { group: 'argoproj.io', resources: ['applications'], verbs: ['update'], kind: 'Application', without: 'writ sync of an Application', role: 'writ-steer' },
]

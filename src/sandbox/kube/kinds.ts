import type { JsonObject } from '../../model/json.ts'
import { customSchema, namedSchema } from './schema.ts'
import type { Schema } from './schema.ts'

/** One version of one resource that the server serves. */
export interface Kind {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly namespaced: boolean
  readonly schema: Schema
  /** Has a `status` subresource: the object's own path cannot write it, and it does not raise the generation. */
  readonly status: boolean
  /** Paths of the numbers behind the `scale` subresource. */
  readonly scale?: ScalePaths
  /** What raises metadata.generation: a change outside metadata and status, that or a changed annotation, nothing. */
  readonly generation: 'content' | 'annotations' | 'never'
  /** A definition's kind: unknown fields pruned by its schema, no strategic merge. */
  readonly custom: boolean
}

export interface ScalePaths { readonly spec: readonly string[], readonly status: readonly string[], readonly selector: readonly string[] }

/** A kind to serve without a definition: everything in its objects is kept as written. */
export interface KindToServe {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
  /** Whether it has a status subresource. Default: yes, but for Argo CD's Application and AppProject, which have none. */
  readonly status?: boolean
  /** OpenAPI schema (as in a definition); without it every field is kept. */
  readonly schema?: JsonObject
}

const WITHOUT_STATUS = new Set(['argoproj.io/Application', 'argoproj.io/AppProject'])
const REPLICAS: ScalePaths = { spec: ['spec', 'replicas'], status: ['status', 'replicas'], selector: ['spec', 'selector'] }

/** Group/version; kind plural shortNames flags (n namespaced, s status, r scale, g generation of spec, a of annotations too). */
const BUILT_IN = `
v1 ConfigMap configmaps cm n
v1 Secret secrets - n
v1 Service services svc ns
v1 ServiceAccount serviceaccounts sa n
v1 Pod pods po nsg
v1 PersistentVolumeClaim persistentvolumeclaims pvc ns
v1 PersistentVolume persistentvolumes pv s
v1 Namespace namespaces ns s
v1 Event events ev n
v1 Endpoints endpoints ep n
v1 LimitRange limitranges limits n
v1 ResourceQuota resourcequotas quota ns
apps/v1 Deployment deployments deploy nsra
apps/v1 StatefulSet statefulsets sts nsrg
apps/v1 DaemonSet daemonsets ds nsg
apps/v1 ReplicaSet replicasets rs nsrg
apps/v1 ControllerRevision controllerrevisions - n
batch/v1 Job jobs - nsg
batch/v1 CronJob cronjobs cj nsg
networking.k8s.io/v1 Ingress ingresses ing nsg
networking.k8s.io/v1 IngressClass ingressclasses - g
networking.k8s.io/v1 NetworkPolicy networkpolicies netpol ng
policy/v1 PodDisruptionBudget poddisruptionbudgets pdb nsg
rbac.authorization.k8s.io/v1 Role roles - n
rbac.authorization.k8s.io/v1 RoleBinding rolebindings - n
rbac.authorization.k8s.io/v1 ClusterRole clusterroles - -
rbac.authorization.k8s.io/v1 ClusterRoleBinding clusterrolebindings - -
autoscaling/v2 HorizontalPodAutoscaler horizontalpodautoscalers hpa ns
autoscaling/v1 HorizontalPodAutoscaler horizontalpodautoscalers hpa ns
apiextensions.k8s.io/v1 CustomResourceDefinition customresourcedefinitions crd,crds sg
admissionregistration.k8s.io/v1 ValidatingWebhookConfiguration validatingwebhookconfigurations - g
admissionregistration.k8s.io/v1 MutatingWebhookConfiguration mutatingwebhookconfigurations - g
admissionregistration.k8s.io/v1 ValidatingAdmissionPolicy validatingadmissionpolicies - sg
admissionregistration.k8s.io/v1 ValidatingAdmissionPolicyBinding validatingadmissionpolicybindings - g
coordination.k8s.io/v1 Lease leases - n
storage.k8s.io/v1 StorageClass storageclasses sc -
scheduling.k8s.io/v1 PriorityClass priorityclasses pc g
discovery.k8s.io/v1 EndpointSlice endpointslices - ng
`
const IN_ALL = new Set(['Pod', 'Service', 'Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'Job', 'CronJob', 'HorizontalPodAutoscaler'])

/** The kinds every server serves. */
export function builtInKinds(): readonly Kind[] {
  return BUILT_IN.trim().split('\n').map(line => {
    const [groupVersion = '', kind = '', plural = '', short = '', flags = ''] = line.split(' ')
    const [group, version] = groupVersion.includes('/') ? groupVersion.split('/') : ['', groupVersion]
    const prefix = group === '' ? '' : `${group?.split('.')[0] ?? ''}${version === 'v1' ? '' : version}.`
    return {
      group: group ?? '', version: version ?? '', kind, plural, singular: kind.toLowerCase(), shortNames: short === '-' ? [] : short.split(','),
      categories: IN_ALL.has(kind) ? ['all'] : [], namespaced: flags.includes('n'), schema: namedSchema(prefix + kind), status: flags.includes('s'),
      ...(flags.includes('r') ? { scale: REPLICAS } : {}), generation: flags.includes('a') ? 'annotations' : flags.includes('g') ? 'content' : 'never', custom: false,
    }
  })
}

/** A kind that nobody defined. */
export function servedKind(of: KindToServe): Kind {
  return {
    group: of.group, version: of.version, kind: of.kind, plural: of.plural, singular: of.kind.toLowerCase(), shortNames: [], categories: [],
    namespaced: of.namespaced, schema: customSchema(of.schema), status: of.status ?? !WITHOUT_STATUS.has(`${of.group}/${of.kind}`), generation: 'content', custom: true,
  }
}

/** `apps/v1`, or `v1` for the core group. */
export function groupVersionOf(kind: { readonly group: string, readonly version: string }): string {
  return kind.group ? `${kind.group}/${kind.version}` : kind.version
}

/** What holds all objects of a resource, in whatever version they are asked for. */
export function resourceKey(kind: { readonly group: string, readonly plural: string }): string {
  return `${kind.group}/${kind.plural}`
}

/** What the API server calls a kind in its paths, and whether its objects have a namespace. */
export interface KindInfo {
  /** The plural names that it may have; one for known kinds, guesses for others. */
  readonly plurals: readonly [string, ...string[]]
  /** null where nobody knows without the server. */
  readonly namespaced: boolean | null
}

/** Kinds without a namespace, by group. */
const CLUSTER_KINDS: Readonly<Record<string, readonly string[]>> = {
  '': ['Namespace', 'Node', 'PersistentVolume'],
  'admissionregistration.k8s.io': ['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding', 'MutatingAdmissionPolicy', 'MutatingAdmissionPolicyBinding'],
  'apiextensions.k8s.io': ['CustomResourceDefinition'],
  'apiregistration.k8s.io': ['APIService'],
  'certificates.k8s.io': ['CertificateSigningRequest', 'ClusterTrustBundle'],
  'flowcontrol.apiserver.k8s.io': ['FlowSchema', 'PriorityLevelConfiguration'],
  'networking.k8s.io': ['IngressClass', 'IPAddress', 'ServiceCIDR'],
  'node.k8s.io': ['RuntimeClass'],
  'rbac.authorization.k8s.io': ['ClusterRole', 'ClusterRoleBinding'],
  'resource.k8s.io': ['DeviceClass', 'ResourceSlice'],
  'scheduling.k8s.io': ['PriorityClass'],
  'storage.k8s.io': ['StorageClass', 'CSIDriver', 'CSINode', 'VolumeAttachment', 'VolumeAttributesClass'],
}

/** Kinds with a namespace, by group. */
const NAMESPACED_KINDS: Readonly<Record<string, readonly string[]>> = {
  '': ['Pod', 'Service', 'ConfigMap', 'Secret', 'ServiceAccount', 'PersistentVolumeClaim', 'Endpoints', 'Event', 'LimitRange', 'ResourceQuota', 'ReplicationController', 'PodTemplate'],
  apps: ['Deployment', 'StatefulSet', 'DaemonSet', 'ReplicaSet', 'ControllerRevision'],
  autoscaling: ['HorizontalPodAutoscaler'],
  batch: ['Job', 'CronJob'],
  'coordination.k8s.io': ['Lease'],
  'discovery.k8s.io': ['EndpointSlice'],
  'events.k8s.io': ['Event'],
  'networking.k8s.io': ['Ingress', 'NetworkPolicy'],
  policy: ['PodDisruptionBudget'],
  'rbac.authorization.k8s.io': ['Role', 'RoleBinding'],
  'storage.k8s.io': ['CSIStorageCapacity'],
  'argoproj.io': ['Application', 'ApplicationSet', 'AppProject', 'Rollout', 'AnalysisTemplate', 'AnalysisRun', 'Workflow', 'CronWorkflow'],
}

/** Plurals that the rule for English words does not give. */
const IRREGULAR: Readonly<Record<string, string>> = { Endpoints: 'endpoints' }

/** What is known about a kind without a server (policy.md 2.3). */
export function kindInfo(group: string, kind: string): KindInfo {
  const namespaced = has(NAMESPACED_KINDS, group, kind) ? true : has(CLUSTER_KINDS, group, kind) ? false : null
  const irregular = Object.hasOwn(IRREGULAR, kind) ? IRREGULAR[kind] : undefined
  if (irregular !== undefined) return { plurals: [irregular], namespaced }
  return { plurals: namespaced === null ? guesses(kind) : [plural(kind)], namespaced }
}

function has(table: Readonly<Record<string, readonly string[]>>, group: string, kind: string): boolean {
  return Object.hasOwn(table, group) && (table[group] ?? []).includes(kind)
}

function plural(kind: string): string {
  const word = kind.toLowerCase()
  if (/[^aeiou]y$/.test(word)) return `${word.slice(0, -1)}ies`
  return /(?:s|x|z|ch|sh)$/.test(word) ? `${word}es` : `${word}s`
}

/** Every plural that a definition may have chosen: a policy must not pass an object by because of a word. */
function guesses(kind: string): readonly [string, ...string[]] {
  const word = kind.toLowerCase()
  const more = [`${word}s`, `${word}es`, word, ...word.endsWith('y') ? [`${word.slice(0, -1)}ies`] : []]
  const first = plural(kind)
  return [first, ...more.filter(other => other !== first)]
}

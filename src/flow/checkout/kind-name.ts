import type { ObjectRef } from '../../model/resource.ts'

/** Short names that kubectl and the tools' own CRDs give (kubectl api-resources). */
const SHORT: Readonly<Record<string, string>> = {
  cm: 'configmap', cj: 'cronjob', crd: 'customresourcedefinition', crds: 'customresourcedefinition', deploy: 'deployment', ds: 'daemonset', ep: 'endpoints', hpa: 'horizontalpodautoscaler',
  hr: 'helmrelease', ing: 'ingress', ks: 'kustomization', limits: 'limitrange', netpol: 'networkpolicy', no: 'node', ns: 'namespace', pc: 'priorityclass', pdb: 'poddisruptionbudget',
  po: 'pod', pv: 'persistentvolume', pvc: 'persistentvolumeclaim', quota: 'resourcequota', rc: 'replicationcontroller', ro: 'rollout', rs: 'replicaset', sa: 'serviceaccount', sc: 'storageclass',
  sts: 'statefulset', svc: 'service', app: 'application', appset: 'applicationset', appproj: 'appproject', gitrepo: 'gitrepository', helmrepo: 'helmrepository', ocirepo: 'ocirepository',
}

/**
 * True where a type as kubectl takes it means the kind of an object: `Deployment`, `deployments`, `deploy`, `deployments.apps`, `deployment.v1.apps`.
 * Without an API server the plural is formed as its code generators form it.
 */
export function isTyped(ref: Pick<ObjectRef, 'group' | 'version' | 'kind'>, type: string): boolean {
  const [word = '', ...rest] = type.toLowerCase().split('.')
  const kind = ref.kind.toLowerCase()
  if (word !== kind && word !== plural(kind) && SHORT[word] !== kind) return false
  const group = rest.join('.')
  return group === '' || group === ref.group || group === `${ref.version}.${ref.group}`.replace(/\.$/, '')
}

function plural(kind: string): string {
  if (/(?:s|x|z|ch|sh)$/.test(kind)) return kind.endsWith('endpoints') ? kind : `${kind}es`
  return /[^aeiou]y$/.test(kind) ? `${kind.slice(0, -1)}ies` : `${kind}s`
}

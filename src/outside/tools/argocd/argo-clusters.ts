import type { Cluster } from '../../../flow/ports.ts'
import type { ArgoCluster, ArgoClusters } from '../../../model/application-set/clusters.ts'
import { isObject, textAt, valueAt } from '../../../model/json.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import { whereAllowed } from '../where-allowed.ts'

const CLUSTER_SECRETS = 'argocd.argoproj.io/secret-type=cluster'
/** The whole object again, with how to log in, where somebody applied it with kubectl. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/**
 * The clusters that an Argo CD knows by the Secrets of its namespace (argocd-flux.md 1.3): names, servers, projects, labels and annotations. The rest of a Secret, how to
 * log in, is dropped as soon as it arrives. Without the right to list them: which right that is.
 */
export async function argoClusters(cluster: Cluster, namespace: string): Promise<ArgoClusters> {
  const kind = await cluster.served('', 'Secret')
  const secrets = kind === null ? [] : await whereAllowed(() => cluster.list(kind, namespace, CLUSTER_SECRETS))
  return secrets === null ? { because: `Writ may not list Secrets in namespace ${namespace} of cluster ${cluster.name} (verb list, resource secrets)` } : secrets.map(clusterOf)
}

function clusterOf(secret: KubernetesObject): ArgoCluster {
  const plain = (key: string): string => Buffer.from(textAt(secret, 'data', key) ?? '', 'base64').toString('utf8')
  return {
    secret: `${textAt(secret, 'metadata', 'namespace') ?? ''}/${textAt(secret, 'metadata', 'name') ?? ''}`,
    name: plain('name'), server: plain('server'), project: plain('project'), labels: texts(secret, 'labels'), annotations: texts(secret, 'annotations'),
  }
}

function texts(secret: KubernetesObject, of: 'labels' | 'annotations'): Readonly<Record<string, string>> {
  const map = valueAt(secret, 'metadata', of)
  return Object.fromEntries(Object.entries(isObject(map) ? map : {}).flatMap(([key, value]) => typeof value === 'string' && key !== LAST_APPLIED ? [[key, value]] : []))
}

import { isObject, valueAt } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import { isEmptySelector, selectsLabels } from '../label-selector.ts'
import { sanitized } from './params.ts'
import type { ParamSet } from './params.ts'

/** A cluster that an Argo CD knows, as its Secret says it; never how to log in there. */
export interface ArgoCluster {
  /** `argocd/prod-eu`. */
  readonly secret: string
  readonly name: string
  readonly server: string
  readonly project: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** The clusters that an Argo CD knows, or why they are not known and what to do about it. */
export type ArgoClusters = readonly ArgoCluster[] | { readonly because: string }

const IN_CLUSTER = 'https://kubernetes.default.svc'

/**
 * The parameters that a cluster generator gives, without its `values` (applicationset/generators/cluster.go): one set for each Secret that its selector takes, and one for the
 * cluster that Argo CD runs in, where there is no selector and none of those is it.
 */
export function clusterSets(generator: JsonObject, { clusters, go }: { readonly clusters: ArgoClusters, readonly go: boolean }): { readonly sets: readonly ParamSet[] } | { readonly because: string } {
  if ('because' in clusters) return { because: `its clusters generator gives what cluster Secrets say, and ${clusters.because}` }
  const given = valueAt(generator, 'selector')
  const selector = isObject(given) ? given : {}
  if (JSON.stringify(selector).includes('{{')) return { because: 'its clusters generator selects by an expression' }
  const picked = clusters.map(cluster => selectsLabels(selector, cluster.labels))
  if (picked.includes(null)) return { because: 'its clusters generator has a selector that Kubernetes does not take' }
  const taken = clusters.filter((_cluster, i) => picked[i] === true)
  const twice = taken.find((one, i) => taken.some((other, at) => at !== i && other.name === one.name))
  // Argo CD takes whichever it reads last.
  if (twice !== undefined) return { because: `several cluster Secrets name the cluster ${twice.name}` }
  const disputed = taken.find(({ server }) => server !== IN_CLUSTER && server.replace(/\/+$/, '') === IN_CLUSTER)
  if (disputed !== undefined) return { because: `versions of Argo CD read the server of cluster Secret ${disputed.secret} in different ways` }
  const local = isEmptySelector(selector) && !taken.some(({ server }) => server === IN_CLUSTER)
  return { sets: [...taken.map(one => setOf(one, go)), ...local ? [IN_CLUSTER_SET] : []] }
}

const IN_CLUSTER_SET: ParamSet = [{ values: { name: 'in-cluster', nameNormalized: 'in-cluster', server: IN_CLUSTER, project: '' }, source: { kind: 'cluster', secret: null } }]

function setOf({ secret, name, server, project, labels, annotations }: ArgoCluster, go: boolean): ParamSet {
  const metadata = (key: string, map: Readonly<Record<string, string>>): JsonObject => Object.fromEntries(Object.entries(map).map(([label, value]) => [`metadata.${key}.${label}`, value]))
  const about = (map: Readonly<Record<string, string>>, key: string): JsonObject => Object.keys(map).length === 0 ? {} : { [key]: map }
  const marks: JsonObject = go ? { metadata: { ...about(annotations, 'annotations'), ...about(labels, 'labels') } } : { ...metadata('annotations', annotations), ...metadata('labels', labels) }
  return [{ values: { name, nameNormalized: sanitized(name), server, project, ...marks }, source: { kind: 'cluster', secret } }]
}

/** The clusters with those annotations that a set names: what it does not name decides nothing in it, and is kept nowhere. */
export function clustersFor(spec: JsonObject, clusters: ArgoClusters): ArgoClusters {
  if ('because' in clusters) return clusters
  const text = JSON.stringify(spec)
  return clusters.map(one => ({ ...one, annotations: Object.fromEntries(Object.entries(one.annotations).filter(([key]) => text.includes(JSON.stringify(key).slice(1, -1)))) }))
}

/** True where generators of a set, or those within others, read clusters. */
export function readsClusters(spec: JsonObject): boolean {
  return holdsClusters(valueAt(spec, 'generators'))
}

function holdsClusters(value: Json | undefined): boolean {
  if (Array.isArray(value)) return value.some(holdsClusters)
  return isObject(value) && (isObject(value['clusters']) || Object.entries(value).some(([key, item]) => (key === 'matrix' || key === 'merge' || key === 'generators') && holdsClusters(item)))
}

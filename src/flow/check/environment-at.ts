import type { Environment, EnvironmentClass } from '../../model/environment.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { Environments } from '../world.ts'
import type { StatedPlace } from './delivery.ts'

/** A cluster of the configuration, as far as files can name it. */
export interface NamedCluster { readonly name: string, /** How Argo CD names it; null where it does not run for it. */ readonly argocd: readonly string[] | null, readonly flux: boolean }

const ORDER: readonly EnvironmentClass[] = ['dev', 'test', 'staging', 'prod']

/**
 * The environment of a rendered object. Files rarely say in which cluster their owner runs: of all clusters that it may be, the strictest environment counts, and
 * where none is left the object is in prod (DESIGN.md section 3). What the caller names only makes it stricter.
 */
export function environmentAt(rules: { readonly environments: Environments, readonly clusters: readonly NamedCluster[], readonly atLeast: Environment | null }, stated: StatedPlace, of: { readonly namespace: string | null, readonly object: KubernetesObject | null }): Environment {
  const found = clustersOf(rules.clusters, stated).map(({ name }) => rules.environments.of(name, of.namespace, of.object))
  const own = found.length === 0 ? rules.environments.of('', null, null) : found.reduce((a, b) => rank(b) > rank(a) || (rank(b) === rank(a) && a.known && !b.known) ? b : a)
  const { atLeast } = rules
  if (atLeast === null) return own
  return rank(atLeast) > rank(own) || (rank(atLeast) === rank(own) && !own.known) ? atLeast : own
}

function rank(environment: Environment): number {
  return ORDER.indexOf(environment.class)
}

function clustersOf(clusters: readonly NamedCluster[], { tool, cluster }: StatedPlace): readonly NamedCluster[] {
  if (tool === 'argocd') return clusters.filter(({ argocd }) => argocd !== null && (cluster === null || argocd.includes(cluster)))
  if (tool === 'flux') return clusters.filter(({ flux }) => flux)
  return []
}

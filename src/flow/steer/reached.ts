import type { Environment } from '../../model/environment.ts'
import { WritError } from '../../model/error.ts'
import type { OwnerLook } from '../../model/steering.ts'
import type { World } from '../world.ts'

/**
 * Every environment in which an owner deploys: whoever steers it, steers all of that. Where it deploys to a cluster that nobody knows, prod
 * (DESIGN.md section 3). A Namespace object counts as what is in it.
 */
export async function reachedEnvironments(world: World, { destination, deploys }: Pick<OwnerLook, 'destination' | 'deploys'>): Promise<readonly Environment[]> {
  const { cluster } = destination
  if (cluster === null) return [world.environments.of('', null, null)]
  const namespaces = new Set<string | null>(deploys.map(ref => ref.group === '' && ref.kind === 'Namespace' ? ref.name : ref.namespace))
  if (destination.namespace !== null || namespaces.size === 0) namespaces.add(destination.namespace)
  const found = new Map<string, Environment>()
  for (const namespace of namespaces) {
    const environment = await environmentAt(world, cluster, namespace)
    found.set(environment.name, environment)
  }
  return [...found.values()]
}

/** The environment of one namespace; labels that may not be read are not known, which is the strictest. */
export async function environmentAt(world: World, cluster: string, namespace: string | null): Promise<Environment> {
  return world.environments.of(cluster, namespace, namespace === null ? null : await namespaceObject(world, cluster, namespace))
}

async function namespaceObject(world: World, cluster: string, name: string): ReturnType<ReturnType<World['clusters']['named']>['get']> {
  const on = world.clusters.named(cluster)
  try {
    const kind = await on.served('', 'Namespace')
    return kind === null ? null : await on.get(kind, null, name)
  } catch (error) {
    if (error instanceof WritError && error.code === 'cluster/unauthorized') return null
    throw error
  }
}

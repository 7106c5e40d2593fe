import type { World } from '../../flow/world.ts'
import type { ApiServer, Cluster } from '../../flow/ports.ts'
import { WritError } from '../../model/error.ts'
import { examine, missing } from './check.ts'
import type { Check } from './check.ts'
import { controllers, servedKinds } from './controllers.ts'
import { lacksOf, rolesOf, showLacks } from './rights.ts'

/** Each cluster: whether it answers, what runs in it, which kinds it serves, and which rights are missing for that. */
export async function examineClusters(world: Pick<World, 'clusters' | 'servers'>): Promise<readonly Check[]> {
  return (await Promise.all(world.clusters.all.map(cluster => oneCluster(world, cluster)))).flat()
}

async function oneCluster(world: Pick<World, 'clusters' | 'servers'>, cluster: Cluster): Promise<readonly Check[]> {
  const reached = await examine({
    name: `cluster ${cluster.name}`, required: true, without: 'nothing on this cluster can be seen or changed', install: 'check context, credentials and network',
    look: async () => {
      const kind = await cluster.served('', 'Namespace')
      return kind === null ? missing('the API server serves no namespaces') : `reachable, Kubernetes ${await world.servers.named(cluster.name).version()}`
    },
  })
  if (reached.state !== 'ok') return [reached]
  return [reached, await kinds(cluster), await versions(cluster), await rights(world, cluster)]
}

async function kinds(cluster: Cluster): Promise<Check> {
  const name = `kinds ${cluster.name}`
  return tolerant(name, async () => {
    const { found, others } = await servedKinds(cluster)
    // A cluster that a hub deploys to has none of them, and lacks nothing.
    if (found.length === 0) return { name, state: 'ok', required: false, found: 'neither Argo CD nor Flux is installed in it', without: null, install: null }
    if (others.length > 0) return { name, state: 'warning', required: false, found: others.join('; '), without: 'fields may have moved that Writ reads', install: 'use releases of Argo CD and Flux that serve the known versions' }
    return { name, state: 'ok', required: false, found: found.join(', '), without: null, install: null }
  })
}

/** Only told: that a controller runs elsewhere is no fault. */
async function versions(cluster: Cluster): Promise<Check> {
  const name = `controllers ${cluster.name}`
  return tolerant(name, async () => {
    const found = await controllers(cluster)
    return { name, state: 'ok', required: false, found: found.length === 0 ? 'none is visible' : found.join(', '), without: null, install: null }
  })
}

async function rights({ servers }: Pick<World, 'servers'>, cluster: Cluster): Promise<Check> {
  const name = `rights ${cluster.name}`
  return tolerant(name, async () => {
    const lacks = await lacksOf(cluster, servers.named(cluster.name))
    if (lacks.length === 0) return { name, state: 'ok', required: false, found: `all that is needed for what is installed${await asks(servers.named(cluster.name))}`, without: null, install: null }
    const without = [...new Set(lacks.map(({ need }) => need.without))].join('; ')
    return { name, state: 'warning', required: false, found: `may not ${showLacks(lacks)}`, without, install: 'bind what stands below to the user of the context, or the roles of deploy/kubernetes/rbac.yaml', text: rolesOf(lacks) }
  })
}

/** What a right beyond the roles gives: a plan is tried by a dry run, and not only held against the published types. */
async function asks(server: ApiServer): Promise<string> {
  const may = await server.may({ verb: 'patch', group: 'apps', resource: 'deployments', namespace: null })
  return may ? '' : '; plans are held against the published schema only, where a right to patch (such as deployments.apps) would try them by a dry run'
}

/** What cannot be found out is told, too. */
async function tolerant(name: string, look: () => Promise<Check>): Promise<Check> {
  try {
    return await look()
  } catch (error) {
    if (!(error instanceof WritError)) throw error
    return { name, state: 'warning', required: false, found: error.message, without: 'it cannot be found out', install: error.hint }
  }
}

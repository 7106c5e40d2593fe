import { environmentNow, hasRole } from '../flow/approve/roles.ts'
import type { Change } from '../model/change.ts'
import type { Caller } from './operation.ts'

/** Which changes are meant. null: those of every namespace, of every cluster. */
export interface Where { readonly namespace: string | null, readonly cluster: string | null, readonly status?: Change['status'], readonly limit: number }

/** More changes than one store holds: who asks for one namespace must find all of its changes, however many others are newer. */
const ALL_OF_THEM = 1_000_000

/** Changes by the place of their object that the caller may look at, newest first. Throws usage/bad-argument for a cluster that the configuration does not have. */
export async function changesWhere({ world, identity }: Pick<Caller, 'world' | 'identity'>, { namespace, cluster, status, limit }: Where): Promise<readonly Change[]> {
  const of = status === undefined ? {} : { status }
  const open = world.environments.all.every(({ viewers }) => viewers === undefined)
  if (namespace === null && cluster === null && open) return world.changes.list({ ...of, limit })
  const name = cluster === null ? null : world.clusters.choose({ cluster }).name
  const found = (await world.changes.list({ ...of, limit: ALL_OF_THEM }))
    .filter(({ plan: { target } }) => (namespace === null || target.namespace === namespace) && (name === null || target.cluster === name))
    .filter(({ plan: { environment } }) => hasRole('viewer', identity, environmentNow(world, environment)))
  return found.slice(0, limit)
}

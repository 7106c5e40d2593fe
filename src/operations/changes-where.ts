import type { World } from '../flow/world.ts'
import type { Change } from '../model/change.ts'

/** Which changes are meant. null: those of every namespace, of every cluster. */
export interface Where { readonly namespace: string | null, readonly cluster: string | null, readonly status?: Change['status'], readonly limit: number }

/** More changes than one store holds: who asks for one namespace must find all of its changes, however many others are newer. */
const ALL_OF_THEM = 1_000_000

/** Changes by the place of their object, newest first. Throws usage/bad-argument for a cluster that the configuration does not have. */
export async function changesWhere(world: World, { namespace, cluster, status, limit }: Where): Promise<readonly Change[]> {
  const of = status === undefined ? {} : { status }
  if (namespace === null && cluster === null) return world.changes.list({ ...of, limit })
  const name = cluster === null ? null : world.clusters.choose({ cluster }).name
  const found = (await world.changes.list({ ...of, limit: ALL_OF_THEM }))
    .filter(({ plan: { target } }) => (namespace === null || target.namespace === namespace) && (name === null || target.cluster === name))
  return found.slice(0, limit)
}

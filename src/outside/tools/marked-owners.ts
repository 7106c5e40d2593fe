import type { KindReader } from '../../flow/ports.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { metadataText } from '../../model/resource.ts'
import type { Cluster } from '../../flow/ports.ts'
import type { OwnerRef } from '../../model/owner.ts'
import { PAUSE_MARK } from '../../model/steering.ts'
import { whereAllowed } from './where-allowed.ts'

/** Owners of one kind in one cluster; `namespace`: where to look if a look into all is not allowed. */
export interface MarkedAsk { readonly cluster: Cluster, readonly kinds: KindReader, readonly group: string, readonly kind: OwnerRef['kind'], readonly namespace: string | null, readonly ref: (object: KubernetesObject) => OwnerRef }

/** Those that bear the mark of a pause of Writ. Of each only the metadata is read. None where the kind is not served, or may not be listed. */
export async function markedOwners({ cluster, kinds, group, kind, namespace, ref }: MarkedAsk): Promise<readonly OwnerRef[]> {
  const served = await cluster.served(group, kind)
  if (served === null) return []
  const look = (within: string | null): Promise<readonly OwnerRef[] | null> => whereAllowed(async () => {
    const found: OwnerRef[] = []
    await kinds.metadata({ cluster: cluster.name, kind: served, namespace: within }, objects => { found.push(...objects.filter(object => metadataText(object, 'annotations', PAUSE_MARK) !== undefined).map(ref)) })
    return found
  })
  return await look(null) ?? (namespace === null ? null : await look(namespace)) ?? []
}

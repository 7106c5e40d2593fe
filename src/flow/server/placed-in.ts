import { apiVersionOf, refOf } from '../../model/resource.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import type { Cluster, ServedKind } from '../ports.ts'

/** A rendered object as a server is asked about it: its kind in the version that it states, and where it goes. */
export interface Placed { readonly kind: ServedKind, readonly object: ObjectRef, readonly applied: KubernetesObject }

/** Puts a rendered object where its owner does: into its own namespace, or the one that the owner gives it. Null where the cluster does not serve its kind. */
export async function placedIn({ cluster, namespace: given }: { readonly cluster: Cluster, readonly namespace: string | null }, rendered: KubernetesObject): Promise<Placed | null> {
  const stated = refOf(rendered)
  const served = await cluster.served(stated.group, stated.kind)
  if (served === null) return null
  const kind: ServedKind = { ...served, version: stated.version }
  const namespace = kind.namespaced ? stated.namespace ?? given ?? 'default' : null
  const { metadata, status: _status, ...rest } = rendered
  return { kind, object: { ...stated, namespace }, applied: { ...rest, apiVersion: rendered.apiVersion, kind: rendered.kind, metadata: { ...metadata, ...namespace === null ? {} : { namespace } } } }
}

/** Why a server cannot be asked about an object of a kind that it does not serve. */
export function notServed(cluster: Pick<Cluster, 'name'>, rendered: KubernetesObject): string {
  const { kind, ...of } = refOf(rendered)
  return `cluster ${cluster.name} does not serve the kind ${kind} (${apiVersionOf(of)})`
}

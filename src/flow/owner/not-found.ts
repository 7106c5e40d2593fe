import { WritError } from '../../model/error.ts'
import { textAt } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { showRef } from '../../model/resource.ts'
import { closeNames } from '../../model/close-names.ts'
import type { Cluster, ServedKind } from '../ports.ts'

/** The error for an object that is not there, with what was probably meant: a close name, another namespace, or a misspelt namespace. */
export async function notFound(cluster: Cluster, kind: ServedKind, asked: { readonly namespace: string | null, readonly name: string }): Promise<WritError> {
  const message = `${showRef({ kind: kind.kind, ...asked })} is not in cluster ${cluster.name}.`
  const hint = await suggestion(cluster, kind, asked)
  return new WritError('cluster/not-found', message, hint === null ? {} : { hint })
}

async function suggestion(cluster: Cluster, kind: ServedKind, asked: { readonly namespace: string | null, readonly name: string }): Promise<string | null> {
  const namespaces = asked.namespace === null ? null : await names(cluster, await cluster.served('', 'Namespace'), null)
  if (namespaces !== null && asked.namespace !== null && !namespaces.includes(asked.namespace)) {
    const close = closeNames(asked.namespace, namespaces)
    return `There is no namespace ${asked.namespace}.${close.length === 0 ? '' : ` Did you mean ${close.join(' or ')}?`}`
  }
  const close = closeNames(asked.name, await names(cluster, kind, asked.namespace) ?? [])
  if (close.length > 0) return `Did you mean ${close.join(' or ')}?`
  const elsewhere = asked.namespace === null ? [] : await namespacesOf(cluster, kind, asked.name)
  return elsewhere.length === 0 ? null : `There is one of this name in namespace ${elsewhere.slice(0, 5).join(', ')}.`
}

async function namespacesOf(cluster: Cluster, kind: ServedKind, name: string): Promise<readonly string[]> {
  const objects = await listed(cluster, kind, null) ?? []
  return objects.filter(object => textAt(object, 'metadata', 'name') === name).flatMap(object => textAt(object, 'metadata', 'namespace') ?? [])
}

async function names(cluster: Cluster, kind: ServedKind | null, namespace: string | null): Promise<readonly string[] | null> {
  const objects = kind === null ? null : await listed(cluster, kind, namespace)
  return objects === null ? null : objects.map(object => textAt(object, 'metadata', 'name') ?? '')
}

/** A hint is no reason to fail: where listing is not allowed there is none. */
async function listed(cluster: Cluster, kind: ServedKind, namespace: string | null): Promise<readonly KubernetesObject[] | null> {
  try {
    return await cluster.list(kind, namespace)
  } catch (error) {
    if (error instanceof WritError) return null
    throw error
  }
}

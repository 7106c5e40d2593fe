import type { JsonObject } from '../../model/json.ts'
import type { Kind } from './kind.ts'

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
const SUB_VERBS = ['get', 'patch', 'update']

/** `/api` or `/apis` in the aggregated form that kubectl and client libraries ask for first. */
export function aggregated(kinds: readonly Kind[], core: boolean): JsonObject {
  const items = groupNames(kinds).filter(group => (group === '') === core).map(group => ({
    metadata: { ...(group ? { name: group } : {}), creationTimestamp: null },
    versions: versionsOf(kinds, group).map(version => ({ version, freshness: 'Current', resources: kinds.filter(kind => kind.group === group && kind.version === version).map(resource) })),
  }))
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items }
}

function resource(kind: Kind): JsonObject {
  const subresources = subresourcesOf(kind).map(({ name, of }) => ({ subresource: name, responseKind: of, verbs: SUB_VERBS }))
  return {
    resource: kind.plural, responseKind: typeOf(kind), scope: kind.namespaced ? 'Namespaced' : 'Cluster', singularResource: kind.singular,
    ...common(kind), ...(subresources.length > 0 ? { subresources } : {}),
  }
}

function typeOf({ group, version, kind }: Kind): JsonObject {
  return { group, version, kind }
}

function common({ unstored, shortNames, categories }: Kind): JsonObject {
  return { verbs: unstored ? ['create'] : VERBS, ...(shortNames.length > 0 ? { shortNames } : {}), ...(categories.length > 0 ? { categories } : {}) }
}

function subresourcesOf(kind: Kind): readonly { readonly name: string, readonly of: JsonObject }[] {
  return [...kind.status ? [{ name: 'status', of: typeOf(kind) }] : [], ...kind.scale ? [{ name: 'scale', of: { group: 'autoscaling', version: 'v1', kind: 'Scale' } }] : []]
}

/** `/apis`. */
export function groupList(kinds: readonly Kind[]): JsonObject {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groupNames(kinds).filter(group => group !== '').map(group => groupOf(kinds, group)) }
}

/** `/apis/GROUP`, or undefined where the server has no such group. */
export function groupDocument(kinds: readonly Kind[], group: string): JsonObject | undefined {
  return groupNames(kinds).includes(group) ? { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(kinds, group) } : undefined
}

function groupOf(kinds: readonly Kind[], group: string): JsonObject {
  const versions = versionsOf(kinds, group).map(version => ({ groupVersion: `${group}/${version}`, version }))
  return { name: group, versions, preferredVersion: versions[0] ?? null }
}

/** `/api/v1` and `/apis/GROUP/VERSION`, or undefined where the server has no such version. */
export function resourceList(kinds: readonly Kind[], groupVersion: string): JsonObject | undefined {
  const resources = kinds.filter(kind => kind.groupVersion === groupVersion).flatMap((kind): JsonObject[] => [
    { name: kind.plural, singularName: kind.singular, namespaced: kind.namespaced, kind: kind.kind, ...common(kind) },
    ...subresourcesOf(kind).map(({ name, of }) => ({ name: `${kind.plural}/${name}`, singularName: '', namespaced: kind.namespaced, verbs: SUB_VERBS, ...of })),
  ])
  return resources.length === 0 ? undefined : { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources }
}

function groupNames(kinds: readonly Kind[]): readonly string[] {
  return [...new Set(kinds.map(kind => kind.group))]
}

function versionsOf(kinds: readonly Kind[], group: string): readonly string[] {
  return [...new Set(kinds.filter(kind => kind.group === group).map(kind => kind.version))]
}

import type { Json, JsonObject } from '../../model/json.ts'
import { groupVersionOf } from './kinds.ts'
import type { Kind } from './kinds.ts'

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']

/** Kinds that only answer a POST and are never stored. */
export const REVIEWS = [{ group: 'authorization.k8s.io', version: 'v1', kind: 'SelfSubjectAccessReview', plural: 'selfsubjectaccessreviews' }] as const

/** `/api` or `/apis` in the aggregated form that kubectl and client libraries ask for first. */
export function aggregated(kinds: readonly Kind[], core: boolean): JsonObject {
  const groups = groupNames(kinds).filter(group => (group === '') === core)
  return {
    kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {},
    items: groups.map(group => ({
      metadata: { ...(group ? { name: group } : {}), creationTimestamp: null },
      versions: versionsOf(kinds, group).map(version => ({ version, resources: aggregatedResources(kinds, group, version), freshness: 'Current' })),
    })),
  }
}

function aggregatedResources(kinds: readonly Kind[], group: string, version: string): readonly Json[] {
  const own = kinds.filter(kind => kind.group === group && kind.version === version).map(kind => {
    const responseKind = { group, version, kind: kind.kind }
    const verbs = ['get', 'patch', 'update']
    const subresources = [
      ...(kind.status ? [{ subresource: 'status', responseKind, verbs }] : []),
      ...(kind.scale ? [{ subresource: 'scale', responseKind: { group: 'autoscaling', version: 'v1', kind: 'Scale' }, verbs }] : []),
    ]
    return {
      resource: kind.plural, responseKind, scope: kind.namespaced ? 'Namespaced' : 'Cluster', singularResource: kind.singular, verbs: VERBS,
      ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}), ...(kind.categories.length > 0 ? { categories: kind.categories } : {}),
      ...(subresources.length > 0 ? { subresources } : {}),
    }
  })
  const reviews = REVIEWS.filter(review => review.group === group && review.version === version).map(review => ({
    resource: review.plural, responseKind: { group, version, kind: review.kind }, scope: 'Cluster', singularResource: review.kind.toLowerCase(), verbs: ['create'],
  }))
  return [...own, ...reviews]
}

/** `/api`. */
export function coreVersions(address: string): JsonObject {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: address }] }
}

/** `/apis`. */
export function groupList(kinds: readonly Kind[]): JsonObject {
  return { kind: 'APIGroupList', apiVersion: 'v1', groups: groupNames(kinds).filter(group => group !== '').map(group => groupOf(kinds, group)) }
}

/** `/apis/GROUP`, or undefined where the server has no such group. */
export function groupDocument(kinds: readonly Kind[], group: string): JsonObject | undefined {
  return group !== '' && groupNames(kinds).includes(group) ? { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(kinds, group) } : undefined
}

function groupOf(kinds: readonly Kind[], group: string): JsonObject {
  const versions = versionsOf(kinds, group).map(version => ({ groupVersion: `${group}/${version}`, version }))
  return { name: group, versions, preferredVersion: versions[0] ?? null }
}

/** `/api/v1` and `/apis/GROUP/VERSION`, or undefined where the server has no such version. */
export function resourceList(kinds: readonly Kind[], groupVersion: string): JsonObject | undefined {
  const own = kinds.filter(kind => groupVersionOf(kind) === groupVersion)
  const reviews = REVIEWS.filter(review => groupVersionOf(review) === groupVersion)
  if (own.length === 0 && reviews.length === 0) return undefined
  const resources = own.flatMap((kind): JsonObject[] => {
    const base = { singularName: kind.singular, namespaced: kind.namespaced, kind: kind.kind }
    const sub = { singularName: '', namespaced: kind.namespaced, verbs: ['get', 'patch', 'update'] }
    return [
      { name: kind.plural, ...base, verbs: VERBS, ...(kind.shortNames.length > 0 ? { shortNames: kind.shortNames } : {}), ...(kind.categories.length > 0 ? { categories: kind.categories } : {}) },
      ...(kind.status ? [{ name: `${kind.plural}/status`, ...sub, kind: kind.kind }] : []),
      ...(kind.scale ? [{ name: `${kind.plural}/scale`, ...sub, group: 'autoscaling', version: 'v1', kind: 'Scale' }] : []),
    ]
  })
  const posts = reviews.map(review => ({ name: review.plural, singularName: review.kind.toLowerCase(), namespaced: false, kind: review.kind, verbs: ['create'] }))
  return { kind: 'APIResourceList', apiVersion: 'v1', groupVersion, resources: [...resources, ...posts] }
}

function groupNames(kinds: readonly Kind[]): readonly string[] {
  return [...new Set([...kinds, ...REVIEWS].map(kind => kind.group))]
}

function versionsOf(kinds: readonly Kind[], group: string): readonly string[] {
  return [...new Set([...kinds, ...REVIEWS].filter(kind => kind.group === group).map(kind => kind.version))]
}

import type { ApiServer, Cluster } from '../../flow/ports.ts'
import { NEEDS } from './needs.ts'
import type { Need } from './needs.ts'

/** A right that the caller does not have, one verb on one resource. */
export interface Lack { readonly need: Need, readonly resource: string, readonly verb: string }

/** Rights that Writ's user lacks for what is installed, by asking the API server about each (SelfSubjectAccessReview). */
export async function lacksOf(cluster: Cluster, server: ApiServer): Promise<readonly Lack[]> {
  const lacks: Lack[] = []
  for (const need of NEEDS) {
    if (need.kind !== null && await cluster.served(need.group, need.kind) === null) continue
    const asked = need.resources.flatMap(resource => need.verbs.map(verb => ({ need, resource, verb })))
    const allowed = await Promise.all(asked.map(({ resource, verb }) => server.may({ verb, group: need.group, resource, namespace: null })))
    lacks.push(...asked.filter((_one, i) => allowed[i] !== true))
  }
  return lacks
}

/** `get, list deployments.apps; patch applications.argoproj.io`. */
export function showLacks(lacks: readonly Lack[]): string {
  return rules(lacks).map(({ group, resources, verbs }) => `${verbs.join(', ')} ${resources.map(resource => group === '' ? resource : `${resource}.${group}`).join(', ')}`).join('; ')
}

/** The lacking rights as ClusterRoles, ready for kubectl apply. */
export function rolesOf(lacks: readonly Lack[]): string {
  const names = [...new Set(lacks.map(({ need }) => need.role))]
  return names.map(name => [
    'apiVersion: rbac.authorization.k8s.io/v1', 'kind: ClusterRole', 'metadata:', `  name: ${name}-missing`, 'rules:',
    ...rules(lacks.filter(({ need }) => need.role === name)).flatMap(({ group, resources, verbs }) => [`  - apiGroups: ['${group}']`, `    resources: [${resources.join(', ')}]`, `    verbs: [${verbs.join(', ')}]`]),
  ].join('\n')).join('\n---\n')
}

interface Rule { readonly group: string, readonly resources: readonly string[], readonly verbs: readonly string[] }

/** One rule for all resources of a group that lack the same verbs. */
function rules(lacks: readonly Lack[]): readonly Rule[] {
  const byResource = new Map<string, { readonly group: string, readonly resource: string, readonly verbs: Set<string> }>()
  for (const { need: { group }, resource, verb } of lacks) {
    const key = `${group}/${resource}`
    const known = byResource.get(key)
    if (known === undefined) byResource.set(key, { group, resource, verbs: new Set([verb]) })
    else known.verbs.add(verb)
  }
  const made = new Map<string, { readonly group: string, readonly resources: string[], readonly verbs: readonly string[] }>()
  for (const { group, resource, verbs } of byResource.values()) {
    const key = `${group}/${[...verbs].join(',')}`
    const known = made.get(key)
    if (known === undefined) made.set(key, { group, resources: [resource], verbs: [...verbs] })
    else known.resources.push(resource)
  }
  return [...made.values()]
}

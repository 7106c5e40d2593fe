import type { Cluster, LivingSets, ServedKind } from '../../../flow/ports.ts'
import { textAt } from '../../../model/json.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import { globMatch } from '../glob-match.ts'
import { whereAllowed } from '../where-allowed.ts'
import { ARGO_GROUP } from './applications.ts'

const PARAMETERS = 'argocd-cmd-params-cm'
const NAMESPACES = 'applicationsetcontroller.namespaces'

/**
 * The ApplicationSets of a cluster: those of all namespaces, or where Writ may not list that those of each namespace in which their controller looks (`argocd-cmd-params-cm`
 * `applicationsetcontroller.namespaces`; without it only Argo CD's own). `home` is the namespace of the set that is asked about. `unseen` says which namespaces it looks at and Writ may not. Throws cluster/unauthorized where not
 * even these two may be listed.
 */
export async function applicationSets(cluster: Cluster, { controlPlane, home }: { readonly controlPlane: string, readonly home: string }): Promise<LivingSets> {
  const kind = await cluster.served(ARGO_GROUP, 'ApplicationSet')
  if (kind === null) return { sets: [], unseen: null }
  const all = await whereAllowed(() => cluster.list(kind, null))
  if (all !== null) return { sets: all, unseen: null }
  const own = (await Promise.all([...new Set([controlPlane, home])].map(async namespace => cluster.list(kind, namespace)))).flat()
  const { namespaces, unseen } = await lookedAt(cluster, controlPlane)
  const found = await Promise.all(namespaces.filter(one => one !== home).map(async namespace => ({ namespace, sets: await setsIn(cluster, kind, namespace) })))
  const blind = [...found.flatMap(({ namespace, sets }) => sets === null ? [namespace] : []), ...unseen]
  return { sets: [...own, ...found.flatMap(({ sets }) => sets ?? [])], unseen: blind.length === 0 ? null : blind.join(', ') }
}

function setsIn(cluster: Cluster, kind: ServedKind, namespace: string): Promise<readonly KubernetesObject[] | null> {
  return whereAllowed(() => cluster.list(kind, namespace))
}

/** The namespaces beside Argo CD's own in which the controller looks, and in words those that nobody can name. */
async function lookedAt(cluster: Cluster, controlPlane: string): Promise<{ readonly namespaces: readonly string[], readonly unseen: readonly string[] }> {
  const kind = await cluster.served('', 'ConfigMap')
  const parameters = kind === null ? undefined : await whereAllowed(async () => ({ map: await cluster.get(kind, controlPlane, PARAMETERS) }))
  if (parameters === undefined || parameters === null) return { namespaces: [], unseen: [`every other one (${PARAMETERS} may not be read)`] }
  const patterns = (textAt(parameters.map ?? undefined, 'data', NAMESPACES) ?? '').split(',').map(one => one.trim()).filter(one => one !== '')
  const plain = patterns.filter(isName)
  const wide = patterns.filter(one => !isName(one))
  const names = wide.length === 0 ? [] : await namespacesOf(cluster)
  const blind = wide.filter(one => names === null || one.startsWith('/'))
  const fitting = (names ?? []).filter(name => wide.some(pattern => !pattern.startsWith('/') && globMatch(pattern, name)))
  return { namespaces: [...new Set([...plain, ...fitting])].filter(name => name !== controlPlane), unseen: blind.map(pattern => `those that ${pattern} takes`) }
}

function isName(pattern: string): boolean {
  return /^[a-z0-9-]+$/.test(pattern)
}

async function namespacesOf(cluster: Cluster): Promise<readonly string[] | null> {
  const kind = await cluster.served('', 'Namespace')
  const found = kind === null ? null : await whereAllowed(() => cluster.list(kind, null))
  return found === null ? null : found.map(one => textAt(one, 'metadata', 'name') ?? '')
}

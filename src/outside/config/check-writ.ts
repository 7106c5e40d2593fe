import type { ClusterConfig, ForgeConfig, RepositoryConfig, WritConfig } from '../../model/config.ts'
import type { Problem } from './problem.ts'
import type { Loaded } from './yaml-source.ts'

/** What the schema of writ.yaml cannot say: names are unique and resolve, and each forge has what its API needs. */
export function checkWrit({ source, value }: Loaded<WritConfig>): readonly Problem[] {
  if (value === null) return []
  return [
    ...value.clusters.flatMap((cluster, i) => checkCluster(cluster, i, value.clusters)),
    ...value.forges.flatMap((forge, i) => checkForge(forge, i, value.forges)),
    ...value.repositories.flatMap((repository, i) => checkRepository(repository, i, value)),
  ].map(found => source.problem(found.path, found.message))
}

interface Found { readonly path: readonly PropertyKey[], readonly message: string }

function checkCluster(cluster: ClusterConfig, i: number, all: readonly ClusterConfig[]): readonly Found[] {
  const found: Found[] = []
  const earlier = all.slice(0, i)
  if (earlier.some(other => other.name === cluster.name)) found.push({ path: ['clusters', i, 'name'], message: `a second cluster is named ${cluster.name}` })
  const twin = earlier.find(other => other.context === cluster.context && other.kubeconfig === cluster.kubeconfig)
  if (twin !== undefined) found.push({ path: ['clusters', i, 'context'], message: `context ${cluster.context} is cluster ${twin.name} already; one cluster has one name` })
  const argocd = cluster.argocd
  if (argocd === undefined) return found
  for (const destination of argocd.destinations) {
    const rival = earlier.find(other => other.argocd !== undefined && other.argocd.destinations.includes(destination)
      && other.argocd.namespace === argocd.namespace && (other.argocd.context ?? other.context) === (argocd.context ?? cluster.context))
    if (rival !== undefined) found.push({ path: ['clusters', i, 'argocd'], message: `the same Argo CD calls cluster ${rival.name} ${destination} too; list other destinations` })
  }
  return found
}

function checkForge(forge: ForgeConfig, i: number, all: readonly ForgeConfig[]): readonly Found[] {
  const found: Found[] = []
  if (all.slice(0, i).some(other => other.name === forge.name)) found.push({ path: ['forges', i, 'name'], message: `a second forge is named ${forge.name}` })
  return [...found, ...[...loginFaults(forge), ...apiFaults(forge)].map(({ keys, message }) => ({ path: ['forges', i, ...keys], message }))]
}

interface Fault { readonly keys: readonly string[], readonly message: string }

/** What a forge of its kind cannot be spoken with by these credentials. */
function loginFaults({ kind, host, credentials }: ForgeConfig): readonly Fault[] {
  const where = [credentials === undefined ? 'kind' : 'credentials']
  const app = credentials !== undefined && 'app' in credentials
  const helper = credentials !== undefined && 'helper' in credentials ? credentials.helper : null
  const token = helper !== null || (credentials !== undefined && 'token' in credentials)
  const faults: Fault[] = []
  if ((kind === 'gitea' || kind === 'gitlab') && !token) faults.push({ keys: where, message: `a forge of kind ${kind} needs credentials with a token: its change requests are opened through its API` })
  if (kind === 'github' && !token && !app) faults.push({ keys: where, message: 'a forge of kind github needs credentials with a token or an App: its pull requests are opened through its API' })
  if (kind !== 'github' && app) faults.push({ keys: ['credentials', 'app'], message: `only a forge of kind github has Apps; ${kind} takes a token` })
  if (helper !== null && kind !== 'plain' && kind !== HELPER_KIND[helper]) faults.push({ keys: ['credentials', 'helper'], message: `${helper} holds logins of ${HELPER_KIND[helper]} alone, and this forge is of kind ${kind}` })
  if (helper !== null && !/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i.test(host)) faults.push({ keys: ['host'], message: `${helper} is asked by host, and this is no host name` })
  return faults
}

function apiFaults({ kind, host, api }: ForgeConfig): readonly Fault[] {
  if (api === undefined) return []
  return [
    ...kind === 'gitlab' && !/\/api\/v4\/?$/.test(api) ? [{ keys: ['api'], message: 'the API of every GitLab ends in /api/v4: https://HOST/api/v4, or https://HOST/PATH/api/v4 where it stands below a path' }] : [],
    ...isApiOf(api, host) ? [] : [{ keys: ['api'], message: `the API is sent the token of ${host}, so it must be an https or http URL on ${host} or api.${host}, without user or query` }],
  ]
}

const HELPER_KIND = { gh: 'github', glab: 'gitlab' } as const

/** A token goes to its own host alone: the forge's, or the name beside it under which GitHub has its API. */
function isApiOf(api: string, host: string): boolean {
  if (!URL.canParse(api) || !URL.canParse(`https://${host}`)) return false
  const url = new URL(api)
  const name = new URL(`https://${host}`).hostname
  return /^https?:$/.test(url.protocol) && url.username === '' && url.password === '' && url.search === '' && url.hash === '' && (url.hostname === name || url.hostname === `api.${name}`)
}

function checkRepository(repository: RepositoryConfig, i: number, all: WritConfig): readonly Found[] {
  const found: Found[] = []
  if (!all.forges.some(forge => forge.name === repository.forge)) {
    const names = all.forges.map(forge => forge.name)
    found.push({ path: ['repositories', i, 'forge'], message: `there is no forge ${repository.forge} (${names.length === 0 ? 'the file lists none' : `forges: ${names.join(', ')}`})` })
  }
  repository.match.forEach((prefix, j) => {
    const twin = all.repositories.findIndex((other, k) => other.match.some((text, l) => text === prefix && (k < i || (k === i && l < j))))
    if (twin >= 0) found.push({ path: ['repositories', i, 'match', j], message: `${prefix} stands in repositories[${twin}] already` })
    if (repository.pushUrl !== undefined && prefix.endsWith('/')) {
      found.push({ path: ['repositories', i, 'match', j], message: 'with pushUrl, match names one repository; this prefix (it ends in /) names many' })
    }
  })
  return found
}

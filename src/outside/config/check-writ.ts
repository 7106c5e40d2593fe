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
  const { credentials } = forge
  const hasToken = credentials !== undefined && ('token' in credentials || 'helper' in credentials)
  if ((forge.kind === 'gitea' || forge.kind === 'gitlab') && !hasToken) found.push({ path: ['forges', i, credentials === undefined ? 'kind' : 'credentials'], message: `a forge of kind ${forge.kind} needs credentials with a token: its change requests are opened through its API` })
  if (forge.kind === 'github' && !hasToken && (credentials === undefined || !('app' in credentials))) found.push({ path: ['forges', i, credentials === undefined ? 'kind' : 'credentials'], message: 'a forge of kind github needs credentials with a token or an App: its pull requests are opened through its API' })
  if (forge.kind !== 'github' && credentials !== undefined && 'app' in credentials) found.push({ path: ['forges', i, 'credentials', 'app'], message: `only a forge of kind github has Apps; ${forge.kind} takes a token` })
  if (forge.kind === 'gitlab' && forge.api !== undefined && !/\/api\/v4\/?$/.test(forge.api)) found.push({ path: ['forges', i, 'api'], message: 'the API of every GitLab ends in /api/v4: https://HOST/api/v4, or https://HOST/PATH/api/v4 where it stands below a path' })
  const helper = credentials !== undefined && 'helper' in credentials ? credentials.helper : null
  if (helper !== null && forge.kind !== 'plain' && forge.kind !== HELPER_KIND[helper]) found.push({ path: ['forges', i, 'credentials', 'helper'], message: `${helper} holds logins of ${HELPER_KIND[helper]} alone, and this forge is of kind ${forge.kind}` })
  if (helper !== null && !/^[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::\d{1,5})?$/i.test(forge.host)) found.push({ path: ['forges', i, 'host'], message: `${helper} is asked by host, and this is no host name` })
  if (forge.api !== undefined && !isApiOf(forge.api, forge.host)) found.push({ path: ['forges', i, 'api'], message: `the API is sent the token of ${forge.host}, so it must be an https or http URL on ${forge.host} or api.${forge.host}, without user or query` })
  return found
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

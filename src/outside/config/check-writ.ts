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
  if ((forge.kind === 'gitea' || forge.kind === 'gitlab') && (forge.credentials === undefined || !('token' in forge.credentials))) found.push({ path: ['forges', i, forge.credentials === undefined ? 'kind' : 'credentials'], message: `a forge of kind ${forge.kind} needs credentials with a token: its change requests are opened through its API` })
  if (forge.kind === 'github' && (forge.credentials === undefined || 'sshKey' in forge.credentials)) found.push({ path: ['forges', i, forge.credentials === undefined ? 'kind' : 'credentials'], message: 'a forge of kind github needs credentials with a token or an App: its pull requests are opened through its API' })
  if (forge.kind !== 'github' && forge.credentials !== undefined && 'app' in forge.credentials) found.push({ path: ['forges', i, 'credentials', 'app'], message: `only a forge of kind github has Apps; ${forge.kind} takes a token` })
  if (forge.kind === 'gitlab' && forge.api !== undefined && !/\/api\/v4\/?$/.test(forge.api)) found.push({ path: ['forges', i, 'api'], message: 'the API of every GitLab ends in /api/v4: https://HOST/api/v4, or https://HOST/PATH/api/v4 where it stands below a path' })
  return found
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

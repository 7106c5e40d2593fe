import type { ApiServer, ApiServers, Cluster, Clusters, KindReader } from '../../flow/ports.ts'
import { hubOf } from '../../model/config.ts'
import type { ClusterConfig } from '../../model/config.ts'
import { WritError } from '../../model/error.ts'
import { apiServer } from './api-server.ts'
import { connect } from './connection.ts'
import type { Connection } from './connection.ts'
import { kubeconfigFiles, readKubeconfig } from './kubeconfig.ts'
import type { Kubeconfig } from './kubeconfig.ts'
import { kindReader } from './kind-reader.ts'
import { kubernetesCluster } from './kubernetes-cluster.ts'

/** What opening needs. `dir` is the configuration folder, `environment` the process's (KUBECONFIG, HOME). */
export interface OpenClusters {
  readonly clusters: readonly ClusterConfig[]
  readonly dir: string
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Hears of a server that takes its time. */
  readonly tell?: (line: string) => void
}

interface Opened { readonly config: ClusterConfig, readonly cluster: Cluster, readonly server: ApiServer, readonly connection: Connection, readonly current: boolean, readonly ownFile: boolean }

/**
 * The clusters of writ.yaml, and the hubs that it names by context. Reads kubeconfigs, connects to nothing.
 * A kubeconfig or context that is not there fails at the first use of its cluster, so that commands that need no cluster still run.
 */
export async function openClusters(options: OpenClusters): Promise<Clusters & { readonly kinds: KindReader, readonly servers: ApiServers }> {
  const opened = await Promise.all(options.clusters.map(config => open(options, config, config.name)))
  const hubs = new Map<string, Opened>()
  for (const config of options.clusters) {
    for (const tool of ['argocd', 'flux'] as const) {
      const hub = hubOf(options.clusters, config, tool)
      if (hubs.has(hub) || options.clusters.some(other => other.name === hub)) continue
      hubs.set(hub, await open(options, { ...config, context: hub }, hub))
    }
  }
  const byName = new Map([...opened.map(one => [one.config.name, one] as const), ...hubs])
  const named = (name: string): Opened => byName.get(name) ?? unknown(name)
  return {
    all: opened.map(one => one.cluster),
    choose: ask => choose(opened, ask.cluster),
    named: name => named(name).cluster,
    kinds: kindReader(name => named(name).connection),
    servers: { named: name => named(name).server },
  }
}

function unknown(name: string): never {
  throw new WritError('internal/bug', `There is no cluster ${name}.`, { hint: 'The change may have been made with another configuration.' })
}

async function open(options: OpenClusters, config: ClusterConfig, name: string): Promise<Opened> {
  const files = kubeconfigFiles(config.kubeconfig, options.dir, options.environment)
  const read = await readOrError(files)
  const ownFile = config.kubeconfig !== undefined
  if (read instanceof WritError) return { config, ownFile, current: false, ...over(broken(name, read), 'default') }
  if (!read.contexts.has(config.context)) {
    const error = new WritError('config/invalid', `Cluster ${name} names the context ${config.context}, which ${read.files.join(', ')} does not have.`, { hint: `It has ${[...read.contexts.keys()].join(', ') || 'none'}.` })
    return { config, ownFile, current: false, ...over(broken(name, error), 'default') }
  }
  const connection = connect({ cluster: name, files: read.files, context: config.context }, options.tell === undefined ? {} : { tell: options.tell })
  return { config, ownFile, current: read.current === config.context, ...over(connection, read.contexts.get(config.context) ?? 'default') }
}

function over(connection: Connection, namespace: string): Pick<Opened, 'cluster' | 'server' | 'connection'> {
  return { connection, cluster: kubernetesCluster(connection, namespace), server: apiServer(connection) }
}

async function readOrError(files: readonly string[]): Promise<Kubeconfig | WritError> {
  try {
    return await readKubeconfig(files)
  } catch (error) {
    if (error instanceof WritError) return error
    throw error
  }
}

/** A connection that says at its first use why there is none. */
function broken(cluster: string, error: WritError): Connection {
  return { cluster, send: () => Promise.reject(error), client: () => Promise.reject(error) }
}

/** By name, by context, the only one, or the kubeconfig's current context: kubectl's own file before files of single clusters. */
function choose(opened: readonly Opened[], asked: string | null): Cluster {
  const [first, ...more] = asked === null ? opened : named(opened, asked)
  if (first !== undefined && more.length === 0) return first.cluster
  const current = asked === null ? opened.filter(one => one.current) : []
  const [one, ...others] = current.filter(candidate => !candidate.ownFile).length > 0 ? current.filter(candidate => !candidate.ownFile) : current
  if (one !== undefined && others.length === 0) return one.cluster
  const choices = opened.map(candidate => candidate.config.name)
  const message = asked === null ? 'The configuration has several clusters, and the current context is none of them.' : `${more.length > 0 ? 'More than one cluster' : 'No cluster'} of the configuration is '${asked}'.`
  throw new WritError('usage/bad-argument', message, { hint: `Name one with --cluster: ${choices.join(', ')}.`, data: { choices } })
}

function named(opened: readonly Opened[], asked: string): readonly Opened[] {
  const byName = opened.filter(one => one.config.name === asked)
  return byName.length > 0 ? byName : opened.filter(one => one.config.context === asked)
}

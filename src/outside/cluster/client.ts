import type { KubeConfig } from '@kubernetes/client-node'
import { WritError } from '../../model/error.ts'

/** Which context of which files to use, and the name of the cluster in writ.yaml. */
export interface ClientSource { readonly cluster: string, readonly files: readonly string[], readonly context: string }

/**
 * Loads the Kubernetes client (about 300 ms, therefore not before it is needed) with one context.
 * Several files are merged as kubectl merges them: the first that names a thing wins.
 * Throws config/invalid where the context cannot be used.
 */
export async function loadClient(source: ClientSource): Promise<KubeConfig> {
  const { KubeConfig } = await import('@kubernetes/client-node')
  const merged = new KubeConfig()
  try {
    for (const file of source.files) {
      const one = new KubeConfig()
      one.loadFromFile(file)
      for (const cluster of one.clusters) if (!merged.clusters.some(other => other.name === cluster.name)) merged.clusters.push(cluster)
      for (const user of one.users) if (!merged.users.some(other => other.name === user.name)) merged.users.push(user)
      for (const context of one.contexts) if (!merged.contexts.some(other => other.name === context.name)) merged.contexts.push(context)
    }
    merged.setCurrentContext(source.context)
  } catch (cause) {
    throw unusable(source, 'it is not complete', cause)
  }
  const server = merged.getCurrentCluster()?.server
  if (server === undefined || !URL.canParse(server)) throw unusable(source, 'its cluster has no server address')
  if (server.startsWith('http:') && merged.getCurrentCluster()?.skipTLSVerify !== true) throw unusable(source, 'its server is plain http; Writ talks to API servers over TLS')
  return merged
}

function unusable(source: ClientSource, why: string, cause?: unknown): WritError {
  return new WritError('config/invalid', `The context ${source.context} of ${source.files.join(', ')} cannot be used: ${why}.`, { cause, hint: `Compare with kubectl config view --context ${source.context}.` })
}

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
  const { KubeConfig } = await import('./client-node.ts')
  const merged = new KubeConfig()
  try {
    for (const file of source.files) {
      const one = new KubeConfig()
      // Entries of other contexts may be broken; kubectl does not mind them either.
      one.loadFromFile(file, { onInvalidEntry: 'filter' })
      merged.clusters.push(...added(merged.clusters, one.clusters))
      merged.users.push(...added(merged.users, one.users))
      merged.contexts.push(...added(merged.contexts, one.contexts))
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

function added<T extends { readonly name: string }>(known: readonly T[], more: readonly T[]): readonly T[] {
  return more.filter(one => !known.some(other => other.name === one.name))
}

function unusable(source: ClientSource, why: string, cause?: unknown): WritError {
  return new WritError('config/invalid', `The context ${source.context} of ${source.files.join(', ')} cannot be used: ${why}.`, { cause, hint: `Compare with kubectl config view --context ${source.context}.` })
}

import { readFile } from 'node:fs/promises'
import { parse } from 'yaml'
import { z } from 'zod'
import type { Cluster } from '../../flow/ports.ts'
import { connect } from './connection.ts'
import { kubeconfigFiles, readKubeconfig } from './kubeconfig.ts'
import { kubernetesCluster } from './kubernetes-cluster.ts'

/** A context as `init` shows it: where it leads, and whether kubectl would use it. */
export interface KubeContext { readonly name: string, readonly server: string | null, readonly current: boolean }

const File = z.looseObject({
  contexts: z.array(z.looseObject({ name: z.string(), context: z.looseObject({ cluster: z.string().nullish() }).nullish() })).nullish(),
  clusters: z.array(z.looseObject({ name: z.string(), cluster: z.looseObject({ server: z.string().nullish() }).nullish() })).nullish(),
})

/** Every context that kubectl would know, and a way to each. Connects to nothing yet. Throws config/invalid where there is no kubeconfig. */
export async function openContexts(environment: Readonly<Record<string, string | undefined>>): Promise<{ readonly contexts: readonly KubeContext[], cluster(context: string, name: string): Promise<Cluster> }> {
  const { files, current, contexts } = await readKubeconfig(kubeconfigFiles(undefined, process.cwd(), environment))
  const servers = await serversOf(files)
  return {
    contexts: [...contexts.keys()].map(name => ({ name, server: servers.get(name) ?? null, current: name === current })),
    cluster: (context, name) => Promise.resolve(kubernetesCluster(connect({ cluster: name, files, context }), contexts.get(context) ?? 'default')),
  }
}

/** Context name → server URL; the first file that names a thing wins, as with kubectl. */
async function serversOf(files: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const clusterOf = new Map<string, string>()
  const serverOf = new Map<string, string>()
  for (const path of files) {
    // readKubeconfig has read and checked these files already.
    const file = File.safeParse(parse(await readFile(path, 'utf8')) ?? {}).data
    for (const { name, context } of file?.contexts ?? []) if (!clusterOf.has(name) && context?.cluster) clusterOf.set(name, context.cluster)
    for (const { name, cluster } of file?.clusters ?? []) if (!serverOf.has(name) && cluster?.server) serverOf.set(name, cluster.server)
  }
  return new Map([...clusterOf].flatMap(([name, cluster]) => {
    const server = serverOf.get(cluster)
    return server === undefined ? [] : [[name, server] as const]
  }))
}

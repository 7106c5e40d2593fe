import type { Cluster } from '../../flow/ports.ts'
import { WritError } from '../../model/error.ts'
import { objectsAt, textAt } from '../../model/json.ts'
import type { Gate } from '../../model/owner-chain.ts'
import { metadataText } from '../../model/resource.ts'

/** The version of a controller by the label or the image of its workload; nothing where that is not there or may not be read. */
export async function controllerVersion(cluster: Cluster, of: { readonly kind: 'Deployment' | 'StatefulSet', readonly namespace: string, readonly name: string }): Promise<readonly Gate[]> {
  try {
    const kind = await cluster.served('apps', of.kind)
    const object = kind === null ? null : await cluster.get(kind, of.namespace, of.name)
    if (object === null) return []
    const image = textAt(objectsAt(object, 'spec', 'template', 'spec', 'containers')[0], 'image') ?? ''
    const version = /:([^:/@]+)(?:@.*)?$/.exec(image)?.[1] ?? metadataText(object, 'labels', 'app.kubernetes.io/version')
    return version === undefined ? [] : [{ flag: 'version', sentence: `${of.name} runs ${version}`, at: `${of.kind} ${of.namespace}/${of.name}` }]
  } catch (error) {
    if (error instanceof WritError) return []
    throw error
  }
}

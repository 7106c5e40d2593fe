import type { Cluster } from '../../../flow/ports.ts'
import { WritError } from '../../../model/error.ts'
import { isObject, valueAt } from '../../../model/json.ts'
import type { VariableSource } from '../../../model/overlay.ts'
import type { RenderRules } from '../../../model/owner.ts'

type Values = VariableSource['values']

/** Rules with the values that ConfigMaps of the cluster hold now. What Secrets hold is never read; what cannot be read is not known. */
export async function withLiveVariables(cluster: Cluster, namespace: string, render: RenderRules): Promise<RenderRules> {
  if (render.substitute === undefined) return render
  const sources = await Promise.all(render.substitute.sources.map(async source => source.kind === 'ConfigMap' ? { ...source, values: await configMap(cluster, namespace, source) } : source))
  return { ...render, substitute: { ...render.substitute, sources } }
}

async function configMap(cluster: Cluster, namespace: string, { name, optional }: VariableSource): Promise<Values> {
  try {
    const kind = await cluster.served('', 'ConfigMap')
    const object = kind === null ? null : await cluster.get(kind, namespace, name)
    if (object === null) return optional ? {} : null
    const data = valueAt(object, 'data')
    return isObject(data) ? Object.fromEntries(Object.entries(data).map(([key, value]) => [key, typeof value === 'string' ? value : null])) : {}
  } catch (error) {
    if (error instanceof WritError && error.code === 'cluster/unauthorized') return null
    throw error
  }
}

import type { Cluster } from '../../../flow/ports.ts'
import { isList, objectsAt, showJson, textAt, valueAt } from '../../../model/json.ts'
import type { JsonObject } from '../../../model/json.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import { globMatch } from '../glob-match.ts'
import { unsupported } from '../read-result.ts'
import type { Obstacle } from '../read-result.ts'
import { ARGO_GROUP } from './applications.ts'

/** What the project of an Application keeps from being deployed: sync windows that cover it, and demanded signatures. */
export async function projectObstacle(cluster: Cluster, app: KubernetesObject, namespace: string): Promise<Obstacle | null> {
  const kind = await cluster.served(ARGO_GROUP, 'AppProject')
  const name = textAt(app, 'spec', 'project') || 'default'
  const project = kind === null ? null : await cluster.get(kind, namespace, name)
  if (project === null) return null
  const window = objectsAt(project, 'spec', 'syncWindows').findIndex(one => covers(one, app))
  if (window >= 0) return unsupported(`AppProject ${name} spec.syncWindows[${window}]`, 'which decides when this Application may sync')
  for (const key of ['signatureKeys', 'sourceIntegrity']) {
    const value = valueAt(project, 'spec', key)
    if (value !== undefined && value !== null && !(isList(value) && value.length === 0)) return unsupported(`AppProject ${name} spec.${key}`, 'so a merge by Writ, which is not signed, would never sync')
  }
  return null
}

/** A window covers an Application that any of its lists names; with andOperator all of them must. */
function covers(window: JsonObject, app: KubernetesObject): boolean {
  const asked: readonly (readonly [string, readonly string[]])[] = [
    ['applications', [textAt(app, 'metadata', 'name') ?? '']],
    ['namespaces', [textAt(app, 'spec', 'destination', 'namespace') ?? '']],
    ['clusters', [textAt(app, 'spec', 'destination', 'server') ?? '', textAt(app, 'spec', 'destination', 'name') ?? '']],
  ]
  const verdicts = asked.flatMap(([key, values]) => {
    const patterns = valueAt(window, key)
    if (!isList(patterns) || patterns.length === 0) return []
    return [patterns.some(pattern => values.some(value => value !== '' && globMatch(showJson(pattern), value)))]
  })
  return window['andOperator'] === true ? verdicts.length > 0 && verdicts.every(Boolean) : verdicts.some(Boolean)
}

import type { Cluster } from '../../../flow/ports.ts'
import { WritError } from '../../../model/error.ts'
import { isList, isObject, objectsAt, textAt, valueAt } from '../../../model/json.ts'
import type { OwnerLook, PauseSwitch } from '../../../model/steering.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import { ARGO_GROUP } from './applications.ts'
import { isAutomated } from './read-application.ts'

const AUTOMATED = ['spec', 'syncPolicy', 'automated']

/**
 * How an Application is kept from syncing by itself (argocd-flux.md 8): since Argo CD 3.1 `automated.enabled: false`, which keeps the rest of the policy
 * readable; before, or where its definition cannot be read, the whole of `automated` is taken away. null where it does not sync by itself.
 */
export async function pauseSwitch(cluster: Cluster, app: KubernetesObject): Promise<PauseSwitch | null> {
  if (!isAutomated(app)) return null
  if (await knowsEnabled(cluster)) return { path: [...AUTOMATED, 'enabled'], paused: false, before: valueAt(app, ...AUTOMATED, 'enabled') ?? null }
  return { path: AUTOMATED, paused: null, before: valueAt(app, ...AUTOMATED) ?? null }
}

/** Asked of the definition: a field that it does not have would be dropped without a word. */
async function knowsEnabled(cluster: Cluster): Promise<boolean> {
  try {
    const kind = await cluster.served('apiextensions.k8s.io', 'CustomResourceDefinition')
    const definition = kind === null ? null : await cluster.get(kind, null, `applications.${ARGO_GROUP}`)
    return definition !== null && objectsAt(definition, 'spec', 'versions').some(version => {
      return isObject(valueAt(version, 'schema', 'openAPIV3Schema', 'properties', 'spec', 'properties', 'syncPolicy', 'properties', 'automated', 'properties', 'enabled'))
    })
  } catch (error) {
    if (error instanceof WritError && error.code === 'cluster/unauthorized') return false
    throw error
  }
}

/** The ApplicationSet that would put the sync policy of an Application back; null where none makes it, or where it was told not to. */
export async function makerOf(cluster: Cluster, app: KubernetesObject): Promise<OwnerLook['maker']> {
  const owner = objectsAt(app, 'metadata', 'ownerReferences').find(one => one['kind'] === 'ApplicationSet' || one['controller'] === true)
  if (owner === undefined) return null
  const [namespace, name] = [textAt(app, 'metadata', 'namespace') ?? '', textAt(owner, 'name') ?? '']
  const at = `${textAt(owner, 'kind') ?? ''} ${namespace}/${name}`
  const kind = owner['kind'] === 'ApplicationSet' ? await cluster.served(ARGO_GROUP, 'ApplicationSet') : null
  const set = kind === null ? null : await cluster.get(kind, namespace, name)
  if (set !== null && leavesPolicy(set, textAt(app, 'metadata', 'name') ?? '')) return null
  return { sentence: `${at} makes it and writes its spec.syncPolicy`, at }
}

/** `create-only` and `create-delete` never update; else the set may be told to leave the sync policy alone. */
function leavesPolicy(set: KubernetesObject, app: string): boolean {
  const policy = textAt(set, 'spec', 'syncPolicy', 'applicationsSync')
  if (policy === 'create-only' || policy === 'create-delete') return true
  return objectsAt(set, 'spec', 'ignoreApplicationDifferences').some(entry => {
    const texts = (key: string): readonly unknown[] => { const found = entry[key]; return isList(found) ? found : [] }
    const name = textAt(entry, 'name')
    return (name === undefined || name === app) && (texts('jsonPointers').some(one => one === '/spec/syncPolicy' || one === '/spec/syncPolicy/automated')
      || texts('jqPathExpressions').some(one => one === '.spec.syncPolicy' || one === '.spec.syncPolicy.automated'))
  })
}

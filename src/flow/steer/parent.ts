import { refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import { isObject, objectsAt, textAt, valueAt } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { showOwner } from '../../model/owner.ts'
import { metadataText } from '../../model/resource.ts'
import type { KubernetesObject, Target } from '../../model/resource.ts'
import type { OwnerLook, PauseSwitch } from '../../model/steering.ts'
import type { World } from '../world.ts'

/** Who applies for an owner, whatever the kind of the write. */
const APPLIERS = new Set(['argocd-controller', 'argocd-application-controller', 'kustomize-controller', 'helm-controller', 'flux-operator'])

/**
 * PARENT_REVERTS where a pause would not last: an ApplicationSet writes the whole spec; an app of apps or a parent Kustomization puts back what it
 * states, and leaves alone what it does not (argocd-flux.md 8).
 */
export async function parentReverts(world: World, look: OwnerLook, { path }: PauseSwitch): Promise<Refusal | null> {
  const [name, field] = [showOwner(look.ref), path.join('.')]
  if (look.maker !== null) {
    return refuse('PARENT_REVERTS', `${name} cannot be paused: ${look.maker.sentence}.`, [look.maker],
      `Let ${look.maker.at} leave spec.syncPolicy alone (ignoreApplicationDifferences), or change it there.`)
  }
  if (!states(look.object, path)) return null
  const target: Target = { cluster: look.ref.cluster, ...look.kind, namespace: look.ref.namespace, name: look.ref.name, uid: look.uid }
  const claims = (await Promise.all(world.tools.map(tool => tool.claims(target, look.object)))).flat()
  const parent = claims.find(claim => claim.proof)
  if (parent === undefined) return null
  const by = showOwner(parent.owner)
  return refuse('PARENT_REVERTS', `${name} cannot be paused: ${by} deploys it and states ${field}, so it would put it back.`, [...parent.evidence, { sentence: `what is applied to it states ${field}`, at: name }],
    `Pause ${by}, or change ${field} of ${name} in Git.`)
}

/** True where what an owner applied holds the field, by its own record or by the server's. */
function states(object: KubernetesObject, path: readonly string[]): boolean {
  if (valueAt(parsed(metadataText(object, 'annotations', 'kubectl.kubernetes.io/last-applied-configuration')), ...path) !== undefined) return true
  const fields = path.map(step => `f:${step}`)
  return objectsAt(object, 'metadata', 'managedFields').some(entry => {
    const manager = textAt(entry, 'manager') ?? ''
    return manager !== 'writ' && (entry['operation'] === 'Apply' || APPLIERS.has(manager)) && valueAt(entry, 'fieldsV1', ...fields) !== undefined
  })
}

function parsed(text: string | undefined): Json | undefined {
  if (text === undefined) return undefined
  try {
    const value: unknown = JSON.parse(text)
    return isObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

import { WritError } from '../../model/error.ts'
import type { JsonObject } from '../../model/json.ts'
import { isObject, objectsAt, textAt, valueAt } from '../../model/json.ts'
import { groupVersion, metadataText, refKey, showRef } from '../../model/resource.ts'
import type { KubernetesObject, Target } from '../../model/resource.ts'
import type { World } from '../world.ts'

/** An object as it lives. */
export interface Living { readonly target: Target, readonly live: KubernetesObject }

/** The objects that make one another, the nearest first, and in plain words why nothing is known beyond the last; null where that one has no maker. */
export interface Makers { readonly makers: readonly Living[], readonly unknown: string | null, /** As the first object names its maker. */ readonly named: string | null }

/** Chains are followed so far; real ones have three or four. */
const FARTHEST = 10

/** Walks up the controllers of an object (argocd-flux.md 3). Ends at a cycle, at what is not there or may not be read, and after ten. */
export async function makersOf(world: Pick<World, 'clusters'>, start: Living): Promise<Makers> {
  const makers: Living[] = []
  const seen = new Set([refKey(start.target)])
  let here = start
  let unknown: string | null = null
  const first = controllerOf(start.live) ?? await claimerOf(world, start)
  while (unknown === null) {
    const owner = controllerOf(here.live) ?? await claimerOf(world, here)
    if (owner === undefined) break
    const name = `${textAt(owner, 'kind') ?? ''} ${textAt(owner, 'name') ?? ''}`
    const found = makers.length >= FARTHEST ? `more than ${FARTHEST} objects make one another` : await makerNamed(world, here, owner)
    if (typeof found === 'string') unknown = `${showRef(here.target)} names ${name} as its controller, and ${found}`
    else if (seen.has(refKey(found.target))) unknown = `${showRef(here.target)} and ${name} name each other as their controller`
    else {
      makers.push(found)
      seen.add(refKey(found.target))
      here = found
    }
  }
  return { makers, unknown, named: first === undefined ? null : `${textAt(first, 'kind') ?? ''} ${textAt(first, 'name') ?? ''}` }
}

/**
 * A StatefulSet makes its volume claims (`TEMPLATE-SET-0`) without a reference, so that they outlive it: the one of the namespace with such a template, as a reference
 * would name it. Where sets may not be listed, nobody knows.
 */
async function claimerOf({ clusters }: Pick<World, 'clusters'>, { target, live }: Living): Promise<JsonObject | undefined> {
  if (target.kind !== 'PersistentVolumeClaim' || target.group !== '' || !/-\d+$/.test(target.name)) return undefined
  const cluster = clusters.named(target.cluster)
  const kind = await cluster.served('apps', 'StatefulSet')
  const sets = kind === null ? [] : await cluster.list(kind, target.namespace).catch((error: unknown) => {
    if (error instanceof WritError && error.code === 'cluster/unauthorized') return []
    throw error
  })
  const found = sets.filter(set => makesClaim(set, { target, live }))
  const [only, ...more] = found
  return only === undefined || more.length > 0 ? undefined : { apiVersion: 'apps/v1', kind: 'StatefulSet', name: textAt(only, 'metadata', 'name') ?? '' }
}

/** By its name, and by the labels that the set's controller gives its claims. */
function makesClaim(set: KubernetesObject, { target, live }: Living): boolean {
  const name = textAt(set, 'metadata', 'name') ?? ''
  const templates = objectsAt(set, 'spec', 'volumeClaimTemplates').map(template => textAt(template, 'metadata', 'name') ?? '')
  const labels = valueAt(set, 'spec', 'selector', 'matchLabels')
  return templates.some(template => target.name.startsWith(`${template}-${name}-`) && /^\d+$/.test(target.name.slice(template.length + name.length + 2)))
    && (!isObject(labels) || Object.entries(labels).every(([key, value]) => metadataText(live, 'labels', key) === value))
}

/** The reference to the controller of an object, or undefined. */
export function controllerOf(object: KubernetesObject): JsonObject | undefined {
  return objectsAt(object, 'metadata', 'ownerReferences').find(one => one['controller'] === true)
}

/** The maker as it lives; a sentence where nobody can say. The kind may be served in another version than the reference names. */
async function makerNamed(world: Pick<World, 'clusters'>, { target }: Living, owner: JsonObject): Promise<Living | string> {
  const cluster = world.clusters.named(target.cluster)
  const { group } = groupVersion(textAt(owner, 'apiVersion') ?? '')
  const name = textAt(owner, 'name') ?? ''
  try {
    const kind = await cluster.served(group, textAt(owner, 'kind') ?? '')
    if (kind === null) return 'the cluster does not serve that kind'
    const namespace = kind.namespaced ? target.namespace : null
    const live = kind.namespaced && namespace === null ? null : await cluster.get(kind, namespace, name)
    if (live === null) return 'that is not there'
    const uid = textAt(live, 'metadata', 'uid')
    if (owner['uid'] !== undefined && uid !== undefined && owner['uid'] !== uid) return 'that was made again since: it has another uid'
    return { live, target: { cluster: target.cluster, group: kind.group, version: kind.version, kind: kind.kind, namespace, name, ...uid === undefined ? {} : { uid } } }
  } catch (error) {
    if (error instanceof WritError && error.code === 'cluster/unauthorized') return `that may not be read (${error.message})`
    throw error
  }
}

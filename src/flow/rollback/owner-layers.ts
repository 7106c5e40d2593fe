import { WritError, isRefusal } from '../../model/error.ts'
import { textAt } from '../../model/json.ts'
import type { Owner } from '../../model/owner.ts'
import { showOwner } from '../../model/owner.ts'
import type { Located } from '../../model/plan.ts'
import { refOf, showRef } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { openClaimed } from '../locate.ts'
import { nearestOwner } from '../owner/owner-chain.ts'
import type { Living } from '../owner/makers.ts'
import type { RenderedObject } from '../ports.ts'
import { findTarget } from '../proof/target.ts'
import type { World } from '../world.ts'

/** Owners of owners are followed so far. */
const HIGHEST = 5

/** An owner whose own manifest stands in the same branch as what it deploys, and who deploys that manifest. */
export interface OwnerLayer { readonly below: Owner, readonly by: Owner, readonly living: Living, readonly around: readonly KubernetesObject[] }

/** The layers above an object's owner, the lowest first; `stops`: why the manifest of the highest is taken as it is today, null where nobody deploys that from Git. */
export interface OwnerLayers { readonly layers: readonly OwnerLayer[], readonly stops: string | null }

/** Who decides, in the same branch, how the owner of an object renders it: what such a manifest said at an earlier commit is part of an earlier state. */
export async function ownerLayers(world: World, { owner, branch }: Pick<Located, 'owner' | 'branch'>): Promise<OwnerLayers> {
  const layers: OwnerLayer[] = []
  let below = owner
  while (layers.length < HIGHEST) {
    const above = await aboveOf(world, below, branch)
    if (typeof above === 'string') return { layers, stops: above }
    if (above === null || layers.some(({ by }) => by.name === above.by.name && by.namespace === above.by.namespace && by.kind === above.by.kind)) return { layers, stops: null }
    layers.push(above)
    below = above.by
  }
  return { layers, stops: null }
}

/** A sentence where somebody deploys it from elsewhere, or nobody can say; null where nobody does from Git. */
async function aboveOf(world: World, below: Owner, branch: string): Promise<OwnerLayer | string | null> {
  const name = showOwner(below)
  try {
    const found = await world.ownerObjects.live(below)
    if (found === null) return null
    const uid = textAt(found.object, 'metadata', 'uid')
    const living: Living = { target: { cluster: below.cluster, ...refOf(found.object), namespace: below.namespace, ...uid === undefined ? {} : { uid } }, live: found.object }
    const { chosen, living: [, maker] } = await nearestOwner(world, world.tools, living)
    if (maker !== undefined) return `${name} is made by ${showRef(maker.target)}`
    if (chosen === null) return null
    const opened = isRefusal(chosen) ? chosen : await openClaimed(world, { target: living.target, claim: chosen })
    if (isRefusal(opened)) return opened.message
    if (!world.repositories.same(opened.owner.source.url, below.source.url) || opened.branch !== branch) return `${name} is deployed from ${opened.owner.source.url} ${opened.branch}`
    return { below, by: opened.owner, living, around: found.around }
  } catch (error) {
    if (error instanceof WritError && error.code !== 'internal/bug') return error.message
    throw error
  }
}

/** The owner below as its manifest has it among what the layer's owner renders; a sentence where that cannot be told. */
export function ownerAt(world: World, { below, by, living, around }: OwnerLayer, rendered: readonly RenderedObject[]): Owner | string {
  const [found, ...others] = findTarget(rendered, living.target, by.destination)
  if (found === undefined || others.length > 0) return `${showOwner(below)} is not there`
  const manifest = world.ownerObjects.manifestOwner({ ...found.object, metadata: { ...found.object.metadata, namespace: below.namespace } }, around)
  const source = manifest?.sources.find(one => one.source.index === below.source.index && one.source.revision === below.source.revision && world.repositories.same(one.source.url, below.source.url))
  if (manifest === null || source === undefined) return `${showOwner(below)} deploys from elsewhere`
  return manifest.obstacle === null ? { ...below, source: { ...source.source, url: below.source.url }, render: source.render } : `${showOwner(below)} has ${manifest.obstacle.path}, which is not honoured`
}

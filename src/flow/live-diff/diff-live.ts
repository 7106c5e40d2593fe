import { isRefusal, refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import type { LiveDiff, LiveDifference } from '../../model/live-diff.ts'
import { showOwner } from '../../model/owner.ts'
import type { Owner, OwnerRef } from '../../model/owner.ts'
import type { TargetAsk } from '../../model/request.ts'
import { metadataText } from '../../model/resource.ts'
import type { KubernetesObject, ObjectRef, Target } from '../../model/resource.ts'
import type { OwnerLook } from '../../model/steering.ts'
import { findOwner } from '../owner/find-owner.ts'
import type { OwnerAnswer } from '../owner/find-owner.ts'
import { openOwner } from '../locate.ts'
import type { Opened } from '../locate.ts'
import type { RenderedObject } from '../ports.ts'
import { chooseSource } from '../proof/choose-source.ts'
import { renderOwner } from '../proof/render-owner.ts'
import { findTarget } from '../proof/target.ts'
import { findSteered } from '../steer/find-steered.ts'
import type { World } from '../world.ts'
import { diffObject, isSame } from './diff-object.ts'
import { leftAlone } from './left-alone.ts'

/** So many objects are asked about at once. */
const AT_ONCE = 8

/** An owner at a commit, rendered, and what of it is compared; null: all of it. */
interface Rendered { readonly owner: Owner, readonly branch: string, readonly commit: string, readonly objects: readonly RenderedObject[], readonly notes: readonly string[] }

/**
 * One object: Git at the tip of its owner's branch against live. Reads only; the dry run of the server keeps nothing. Refuses what finding and reading the
 * owner refuses, and RENDER_FAILED.
 */
export async function diffObjectLive(world: World, ask: TargetAsk): Promise<LiveDiff | Refusal> {
  const found = await findOwner(world, ask)
  if (isRefusal(found)) return found
  const { owner, branch, base: commit, subject } = found
  const opened = isWhole(owner) && branch !== null && commit !== null ? { owner, branch, base: commit } : await whileSuspended(world, found)
  if (isRefusal(opened)) return opened
  const rendered = await render(world, { owner: opened.owner, branch: opened.branch, commit: opened.base })
  if (isRefusal(rendered)) return rendered
  const [object] = findTarget(rendered.objects, subject, rendered.owner.destination)
  const { cluster: _cluster, uid: _uid, ...ref } = subject
  return compare(world, { ...rendered, objects: object === undefined ? [] : [object] }, object === undefined ? [ref] : [])
}

/** An owner that is paused can be looked at all the same; whatever else keeps it from being read, is refused. */
async function whileSuspended(world: World, { owner, subject, evidence, obstacle }: OwnerAnswer): Promise<Pick<Opened, 'owner' | 'branch' | 'base'> | Refusal> {
  const tool = world.tools.find(one => one.name === owner.tool)
  if (tool === undefined || obstacle?.refused !== 'SUSPENDED') return { ...obstacle ?? refuse('UNSUPPORTED', `${showOwner(owner)} cannot be read.`), evidence }
  const read = await tool.read(owner, subject, 'suspended')
  return openOwner(world, { owner: isRefusal(read) ? read : await chooseSource(world, read, subject), evidence })
}

/** An owner that was read, and not only found. */
function isWhole(owner: OwnerRef & Partial<Owner>): owner is Owner {
  return owner.source !== undefined && owner.render !== undefined && owner.delivery !== undefined && owner.destination !== undefined
}

/** Everything that an owner deploys, what it no longer finds in Git included. */
export async function diffOwnerLive(world: World, ask: TargetAsk): Promise<LiveDiff | Refusal> {
  const found = await findSteered(world, ask)
  if (isRefusal(found)) return found
  const { look } = found
  const tool = world.tools.find(one => one.name === look.ref.tool)
  const itself: Target = { cluster: look.destination.cluster ?? look.ref.cluster, ...look.kind, namespace: look.ref.namespace, name: look.ref.name }
  const read = await tool?.read(look.ref, itself, 'suspended')
  if (read === undefined) return refuse('UNSUPPORTED', `There is no adapter for ${look.ref.tool}.`)
  const opened = await openOwner(world, { owner: read, evidence: found.evidence })
  if (isRefusal(opened)) return opened
  const rendered = await render(world, { owner: opened.owner, branch: opened.branch, commit: opened.base })
  return isRefusal(rendered) ? rendered : compare(world, rendered, extras(look, rendered))
}

async function render(world: World, of: { readonly owner: Owner, readonly branch: string, readonly commit: string }): Promise<Rendered | Refusal> {
  const { sources, unread = [], suspended, ...single } = of.owner
  const owners = sources === undefined ? [of.owner] : sources.map(({ source, render: rules }) => ({ ...single, source, render: rules }))
  const objects: RenderedObject[] = []
  for (const owner of owners) {
    const commit = owner === of.owner || owner.source.url === of.owner.source.url && owner.source.revision === of.owner.source.revision ? of.commit : await tipOf(world, owner)
    const result = commit === null ? { ok: false as const, message: `'${owner.source.revision}' is no branch of ${owner.source.url}` } : await renderOwner(world, owner, commit)
    if (!result.ok) return refuse('RENDER_FAILED', `${showOwner(of.owner)} does not render at ${of.commit.slice(0, 12)}.`, [{ sentence: result.message, at: `${owner.source.url} ${owner.source.path}` }])
    objects.push(...result.objects.filter(({ object, hook }) => hook !== true && !isHook(object)))
  }
  return {
    ...of, objects,
    notes: [...unread.map(one => `${one.path} is not compared, ${one.because}`), ...suspended === undefined ? [] : [`${showOwner(of.owner)} has ${suspended.path}, ${suspended.because}: a difference stays until it is resumed`]],
  }
}

async function tipOf(world: World, owner: Owner): Promise<string | null> {
  const repository = world.repositories.open(owner.source.url)
  return isRefusal(repository) ? null : (await repository.reader.tip(owner.source.revision))?.commit ?? null
}

/** Hooks run and go; nobody keeps them as they are in Git. */
function isHook(object: KubernetesObject): boolean {
  return metadataText(object, 'annotations', 'argocd.argoproj.io/hook') !== undefined || metadataText(object, 'annotations', 'helm.sh/hook') !== undefined
}

/** What the owner lists and Git no longer holds: it would be pruned, where it prunes. Sources that are not rendered may hold it. */
function extras(look: OwnerLook, { owner, objects }: Rendered): readonly ObjectRef[] {
  if ((owner.unread ?? []).length > 0) return []
  return look.deploys.filter(ref => findTarget(objects, ref, owner.destination).length === 0)
}

async function compare(world: World, { owner, branch, commit, objects, notes }: Rendered, gone: readonly ObjectRef[]): Promise<LiveDiff> {
  const where = { cluster: world.clusters.named(owner.destination.cluster), server: world.servers.named(owner.destination.cluster), owner, namespace: owner.destination.namespace }
  const found: LiveDifference[] = []
  for (let i = 0; i < objects.length; i += AT_ONCE) {
    found.push(...await Promise.all(objects.slice(i, i + AT_ONCE).map(async ({ object }) => leftAlone(world, owner, { difference: await diffObject(where, object), rendered: object }))))
  }
  const extra = gone.filter(ref => !found.some(one => isSame(one.object, ref)))
    .map((object): LiveDifference => ({ object, kind: 'extra', fields: [], ignored: [], serverAsked: false, sentence: `${showOwner(owner)} lists it, and ${branch} at ${commit.slice(0, 12)} does not hold it` }))
  return { owner, branch, commit, objects: [...found, ...extra], notes }
}

import { isRefusal, refuse } from '../../model/error.ts'
import type { Evidence, Refusal } from '../../model/error.ts'
import { showPath } from '../../model/field.ts'
import { textAt, valueAt } from '../../model/json.ts'
import type { Owner } from '../../model/owner.ts'
import { showOwner } from '../../model/owner.ts'
import type { Located } from '../../model/plan.ts'
import { refKey, refOf, showRef } from '../../model/resource.ts'
import type { KubernetesObject, Target } from '../../model/resource.ts'
import { openClaimed } from '../locate.ts'
import type { Opened } from '../locate.ts'
import type { Living } from '../owner/makers.ts'
import { nearestOwner } from '../owner/owner-chain.ts'
import type { Nearest } from '../owner/owner-chain.ts'
import type { OwnerObject } from '../ports.ts'
import { openBench } from '../proof/bench.ts'
import { readersOf } from '../proof/readers.ts'
import { proveEdits } from '../proof/prove-edits.ts'
import type { AlreadySo } from '../proof/prove-edits.ts'
import { renderedTarget } from '../proof/render-owner.ts'
import { shipsAlong } from '../proof/also-ships.ts'
import type { ProvenRender } from '../prove.ts'
import { holds } from '../fields/same-field.ts'
import type { World } from '../world.ts'
import { setEdits } from './application-set.ts'
import type { ObjectEdits } from './owner-text.ts'
import { setEvidence, setObstacle } from './set-obstacle.ts'
import { inputsOf, proveInputs } from './set-files.ts'
import type { SetInputs } from './set-files.ts'
import { cannot, reachedBy } from './reached-by.ts'
import type { Reached, ThroughAsk } from './reached-by.ts'
import { withThrough } from './with-through.ts'

/** Owners of owners are edited so far up. */
const HIGHEST = 5
const MOST_SHOWN = 5

/**
 * Edits the owner's own manifest where that decides a field (argocd-flux.md 4.9): looks for the edit of the manifest that reaches exactly the asked fields when the
 * owner's source is rendered with it, then makes that an edit of the owner's object, in the source of whoever deploys that, and proves it there, too. An override of
 * an override leads on to the next owner. Reads only.
 */
export async function editOwner(world: World, through: ThroughAsk): Promise<ProvenRender | AlreadySo | Refusal> {
  const { located } = through
  const { owner } = located
  const behind = await shipsAlong(world, located)
  if (isRefusal(behind)) return behind
  if (behind !== null) return { ...cannot(located, `it is behind (${behind.ships.because}): what else it would deploy is covered by no approval of a change of its manifest`), evidence: behind.ships.changes.slice(0, MOST_SHOWN).map(({ object }) => ({ sentence: `${showRef(object)} would be deployed along`, at: showOwner(owner) })), hint: catchUp(owner) }
  const living = await world.ownerObjects.live(owner)
  if (living === null) return cannot(located, `${showOwner(owner)} cannot be read`)
  const nearest = await nearestOwner(world, world.tools, asLiving(owner, living))
  const [, maker] = nearest.living
  const inputs = maker === undefined || !isSet(nearest) ? null : await inputsOf(world, { set: maker, owner })
  const byFiles = inputs === null ? null : await proveInputs(world, { through, living, inputs })
  if (byFiles !== null) return byFiles
  const above = await openAbove(world, { through, living, nearest, inputs })
  if (isRefusal(above)) return above
  const stated = await statedOwner(world, { owner, living, above })
  if (isRefusal(stated)) return stated
  const reached = await reachedBy(world, through, stated)
  if (isRefusal(reached) || 'already' in reached) return reached
  return proveAbove(world, { through, above, reached })
}

/** How an owner that is behind on purpose comes to where its branch is. */
function catchUp({ kind, name, namespace, delivery }: Owner): string {
  const ask = `${kind.toLowerCase()}/${name} -n ${namespace}`
  return delivery.automated ? `Mend what keeps it behind (writ owner ${ask} shows it), or wait until it has caught up; then ask again.` : `Bring it up to date first: writ sync ${ask} (--dry-run shows what that deploys). Then ask again.`
}

/** Whoever deploys the owner's own object, or the ApplicationSet that generates it, and what that is there. */
interface Above extends Opened { readonly target: Target, readonly live: KubernetesObject, readonly set: SetInputs | null }

function asLiving(owner: Owner, { object }: OwnerObject): Living {
  const uid = textAt(object, 'metadata', 'uid')
  return { target: { cluster: owner.cluster, ...refOf(object), namespace: owner.namespace, ...uid === undefined ? {} : { uid } }, live: object }
}

function isSet({ living: [, maker, ...more] }: Nearest): boolean {
  return maker !== undefined && more.length === 0 && maker.target.kind === 'ApplicationSet'
}

async function openAbove(world: World, of: { readonly through: ThroughAsk, readonly living: OwnerObject, readonly nearest: Nearest, readonly inputs: SetInputs | null }): Promise<Above | Refusal> {
  const { through: { located: { owner } }, nearest: { chosen, living: [, maker] }, inputs: set } = of
  const name = showOwner(owner)
  if (maker !== undefined && set === null) return inline(owner, `${showRef(maker.target)} writes its spec`, { hint: `Change it in ${showRef(maker.target)}.`, evidence: [{ sentence: `${name} is made by ${showRef(maker.target)}`, at: 'metadata.ownerReferences' }] })
  const { target, live } = maker ?? asLiving(owner, of.living)
  if (chosen === null && set !== null) return inline(owner, `${showRef(target)}, which generates it, is deployed by nobody from Git, as far as can be seen`, await setObstacle(world, { ...of, inputs: set }))
  if (chosen === null) return inline(owner, 'nobody deploys that from Git, as far as can be seen', { hint: `Bring the manifest of ${name} under an owner, or change it by hand.` })
  if (isRefusal(chosen)) return chosen
  const opened = await openClaimed(world, { target, claim: chosen })
  return isRefusal(opened) ? { ...opened, message: `${name} decides the field, and ${set !== null ? showRef(target) : 'its own manifest'} cannot be changed: ${opened.message}` } : { ...opened, target, live, set }
}

function inline(owner: Owner, why: string, { hint, evidence = [] }: { readonly hint: string, readonly evidence?: readonly Evidence[] }): Refusal {
  return refuse('INLINE', `The field is decided by ${showOwner(owner)} itself, not by its source, and ${why}.`, evidence, hint)
}

/** The owner's manifest as its own source says it, and what it names; refused where it lives otherwise, since both would change then. */
async function statedOwner(world: World, { owner, living, above }: { readonly owner: Owner, readonly living: OwnerObject, readonly above: Above }): Promise<readonly KubernetesObject[] | Refusal> {
  const stated = await renderedTarget(world, above.owner, { commit: above.base, target: above.target })
  const [by, name] = [showOwner(above.owner), showRef(above.target)]
  if (stated === null) return refuse('NOT_RENDERED', `${by} deploys ${name}, but does not render it from its source.`)
  if (!holds([], valueAt(above.live, 'spec') ?? {}, valueAt(stated, 'spec') ?? {})) {
    return refuse('UNSUPPORTED', `${name} is not as ${by} has it in Git: a change of it would bring more than was asked.`, [{ sentence: 'the spec in the source and the live one differ', at: name }], `Let ${by} sync first, or take the live edit back.`)
  }
  return [above.set !== null ? living.object : { ...stated, metadata: { ...stated.metadata, namespace: owner.namespace } }, ...living.around]
}

/** Makes the edits of the owner's object in the source of whoever deploys it, and proves them there. */
async function proveAbove(world: World, { through, above, reached }: { readonly through: ThroughAsk, readonly above: Above, readonly reached: Reached }): Promise<ProvenRender | AlreadySo | Refusal> {
  const [changed, ...more] = reached.objects
  const { located } = through
  if (changed === undefined || more.length > 0) return cannot(located, 'the change would be one of several objects')
  const meant = above.set !== null ? await editsOfSet(world, { located, above, set: above.set }, changed) : changed
  if (isRefusal(meant)) return meant
  const upper = await locatedAbove(world, { located, above, changed: meant })
  if (isRefusal(upper)) return upper
  const repository = world.repositories.open(upper.owner.source.url)
  if (isRefusal(repository)) return repository
  const bench = await openBench(world, repository.reader, upper.base)
  try {
    const found = await proveEdits(bench, { ...upper, scope: upper.request.scope, owners: () => readersOf(world, bench, upper), samePath: 'other' }, world)
    if ('already' in found) return cannot(located, `${showRef(upper.target)} says so already in Git`)
    if (isRefusal(found)) return isDecidedAbove(found) && through.depth < HIGHEST ? await further(world, { through, upper, refusal: found, reached }) : found
    const ships = await shipsAlong(world, upper)
    if (isRefusal(ships)) return ships
    const { rendered, ...proven } = found
    return withThrough({ proven: { ...upper, ...proven, asked: upper.edits, alsoShips: ships?.ships ?? null }, rendered: ships === null ? rendered : { ...rendered, ships: ships.objects } }, { located, reached })
  } finally {
    await bench.dispose()
  }
}

/** What makes the ApplicationSet generate the changed Application. */
async function editsOfSet(world: World, { located: { owner }, above, set: { set, trees, clusters, unknown } }: { readonly located: Located, readonly above: Above, readonly set: SetInputs }, { object, edits }: ObjectEdits): Promise<ObjectEdits | Refusal> {
  const found = setEdits(set.live, { app: object, edits, trees, clusters })
  if ('edits' in found) return { object: set.live, edits: found.edits }
  if ('files' in found) return inline(owner, `it is generated from ${found.files.join(' and ')}, which is read from several repositories`, { hint: `Change it in ${found.files.join(' and ')} by hand.` })
  if (unknown !== null) return { ...unknown, message: `${showOwner(owner)} is generated: ${found.because}. ${unknown.message}` }
  return inline(owner, `it is generated, and not by what can be edited: ${found.because}`, { hint: found.hint, evidence: [await setEvidence(world, { set, sources: [above.owner.source], ...found }), ...edits.map(({ path }) => ({ sentence: `${showPath(path)} of ${showOwner(owner)} would have to change` }))] })
}

/** Refusals of a search that an edit of the owner's own manifest may still reach. */
export function isDecidedAbove({ refused }: Refusal): boolean {
  return refused === 'INLINE' || refused === 'SHADOWED' || refused === 'NO_CANDIDATE'
}

/** The owner's object, or a ConfigMap that it takes values from, which somebody else may deploy. */
async function locatedAbove(world: World, { located, above, changed }: { readonly located: Located, readonly above: Above, readonly changed: ObjectEdits }): Promise<Located | Refusal> {
  const { owner, ownerEvidence, base, branch } = above
  const edits = { edits: changed.edits, asked: changed.edits }
  if (refKey(refOf(changed.object)) === refKey(above.target)) return { ...located, target: above.target, live: above.live, ...edits, owner, ownerEvidence, base, branch }
  const cluster = world.clusters.named(located.owner.cluster)
  const ref = refOf(changed.object)
  const kind = await cluster.served(ref.group, ref.kind)
  const live = kind === null ? null : await cluster.get(kind, ref.namespace, ref.name)
  if (live === null) return cannot(located, `${showRef(ref)} is not there`)
  const target: Target = { cluster: cluster.name, ...ref }
  const { chosen } = await nearestOwner(world, world.tools, { target, live })
  if (chosen === null) return refuse('INLINE', `The field is decided by ${showRef(ref)}, which nobody deploys from Git, as far as can be seen.`)
  if (isRefusal(chosen)) return chosen
  const opened = await openClaimed(world, { target, claim: chosen })
  return isRefusal(opened) ? opened : { ...located, target, live, ...edits, ...opened }
}

async function further(world: World, of: { readonly through: ThroughAsk, readonly upper: Located, readonly refusal: Refusal, readonly reached: Reached }): Promise<ProvenRender | AlreadySo | Refusal> {
  const { through, upper, refusal, reached } = of
  const higher = await editOwner(world, { located: upper, ask: { target: upper.target, live: upper.live, edits: upper.edits }, depth: through.depth + 1 })
  if (isRefusal(higher)) return { ...higher, evidence: [...refusal.evidence, ...higher.evidence] }
  return 'already' in higher ? higher : withThrough(higher, { located: through.located, reached })
}

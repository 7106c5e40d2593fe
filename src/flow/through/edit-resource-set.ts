import { isRefusal, refuse } from '../../model/error.ts'
import type { Evidence, Refusal } from '../../model/error.ts'
import { fieldAt, showPath, wholeOf } from '../../model/field.ts'
import { objectsAt, textAt, valueAt } from '../../model/json.ts'
import type { OwnerRef } from '../../model/owner.ts'
import { showOwner } from '../../model/owner.ts'
import type { Classified, Located, NoChange, ObjectChange, Through } from '../../model/plan.ts'
import type { NotRead } from '../../model/resource-set/evaluate.ts'
import { metadataText, refKey, refOf, showRef } from '../../model/resource.ts'
import type { KubernetesObject, Target } from '../../model/resource.ts'
import { autoscaler } from '../owner/autoscaler.ts'
import { chooseOwner } from '../owner/choose-owner.ts'
import { claimsOf } from '../owner/claims-of.ts'
import { openClaimed, toolsOf } from '../locate.ts'
import type { Opened } from '../locate.ts'
import { manifestLines } from '../owner/manifest-lines.ts'
import { nearestOwner } from '../owner/owner-chain.ts'
import { openBench } from '../proof/bench.ts'
import { proveEdits } from '../proof/prove-edits.ts'
import { readersOf } from '../proof/readers.ts'
import { renderedTarget } from '../proof/render-owner.ts'
import { shipsAlong } from '../proof/also-ships.ts'
import { alreadySo } from '../prove.ts'
import type { ProvenRender } from '../prove.ts'
import { holds } from '../fields/same-field.ts'
import type { World } from '../world.ts'
import { editOwner, isDecidedAbove } from './edit-owner.ts'
import { wantedOf } from './prove-plan.ts'
import { madeIn, resourceSetEdits } from './resource-set.ts'
import type { SetReach } from './resource-set.ts'

/** A ResourceSet as it lives, and where Git has it. */
interface Declared { readonly ref: OwnerRef, readonly evidence: readonly Evidence[], readonly target: Target, readonly live: KubernetesObject, readonly opened: Opened, /** As its source has it. */ readonly stated: KubernetesObject }

/**
 * Edits the ResourceSet of the Flux operator that makes an object, in the source of whoever deploys the set (argocd-flux.md 2, 4.9): the literal in its template, or the
 * input that the field prints. `refusal` is why the object was not edited otherwise; it stands, with the reason and the line of the manifest, for all that is not proven
 * exactly. Null where no ResourceSet makes the object. Reads only.
 */
export async function editResourceSet(world: World, asked: Classified, refusal: Refusal): Promise<ProvenRender | NoChange | Refusal | null> {
  const { target, live, edits } = asked
  if (refusal.refused !== 'UNSUPPORTED' || live === null || wholeOf(edits) !== null) return null
  const chosen = chooseOwner(target, await claimsOf(world, toolsOf(world, asked), { target, live }))
  if (chosen === null || isRefusal(chosen) || chosen.owner.kind !== 'ResourceSet') return null
  const set = await declaredSet(world, chosen, refusal)
  if (isRefusal(set)) return set
  const own = madeIn(set.stated, target)
  if ('because' in own) return withReason(world, refusal, { set, ...own })
  const wanted = wantedOf(asked).wanted(own.object)
  if (isRefusal(wanted)) return wanted
  const scaled = await autoscaler(world.clusters.named(target.cluster), target, wanted)
  if (scaled !== null) return scaled
  const reach = resourceSetEdits(set.stated, own, wanted)
  if ('because' in reach) return withReason(world, refusal, { set, ...reach })
  const upper: Located = { ...asked, target: set.target, live: set.live, edits: reach.edits, asked: reach.edits, ...set.opened }
  if (reach.edits.length === 0) return alreadySo({ ...upper, target, live }, wanted.map(edit => ({ ...edit, before: fieldAt(own.object, edit.path) })), wanted)
  const others = reach.changes.filter(({ object }) => refKey(object) !== refKey(target))
  const elsewhere = await inOtherEnvironments(world, asked, others)
  if (others.length > 0 && (asked.request.scope === 'app' || elsewhere.length > 0)) return shared(set, { reach, others, elsewhere })
  const through: Through = {
    target, live, owner: set.ref, ownerEvidence: set.evidence, edits: wanted.map(edit => ({ ...edit, before: fieldAt(own.object, edit.path) })), changes: reach.changes,
    sentence: others.length === 0 ? `${showOwner(set.ref)} makes exactly this of it` : `${showOwner(set.ref)} makes ${others.length} other objects of it, too`,
  }
  return proveSet(world, { upper, through, reach })
}

/** What keeps the set that makes an object from being edited for it; null where nothing does that shows without asking. Reads only. */
export async function setStands(world: World, of: { readonly owner: OwnerRef, readonly target: Target, readonly evidence: readonly Evidence[], readonly refusal: Refusal }): Promise<Refusal | null> {
  const set = await declaredSet(world, of, of.refusal)
  if (isRefusal(set)) return set
  const own = madeIn(set.stated, of.target)
  return 'because' in own ? withReason(world, of.refusal, { set, ...own }) : null
}

async function declaredSet(world: World, { owner, evidence }: { readonly owner: OwnerRef, readonly evidence: readonly Evidence[] }, refusal: Refusal): Promise<Declared | Refusal> {
  const living = await world.ownerObjects.live(owner)
  if (living === null) return refusal
  const name = showOwner(owner)
  const live = living.object
  if (metadataText(live, 'annotations', 'fluxcd.controlplane.io/reconcile')?.toLowerCase() === 'disabled') return refuse('SUSPENDED', `${name} has fluxcd.controlplane.io/reconcile disabled, so a merge would not deploy.`, evidence)
  const uid = textAt(live, 'metadata', 'uid')
  const target: Target = { cluster: owner.cluster, ...refOf(live), namespace: owner.namespace, ...uid === undefined ? {} : { uid } }
  const { chosen, living: chain } = await nearestOwner(world, world.tools, { target, live })
  const direct = chain.length > 1 || chosen === null ? null : chosen
  if (direct === null) return { ...refusal, evidence: [...refusal.evidence, { sentence: `nobody deploys ${name} from Git, as far as can be seen` }] }
  if (isRefusal(direct)) return direct
  const opened = await openClaimed(world, { target, claim: direct })
  if (isRefusal(opened)) return { ...opened, evidence: [...refusal.evidence, ...opened.evidence] }
  const stated = await renderedTarget(world, opened.owner, { commit: opened.base, target })
  if (stated === null) return { ...refusal, evidence: [...refusal.evidence, { sentence: `${showOwner(opened.owner)} deploys ${name}, but does not render it from its source` }] }
  const behind = behindBecause(live, { ...stated, metadata: { ...stated.metadata, namespace: owner.namespace } })
  if (behind !== null) return { ...refusal, evidence: [...refusal.evidence, { sentence: `${behind}: a change of it would bring more than was asked`, at: name }], hint: `Let ${name} become ready as ${showOwner(opened.owner)} has it in Git, then ask again.` }
  return { ref: owner, evidence, target, live, opened, stated: { ...stated, metadata: { ...stated.metadata, namespace: owner.namespace } } }
}

/** What the set would bring besides is covered by no approval. */
function behindBecause(live: KubernetesObject, stated: KubernetesObject): string | null {
  if (!holds([], valueAt(live, 'spec') ?? {}, valueAt(stated, 'spec') ?? {}) || !holds([], valueAt(stated, 'spec') ?? {}, valueAt(live, 'spec') ?? {})) return 'the spec in the source and the live one differ'
  const ready = objectsAt(live, 'status', 'conditions').find(one => one['type'] === 'Ready')
  const seen = ready?.['observedGeneration']
  return ready?.['status'] === 'True' && (seen === undefined || seen === valueAt(live, 'metadata', 'generation')) ? null : 'it has not made what its spec says'
}

async function withReason(world: World, refusal: Refusal, { set, because, at }: NotRead & { readonly set: Declared }): Promise<Refusal> {
  const repository = world.repositories.open(set.opened.owner.source.url)
  const lines = isRefusal(repository) ? [] : await manifestLines(await repository.reader.tree(set.opened.base), { ...set.target, namespace: set.ref.namespace }, at)
  const [line, ...more] = lines
  return { ...refusal, evidence: [...refusal.evidence, { sentence: `it cannot be edited exactly: ${because}`, at: line === undefined || more.length > 0 ? `${showOwner(set.ref)} ${showPath(at)}` : line }] }
}

/** The other objects whose environment is another one: their rules and approvals are not asked for here. */
async function inOtherEnvironments(world: World, { target, environment }: Classified, others: readonly ObjectChange[]): Promise<readonly ObjectChange[]> {
  const cluster = world.clusters.named(target.cluster)
  const kind = await cluster.served('', 'Namespace')
  const found: ObjectChange[] = []
  for (const one of others) {
    const { namespace } = one.object
    const object = kind === null || namespace === null ? null : await cluster.get(kind, null, namespace)
    if (world.environments.of(cluster.name, namespace, object).name !== environment.name) found.push(one)
  }
  return found
}

function shared(set: Declared, { reach: { edits }, others, elsewhere }: { readonly reach: SetReach, readonly others: readonly ObjectChange[], readonly elsewhere: readonly ObjectChange[] }): Refusal {
  const where = edits.map(({ path }) => showPath(path)).join(' and ')
  return refuse('SHARED_BASE', `${where} of ${showOwner(set.ref)} decides ${others.length} other object${others.length === 1 ? '' : 's'}, too.`, others.map(({ object, fields }) => ({ sentence: `${showRef(object)} ${fields.map(({ path }) => showPath(path)).join(', ')} changes too`, at: showOwner(set.ref) })),
    elsewhere.length === 0 ? undefined : `${elsewhere.map(({ object }) => showRef(object)).join(', ')} ${elsewhere.length === 1 ? 'is' : 'are'} of another environment: give each its own input, or make the edit by hand.`)
}

async function proveSet(world: World, { upper, through, reach }: { readonly upper: Located, readonly through: Through, readonly reach: SetReach }): Promise<ProvenRender | NoChange | Refusal> {
  const repository = world.repositories.open(upper.owner.source.url)
  if (isRefusal(repository)) return repository
  const bench = await openBench(world, repository.reader, upper.base)
  try {
    const found = await proveEdits(bench, { ...upper, scope: upper.request.scope, owners: () => readersOf(world, bench, upper), samePath: 'other' }, world)
    if ('already' in found) return refuse('UNSUPPORTED', `${showRef(upper.target)} says so already in Git, and does not make it.`)
    if (isRefusal(found)) return isDecidedAbove(found) ? await further(world, { upper, through, reach }) : found
    const ships = await shipsAlong(world, upper)
    if (isRefusal(ships)) return ships
    const { rendered, ...proven } = found
    return reaching({ proven: { ...upper, ...proven, asked: upper.edits, alsoShips: ships?.ships ?? null }, rendered: ships === null ? rendered : { ...rendered, ships: ships.objects } }, { upper, through, reach })
  } finally {
    await bench.dispose()
  }
}

/** The owner of the set lays something over it: that one's own manifest is edited. */
async function further(world: World, of: { readonly upper: Located, readonly through: Through, readonly reach: SetReach }): Promise<ProvenRender | NoChange | Refusal> {
  const { upper } = of
  const higher = await editOwner(world, { located: upper, ask: { target: upper.target, live: upper.live, edits: upper.edits }, depth: 1 })
  return isRefusal(higher) ? higher : 'already' in higher ? alreadySo(upper, higher.already, upper.edits) : reaching(higher, of)
}

/** Adds what the set makes: shown with the plan, judged with it, and waited for once it is merged. */
function reaching({ proven, rendered }: ProvenRender, { upper, through, reach }: { readonly upper: Located, readonly through: Through, readonly reach: SetReach }): ProvenRender {
  const version = (objects: readonly KubernetesObject[], of: ObjectChange): KubernetesObject | null => objects.find(object => refKey(refOf(object)) === refKey(of.object)) ?? null
  const objects = reach.changes.map(change => ({ ref: change.object, before: version(reach.before, change), after: version(reach.after, change) }))
  return { proven: { ...proven, through: [...proven.through ?? [], through] }, rendered: { ...rendered, blast: [...rendered.blast, { path: `through ${showOwner(through.owner)}`, environments: [upper.environment.name], objects, destinations: [{ cluster: through.target.cluster, namespace: through.owner.namespace }] }] } }
}

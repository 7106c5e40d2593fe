import { isRefusal, refuse } from '../model/error.ts'
import type { Evidence, Refusal } from '../model/error.ts'
import type { ConsumerOwner, Owner } from '../model/owner.ts'
import { showOwner } from '../model/owner.ts'
import type { Classified, Located } from '../model/plan.ts'
import { showRef } from '../model/resource.ts'
import type { Target } from '../model/resource.ts'
import { onlyPlace } from './edit/create-places.ts'
import type { NewPlace } from './edit/create-places.ts'
import { choosePlace, placesIn } from './proof/new-places.ts'
import { ownersOfBranch } from './proof/owners.ts'
import { renderedTarget } from './proof/render-owner.ts'
import { closureOf } from './proof/closure.ts'
import { renderAsk } from './proof/consumers.ts'
import { indexTree } from './proof/tree-index.ts'
import type { TreeIndex } from './proof/tree-index.ts'
import { openOwner } from './locate.ts'
import type { World } from './world.ts'

type Found = Located & { readonly places: readonly NewPlace[], /** False where its source cannot hold the object already. */ readonly mayHold: boolean }

/** So many owners of one namespace are looked into; who has more says which by defaultRepo. */
const MOST = 30

/**
 * Who will deploy an object that is not there yet, and where it goes: the owners that already deploy into its namespace, in the repository for new objects
 * where the environment names one, by the layout of their sources (DESIGN.md section 2). An owner whose source holds the object already is it.
 * Refuses NEEDS_INPUT with the places where that leaves a choice, and what reading the only owner refuses.
 */
export async function locateNew(world: World, classified: Classified): Promise<Located | Refusal> {
  const { target, request, environment } = classified
  const tools = environment.provider === 'auto' ? world.tools : world.tools.filter(tool => tool.name === environment.provider)
  const all = (await Promise.all(tools.map(tool => tool.owners()))).flat().filter(({ ref, destination }) => destination.cluster === target.cluster && ref.kind !== 'HelmRelease')
  const candidates = inDefaultRepo(world, classified, all).toSorted((a, b) => showOwner(a.ref).localeCompare(showOwner(b.ref), 'en'))
  const found: Found[] = []
  const refused: Refusal[] = []
  for (const candidate of candidates.slice(0, MOST)) {
    const one = await look(world, classified, candidate)
    if (isRefusal(one)) refused.push(one)
    else found.push(one)
  }
  const holder = await whoHoldsIt(world, target, found)
  if (holder !== null) return holder
  return decide(classified, found, refused) ?? choosePlace(target, found, [
    ...request.place === undefined ? [] : [{ sentence: `${request.place} is none of them (any more)` }],
    ...refused.map(one => ({ sentence: one.message })),
  ])
}

function decide(classified: Classified, found: readonly Found[], refused: readonly Refusal[]): Located | Refusal | null {
  const { target, request } = classified
  if (request.place !== undefined) {
    const chosen = found.find(({ places }) => places.some(({ id }) => id === request.place))
    return chosen === undefined ? null : located(chosen, request.place)
  }
  // A chart takes no new objects.
  const [only, ...more] = found.filter(({ places }) => places.length > 0)
  if (only === undefined) return found.length === 0 && refused.length === 1 ? refused[0] ?? null : null
  const place = more.length === 0 && refused.length === 0 ? onlyPlace(only.places, target) : null
  return place === null ? null : located(only, place.id)
}

function located({ places: _places, mayHold: _mayHold, ...found }: Found, place: string): Located {
  return { ...found, place }
}

/** The owners that deploy into the namespace; of those in the repository for new objects only, where the environment names one and it has any. */
function inDefaultRepo(world: World, { target, environment }: Classified, owners: readonly ConsumerOwner[]): readonly ConsumerOwner[] {
  const there = owners.filter(owner => deploysInto(owner, target))
  const { defaultRepo } = environment
  if (defaultRepo === undefined) return there
  const home = (list: readonly ConsumerOwner[]): readonly ConsumerOwner[] => list.filter(owner => world.repositories.same(owner.source.url, defaultRepo))
  return home(there).length > 0 ? home(there) : there.length > 0 ? there : home(owners).filter(owner => owner.destination.namespace === null || owner.destination.namespace === target.namespace)
}

function deploysInto({ destination, namespaces }: ConsumerOwner, target: Target): boolean {
  if (target.namespace === null) return namespaces?.includes('') === true
  return destination.namespace === target.namespace || namespaces?.includes(target.namespace) === true
}

/** Reads one owner whole, and the places that its source has for the object. */
async function look(world: World, classified: Classified, candidate: ConsumerOwner): Promise<Found | Refusal> {
  const { target, request } = classified
  const name = showOwner(candidate.ref)
  if (candidate.unsupported !== null) return refuse('UNSUPPORTED', `${name} deploys there, too, and uses ${candidate.unsupported}, which this version does not honour for new objects.`)
  const tool = world.tools.find(one => one.name === candidate.ref.tool)
  if (tool === undefined) return refuse('UNSUPPORTED', `${name} belongs to a tool that is not configured.`)
  const evidence = [evidenceOf(candidate, target)]
  const opened = await openOwner(world, { owner: await tool.read(candidate.ref, target), evidence })
  if (isRefusal(opened)) return opened
  if (opened.owner.sources !== undefined) return refuse('UNSUPPORTED', `${name} deploys there, too, from several sources; this version puts new objects into owners with one.`)
  const repository = world.repositories.open(opened.owner.source.url)
  if (isRefusal(repository)) return repository
  const index = await indexTree(await repository.reader.tree(opened.base))
  const owners = await ownersOfBranch(world, opened)
  const places = await placesIn(index, target, { owner: opened.owner, owners, samePath: 'other', scope: request.scope })
  return { ...classified, ...opened, places, mayHold: await mayHold(index, opened.owner, target) }
}

/** A source in which no manifest of the kind stands, and nothing that makes objects, need not be rendered to know that it does not hold the object. */
async function mayHold(index: TreeIndex, owner: Owner, { kind }: Target): Promise<boolean> {
  const ask = renderAsk(index, owner)
  const { files, opaque } = closureOf(index, ask)
  const texts = await index.tree.read([...files])
  return opaque || ask.format === 'helm' || [...texts.values()].some(text => new RegExp(`kind["']?\\s*:\\s*["']?(?:${kind}|\\w*List)\\b|[gG]enerators?\\b|helm`).test(text))
}

function evidenceOf({ ref, namespaces, destination }: ConsumerOwner, { namespace }: Target): Evidence {
  const listed = namespaces?.includes(namespace ?? '') === true
  const where = namespace === null ? 'without a namespace' : `in namespace ${namespace}`
  return { sentence: listed ? `its own list names objects ${where}` : `it deploys to namespace ${destination.namespace ?? ''}`, at: showOwner(ref) }
}

/** The owner whose source renders the object already, though it is not live yet: what is asked is a change of that. */
async function whoHoldsIt(world: World, target: Target, found: readonly Found[]): Promise<Located | Refusal | null> {
  const holders: { readonly owner: Owner, readonly located: Located }[] = []
  for (const { places: _places, mayHold: may, ...one } of found) {
    if (may && await renderedTarget(world, one.owner, { commit: one.base, target }) !== null) holders.push({ owner: one.owner, located: one })
  }
  const [first, ...more] = holders
  if (first === undefined) return null
  if (more.length === 0) return { ...first.located, ownerEvidence: [...first.located.ownerEvidence, { sentence: `its source holds ${showRef(target)}, which is not live yet`, at: showOwner(first.owner) }] }
  return refuse('AMBIGUOUS_OWNER', `${showRef(target)} is in the sources of ${holders.map(({ owner }) => showOwner(owner)).join(' and ')}.`, holders.map(({ owner }) => ({ sentence: 'its source renders the object', at: showOwner(owner) })))
}

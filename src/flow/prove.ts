import type { Refusal } from '../model/error.ts'
import { isRefusal, refuse } from '../model/error.ts'
import { fieldAt, showPath } from '../model/field.ts'
import type { Edit } from '../model/field.ts'
import { canonical } from '../model/json.ts'
import type { Located, NoChange, ObjectChange, Proof, Proven, RenderedChanges, RendererInfo } from '../model/plan.ts'
import type { KubernetesObject } from '../model/resource.ts'
import { refOf, showRef } from '../model/resource.ts'
import { showOwner } from '../model/owner.ts'
import { changeKey, sha256 } from './digest.ts'
import type { RenderResult, RenderedObject } from './ports.ts'
import { shipsAlong } from './proof/also-ships.ts'
import { openBench } from './proof/bench.ts'
import type { Bench } from './proof/bench.ts'
import { judgedObjects } from './proof/blast.ts'
import { closureOf, throughSymlink } from './proof/closure.ts'
import type { Closure, RenderAsk } from './proof/closure.ts'
import { otherConsumers, renderAsk } from './proof/consumers.ts'
import { layersOf, looksFor } from './proof/looks.ts'
import { ownersOfBranch } from './proof/owners.ts'
import { sameField } from './same-field.ts'
import { search } from './proof/search.ts'
import type { Choice } from './proof/search.ts'
import { findTarget, isAlreadySo, settleEdits } from './proof/target.ts'
import { isBelow } from './proof/tree-index.ts'
import type { TreeIndex } from './proof/tree-index.ts'
import type { World } from './world.ts'

export { alsoShips } from './proof/also-ships.ts'
export { proveMerge } from './proof/merge.ts'
export { renderOwner, renderedTarget } from './proof/render-owner.ts'

/** A proof and the whole objects behind it, for the policies. */
export interface ProvenRender { readonly proven: Proven, readonly rendered: RenderedChanges }

/**
 * Finds the place of every asked field, edits it and proves by rendering that exactly the asked fields of the asked object change (DESIGN.md section 5).
 * Reads only. Throws render/no-renderer and render/timeout where the asked path itself cannot be rendered here.
 */
export async function prove(world: World, located: Located): Promise<ProvenRender | Refusal | NoChange> {
  const { target, owner } = located
  if (target.kind === 'Secret' && target.group === '') {
    return refuse('ENCRYPTED', `${showRef(target)} is a Secret; Writ does not edit secret values.`, [{ sentence: 'the kind is Secret' }])
  }
  const repository = world.repositories.open(owner.source.url)
  if (isRefusal(repository)) return repository
  const bench = await openBench(world, repository.reader, located.base)
  try {
    return await proveOn(world, bench, located)
  } finally {
    await bench.dispose()
  }
}

/** The asked path as it renders at the base. */
interface Base { readonly ask: RenderAsk, readonly closure: Closure, readonly objects: readonly RenderedObject[], readonly target: RenderedObject }

async function proveOn(world: World, bench: Bench, located: Located): Promise<ProvenRender | Refusal | NoChange> {
  const base = await readBase(bench, located)
  if ('refused' in base) return base
  const edits = settleEdits(located.edits, base.target.object)
  if ('refused' in edits) return edits
  const open = edits.filter(edit => !isAlreadySo(edit))
  if (open.length === 0) return alreadySo(located, edits)
  const unset = open.find(edit => edit.before === undefined)
  if (unset !== undefined) return notSet(located, base, unset)
  const choice = await searchIn(world, bench, { located, base, edits: open })
  if ('refused' in choice) return choice
  const ships = await shipsAlong(world, located)
  if (isRefusal(ships)) return ships
  const before = base.objects.map(({ object }) => object)
  const proof = proofOf({ renderer: await bench.info(base.ask), before, choice })
  return {
    proven: { ...located, edits, files: choice.files, places: choice.places, proof, blast: choice.blast.entries, alsoShips: ships },
    rendered: { asked: judgedObjects(before, choice.after, choice.changes), blast: choice.blast.rendered },
  }
}

/** Nothing to edit. Where the live object differs all the same, that is said: Writ did not see it arrive. */
function alreadySo(located: Located, edits: readonly Edit[]): NoChange {
  const values = edits.map(edit => `${showPath(edit.path)} = ${JSON.stringify(edit.before ?? null)}`).join(', ')
  const behind = edits.filter(edit => !sameField(edit.path, fieldAt(located.live, edit.path), edit.after))
    .map(edit => `${showPath(edit.path)} is ${JSON.stringify(fieldAt(located.live, edit.path) ?? null)}`)
  const live = behind.length === 0 ? '' : ` The live object is not: ${behind.join(', ')}; ${showOwner(located.owner)} has not brought it there.`
  return { noChange: true, message: `${showRef(located.target)} is already so in Git: ${values}.${live}`, target: located.target, key: changeKey({ ...located, edits }) }
}

async function readBase(bench: Bench, located: Located): Promise<Base | Refusal> {
  const { owner, target } = located
  const ask = renderAsk(bench.index, owner)
  const closure = closureOf(bench.index, ask)
  const link = linkInTheWay(bench.index, ask)
  if (link !== null) return refuse('UNSUPPORTED', `${link} is a symbolic link; Writ does not edit what is reached through one.`, [{ sentence: 'a symbolic link', at: link }])
  const [first] = await bench.render([], [ask])
  if (first?.ok !== true) return notRendering(first, ask)
  const second = await bench.again(ask)
  if (!second.ok || textOf(second.objects) !== textOf(first.objects)) {
    return refuse('NONDETERMINISTIC', `Two renders of ${shownPath(ask)} at ${located.base.slice(0, 12)} differ.`, [{ sentence: 'the same commit was rendered twice', at: shownPath(ask) }])
  }
  const [found, ...others] = findTarget(first.objects, target, owner.destination)
  if (found === undefined) {
    const similar = first.objects.filter(({ object }) => object.kind === target.kind).slice(0, 10).map(({ object }) => ({ sentence: `it renders ${showRef(refOf(object))}` }))
    return refuse('NOT_RENDERED', `${shownPath(ask)} does not render ${showRef(target)}.`, [{ sentence: `${first.objects.length} object${first.objects.length === 1 ? ' is' : 's are'} rendered`, at: shownPath(ask) }, ...similar])
  }
  if (others.length > 0) {
    const places = [found, ...others].map(({ origin }) => ({ sentence: 'it is declared here', at: origin?.path ?? shownPath(ask) }))
    return refuse('AMBIGUOUS', `${shownPath(ask)} renders ${showRef(target)} ${others.length + 1} times.`, places)
  }
  return { ask, closure, objects: first.objects, target: found }
}

/** A symbolic link on the asked path, or among the manifests of a directory. */
function linkInTheWay(index: TreeIndex, ask: RenderAsk): string | null {
  if (throughSymlink(index, ask.path)) return ask.path
  return ask.format === 'kustomize' ? null : [...index.symlinks].find(path => isBelow(path, ask.path)) ?? null
}

async function searchIn(world: World, bench: Bench, of: { readonly located: Located, readonly base: Base, readonly edits: readonly Edit[] }): Promise<Choice | Refusal> {
  const { located, base, edits } = of
  const texts = await bench.index.tree.read([...base.closure.files])
  const consumers = otherConsumers({ index: bench.index, asked: located.owner, owners: await ownersOfBranch(world, bench, located) })
  const looks = looksFor({ target: base.target, ref: located.target, closure: base.closure, index: bench.index, texts })
  return search({
    world, bench, ask: base.ask, before: base.objects.map(({ object }) => object), target: base.target.object,
    edits, consumers, texts, scope: located.request.scope, looks, layers: layersOf(base.closure),
  })
}

function notRendering(result: RenderResult | undefined, ask: RenderAsk): Refusal {
  const message = result?.ok === false ? result.message : 'no answer'
  const blocked = result?.ok === false ? result.blocked : undefined
  if (blocked !== undefined) return refuse(blocked.code, `${shownPath(ask)} does not render: ${message}`, [{ sentence: message, at: blocked.at }])
  return refuse('RENDER_FAILED', `${shownPath(ask)} does not render.`, [{ sentence: message, at: shownPath(ask) }])
}

function notSet({ target }: Located, base: Base, edit: Edit): Refusal {
  const origin = base.target.origin?.path ?? base.closure.kustomizations[0]?.file.path
  return refuse('NO_CANDIDATE', `${showRef(target)} does not set ${showPath(edit.path)} in Git; this version changes values that are there and adds none.`,
    [{ sentence: `${showPath(edit.path)} is not in the rendered object`, ...(origin === undefined ? {} : { at: origin }) }])
}

function proofOf(of: { readonly renderer: RendererInfo, readonly before: readonly KubernetesObject[], readonly choice: Choice }): Proof {
  const { before, choice } = of
  return {
    renderer: of.renderer,
    beforeHash: hashOf(before),
    afterHash: hashOf(choice.after),
    changes: choice.changes,
    sentence: proofSentence(choice.changes),
  }
}

function proofSentence(changes: readonly ObjectChange[]): string {
  const fields = changes.reduce((sum, change) => sum + change.fields.length, 0)
  const reordered = changes.flatMap(change => change.reordered)
  const order = reordered.length === 0 ? '' : `; ${reordered.join(', ')} is listed in another order, which means nothing there`
  return `exactly ${fields} field${fields === 1 ? '' : 's'} of ${changes.length} object${changes.length === 1 ? '' : 's'} change${fields === 1 ? 's' : ''}${order}`
}

function hashOf(objects: readonly KubernetesObject[]): string {
  return sha256(canonical(objects.map(object => canonical(object)).sort()))
}

function textOf(objects: readonly RenderedObject[]): string {
  return canonical(objects.map(({ object }) => object))
}

function shownPath(ask: RenderAsk): string {
  return ask.path === '' ? '.' : ask.path
}

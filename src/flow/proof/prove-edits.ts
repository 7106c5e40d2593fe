import { isRefusal, refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import { samePath, showPath } from '../../model/field.ts'
import type { Edit, FieldPath } from '../../model/field.ts'
import { canonical, showJson } from '../../model/json.ts'
import { showOwner } from '../../model/owner.ts'
import type { ConsumerOwner, Owner } from '../../model/owner.ts'
import type { BlastEntry, FileChange, ObjectChange, Proof, RenderedChanges, RendererInfo } from '../../model/plan.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { refKey, refOf, showRef } from '../../model/resource.ts'
import { sha256 } from '../digest.ts'
import { ignoredField } from '../fields/ignored-field.ts'
import type { RenderedObject } from '../ports.ts'
import type { Bench } from './bench.ts'
import { judgedObjects } from './blast.ts'
import { cascadeOf, onlyFollows, underOldName } from './cascade.ts'
import type { Places } from './blast.ts'
import { linkedObject, renderBase, shownPath } from './base-render.ts'
import type { BaseRender } from './base-render.ts'
import type { RenderAsk } from './closure.ts'
import { askAfter, otherConsumers, unread } from './consumers.ts'
import type { Reread } from './consumer.ts'
import { decidedByOwner, inlineRefusal } from './decided-by-owner.ts'
import { helmLooker, postRenderEvidence } from './helm-looks.ts'
import { layersOf, looksFor } from './looks.ts'
import { withOwnerLooks } from './owner-looks.ts'
import { search } from './search.ts'
import type { Choice } from './search.ts'
import { setLooker } from './set-looks.ts'
import { findTarget, isAlreadySo, settleEdits } from './target.ts'
import { unstableNote } from './unstable.ts'
import type { Unstable } from './unstable.ts'

/** What is asked of one object that one delivery renders. */
export interface ProofAsk {
  readonly target: ObjectRef
  readonly owner: Pick<Owner, 'tool' | 'kind' | 'cluster' | 'namespace' | 'name' | 'source' | 'render' | 'destination' | 'ignores'>
  /** The object as it lives, where somebody looked. */
  readonly live?: KubernetesObject | null
  readonly edits: readonly Edit[]
  /** What is asked where only the rendered object can tell (a patch, a manifest); it takes the place of `edits`. */
  readonly wanted?: (rendered: KubernetesObject) => readonly Edit[] | Refusal
  readonly scope: 'app' | 'shared'
  /** Everybody known who reads the same branch of the same repository. */
  owners(): Promise<readonly ConsumerOwner[]>
  /** Who else names the asked path: another owner, or (in a checkout, which has no one owner) the asked delivery itself. */
  readonly samePath: 'other' | 'asked'
  /** What manifests of owners in the repository say once they are changed. */
  readonly reread?: Reread
}

/** The files that reach exactly what was asked, and what proves it. */
export interface ProvenEdits {
  readonly edits: readonly Edit[]
  readonly files: readonly FileChange[]
  readonly places: readonly string[]
  readonly proof: Proof
  readonly blast: readonly BlastEntry[]
  readonly rendered: RenderedChanges
  /** The name that the target has after the change, where that follows its content. */
  readonly renamedTo?: string
  /** What a person should know before deciding. Left out where there is nothing. */
  readonly notes?: readonly string[]
}

/** Everything asked is so already. */
export interface AlreadySo { readonly already: readonly Edit[] }

/** The asked path as it renders at the base. */
interface Base extends BaseRender { readonly target: RenderedObject }

/**
 * Finds the place of every asked field, edits it and proves by rendering that exactly the asked fields of the asked object change (DESIGN.md section 5).
 * Reads only. `places` names the environments of other consumers; null where there are none to know.
 * Throws render/no-renderer and render/timeout where the asked path itself cannot be rendered here.
 */
export async function proveEdits(bench: Bench, ask: ProofAsk, places: Places | null): Promise<ProvenEdits | Refusal | AlreadySo> {
  if (ask.target.kind === 'Secret' && ask.target.group === '') {
    return refuse('ENCRYPTED', `${showRef(ask.target)} is a Secret; Writ does not edit secret values.`, [{ sentence: 'the kind is Secret' }])
  }
  const found = await proveOn(bench, ask, { places, how: 'once' })
  if (!('refused' in found)) return found
  // What differs from render to render may be all that stands in the way: an edit that is found has shown that nothing else does.
  const again = await renderBase(bench, ask.owner)
  if ('refused' in again) return again
  return again.ask.format === 'helm' || again.unstable.length === 0 ? found : proveOn(bench, ask, { places, how: 'twice' })
}

async function proveOn(bench: Bench, ask: ProofAsk, { places, how }: { readonly places: Places | null, readonly how: 'once' | 'twice' }): Promise<ProvenEdits | Refusal | AlreadySo> {
  const base = await readBase(bench, ask, how)
  if ('refused' in base) return base
  const wanted = ask.wanted?.(base.target.object) ?? ask.edits
  if (isRefusal(wanted)) return wanted
  const edits = settleEdits(wanted, base.target.object)
  if (isRefusal(edits)) return edits
  const open = edits.filter(edit => !isAlreadySo(edit))
  if (open.length === 0) return { already: edits }
  const varying = varyingField(base, open)
  if (varying !== null) return varying
  const ignored = ignoredField({ owner: ask.owner, ignores: ask.owner.ignores ?? [], rendered: base.target.object, live: ask.live ?? null }, open)
  if (ignored !== null) return ignored
  const fields = { owner: ask.owner, ask: base.ask, object: base.target.object, objects: base.objects.map(({ object }) => object), edits: open }
  const decided = await decidedByOwner(bench, fields)
  const choice = await searchIn(bench, { ask, base, edits: open, decided, places })
  if ('refused' in choice) return decided.length > 0 && isUndecided(base, choice) ? inlineRefusal(bench, { ...fields, edits: decided }) : choice
  const before = base.objects.map(({ object }) => object)
  const cascade = cascadeOf({ before, after: choice.after, target: refOf(base.target.object) })
  const proof = proofOf({ renderer: await bench.info(base.ask), before, choice, unstable: base.unstable })
  return {
    edits, files: choice.files, places: choice.places, proof, blast: choice.blast.entries,
    rendered: { asked: judgedObjects(before, cascade === null ? choice.after : choice.after.map(object => underOldName(object, cascade)), choice.changes), blast: choice.blast.rendered },
    ...cascade === null ? {} : { renamedTo: cascade.to },
    ...choice.notes.length === 0 ? {} : { notes: choice.notes },
  }
}

/** Nothing that was tried reaches the field; an edit of the owner's manifest that reaches too much says more. */
function isUndecided({ ask }: Base, { refused }: Refusal): boolean {
  return refused === 'NO_CANDIDATE' || refused === 'SHADOWED' || (refused === 'WIDE' && ask.places === undefined)
}

/** What is another value with each render can be neither seen nor proven. */
function varyingField({ ask, target, unstable }: Base, edits: readonly Edit[]): Refusal | null {
  const key = refKey(refOf(target.object))
  const found = unstable.find(part => part.kind === 'field' && refKey(part.object) === key && edits.some(({ path }) => startsWith(path, part.path) || startsWith(part.path, path)))
  return found === undefined ? null : refuse('NONDETERMINISTIC', `${unstableNote(found)} is another one with each render.`, [{ sentence: 'the same files were rendered twice', at: target.source ?? target.origin?.path ?? shownPath(ask) }])
}

function startsWith(path: FieldPath, prefix: FieldPath): boolean {
  return samePath(path.slice(0, prefix.length), prefix)
}

async function readBase(bench: Bench, { owner, target }: ProofAsk, how: 'once' | 'twice'): Promise<Base | Refusal> {
  const base = await renderBase(bench, owner, how)
  if ('refused' in base) return base
  const { ask, objects } = base
  const [found, ...others] = findTarget(objects, target, owner.destination)
  if (found === undefined) {
    const varying = base.unstable.find(part => part.kind === 'name' && part.object.kind === target.kind && target.name.startsWith(part.start) && target.name.endsWith(part.end))
    if (varying !== undefined) return refuse('NONDETERMINISTIC', `${shownPath(ask)} renders ${showRef(target)} under another name each time.`, [{ sentence: `${unstableNote(varying)} differs from render to render`, at: shownPath(ask) }])
    const similar = objects.filter(({ object }) => object.kind === target.kind).slice(0, 10).map(({ object }) => ({ sentence: `it renders ${showRef(refOf(object))}` }))
    return refuse('NOT_RENDERED', `${shownPath(ask)} does not render ${showRef(target)}.`, [{ sentence: `${objects.length} object${objects.length === 1 ? ' is' : 's are'} rendered`, at: shownPath(ask) }, ...similar])
  }
  if (others.length > 0) {
    const places = [found, ...others].map(({ origin }) => ({ sentence: 'it is declared here', at: origin?.path ?? shownPath(ask) }))
    return refuse('AMBIGUOUS', `${shownPath(ask)} renders ${showRef(target)} ${others.length + 1} times.`, places)
  }
  return linkedObject(bench.index, found) ?? { ...base, target: found }
}

async function searchIn(bench: Bench, of: { readonly ask: ProofAsk, readonly base: Base, readonly edits: readonly Edit[], readonly decided: readonly Edit[], readonly places: Places | null }): Promise<Choice | Refusal> {
  const { ask, base, edits, decided, places } = of
  const texts = await bench.index.tree.read([...base.closure.files])
  const reread = ask.reread ?? unread
  const consumers = otherConsumers({ index: bench.index, asked: ask.owner, owners: await ask.owners(), samePath: ask.samePath, reread })
  const ref = refOf(base.target.object)
  const after = (changes: readonly FileChange[]): Promise<RenderAsk | string> => askAfter(bench.index, ask.owner, { ask: base.ask, changes, reread })
  const looker = base.ask.generates !== undefined ? setLooker(base.ask.generates, { index: bench.index, ref }) : base.ask.format === 'helm' ? helmLooker({ bench, ask: base.ask, after, target: base.target, owner: showOwner(ask.owner), texts, values: base.values ?? {} }) : withOwnerLooks(looksFor({ target: base.target, ref, closure: base.closure, index: bench.index }), { owner: ask.owner, ask: base.ask, target: base.target, ref, decided })
  return search({
    places, bench, ask: base.ask, after, before: base.objects.map(({ object }) => object), target: base.target.object,
    edits, consumers, texts, scope: ask.scope, looker, layers: [...layersOf(base.closure), ...postRenderEvidence(base.ask)],
  })
}

function proofOf(of: { readonly renderer: RendererInfo, readonly before: readonly KubernetesObject[], readonly choice: Choice, readonly unstable: readonly Unstable[] }): Proof {
  const { before, choice } = of
  return {
    renderer: of.renderer,
    beforeHash: hashOf(before),
    afterHash: hashOf(choice.after),
    changes: choice.changes,
    sentence: `${proofSentence(choice.changes)}${leftOut(of.unstable)}`,
  }
}

const MOST_SHOWN = 5

function leftOut(unstable: readonly Unstable[]): string {
  if (unstable.length === 0) return ''
  const more = unstable.length - MOST_SHOWN
  return `; left out of the comparison, because it differs from render to render: ${unstable.slice(0, MOST_SHOWN).map(unstableNote).join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

function proofSentence(changes: readonly ObjectChange[]): string {
  const asked = changes.filter(change => !onlyFollows(change))
  const fields = asked.reduce((sum, change) => sum + change.fields.length - (change.follows?.length ?? 0), 0)
  const reordered = changes.flatMap(change => change.reordered)
  const order = reordered.length === 0 ? '' : `; ${reordered.join(', ')} is listed in another order, which means nothing there`
  return `exactly ${fields} field${fields === 1 ? '' : 's'} of ${asked.length} object${asked.length === 1 ? '' : 's'} change${fields === 1 ? 's' : ''}${renamed(changes)}${order}`
}

/** A generated object whose content changes gets another name; what refers to it follows. */
function renamed(changes: readonly ObjectChange[]): string {
  const generated = changes.find(change => change.follows !== undefined && !onlyFollows(change))
  const name = generated?.fields.find(field => showPath(field.path) === 'metadata.name')
  if (generated === undefined || name === undefined) return ''
  const references = changes.filter(onlyFollows).reduce((sum, change) => sum + change.fields.length, 0)
  return `; the hash in the name of ${showRef(generated.object)} follows: it becomes ${showJson(name.after)}, and ${references} reference${references === 1 ? '' : 's'} to it with it`
}

function hashOf(objects: readonly KubernetesObject[]): string {
  return sha256(canonical(objects.map(textOf).sort()))
}

/** Most objects of two renders are one and the same; each is written out once. */
const TEXTS = new WeakMap<KubernetesObject, string>()

function textOf(object: KubernetesObject): string {
  const text = TEXTS.get(object) ?? canonical(object)
  TEXTS.set(object, text)
  return text
}

import { WritError, isRefusal, refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import type { ConsumerOwner, ManifestOwner } from '../../model/owner.ts'
import type { ObjectChange, RendererInfo } from '../../model/plan.ts'
import type { FieldAsk } from '../../model/request.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { refOf, showRef } from '../../model/resource.ts'
import { chartEffect } from './chart-effect.ts'
import type { ChartEffect } from './chart-effect.ts'
import { editsOf } from '../fields/edits-of.ts'
import { createIn, deleteIn } from './edit-whole.ts'
import type { WholeEdit } from './edit-whole.ts'
import { fixedFields } from '../fields/fixed-fields.ts'
import { isTyped } from './kind-name.ts'
import { askedOwner, isNamed } from '../owner-file/asked-owner.ts'
import { ownersOfFile } from '../owner-file/owners-of-file.ts'
import type { OwnerReaders } from '../owner-file/owner-file-ask.ts'
import type { GivenFile } from '../owner-file/manifests-in.ts'
import { mentionedOwner, readCheckout } from '../owner-file/checkout-manifests.ts'
import type { Checkout, RenderResult, RenderedObject, Renderer } from '../ports.ts'
import { openBench } from '../proof/bench.ts'
import type { Bench } from '../proof/bench.ts'
import { renderAsk } from '../proof/consumers.ts'
import { proveEdits } from '../proof/prove-edits.ts'
import type { RenderMemory } from '../proof/render-memory.ts'
import type { AlreadySo, ProofAsk, ProvenEdits } from '../proof/prove-edits.ts'
import { resourceOrder } from '../fields/resource-order.ts'

/** What an edit of a checkout may use. */
export interface EditWorld extends OwnerReaders {
  readonly checkout: Checkout
  readonly renderers: readonly Renderer[]
  readonly renders: RenderMemory
}

/** What is asked of a checkout: fields of one object that a path of it renders. */
export interface EditRequest {
  /** As the caller wrote it; null where the owner's manifest says it. */
  readonly path: string | null
  /** The manifests of the owner, whose whole spec counts then. */
  readonly owner: GivenFile | null
  readonly type: string
  readonly name: string
  /** null: not compared. */
  readonly namespace: string | null
  readonly asks: readonly FieldAsk[]
  /** Where the object itself is asked for instead: that it goes, or is made from a manifest. */
  readonly whole?: WholeEdit
  readonly scope: 'app' | 'shared'
  /** null: as the owner has it; without an owner as Argo CD has it. */
  readonly loadRestrictor: 'root' | 'none' | null
}

/** What came out; the object is as the path renders it. */
export type EditOutcome = { readonly target: ObjectRef, readonly renderer: RendererInfo, /** Where the target is itself an owner with a chart: what becomes of the chart's objects. */ readonly chart?: readonly ObjectChange[] } & (ProvenEdits | AlreadySo)

/**
 * The same engine as a plan, on the files of a working tree: finds the object that a path renders, edits and proves. Writes nothing.
 * Without an owner the path is rendered as it stands, and Applications and Kustomizations in the checkout count as consumers only.
 * Throws usage/bad-argument, classify/…, render/no-renderer, render/timeout.
 */
export async function editCheckout(world: EditWorld, request: EditRequest): Promise<EditOutcome | Refusal> {
  const bench = await openBench(world, world.checkout, 'working tree')
  try {
    return await editOn(world, bench, request)
  } finally {
    await bench.dispose()
  }
}

async function editOn(world: EditWorld, bench: Bench, request: EditRequest): Promise<EditOutcome | Refusal> {
  const asked = request.owner === null ? pathAsItStands(world, bench, request) : await ownerOf(world, bench, { request, file: request.owner })
  if (isRefusal(asked)) return asked
  const { owner } = asked
  if (request.whole?.kind === 'create') {
    const made = await createIn(bench, request.whole, { ...asked, scope: request.scope, named: request })
    return isRefusal(made) ? made : { ...made.found, target: made.target, renderer: await bench.info(renderAsk(bench.index, owner)) }
  }
  const object = await findObject(bench, { owner, request })
  if (isRefusal(object)) return object
  const target = refOf(object)
  if (request.whole?.kind === 'delete') {
    const gone = await deleteIn(bench, target, { ...asked, scope: request.scope })
    return isRefusal(gone) ? gone : { ...gone, target, renderer: await bench.info(renderAsk(bench.index, owner)) }
  }
  return fieldsOf(world, bench, { asked, request, object })
}

/** Fields of one object that the path renders. */
async function fieldsOf(world: EditWorld, bench: Bench, { asked, request, object }: { readonly asked: Asked, readonly request: EditRequest, readonly object: KubernetesObject }): Promise<EditOutcome | Refusal> {
  const { owner } = asked
  const target = refOf(object)
  const edits = request.asks.flatMap(ask => editsOf(object, ask))
  // Nobody knows here whether the object lives already, or is made anew with each change.
  const fixed = fixedFields(object, target, edits)
  const ignores = asked.ignores(target)
  // What states no namespace is of the one that the caller names.
  const namespace = target.namespace === null ? owner.destination.namespace ?? request.namespace : owner.destination.namespace
  const named = { ...owner, destination: { ...owner.destination, namespace }, ...ignores.length === 0 ? {} : { ignores } }
  const wanted = target.namespace === null && request.namespace !== null ? { ...target, namespace } : target
  const proven = await proveEdits(bench, { ...asked, owner: named, target: wanted, edits, scope: request.scope }, null)
  if (isRefusal(proven)) return proven
  const disorder = 'already' in proven ? null : resourceOrder(proven.rendered.asked)
  const effect = 'already' in proven ? null : await effectOf(world, bench, proven)
  const fails = effect !== null && 'fails' in effect ? [`the chart does not render with it: ${effect.fails}`] : []
  const notes = [...'already' in proven ? [] : proven.notes ?? [], ...fixed === null ? [] : [fixed.message], ...await unreadIn(bench, owner), ...fails]
  return disorder ?? { ...proven, ...notes.length === 0 ? {} : { notes }, ...effect !== null && 'changes' in effect ? { chart: effect.changes } : {}, target, renderer: await bench.info(renderAsk(bench.index, owner)) }
}

/** What of a folder nobody could read, and what therefore is part of no proof. */
async function unreadIn(bench: Bench, owner: ProofAsk['owner']): Promise<readonly string[]> {
  const [render] = await bench.render([], [renderAsk(bench.index, owner)])
  return render?.ok === true ? (render.unread ?? []).map(message => `left out, since it cannot be read: ${message}`) : []
}

/** A HelmRelease or an Application is proven by its own fields; what its chart makes of them is shown where that can be seen. */
async function effectOf(world: EditWorld, bench: Bench, { rendered, files }: ProvenEdits): Promise<ChartEffect | null> {
  const [target] = rendered.asked
  if (target === undefined || target.before === null || target.after === null || !['HelmRelease', 'Application'].includes(target.ref.kind)) return null
  return chartEffect(world, bench, { before: target.before, after: target.after, files })
}

/** The delivery that is edited, and everybody else who reads the checkout. */
interface Asked extends Pick<ProofAsk, 'owner' | 'owners' | 'samePath' | 'reread'> { readonly ignores: ManifestOwner['ignores'] }

function pathAsItStands(world: EditWorld, bench: Bench, { path: written, loadRestrictor }: EditRequest): Asked {
  const path = world.checkout.inside(written ?? '.')
  if (!bench.index.directories.has(path)) throw new WritError('usage/bad-argument', `${written ?? '.'} is no folder with files in it.`, { hint: 'PATH is the folder that the owner deploys.' })
  let consumers: Promise<readonly ConsumerOwner[]> | undefined
  return {
    owner: {
      tool: 'argocd', kind: 'Application', cluster: '', namespace: '', name: '', source: { url: '', revision: '', path },
      render: { format: 'auto', loadRestrictor: loadRestrictor ?? 'root', directory: { recurse: false, include: '{*.yaml,*.yml}', tolerant: true } }, destination: { cluster: '', namespace: null },
    },
    owners: () => consumers ??= declaredIn(world, bench),
    samePath: 'asked', ignores: () => [],
  }
}

async function declaredIn(world: EditWorld, bench: Bench): Promise<readonly ConsumerOwner[]> {
  const { placed, mentions } = await readCheckout(bench, [])
  const owners = placed.map(({ object }) => object).filter(({ kind }) => kind !== 'HelmRelease')
  return [...world.declaredOwners(owners), ...mentions.map(mentionedOwner)]
}

/** The owner of a file that deploys the object, with its whole spec. */
async function ownerOf(world: EditWorld, bench: Bench, { request, file }: { readonly request: EditRequest, readonly file: GivenFile }): Promise<Asked | Refusal> {
  const inside = insideOf(world, bench, file)
  const path = request.path === null ? null : world.checkout.inside(request.path)
  const owners = await ownersOfFile(world, bench, { file, inside, loadRestrictor: request.loadRestrictor, path })
  const found = await askedOwner(bench, owners, { named: request.whole?.kind === 'create' ? null : request, path })
  if (isRefusal(found)) return found
  const { owner, source, render } = found
  return {
    owner: { ...owner.ref, source, render, destination: owner.destination }, owners: () => Promise.resolve(owners.consumers),
    samePath: 'other', reread: owners.reread, ignores: owner.ignores,
  }
}

/** The file's path in the checkout; null where it lies elsewhere, so that nothing in it can be edited. */
function insideOf(world: EditWorld, bench: Bench, { name }: GivenFile): string | null {
  if (name === '-') return null
  try {
    const path = world.checkout.inside(name)
    return bench.index.files.has(path) ? path : null
  } catch (error) {
    if (error instanceof WritError) return null
    throw error
  }
}

/** The one object that is meant among those that the path renders. */
async function findObject(bench: Bench, { owner, request }: { readonly owner: ProofAsk['owner'], readonly request: EditRequest }): Promise<KubernetesObject | Refusal> {
  const ask = renderAsk(bench.index, owner)
  const [render] = await bench.render([], [ask])
  const shown = owner.source.path === '' ? '.' : owner.source.path
  if (render?.ok !== true) return notRendering(shown, render)
  const [found, ...others] = objectsNamed(render.objects, request, owner.destination.namespace)
  const wanted = `${request.type}/${request.name}${request.namespace === null ? '' : ` in namespace ${request.namespace}`}`
  if (found === undefined) {
    // It may stand in a file that was left out because it cannot be read.
    const { tolerant = false, ...rules } = ask.directory
    const [strict] = tolerant ? await bench.render([], [{ ...ask, directory: rules }]) : []
    if (strict?.ok === false) return notRendering(shown, strict)
    const close = render.objects.filter(({ object }) => isTyped(refOf(object), request.type) || refOf(object).name === request.name).slice(0, 10)
    return refuse('NOT_RENDERED', `${shown} does not render ${wanted}.`, [
      { sentence: `${render.objects.length} object${render.objects.length === 1 ? ' is' : 's are'} rendered`, at: shown }, ...close.map(({ object }) => ({ sentence: `it renders ${showRef(refOf(object))}` })),
    ], `Name an object that ${shown} renders.`)
  }
  if (others.length === 0) return found.object
  return refuse('AMBIGUOUS', `${shown} renders ${wanted} ${others.length + 1} times.`,
    [found, ...others].map(({ object, origin }) => ({ sentence: `${object.apiVersion} ${showRef(refOf(object))}`, ...origin === null ? {} : { at: origin.path } })))
}

/** Those of the name; where there are none, those that a generator gave the name and the hash of their content. */
function objectsNamed(objects: readonly RenderedObject[], request: EditRequest, namespace: string | null): readonly RenderedObject[] {
  const found = objects.filter(one => isNamed(one, request, namespace))
  const exact = found.filter(({ object }) => refOf(object).namespace === request.namespace)
  if (found.length > 0) return exact.length > 0 && request.namespace !== null ? exact : found
  return objects.filter(one => (one.object.kind === 'ConfigMap' || one.object.kind === 'Secret') && HASH.test(refOf(one.object).name) && isNamed(one, { ...request, name: `${request.name}${HASH.exec(refOf(one.object).name)?.[0] ?? ''}` }, namespace))
}

/** As kustomize encodes it (api/hasher). */
const HASH = /-[2456789bcdfghkmt]{10}$/

function notRendering(shown: string, render: RenderResult | undefined): Refusal {
  const { message, blocked } = render?.ok === false ? render : { message: 'no answer' }
  return refuse(blocked?.code ?? 'RENDER_FAILED', `${shown} does not render: ${message}`, [{ sentence: message, at: blocked?.at ?? shown }])
}

import { WritError, isRefusal, refuse } from '../model/error.ts'
import type { Refusal } from '../model/error.ts'
import type { ConsumerOwner } from '../model/owner.ts'
import type { RendererInfo } from '../model/plan.ts'
import type { FieldAsk } from '../model/request.ts'
import type { KubernetesObject, ObjectRef } from '../model/resource.ts'
import { isKubernetesObject, refOf, showRef } from '../model/resource.ts'
import { editsOf } from './edits-of.ts'
import { createIn, deleteIn } from './edit-whole.ts'
import type { WholeEdit } from './edit-whole.ts'
import { fixedFields } from './fixed-fields.ts'
import { jsonOf, readSource } from './edit/source.ts'
import { isTyped } from './kind-name.ts'
import type { Checkout, Renderer } from './ports.ts'
import { openBench } from './proof/bench.ts'
import type { Bench } from './proof/bench.ts'
import { renderAsk } from './proof/consumers.ts'
import { proveEdits } from './proof/prove-edits.ts'
import type { RenderMemory } from './proof/render-memory.ts'
import type { AlreadySo, ProofAsk, ProvenEdits } from './proof/prove-edits.ts'
import { resourceOrder } from './resource-order.ts'

/** What an edit of a checkout may use. */
export interface EditWorld {
  readonly checkout: Checkout
  readonly renderers: readonly Renderer[]
  readonly renders: RenderMemory
  /** The places that the Applications and Kustomizations among these objects deploy from. */
  declaredOwners(objects: readonly KubernetesObject[]): readonly ConsumerOwner[]
}

/** What is asked of a checkout: fields of one object that a path of it renders. */
export interface EditRequest {
  /** As the caller wrote it. */
  readonly path: string
  readonly type: string
  readonly name: string
  /** null: not compared. */
  readonly namespace: string | null
  readonly asks: readonly FieldAsk[]
  /** Where the object itself is asked for instead: that it goes, or is made from a manifest. */
  readonly whole?: WholeEdit
  readonly scope: 'app' | 'shared'
  readonly loadRestrictor: 'root' | 'none'
}

/** What came out; the object is as the path renders it. */
export type EditOutcome = { readonly target: ObjectRef, readonly renderer: RendererInfo } & (ProvenEdits | AlreadySo)

/**
 * The same engine as a plan, on the files of a working tree: finds the object that a path renders, edits and proves. Writes nothing.
 * The path is rendered as it stands; Applications and Kustomizations in the checkout count as consumers only.
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
  const path = world.checkout.inside(request.path)
  if (!bench.index.directories.has(path)) throw new WritError('usage/bad-argument', `${request.path} is no folder with files in it.`, { hint: 'PATH is the folder that the owner deploys.' })
  const owner: ProofAsk['owner'] = {
    tool: 'argocd', kind: 'Application', cluster: '', namespace: '', name: '', source: { url: '', revision: '', path },
    render: { format: 'auto', loadRestrictor: request.loadRestrictor, directory: { recurse: false, include: '{*.yaml,*.yml}' } }, destination: { cluster: '', namespace: null },
  }
  const owners = async (): Promise<readonly ConsumerOwner[]> => world.declaredOwners(await declaredObjects(bench))
  if (request.whole?.kind === 'create') {
    const made = await createIn(bench, request.whole, { owner, owners, scope: request.scope, samePath: 'asked', named: request })
    return isRefusal(made) ? made : { ...made.found, target: made.target, renderer: await bench.info(renderAsk(bench.index, owner)) }
  }
  const object = await findObject(bench, { owner, request })
  if (isRefusal(object)) return object
  const target = refOf(object)
  if (request.whole?.kind === 'delete') {
    const gone = await deleteIn(bench, target, { owner, owners, scope: request.scope, samePath: 'asked' })
    return isRefusal(gone) ? gone : { ...gone, target, renderer: await bench.info(renderAsk(bench.index, owner)) }
  }
  const edits = request.asks.flatMap(ask => editsOf(object, ask))
  const fixed = fixedFields(object, target, edits)
  if (fixed !== null) return fixed
  const proven = await proveEdits(bench, { target, owner, edits, scope: request.scope, owners, samePath: 'asked' }, null)
  if (isRefusal(proven)) return proven
  const disorder = 'already' in proven ? null : resourceOrder(proven.rendered.asked)
  return disorder ?? { ...proven, target, renderer: await bench.info(renderAsk(bench.index, owner)) }
}

/** The one object that is meant among those that the path renders. */
async function findObject(bench: Bench, { owner, request }: { readonly owner: ProofAsk['owner'], readonly request: EditRequest }): Promise<KubernetesObject | Refusal> {
  const [render] = await bench.render([], [renderAsk(bench.index, owner)])
  const shown = owner.source.path === '' ? '.' : owner.source.path
  if (render?.ok !== true) {
    const { message, blocked } = render ?? { message: 'no answer' }
    return refuse(blocked?.code ?? 'RENDER_FAILED', `${shown} does not render: ${message}`, [{ sentence: message, at: blocked?.at ?? shown }])
  }
  const named = render.objects.filter(({ object }) => refOf(object).name === request.name && (request.namespace === null || refOf(object).namespace === request.namespace))
  const [found, ...others] = named.filter(({ object }) => isTyped(refOf(object), request.type))
  const wanted = `${request.type}/${request.name}${request.namespace === null ? '' : ` in namespace ${request.namespace}`}`
  if (found === undefined) {
    const close = render.objects.filter(({ object }) => isTyped(refOf(object), request.type) || refOf(object).name === request.name).slice(0, 10)
    return refuse('NOT_RENDERED', `${shown} does not render ${wanted}.`, [
      { sentence: `${render.objects.length} object${render.objects.length === 1 ? ' is' : 's are'} rendered`, at: shown }, ...close.map(({ object }) => ({ sentence: `it renders ${showRef(refOf(object))}` })),
    ], `Name an object that ${shown} renders.`)
  }
  if (others.length === 0) return found.object
  return refuse('AMBIGUOUS', `${shown} renders ${wanted} ${others.length + 1} times.`,
    [found, ...others].map(({ object, origin }) => ({ sentence: `${object.apiVersion} ${showRef(refOf(object))}`, ...origin === null ? {} : { at: origin.path } })))
}

/** Every Application and Kustomization that stands in a file of the checkout. A file that cannot be read declares none. */
async function declaredObjects(bench: Bench): Promise<readonly KubernetesObject[]> {
  const texts = await bench.index.tree.read([...bench.index.files].filter(path => /\.ya?ml$/.test(path)))
  const likely = [...texts.values()].filter(text => /^\s*kind:\s*["']?(?:Application|Kustomization)\b/m.test(text) && /argoproj\.io\/|kustomize\.toolkit\.fluxcd\.io\//.test(text))
  return likely.flatMap(text => jsonOf(readSource(text))?.filter(isKubernetesObject) ?? [])
}

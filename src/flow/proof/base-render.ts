import { refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import { canonical } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import type { Owner } from '../../model/owner.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { sha256 } from '../digest.ts'
import type { RenderResult, RenderedObject } from '../ports.ts'
import type { Bench } from './bench.ts'
import type { Closure, RenderAsk } from './closure.ts'
import { closureOf, throughSymlink } from './closure.ts'
import { renderAsk } from './consumers.ts'
import { realPath } from './links.ts'
import { isBelow } from './tree-index.ts'
import type { TreeIndex } from './tree-index.ts'
import type { Unstable } from './unstable.ts'

/** A delivery as it renders at the base; twice the same but for `unstable`, where it was rendered twice. */
export interface BaseRender {
  readonly ask: RenderAsk
  readonly closure: Closure
  readonly objects: readonly RenderedObject[]
  /** Of a chart: its values with everything laid over. */
  readonly values?: JsonObject
  readonly unstable: readonly Unstable[]
}

/**
 * Renders a delivery twice; with `once` a second time only what may vary, which are charts: whoever compares this render with a later one sees there
 * what differs, and asks again. Refuses UNSUPPORTED (a symbolic link), RENDER_FAILED, NONDETERMINISTIC and whatever blocks the render.
 */
export async function renderBase(bench: Bench, owner: Pick<Owner, 'tool' | 'source' | 'render'>, how: 'once' | 'twice' = 'twice'): Promise<BaseRender | Refusal> {
  const ask = renderAsk(bench.index, owner)
  const link = linkInTheWay(bench.index, ask)
  if (link !== null) return refusedLink(link)
  const [first] = await bench.render([], [ask])
  if (first?.ok !== true) return notRendering(first, ask)
  const steady = how === 'once' && ask.format !== 'helm' ? { objects: first.objects, unstable: [] } : await steadyBase(bench, ask)
  return 'refused' in steady ? steady : { ask, closure: closureOf(bench.index, ask), ...steady }
}

/** A render of which is known what differs from render to render, that standing as one fixed word. Refuses NONDETERMINISTIC where the second render fails. */
export async function steadyBase(bench: Bench, ask: RenderAsk): Promise<Pick<BaseRender, 'objects' | 'values' | 'unstable'> | Refusal> {
  const unstable = await bench.unsteady(ask)
  const [first] = await bench.render([], [ask])
  if (unstable === null || first?.ok !== true) return refuse('NONDETERMINISTIC', `${shownPath(ask)} renders at one time and not at another.`, [{ sentence: 'the same files were rendered twice', at: shownPath(ask) }])
  return { objects: first.objects, unstable, ...first.values === undefined ? {} : { values: first.values } }
}

/** A hash over all objects of a render, in any order. */
export function hashOf(objects: readonly KubernetesObject[]): string {
  return sha256(canonical(objects.map(object => canonical(object)).sort()))
}

/** UNSUPPORTED for an object that stands behind a symbolic link; null for any other. */
export function linkedObject(index: TreeIndex, { origin }: Pick<RenderedObject, 'origin'>): Refusal | null {
  return origin !== null && throughSymlink(index, origin.path) ? refusedLink(origin.path) : null
}

function refusedLink(link: string): Refusal {
  return refuse('UNSUPPORTED', `${link} is a symbolic link; Writ does not edit what is reached through one.`, [{ sentence: 'a symbolic link', at: link }])
}

/** The path as people write it. */
export function shownPath({ path }: Pick<RenderAsk, 'path'>): string {
  return path === '' ? '.' : path
}

function linkInTheWay(index: TreeIndex, ask: RenderAsk): string | null {
  if (throughSymlink(index, ask.path)) return ask.path
  if (ask.format === 'kustomize' || ask.format === 'helm' || ask.format === 'application-set') return null
  const below = [...index.symlinks].filter(path => isBelow(path, ask.path))
  // Argo CD and kubectl read a file that a link leads to, and pass over a folder; what Flux gets has no links.
  return below.find(path => ask.format !== 'directory' || realPath(index, path) === null) ?? null
}

function notRendering(result: RenderResult | undefined, ask: RenderAsk): Refusal {
  const message = result?.ok === false ? result.message : 'no answer'
  const blocked = result?.ok === false ? result.blocked : undefined
  if (blocked !== undefined) return refuse(blocked.code, `${shownPath(ask)} does not render: ${message}`, [{ sentence: message, at: blocked.at }])
  return refuse('RENDER_FAILED', `${shownPath(ask)} does not render.`, [{ sentence: message, at: shownPath(ask) }])
}

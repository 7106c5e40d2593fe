import { WritError } from '../../model/error.ts'
import type { FileChange, RendererInfo } from '../../model/plan.ts'
import type { RenderResult, Renderer, RepositoryReader, Worktree } from '../ports.ts'
import type { World } from '../world.ts'
import { canonical } from '../../model/json.ts'
import { sha256 } from '../digest.ts'
import type { RenderAsk } from './closure.ts'
import { renderMemory } from './render-memory.ts'
import { indexTree } from './tree-index.ts'
import type { TreeIndex } from './tree-index.ts'
import { masked, unstableParts } from './unstable.ts'
import type { Unstable } from './unstable.ts'

/** One commit or working tree laid out for rendering, as it is and with changes. It is laid out with the first render that is not kept. */
export interface Bench {
  readonly index: TreeIndex
  /**
   * Renders all asks with these changes, two at once; the results in the order of the asks. What is known to differ from render to render stands as one fixed
   * word in them. Throws render/no-renderer, render/timeout.
   */
  render(changes: readonly FileChange[], asks: readonly RenderAsk[]): Promise<readonly RenderResult[]>
  /** Renders the unchanged commit a second time: from then on what differed is known; null where it does not render any more. */
  unsteady(ask: RenderAsk): Promise<readonly Unstable[] | null>
  info(ask: RenderAsk): Promise<RendererInfo>
  dispose(): Promise<void>
}

const AT_ONCE = 2

/** Lays out a commit or tree. The caller disposes of it. */
export async function openBench(world: Pick<World, 'renderers' | 'renders'>, reader: Pick<RepositoryReader, 'tree' | 'worktree'>, commit: string): Promise<Bench> {
  const index = await indexTree(await reader.tree(commit))
  // What is named by its content never changes; a working tree may have by the next time it is opened.
  const memory = /^[0-9a-f]{40,64}$/.test(commit) ? world.renders : renderMemory(Infinity)
  const unsteady = new Map<string, readonly Unstable[]>()
  const state: State = { worktree: null, applied: [], queue: Promise.resolve() }
  const renderOne = async (changes: readonly FileChange[], ask: RenderAsk & { readonly again?: true }): Promise<RenderResult> => {
    state.worktree ??= reader.worktree(commit)
    const worktree = await state.worktree
    await apply(worktree, state, changes)
    return rendererFor(world, ask).render({ dir: worktree.dir, ...ask })
  }
  return {
    index,
    render: (changes, asks) => exclusively(state, async () => {
      const start = `${commit} ${changes.length === 0 ? '' : sha256(canonical(changes.map(change => ({ ...change }))))}`
      return atMost(AT_ONCE, asks, async ask => {
        const key = `${start} ${JSON.stringify(ask)}`
        const result = memory.get(key) ?? await renderOne(changes, ask)
        // A failure may be this moment's: the next one asks again.
        if (result.ok) memory.keep(key, result)
        // Whoever says that it varies is rendered twice before anything is compared with it.
        if (result.ok && result.varies === true && !unsteady.has(deliveryOf(ask))) unsteady.set(deliveryOf(ask), differing(result, await renderOne(changes, { ...ask, again: true })) ?? [])
        return steady(result, unsteady.get(deliveryOf(ask)))
      })
    }),
    unsteady: ask => exclusively(state, async () => {
      const known = unsteady.get(deliveryOf(ask))
      if (known !== undefined) return known
      const first = memory.get(`${commit}  ${JSON.stringify(ask)}`) ?? await renderOne([], ask)
      const found = differing(first, await renderOne([], { ...ask, again: true }))
      if (found !== null) unsteady.set(deliveryOf(ask), found)
      return found
    }),
    info: ask => rendererFor(world, ask).info(),
    async dispose() {
      const worktree = await state.worktree?.catch(() => null)
      await worktree?.dispose()
    },
  }
}

/** What is compared with each other: one path, and where it holds a chart one release of it. */
function deliveryOf({ path, format, helm }: RenderAsk): string {
  return JSON.stringify([path, format, helm?.release ?? null, helm?.namespace ?? null])
}

/** What differs between two renders; null where one of them failed. */
function differing(first: RenderResult, second: RenderResult): readonly Unstable[] | null {
  return first.ok && second.ok ? unstableParts(first.objects.map(({ object }) => object), second.objects.map(({ object }) => object)) : null
}

function steady(result: RenderResult, unstable: readonly Unstable[] | undefined): RenderResult {
  if (!result.ok || unstable === undefined || unstable.length === 0) return result
  const objects = masked(result.objects.map(({ object }) => object), unstable)
  return { ...result, objects: result.objects.map((one, i) => ({ ...one, object: objects[i] ?? one.object })) }
}

interface State { worktree: Promise<Worktree> | null, applied: readonly FileChange[], applying?: Promise<void>, queue: Promise<unknown> }

/** The worktree holds one set of changes at a time. */
function exclusively<T>(state: State, work: () => Promise<T>): Promise<T> {
  const next = state.queue.then(work, work)
  state.queue = next.catch(() => undefined)
  return next
}

/** The two renders that run at once are of the same changes; the first of them makes these, the other waits for that. */
async function apply(worktree: Worktree, state: State, changes: readonly FileChange[]): Promise<void> {
  if (changes !== state.applied && (changes.length > 0 || state.applied.length > 0)) {
    state.applied = changes
    state.applying = worktree.apply(changes)
  }
  await state.applying
}

function rendererFor(world: Pick<World, 'renderers'>, ask: RenderAsk): Renderer {
  const renderer = world.renderers.find(candidate => candidate.format === ask.format)
  if (renderer === undefined) throw new WritError('render/no-renderer', `There is no renderer for ${ask.format}.`)
  return renderer
}

async function atMost<T, R>(limit: number, items: readonly T[], work: (item: T) => Promise<R>): Promise<readonly R[]> {
  const results: R[] = []
  const queue = items.entries()
  const worker = async (): Promise<void> => {
    for (const [i, item] of queue) results[i] = await work(item)
  }
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker))
  return results
}

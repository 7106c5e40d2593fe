import { WritError } from '../../model/error.ts'
import type { FileChange, RendererInfo } from '../../model/plan.ts'
import type { RenderResult, Renderer, RepositoryReader, Worktree } from '../ports.ts'
import type { World } from '../world.ts'
import type { RenderAsk } from './closure.ts'
import { indexTree } from './tree-index.ts'
import type { TreeIndex } from './tree-index.ts'

/** One commit laid out for rendering, as it is and with changes. Renders of the unchanged commit are kept. */
export interface Bench {
  readonly index: TreeIndex
  /** Renders all asks with these changes, two at once; the results in the order of the asks. Throws render/no-renderer, render/timeout. */
  render(changes: readonly FileChange[], asks: readonly RenderAsk[]): Promise<readonly RenderResult[]>
  /** One render of the unchanged commit that is not taken from what is kept. */
  again(ask: RenderAsk): Promise<RenderResult>
  info(ask: RenderAsk): Promise<RendererInfo>
  dispose(): Promise<void>
}

const AT_ONCE = 2

/** Lays out a commit or tree. The caller disposes of it. */
export async function openBench(world: Pick<World, 'renderers'>, reader: Pick<RepositoryReader, 'tree' | 'worktree'>, commit: string): Promise<Bench> {
  const index = await indexTree(await reader.tree(commit))
  const worktree = await reader.worktree(commit)
  const kept = new Map<string, RenderResult>()
  const state: State = { applied: [], queue: Promise.resolve() }
  const renderOne = (ask: RenderAsk): Promise<RenderResult> => rendererFor(world, ask).render({ dir: worktree.dir, ...ask })
  return {
    index,
    render: (changes, asks) => exclusively(state, async () => {
      await apply(worktree, state, changes)
      return atMost(AT_ONCE, asks, async ask => {
        const key = JSON.stringify(ask)
        const known = changes.length === 0 ? kept.get(key) : undefined
        const result = known ?? await renderOne(ask)
        if (changes.length === 0) kept.set(key, result)
        return result
      })
    }),
    again: ask => exclusively(state, async () => {
      await apply(worktree, state, [])
      return renderOne(ask)
    }),
    info: ask => rendererFor(world, ask).info(),
    dispose: () => worktree.dispose(),
  }
}

interface State { applied: readonly FileChange[], queue: Promise<unknown> }

/** The worktree holds one set of changes at a time. */
function exclusively<T>(state: State, work: () => Promise<T>): Promise<T> {
  const next = state.queue.then(work, work)
  state.queue = next.catch(() => undefined)
  return next
}

async function apply(worktree: Worktree, state: State, changes: readonly FileChange[]): Promise<void> {
  if (changes === state.applied || (changes.length === 0 && state.applied.length === 0)) return
  await worktree.apply(changes)
  state.applied = changes
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

import { WritError } from '../../model/error.ts'
import type { RenderResult } from '../ports.ts'
import type { Bench } from '../proof/bench.ts'
import type { RenderAsk } from '../proof/closure.ts'

/**
 * Renders all asks of a commit; one that cannot be rendered here (it takes too long, say) does not keep the others from being looked at. A renderer that is not
 * there is no fault of the pull request, and nothing to go on without: throws render/no-renderer.
 */
export async function renderSafely(bench: Bench, asks: readonly RenderAsk[]): Promise<readonly RenderResult[]> {
  try {
    return await bench.render([], asks)
  } catch (error) {
    if (!(error instanceof WritError) || error.code === 'render/no-renderer') throw error
    if (asks.length < 2) return asks.map(() => ({ ok: false, message: error.message }))
  }
  const results: RenderResult[] = []
  for (const ask of asks) results.push(...await renderSafely(bench, [ask]))
  return results
}

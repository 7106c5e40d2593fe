import type { RenderResult } from '../ports.ts'

/** Renders of commits, which never change: kept between plans, merges and verifications of one process. The oldest go first. */
export interface RenderMemory {
  get(key: string): RenderResult | undefined
  keep(key: string, result: RenderResult): void
}

/** A memory that holds so many rendered objects at most. */
export function renderMemory(mostObjects: number): RenderMemory {
  const kept = new Map<string, RenderResult>()
  let objects = 0
  const sizeOf = (result: RenderResult | undefined): number => result?.ok === true ? result.objects.length + 1 : 1
  const forget = (key: string): void => {
    objects -= kept.has(key) ? sizeOf(kept.get(key)) : 0
    kept.delete(key)
  }
  return {
    get(key) {
      const found = kept.get(key)
      if (found === undefined) return undefined
      kept.delete(key)
      kept.set(key, found)
      return found
    },
    keep(key, result) {
      forget(key)
      kept.set(key, result)
      objects += sizeOf(result)
      for (const oldest of kept.keys()) {
        if (objects <= mostObjects) return
        forget(oldest)
      }
    },
  }
}

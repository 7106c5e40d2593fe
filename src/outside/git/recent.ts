/** Answers that never change, by what was asked; the ones that were asked for longest ago go first. */
export interface Recent<Value> {
  get(key: string): Value | undefined
  /** `weight` counts towards the limit; what is heavier than all of it is not kept. */
  keep(key: string, value: Value, weight: number): void
}

export function recent<Value>(limit: number): Recent<Value> {
  const kept = new Map<string, { readonly value: Value, readonly weight: number }>()
  let total = 0
  const drop = (key: string): void => {
    total -= kept.get(key)?.weight ?? 0
    kept.delete(key)
  }
  return {
    get(key) {
      const found = kept.get(key)
      if (found === undefined) return undefined
      kept.delete(key)
      kept.set(key, found)
      return found.value
    },
    keep(key, value, weight) {
      drop(key)
      if (weight > limit) return
      kept.set(key, { value, weight })
      total += weight
      for (const oldest of kept.keys()) {
        if (total <= limit) return
        drop(oldest)
      }
    },
  }
}

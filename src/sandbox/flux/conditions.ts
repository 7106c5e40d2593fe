import { isList, isObject } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'

export interface Condition { readonly type: string, readonly status: 'True' | 'False' | 'Unknown', readonly reason: string, readonly message: string }

/** Sets conditions and takes others away; a time of change moves only where the status of the condition does. */
export function withConditions(old: JsonObject, change: { readonly set: readonly Condition[], readonly remove?: readonly string[], readonly generation: number }): readonly JsonObject[] {
  const before = conditionsOf(old['conditions'])
  const gone = new Set<unknown>([...change.set.map(one => one.type), ...change.remove ?? []])
  const set = change.set.map(one => {
    const same = before.find(other => other['type'] === one.type && other['status'] === one.status)
    return { ...one, observedGeneration: change.generation, lastTransitionTime: same?.['lastTransitionTime'] ?? timestamp() }
  })
  return [...set, ...before.filter(one => !gone.has(one['type']))]
}

/** One condition of an object's status, or undefined. */
export function conditionOf(status: Json | undefined, type: string): JsonObject | undefined {
  return conditionsOf(isObject(status) ? status['conditions'] : undefined).find(one => one['type'] === type)
}

function conditionsOf(value: Json | undefined): readonly JsonObject[] {
  return isList(value) ? value.filter(isObject) : []
}

/** Now, to the second. */
export function timestamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`
}

/** Milliseconds of a Go duration; `otherwise` where there is none. */
export function durationOf(value: Json | undefined, otherwise: number): number {
  if (typeof value !== 'string') return otherwise
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
  let total = 0
  for (const [, amount, unit] of value.matchAll(/([0-9.]+)(ms|s|m|h)/g)) total += Number(amount) * (units[unit ?? ''] ?? 0)
  return total > 0 ? total : otherwise
}

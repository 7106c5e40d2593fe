import type { Json } from '../model/json.ts'
import type { CheckChange } from './check-document.ts'

/** A long value says nothing more than its beginning. */
const LONGEST = 200

/** `spec.replicas: 2 → 3`. */
export function fieldWords({ path, before, after }: CheckChange['fields'][number]): string {
  if (before === undefined) return `${path}: ${value(after)} (new)`
  return `${path}: ${value(before)} → ${after === undefined ? '(removed)' : value(after)}`
}

function value(of: Json | undefined): string {
  const text = typeof of === 'string' && !/[\n\r]/.test(of) ? of : JSON.stringify(of ?? null)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}

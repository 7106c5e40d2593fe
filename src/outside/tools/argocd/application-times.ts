import { textAt, valueAt } from '../../../model/json.ts'
import type { OwnerTimes } from '../../../model/observation.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import { goDuration } from '../go-duration.ts'

const MINUTE = 60_000
/** Argo CD looks at Git every 120 s, with up to a minute of jitter (argocd-flux.md 7.1). */
const POLL = 3 * MINUTE
const SYNC = 10 * MINUTE
const RETRY = { limit: 5, first: 5000, factor: 2, longest: 3 * MINUTE }
const LONGEST = 60 * MINUTE

/** How long an Application may take by its own spec: retries of a failed sync come on top. The rollout's own deadline is the workload's. */
export function applicationTimes(app: KubernetesObject): OwnerTimes {
  return { source: 2 * POLL + MINUTE, sync: Math.min(LONGEST, SYNC + retriesOf(app)), rollout: 11 * MINUTE, poll: POLL }
}

/** All pauses between tries together; a limit below zero is none. */
function retriesOf(app: KubernetesObject): number {
  const retry = valueAt(app, 'spec', 'syncPolicy', 'retry')
  const limit = numberOf(valueAt(retry, 'limit'), RETRY.limit)
  const longest = lengthOf(textAt(retry, 'backoff', 'maxDuration'), RETRY.longest)
  const factor = numberOf(valueAt(retry, 'backoff', 'factor'), RETRY.factor)
  let pause = lengthOf(textAt(retry, 'backoff', 'duration'), RETRY.first)
  let total = 0
  for (let i = 0; i < (limit < 0 ? 1000 : Math.min(limit, 1000)) && total < LONGEST; i++, pause *= factor) total += Math.max(0, Math.min(pause, longest))
  return total
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' ? value : otherwise
}

/** A number alone counts seconds there. */
function lengthOf(text: string | undefined, otherwise: number): number {
  if (text !== undefined && /^\d+$/.test(text)) return Number(text) * 1000
  return goDuration(text) ?? otherwise
}

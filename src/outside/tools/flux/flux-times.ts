import { textAt, valueAt } from '../../../model/json.ts'
import type { Json } from '../../../model/json.ts'
import type { OwnerTimes } from '../../../model/observation.ts'

const MINUTE = 60_000

/** How long Flux may take by the specs of the source and of what deploys it (argocd-flux.md 7.1). */
export function fluxTimes(source: Json | undefined, deployer: Json | undefined): OwnerTimes {
  const every = durationAt(source, 'interval') ?? MINUTE
  const interval = durationAt(deployer, 'interval') ?? 10 * MINUTE
  const timeout = durationAt(deployer, 'timeout') ?? Math.max(MINUTE / 2, interval - MINUTE / 2)
  return {
    source: Math.min(15 * MINUTE, Math.max(3 * MINUTE, 2 * every + (durationAt(source, 'timeout') ?? MINUTE))),
    sync: 10 * MINUTE + Math.min(60 * MINUTE, 2 * (durationAt(deployer, 'retryInterval') ?? MINUTE)),
    rollout: Math.min(120 * MINUTE, Math.max(10 * MINUTE, timeout)) + MINUTE,
    poll: interval,
  }
}

/** Milliseconds of a Go duration in a spec; null where there is none. */
function durationAt(object: Json | undefined, key: string): number | null {
  const text = textAt(valueAt(object, 'spec'), key) ?? ''
  if (!/^(?:\d+(?:\.\d+)?(?:ms|s|m|h))+$/.test(text)) return null
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: MINUTE, h: 60 * MINUTE }
  let total = 0
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)) total += Number(amount) * (units[unit ?? ''] ?? 0)
  return total
}

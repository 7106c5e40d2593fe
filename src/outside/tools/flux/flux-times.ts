import { textAt, valueAt } from '../../../model/json.ts'
import type { Json } from '../../../model/json.ts'
import type { OwnerTimes } from '../../../model/observation.ts'
import { goDuration } from '../go-duration.ts'

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

/** Milliseconds of a duration in a spec; null where there is none. */
function durationAt(object: Json | undefined, key: string): number | null {
  return goDuration(textAt(valueAt(object, 'spec'), key))
}

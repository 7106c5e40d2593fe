import type { StepResult } from '../../model/change.ts'
import type { ChangeRequestLook } from '../../model/forge.ts'
import { rejected } from '../approve.ts'
import { countVotes } from './count-votes.ts'
import type { RepositoryHandle } from '../ports.ts'
import type { StepContext } from '../step.ts'

/** What keeps a published change from being merged now: votes, whoever merges, required checks; null where nothing does. */
export async function mergeGate({ world, change }: StepContext, { forge }: RepositoryHandle, request: ChangeRequestLook | null): Promise<StepResult | null> {
  const votes = await countVotes(world, change, { forge: forge.name, request })
  const no = rejected(votes)
  if (no !== null) return no
  if (votes.missing !== null || votes.against.length > 0) {
    const why = votes.missing === null ? `${votes.against.join(' and ')} asked for changes` : `${votes.missing} missing`
    return { kind: 'back', to: 'approve', forget: ['mergeAskedBy'], sentence: `an approval no longer holds: ${why}` }
  }
  if (forge.can.mergedBy === 'forge') return change.plan.mergesItself ? checksGate(forge.name, request) : forPeople(forge.name, request)
  if (change.plan.mergesItself || change.facts.mergeAskedBy?.head === change.facts.head) return null
  return {
    kind: 'waiting', retryAfter: 2000,
    waiting: { for: 'people', sentence: 'waits for a person to merge', next: `writ merge change/${change.id}` },
  }
}

/** People merge where they review. */
function forPeople(name: string, request: ChangeRequestLook | null): StepResult {
  const held = request === null ? null : request.waitsToMerge ?? notMergeable(request)
  const sentence = `waits for a person to merge it on ${name}${held === null ? '' : ` (${held})`}`
  return { kind: 'waiting', retryAfter: 2000, waiting: { for: 'people', sentence, next: request?.info.url ?? null } }
}

function notMergeable({ checks, mergeable }: ChangeRequestLook): string | null {
  const failed = checks.filter(check => check.required && check.state !== 'passed')
  if (failed.length > 0) return failed.map(({ name, state }) => `${name} ${state === 'failed' ? 'has failed' : 'is pending'}`).join(', ')
  return mergeable.is === 'no' ? mergeable.because ?? 'the forge would not merge it now' : null
}

/** Required checks are awaited; one that failed is for people. */
function checksGate(name: string, request: ChangeRequestLook | null): StepResult | null {
  const open = request?.checks.filter(check => check.required && check.state !== 'passed') ?? []
  if (open.length === 0) return null
  const failed = open.filter(check => check.state === 'failed')
  const sentence = failed.length > 0 ? `${failed.map(check => check.name).join(', ')} failed on ${name}, which the base requires` : `${open.map(check => check.name).join(', ')} on ${name} ${open.length === 1 ? 'is' : 'are'} still under way`
  return { kind: 'waiting', retryAfter: 5000, waiting: { for: failed.length > 0 ? 'people' : 'forge', sentence, next: failed[0]?.url ?? request?.info.url ?? null } }
}

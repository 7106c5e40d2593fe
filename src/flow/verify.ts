import type { Change, ChangeFacts, StepResult } from '../model/change.ts'
import { WritError } from '../model/error.ts'
import type { Observation } from '../model/observation.ts'
import { showOwner } from '../model/owner.ts'
import { liveTarget } from './verify/live-target.ts'
import { lookLive } from './verify/look-live.ts'
import { openRepository } from './publish/repository.ts'
import { laterCommit } from './verify/later-commit.ts'
import { contentAt } from './verify/rendered-content.ts'
import type { Content } from './verify/rendered-content.ts'
import type { Verification } from './verify/verification.ts'
import { clear, ended, isGone, short, waitForController, waitForPeople } from './verify/answers.ts'
import type { Seen } from './verify/answers.ts'
import { iso } from './verify/clock.ts'
import { failedAtOurs, failureFacts, withRevision } from './verify/failure.ts'
import { failingEarly, judgeLive } from './verify/live.ts'
import { triggerOrWait } from './verify/trigger.ts'
import { inTrouble, outOfTrouble, unseen } from './verify/trouble.ts'
import type { World } from './world.ts'

/** An owner that is gone may be made again by what declares it. */
const MISSING_FOR = 60_000

/**
 * One look at a merged change; called again until it ends (argocd-flux.md 6, 7). Every look starts from fresh objects. Verified means, all of
 * it seen: the observed revision contains our merge commit, the source at that revision still holds the asked values, the live object has them,
 * its rollout is healthy, and all that for the environment's stability time in at least two looks.
 */
export async function verify(world: World, change: Change): Promise<StepResult> {
  const v = beginVerification(world, change)
  try {
    const seen = await v.tool.observe(change.plan.owner, liveTarget(change.plan), isGone(change.plan.edits) ? 'gone' : 'there')
    const result = await decide(v, seen)
    return result.kind === 'waiting' && (result.facts?.refusedLooks ?? 0) === 0 ? withFacts(result, outOfTrouble(v)) : result
  } catch (error) {
    if (error instanceof WritError) return inTrouble(v, error)
    throw error
  }
}

/** What one look needs. Throws internal/bug where the change has no merge commit or no adapter. */
export function beginVerification(world: World, change: Change): Verification {
  const ours = change.facts.mergeCommit
  const tool = world.tools.find(one => one.name === change.plan.owner.tool)
  if (ours === undefined || tool === undefined) throw new WritError('internal/bug', `The change reached verify without ${tool === undefined ? `an adapter for ${change.plan.owner.tool}` : 'a merge commit'}.`)
  return { world, change, ours, tool, reader: openRepository(world, change.plan).reader, cluster: world.clusters.named(change.plan.target.cluster), now: world.clock.now() }
}

function withFacts(result: StepResult & { readonly kind: 'waiting' }, more: ChangeFacts): StepResult {
  return Object.keys(more).length === 0 ? result : { ...result, facts: { ...more, ...result.facts } }
}

async function decide(v: Verification, seen: Observation): Promise<StepResult> {
  const { plan } = v.change
  const name = showOwner(plan.owner)
  if (seen.unserved === true) return unseen(v, seen.unmet[0] ?? name)
  if (seen.missing === true) return ownerMissing(v, seen)
  if (!seen.unchanged) return ended(v, seen, { code: 'verify/owner-changed', message: `OWNER_CHANGED: ${name} no longer deploys ${plan.owner.source.path || '/'} of ${plan.owner.source.url} at ${plan.owner.source.revision}.` })
  if (seen.generated === true) return byWhatIsMade(v, seen)
  const place = await placeOf(v, seen.revision)
  if (place === 'rewritten') return rewritten(v, seen)
  const attributed = await withRevision(v, seen)
  const found = { ...clear(v, 'missingSince'), ...await failureFacts(v, attributed) }
  const over = await failedAtOurs(v, attributed, found)
  if (over !== null) return await overtakenAt(v, attributed) ?? over
  return place === 'contains' ? contained(v, { seen, found }) : behind(v, { seen, found })
}

/** An owner that names no commit: the tip of its branch must hold the merge and the asked values, and what it makes must be as that has it. */
async function byWhatIsMade(v: Verification, seen: Observation): Promise<StepResult> {
  const { plan } = v.change
  const tip = await v.reader.tip(plan.branch)
  if (tip === null || !await v.reader.contains(tip.commit, v.ours)) return rewritten(v, seen)
  const content = await contentOf(v, tip.commit)
  const [at, found] = [{ ...seen, revision: tip.commit }, clear(v, 'missingSince')]
  if (content.kind === 'different') return overtaken(v, content, at)
  if (content.kind === 'unknown') return waitForController(v, { state: 'SYNC_WAIT', sentence: content.sentence }, { seen, found })
  const known = v.change.facts.contentAt === tip.commit ? found : { ...found, contentAt: tip.commit }
  const look = await lookLive(v)
  const waits = !seen.accepted ? seen.unmet[0] ?? 'not accepted' : look.kind === 'different' ? look.sentence : null
  return waits === null ? judgeLive(v, { seen: at, found: known }) : triggerOrWait(v, { state: 'SOURCE_WAIT', sentence: `${showOwner(plan.owner)} has not generated it anew: ${waits}` }, { seen, found: known })
}

/** The owner has not come to our merge yet. */
async function behind(v: Verification, { seen, found }: Seen): Promise<StepResult> {
  const name = showOwner(v.change.plan.owner)
  if (seen.blocked !== null && !LOOKS_FIRST.has(seen.blocked.code)) return waitForPeople(v, { state: seen.blocked.code, ...seen.blocked }, found)
  const early = seen.attempted != null && await v.reader.contains(seen.attempted, v.ours) ? await failingEarly(v, { seen, found }) : null
  if (early !== null) return early
  return inAdvance(v, await triggerOrWait(v, { state: 'SOURCE_WAIT', sentence: `${name} is at ${seen.revision === null ? 'no commit' : short(seen.revision)}, not yet at ${short(v.ours)}` }, { seen, found }))
}

/** The owner names a revision that contains our merge: what does it hold, is it accepted, and is it live? */
async function contained(v: Verification, { seen, found }: Seen): Promise<StepResult> {
  const { facts, plan } = v.change
  const content = await contentOf(v, seen.revision)
  if (content.kind === 'different') return overtaken(v, content, seen)
  if (content.kind === 'unknown') return waitForController(v, { state: 'SYNC_WAIT', sentence: content.sentence }, { seen, found })
  const known: ChangeFacts = seen.revision === null || facts.contentAt === seen.revision ? found : { ...found, contentAt: seen.revision }
  const lacking = await lackingOf(v, seen)
  // Accepted in one read is enough: while it settles, the owner may look again at what it has applied.
  const accepted = seen.accepted || (seen.looking === true && typeof facts.healthySince === 'string')
  if (accepted && lacking === null) return judgeLive(v, { seen, found: known })
  if (seen.blocked !== null) return waitForPeople(v, { state: seen.blocked.code, ...seen.blocked }, known)
  const early = await failingEarly(v, { seen, found: known })
  if (early !== null) return early
  const state = seen.state === undefined || seen.state === 'SOURCE_WAIT' ? 'SYNC_WAIT' : seen.state
  return triggerOrWait(v, { state, sentence: `${showOwner(plan.owner)}: ${lacking ?? seen.unmet[0] ?? 'not accepted'}` }, { seen, found: known })
}

/** An owner that may not sync now, or waits for people to promote what it rendered, looks at Git all the same, so that it is asked to; a suspended one does not. */
const LOOKS_FIRST: ReadonlySet<string> = new Set(['BLOCKED_WINDOW', 'BLOCKED_MANUAL_SYNC', 'BLOCKED_PROMOTION'])

function ownerMissing(v: Verification, seen: Observation): StepResult {
  const since = v.change.facts.missingSince
  const sentence = seen.unmet[0] ?? `${showOwner(v.change.plan.owner)} is not there`
  if (typeof since === 'string' && v.now - Date.parse(since) >= MISSING_FOR) return ended(v, seen, { code: 'verify/owner-changed', message: `OWNER_CHANGED: ${sentence}, for more than a minute; the change is merged, and nothing deploys it.` })
  return waitForController(v, { state: 'SYNC_WAIT', sentence }, { seen, found: typeof since === 'string' ? {} : { missingSince: iso(v.now) } })
}

/** Where an observed revision stands to our merge. `rewritten` where the branch itself has lost it. */
async function placeOf(v: Verification, revision: string | null): Promise<'contains' | 'behind' | 'rewritten'> {
  if (revision === null) return 'behind'
  if (await v.reader.contains(revision, v.ours)) return 'contains'
  if (await v.reader.contains(v.ours, revision)) return 'behind'
  const tip = await v.reader.tip(v.change.plan.branch)
  return tip !== null && await v.reader.contains(tip.commit, v.ours) ? 'behind' : 'rewritten'
}

/** The branch has lost the merge: what it holds now says whether the change was lost with it. It is never called verified, because its commit is nowhere. */
async function rewritten(v: Verification, seen: Observation): Promise<StepResult> {
  const { branch } = v.change.plan
  const tip = await v.reader.tip(branch)
  const content: Content = tip === null ? { kind: 'unknown', sentence: `${branch} is gone` } : await contentAt(v, tip.commit)
  const said = `The branch ${branch} no longer contains the merge ${short(v.ours)}: its history was rewritten`
  if (content.kind === 'same') return ended(v, seen, { code: 'verify/history-rewritten', message: `${said}; ${tip === null ? '' : short(tip.commit)} still holds the asked values.` })
  if (content.kind === 'unknown') return waitForController(v, { state: 'SOURCE_WAIT', sentence: `${said}; ${content.sentence}` }, { seen, found: {} })
  return ended(v, seen, { code: 'verify/reverted', message: `REVERTED: ${said}, and ${content.sentence}.` })
}

/** The first commit of the chain that does not contain what it must. */
async function lackingOf(v: Verification, { contains = [] }: Observation): Promise<string | null> {
  for (const { commit, ancestor, what } of contains) {
    const wanted = ancestor === 'ours' ? v.ours : ancestor
    if (!await v.reader.contains(commit, wanted)) return `${what} is ${short(commit)}, which does not contain ${short(wanted)}`
  }
  return null
}

/** While the owner is not there yet, there is time to render what it will deploy: the verdict then waits for nothing but the owner. */
async function inAdvance(v: Verification, result: StepResult): Promise<StepResult> {
  if (v.change.facts.contentAt !== undefined || result.kind !== 'waiting') return result
  try {
    const { kind } = await contentAt(v, v.ours)
    return kind === 'same' ? withFacts(result, { contentAt: v.ours }) : result
  } catch (error) {
    // It is said when it matters: at the revision that the owner names.
    if (error instanceof WritError) return result
    throw error
  }
}

/** What the source holds at the observed revision; a revision that was seen to hold the asked values is not rendered again. */
async function contentOf(v: Verification, revision: string | null): Promise<Content> {
  return revision === null || v.change.facts.contentAt === revision ? { kind: 'same' } : contentAt(v, revision)
}

/** What failed at a later commit that gave the field another value is that commit's failure, and taking ours back would not cure it. */
async function overtakenAt(v: Verification, seen: Observation): Promise<StepResult | null> {
  const revision = seen.failure?.revision ?? v.ours
  if (revision === v.ours) return null
  const content = await contentAt(v, revision)
  return content.kind === 'different' ? overtaken(v, content, { ...seen, revision }) : null
}

/** The source holds another value at the observed revision: say which commit did it, and whether it took the change back. */
async function overtaken(v: Verification, content: Content & { readonly kind: 'different' }, seen: Seen['seen']): Promise<StepResult> {
  const revision = seen.revision ?? v.ours
  const later = await laterCommit(v, revision)
  const by = later === null ? `at ${short(revision)}` : `by ${short(later.sha)} (${later.author}: ${later.subject})`
  if (content.takenBack) return ended(v, seen, { code: 'verify/reverted', message: `REVERTED: the change was taken back ${by}: ${content.sentence}.` })
  return ended(v, seen, { code: 'verify/superseded', message: `SUPERSEDED: the field was given another value ${by}: ${content.sentence}.` })
}

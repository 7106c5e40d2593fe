import { z } from 'zod'
import { WritError } from '../../../model/error.ts'
import type { ChangeRequestLook, Mergeable, Review } from '../../../model/forge.ts'
import { BaseBranch, CheckRuns, Permission, PullReview, Rule, Statuses } from './answers.ts'
import type { CheckRun, Pull } from './answers.ts'
import { checksOf } from './checks.ts'
import { read } from './client.ts'
import { infoWithCloser, pullOf } from './hub.ts'
import type { Hub } from './hub.ts'
import { hasQueue, queuedAt } from './merge-queue.ts'

export async function look(hub: Hub, id: string): Promise<ChangeRequestLook> {
  const pull = await pullOf(hub, id)
  const { client, at } = hub
  const [info, reviews, statuses, runs, branch, rules] = await Promise.all([
    infoWithCloser(hub, pull),
    client.all(z.array(PullReview), (octokit, page) => octokit.rest.pulls.listReviews({ ...at, ...page, pull_number: pull.number })),
    client.all(Statuses, (octokit, page) => octokit.rest.repos.getCombinedStatusForRef({ ...at, ...page, ref: pull.head.sha })),
    checkRuns(hub, pull.head.sha),
    baseBranch(hub, pull.base.ref),
    rulesOf(hub, pull.base.ref),
  ])
  return {
    info, reviews: await latest(hub, reviews ?? []),
    checks: checksOf({ statuses: statuses ?? [], runs, branch, rules, blocked: pull.mergeable_state }),
    mergeable: pull.state === 'open' ? mergeableOf(pull) : { is: 'unknown', because: null },
    waitsToMerge: pull.state === 'open' ? await waits(hub, pull, rules) : null,
  }
}

/** Null where the credentials may not read check runs: a fine-grained token may not everywhere. */
async function checkRuns({ client, at }: Hub, ref: string): Promise<readonly CheckRun[] | null> {
  try {
    return await client.all(CheckRuns, (octokit, page) => octokit.rest.checks.listForRef({ ...at, ...page, ref, filter: 'latest' })) ?? []
  } catch (error) {
    if (error instanceof WritError && error.code === 'forge/unauthorized' && error.data['status'] === 403) return null
    throw error
  }
}

/** What protects the base, as far as everybody who may push is told; null where it is gone. */
async function baseBranch({ client, at }: Hub, branch: string): Promise<BaseBranch | null> {
  const answer = await client.answer(octokit => octokit.rest.repos.getBranch({ ...at, branch }), [404])
  return answer.status === 404 ? null : read(BaseBranch, answer)
}

/** The rules of all rulesets that hold for a branch, the organisation's too. GitHub Enterprise Server before 3.11 has none. */
export async function rulesOf({ client, at }: Hub, branch: string): Promise<readonly Rule[]> {
  return await client.all(z.array(Rule), (octokit, page) => octokit.rest.repos.getBranchRules({ ...at, ...page, branch })) ?? []
}

const VERDICTS: Readonly<Record<string, Review['verdict']>> = { APPROVED: 'approved', CHANGES_REQUESTED: 'changes-requested' }

/** The latest word of each reviewer. A comment is no word; a dismissed one leaves nothing, not even what was said before it. */
async function latest(hub: Hub, reviews: readonly PullReview[]): Promise<readonly Review[]> {
  const words = new Map<string, PullReview & { readonly user: NonNullable<PullReview['user']> }>()
  for (const review of reviews) {
    const { user, state } = review
    if (user === null || user === undefined || (VERDICTS[state] === undefined && state !== 'DISMISSED')) continue
    const before = words.get(user.login)
    if (before === undefined || timeOf(before) <= timeOf(review)) words.set(user.login, { ...review, user })
  }
  const standing = [...words.values()].flatMap(review => {
    const verdict = VERDICTS[review.state]
    return verdict === undefined ? [] : [{ ...review, verdict }]
  })
  return Promise.all(standing.map(async ({ user, verdict, commit_id, submitted_at, html_url }): Promise<Review> => {
    // Only a User is a person: Apps are Bots, and a Mannequin stands for nobody who could have reviewed.
    const bot = user.type !== 'User'
    return { by: { login: user.login, bot }, verdict, commit: commit_id ?? '', at: new Date(submitted_at ?? 0).toISOString(), writes: !bot && await mayWrite(hub, user.login), url: html_url }
  }))
}

function timeOf({ submitted_at }: PullReview): number {
  return Date.parse(submitted_at ?? '') || 0
}

/** `maintain` and custom roles are told as the one of these that they stand on. */
async function mayWrite({ client, at }: Hub, username: string): Promise<boolean> {
  const answer = await client.answer(octokit => octokit.rest.repos.getCollaboratorPermissionLevel({ ...at, username }), [404])
  return answer.status !== 404 && ['admin', 'write'].includes(read(Permission, answer).permission)
}

const HELD: Readonly<Record<string, string>> = {
  dirty: 'it conflicts with the base', blocked: 'reviews, checks or rules of the base hold it back', behind: 'the base wants it brought up to date first', draft: 'it is a draft',
}

function mergeableOf({ draft, mergeable, mergeable_state: state }: Pull): Mergeable {
  if (draft === true) return { is: 'no', because: 'it is a draft' }
  if (mergeable === false) return { is: 'no', because: 'it conflicts with the base' }
  const held = HELD[state ?? '']
  if (held !== undefined) return { is: 'no', because: held }
  // Null while GitHub computes it; a state that this version does not know is no yes.
  return { is: mergeable === true && ['clean', 'unstable', 'has_hooks'].includes(state ?? '') ? 'yes' : 'unknown', because: null }
}

async function waits(hub: Hub, pull: Pull, rules: readonly Rule[]): Promise<string | null> {
  if (pull.auto_merge !== null && pull.auto_merge !== undefined) return `auto-merge is on${pull.auto_merge.enabled_by?.login === undefined ? '' : `, set by ${pull.auto_merge.enabled_by.login}`}`
  return hasQueue(rules) ? queuedAt(hub, pull) : null
}

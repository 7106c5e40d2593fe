import type { Change } from '../../model/change.ts'
import { milliseconds } from '../../model/environment.ts'
import { WritError } from '../../model/error.ts'
import { canonical } from '../../model/json.ts'
import type { Identity } from '../../model/request.ts'
import { checkVoter, documentOf, readDocument } from './approval.ts'
import { environmentNow, requireRole } from './roles.ts'
import { carrierOf, lostBranch } from '../publish/published.ts'
import type { World } from '../world.ts'

/** How a person votes. A signature is made with `keyFile`, or brought with the document that it signs. */
export interface Ballot {
  readonly vote: 'approve' | 'reject'
  readonly comment: string | null
  readonly keyFile?: string
  readonly signed?: { readonly document: string, readonly armoured: string }
}

/**
 * Records one vote on the present head. The OS user is enough in dev and test; staging and prod take an OpenSSH signature only
 * (DESIGN.md section 3). Never the requester, never a machine. Whether the vote counts is judged again at every look.
 */
export async function vote(world: World, change: Change, { by, ballot }: { readonly by: Identity, readonly ballot: Ballot }): Promise<void> {
  const head = votableHead(change, ballot.vote)
  await ensureNotCarried(world, change, ballot.vote === 'approve' ? 'approved any more' : 'rejected')
  if (ballot.vote === 'approve') await lostBranch(world, change)
  const expires = new Date(world.clock.now() + milliseconds(change.plan.environment.approvalLifetime)).toISOString()
  const signature = await signatureOf(world, change, { ballot, expires })
  const person = signature === null ? personOf(change, by, ballot.vote) : await signerOf(world, signature)
  checkVoter(change, person, world.people)
  await world.approvals.add({
    change: change.id, person, vote: ballot.vote, head, digest: change.plan.digest, environment: change.plan.environment.name,
    at: new Date(world.clock.now()).toISOString(),
    expires: signature === null ? expires : readDocument(signature.document).expires,
    via: signature === null ? 'os-user' : 'ssh-key', comment: ballot.comment, signature,
  })
}

/** The document that an approver signs elsewhere, as canonical JSON. */
export function approvalDocument(world: World, change: Change, choice: Ballot['vote']): string {
  votableHead(change, choice)
  const expires = new Date(world.clock.now() + milliseconds(change.plan.environment.approvalLifetime)).toISOString()
  return canonical({ ...documentOf(change, choice, expires) })
}

/** A person asks that the present head be merged; it is recorded as theirs. Throws approve/not-waiting, identity/…. */
export async function askMerge(world: World, change: Change, by: Identity): Promise<Change> {
  ensureOpen(change)
  if (change.step !== 'merge' || change.facts.head === undefined) {
    throw new WritError('approve/not-waiting', `change/${change.id} does not wait for a merge${change.waiting === null ? '' : `; it is at ${change.step}: ${change.waiting.sentence}`}.`, { hint: change.waiting?.next ?? `See writ get change/${change.id}.` })
  }
  if (by.kind !== 'human') throw new WritError('identity/not-allowed', 'Only a person may merge.')
  if (by.person === null) throw new WritError('identity/unknown', `${by.alias} is not in people.yaml and may not merge.`)
  mayMerge(world, change, by.groups)
  const asked = { person: by.person, head: change.facts.head }
  return update(world, change, fresh => {
    if (fresh.facts.head !== asked.head) throw new WritError('approve/stale', `change/${change.id} has a new head since you looked.`)
    return { ...fresh, facts: { ...fresh.facts, mergeAskedBy: asked } }
  })
}

/** Whoever could ask for the change or approve it may say when it goes in. */
function mayMerge(world: World, { plan }: Change, groups: readonly string[]): void {
  const environment = environmentNow(world, plan.environment)
  const { approvers, proposers, admins = [], seniors } = environment
  if (approvers === undefined || proposers === undefined || [...approvers, ...proposers, ...admins, seniors].some(group => groups.includes(group))) return
  throw new WritError('identity/not-allowed', `Who may merge in environment ${environment.name} is in ${[...new Set([...approvers, ...proposers])].join(' or ')}.`)
}

/** Ends an open change that is not merged yet. */
export async function cancel(world: World, change: Change, { by, reason }: { readonly by: Identity, readonly reason: string | null }): Promise<Change> {
  ensureOpen(change)
  mayEnd(world, change, by)
  const lease = await world.leases.take(`change/${change.id}`)
  if ('holder' in lease) throw new WritError('store/locked', `change/${change.id} is being worked on by ${lease.holder}.`, { retry: true, hint: 'Try again in a moment.' })
  try {
    await ensureNotCarried(world, change, 'cancelled')
    ensureNotActed(change)
    return await update(world, change, fresh => {
      ensureOpen(fresh)
      const message = `cancelled by ${by.person ?? by.alias}${reason === null ? '' : `: ${reason}`}`
      return { ...fresh, status: 'cancelled', waiting: null, ended: { code: 'CANCELLED', message, evidence: [] } }
    })
  } finally {
    await lease.release()
  }
}

/** Who asked for it, who may approve it, and admins. */
function mayEnd(world: World, { plan }: Change, by: Identity): void {
  const { requester } = plan.request
  const own = by.person === null ? requester.alias === by.alias : requester.person === by.person
  const environment = environmentNow(world, plan.environment)
  if (own || (by.person !== null && environment.approvers?.some(group => by.groups.includes(group)) === true)) return
  requireRole('admin', by, { environment, what: 'cancel the change of somebody else' })
}

/** What is in the base is not stopped by a word here: the next sync deploys it. */
async function ensureNotCarried(world: World, change: Change, done: string): Promise<void> {
  const carried = await carrierOf(world, change)
  if (carried === null) return
  const by = carried.outside === null ? '' : ` by ${carried.outside.by}`
  throw new WritError('change/ended', `change/${change.id} is in ${change.plan.branch} already, merged${by} as ${carried.commit.slice(0, 12)}; it cannot be ${done}.`, {
    hint: `Follow it with writ get change/${change.id} --wait; to undo it, ask for the former value.`,
  })
}

/** What was done to an owner is not undone by a word here. */
function ensureNotActed(change: Change): void {
  const { steer, owner } = change.plan
  if (steer === undefined || change.facts.actedAt === undefined) return
  const hint = steer.verb === 'suspend' ? `End the pause with writ resume ${owner.kind.toLowerCase()}/${owner.name} -n ${owner.namespace}.` : `Follow it with writ get change/${change.id} --wait.`
  throw new WritError('change/ended', `change/${change.id} has been carried out since ${change.facts.actedAt}; it cannot be cancelled.`, { hint })
}

function ensureOpen(change: Change): void {
  if (change.status !== 'open') throw new WritError('change/ended', `change/${change.id} has ended: ${change.status}.`)
}

function votableHead(change: Change, choice: Ballot['vote']): string {
  ensureOpen(change)
  const steps = choice === 'approve' ? ['approve'] : ['approve', 'merge']
  if (change.facts.head === undefined || !steps.includes(change.step)) {
    throw new WritError('approve/not-waiting', `change/${change.id} does not wait for an approval; it is at ${change.step}.`)
  }
  return change.facts.head
}

/** A rejection needs no signature anywhere: stopping is safe. */
function personOf(change: Change, by: Identity, choice: Ballot['vote']): string {
  if (change.plan.needs.signed && choice === 'approve') throw new WritError('approve/signature-needed', `change/${change.id} is class ${change.plan.environmentClass}: the OS user is not proof enough.`)
  if (by.person === null) throw new WritError('identity/unknown', `${by.alias} is not in people.yaml and may not vote.`)
  return by.person
}

async function signatureOf(world: World, change: Change, { ballot, expires }: { readonly ballot: Ballot, readonly expires: string }): Promise<{ document: string, armoured: string } | null> {
  if (ballot.signed !== undefined) {
    checkDocument(world, change, ballot)
    return ballot.signed
  }
  if (ballot.keyFile === undefined) return null
  const document = canonical({ ...documentOf(change, ballot.vote, expires) })
  return { document, armoured: await world.signatures.sign(document, ballot.keyFile) }
}

/** A document that was signed elsewhere must be about this change as it is now. */
function checkDocument(world: World, change: Change, ballot: Ballot): void {
  const document = readDocument(ballot.signed?.document ?? '')
  const wanted = documentOf(change, ballot.vote, document.expires)
  for (const key of ['change', 'head', 'digest', 'environment', 'vote'] as const) {
    if (document[key] !== wanted[key]) throw new WritError('approve/stale', `The signed document is for ${key} ${document[key]}, the change is at ${wanted[key]}.`)
  }
  const left = Date.parse(document.expires) - world.clock.now()
  if (left <= 0) throw new WritError('approve/stale', `The approval expired at ${document.expires}.`)
  if (left > milliseconds(change.plan.environment.approvalLifetime) + 60_000) {
    throw new WritError('approve/stale', `The approval is valid until ${document.expires}, longer than environment ${change.plan.environment.name} allows (${change.plan.environment.approvalLifetime}).`)
  }
}

async function signerOf(world: World, signature: { readonly document: string, readonly armoured: string }): Promise<string> {
  const person = await world.signatures.signer(signature.document, signature.armoured)
  if (person === null) throw new WritError('approve/bad-signature', 'The signature was not made by a key that people.yaml lists for one person.')
  return person
}

/** Reads, changes and writes again where another process wrote in between. */
async function update(world: World, change: Change, edit: (fresh: Change) => Change): Promise<Change> {
  for (let tries = 0; ; tries += 1) {
    const fresh = await world.changes.get(change.id)
    if (fresh === null) throw new WritError('change/not-found', `There is no change ${change.id}.`)
    try {
      return await world.changes.save({ ...edit(fresh), updatedAt: new Date(world.clock.now()).toISOString() }, null, [])
    } catch (error) {
      if (!(error instanceof WritError) || error.code !== 'change/lost-lease' || tries >= 50) throw error
      await world.clock.sleep(20 + Math.floor(world.clock.random() * 50))
    }
  }
}

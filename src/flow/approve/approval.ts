import type { Approval, ApprovalDocument, Change } from '../../model/change.ts'
import type { Person } from '../../model/config.ts'
import { milliseconds } from '../../model/environment.ts'
import { WritError } from '../../model/error.ts'
import { canonical, isObject } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import type { ApprovalNeed, EnvironmentNeed } from '../../model/plan.ts'
import { isCodeOwner } from './code-owners.ts'
import type { Signatures } from '../ports.ts'

/** What is judged: the votes on a change as it is now, by the people of now. `now` in milliseconds since the epoch. */
export interface Votes {
  readonly change: Change
  readonly approvals: readonly Approval[]
  readonly people: readonly Person[]
  readonly now: number
  readonly signatures: Pick<Signatures, 'signer'>
}

/** Which votes hold. */
export interface ApprovalCount {
  /** At most one a person. */
  readonly counted: readonly Approval[]
  /** What is still needed, such as `1 approval by a member of senior`; null where it is enough. */
  readonly missing: string | null
  /** The person whose rejection of the present head ended it; the first one wins (reliability.md R3). */
  readonly rejectedBy: string | null
  /** The votes that do not count, each with the reason. */
  readonly ignored: readonly { readonly approval: Approval, readonly reason: string }[]
}

// Between the clock of whoever signed and ours.
const CLOCK_SKEW = 60_000

/** What an approver of the present head signs. Throws approve/not-waiting where nothing was published yet. */
export function documentOf(change: Change, vote: Approval['vote'], expires: string): ApprovalDocument {
  const { head } = change.facts
  if (head === undefined) throw new WritError('approve/not-waiting', `change/${change.id} has no commit to approve yet.`)
  return { v: 1, change: change.id, head, digest: change.plan.digest, environment: change.plan.environment.name, vote, expires }
}

/**
 * Reads a signed document: canonical JSON with exactly the keys of version 1, one line break at its end allowed.
 * Throws approve/bad-signature.
 */
export function readDocument(text: string): ApprovalDocument {
  const document = fieldsOf(parse(text))
  if (document === null || !isTextOf(text, document)) {
    throw new WritError('approve/bad-signature', 'The signed document is not an approval document of Writ.', { hint: 'Sign the document exactly as writ prints it.' })
  }
  return document
}

/** Throws identity/unknown, approve/not-human, approve/own-change, approve/not-entitled where this person's vote would not count. */
export function checkVoter(change: Change, name: string, people: readonly Person[]): void {
  const obstacle = obstacleOf(change, name, people)
  if (obstacle !== null) throw new WritError(obstacle.code, `${obstacle.sentence}.`)
}

/**
 * Judges every vote anew: the present head, digest and environment, not expired, a known human who is not the requester
 * and is in the allowed groups, signed where the environment asks for it, the signature verified again and its document
 * equal to what the row says. A rejection needs none of the proofs: stopping is safe.
 */
export async function countApprovals(votes: Votes): Promise<ApprovalCount> {
  const counted: Approval[] = []
  const ignored: { approval: Approval, reason: string }[] = []
  let rejectedBy: string | null = null
  for (const approval of votes.approvals) {
    const reason = await whyNot(votes, approval, counted)
    if (reason !== null) ignored.push({ approval, reason })
    else if (approval.vote === 'reject') rejectedBy ??= approval.person
    else counted.push(approval)
  }
  const { needs } = votes.change.plan
  const missing = [needs, ...needs.beside ?? []].map(need => missingIn(need, counted, votes.people)).find(one => one !== null) ?? ownersMissing(needs, counted, votes.people)
  return { counted, missing, rejectedBy, ignored }
}

async function whyNot(votes: Votes, approval: Approval, counted: readonly Approval[]): Promise<string | null> {
  const { change, people } = votes
  if (approval.change !== change.id) return 'it is for another change'
  if (change.facts.head === undefined || approval.head !== change.facts.head) return 'it is for another head'
  const obstacle = obstacleOf(change, approval.person, people)
  if (obstacle !== null) return obstacle.sentence
  if (approval.vote === 'reject') return null
  return staleness(votes, approval) ?? await unproven(votes, approval)
    ?? (counted.some(other => other.person === approval.person) ? `${approval.person} has approved already` : null)
}

function staleness({ change, now }: Votes, approval: Approval): string | null {
  if (approval.digest !== change.plan.digest) return 'what would be deployed has changed since'
  if (approval.environment !== change.plan.environment.name) return 'it is for another environment'
  const left = isTime(approval.expires) ? Date.parse(approval.expires) - now : -1
  if (left <= 0) return `it expired at ${approval.expires}`
  if (left > milliseconds(change.plan.environment.approvalLifetime) + CLOCK_SKEW) return `it is valid until ${approval.expires}, longer than ${change.plan.environment.name} allows`
  return null
}

async function unproven({ change, signatures }: Votes, approval: Approval): Promise<string | null> {
  const { signature } = approval
  // A review was read from the forge this very moment, by whoever the forge says that it is.
  if (approval.via === 'forge') return null
  if (signature === null) return change.plan.needs.signed || approval.via !== 'os-user' ? 'it is not signed' : null
  const document: ApprovalDocument = {
    v: 1, change: approval.change, head: approval.head, digest: approval.digest, environment: approval.environment, vote: approval.vote, expires: approval.expires,
  }
  if (!isTextOf(signature.document, document)) return 'the signed document says something else'
  const signer = await signatures.signer(signature.document, signature.armoured)
  return signer === approval.person ? null : `its signature is not one of ${approval.person}'s keys`
}

interface Obstacle { readonly code: 'identity/unknown' | 'approve/not-human' | 'approve/own-change' | 'approve/not-entitled', readonly sentence: string }

function obstacleOf(change: Change, name: string, people: readonly Person[]): Obstacle | null {
  const { needs, request, environment } = change.plan
  const person = people.find(one => one.name === name)
  if (person === undefined) return { code: 'identity/unknown', sentence: `${name} is not in people.yaml` }
  if (person.kind !== 'human') return { code: 'approve/not-human', sentence: `${name} is not a human` }
  if (isRequester(person, request.requester)) return { code: 'approve/own-change', sentence: `${name} asked for this change` }
  if (![needs, ...needs.beside ?? []].some(need => isEntitled(person, need))) {
    const groups = [...new Set([needs, ...needs.beside ?? []].flatMap(need => need.groups))]
    return { code: 'approve/not-entitled', sentence: `${name} is not in ${groups.join(' or ')}, who approve for ${environment.name}` }
  }
  return null
}

function isEntitled(person: { readonly groups: readonly string[] }, { groups }: EnvironmentNeed): boolean {
  return groups.length === 0 || groups.some(group => person.groups.includes(group))
}

/** What one environment still asks for: only those who may approve there count there. */
function missingIn(need: EnvironmentNeed & { readonly environment?: string }, counted: readonly Approval[], people: readonly Person[]): string | null {
  const here = counted.map(({ person }) => groupsOf(person, people)).filter(groups => isEntitled({ groups }, need))
  const missing = missingOf(need, here.length, here.filter(groups => groups.includes(need.seniorGroup)).length)
  return missing === null || need.environment === undefined ? missing : `${missing} for ${need.environment}`
}

/** Who owns a changed file and has not agreed. */
function ownersMissing({ codeOwners = [] }: ApprovalNeed, counted: readonly Approval[], people: readonly Person[]): string | null {
  const voters = people.filter(({ name }) => counted.some(({ person }) => person === name))
  const open = codeOwners.find(need => !voters.some(person => isCodeOwner(person, need)))
  return open === undefined ? null : `1 approval by a code owner of ${open.paths.slice(0, 3).join(', ')}${open.paths.length > 3 ? ', …' : ''} (${open.owners.join(' or ')})`
}

/** Persons are compared, not logins: also where the requester was added to people.yaml, or renamed in it, only afterwards. */
function isRequester(person: Person, requester: Change['plan']['request']['requester']): boolean {
  // For whom a machine asks, has asked.
  if (person.name === requester.person || person.name === requester.onBehalfOf) return true
  return requester.via === 'os-user' ? person.aliases.os.includes(requester.alias) : person.aliases.ssh.includes(requester.alias)
}

function groupsOf(name: string, people: readonly Person[]): readonly string[] {
  return people.find(person => person.name === name)?.groups ?? []
}

function missingOf(needs: EnvironmentNeed, counted: number, seniors: number): string | null {
  const senior = needs.senior && seniors === 0
  const left = Math.max(needs.count - counted, senior ? 1 : 0)
  if (left <= 0) return null
  const also = needs.groups.length > 0 && !needs.groups.includes(needs.seniorGroup) ? ` who is also in ${needs.groups.join(' or ')}` : ''
  if (senior && left === 1) return `1 approval by a member of ${needs.seniorGroup}${also}`
  const many = left === 1 ? '1 approval' : `${left} approvals`
  if (senior) return `${many}, one of them by a member of ${needs.seniorGroup}${also}`
  if (needs.groups.length > 0) return `${many} by ${left === 1 ? 'a member' : 'members'} of ${needs.groups.join(' or ')}`
  return `${many} by ${left === 1 ? 'another person' : 'other people'}`
}

function fieldsOf(value: Json | undefined): ApprovalDocument | null {
  if (!isObject(value)) return null
  const { v, change, head, digest, environment, vote, expires } = value
  if (v !== 1 || (vote !== 'approve' && vote !== 'reject') || typeof expires !== 'string' || !isTime(expires)) return null
  if (typeof change !== 'string' || typeof head !== 'string' || typeof digest !== 'string' || typeof environment !== 'string') return null
  return { v, change, head, digest, environment, vote, expires }
}

function isTextOf(text: string, document: ApprovalDocument): boolean {
  const wanted = canonical({ ...document })
  return text === wanted || text === `${wanted}\n`
}

// Date.parse reads much more than this; two readers must never differ about a time.
function isTime(text: string): boolean {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,3})?Z$/.test(text) && !Number.isNaN(Date.parse(text))
}

function parse(text: string): Json | undefined {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

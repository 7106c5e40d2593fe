import type { Review } from '../../../model/forge.ts'
import { Account, Approvals, Member, Note, Reviewer, Version, read } from './answers.ts'
import type { Request } from './answers.ts'
import { PAGING, orElse, whole } from './client.ts'
import type { Gitlab } from './client.ts'
import { z } from 'zod'

/** Who may push to a repository: Developer and above. */
const DEVELOPER = 30

/** Where a merge request lies: the path of its project and its number there. */
export interface At { readonly project: string, readonly iid: number }

/** What people said of a merge request, and how many approvals its rules still miss, where GitLab has such rules. */
export interface Said { readonly reviews: readonly Review[], readonly approvalsLeft: number }

/**
 * Approvals and requests for changes. GitLab keeps no commit with either: the commit is the head of the newest version of the merge request that was there when the word was
 * given (versions are made by pushes, and their times are GitLab's own). What cannot be placed so counts for no head and is left out.
 */
export async function readReviews(gitlab: Gitlab, at: At, request: Request): Promise<Said> {
  const { project, iid } = at
  const [approvals, reviewers, versions] = await Promise.all([
    gitlab.approvals.showConfiguration(project, { mergerequestIId: iid }),
    // Came with GitLab 13.8.
    orElse(gitlab.requests.showReviewers(project, iid), [], [404]),
    whole(gitlab.requests.allDiffVersions(project, iid, { ...PAGING, showExpanded: false }), 'versions of one merge request'),
  ])
  const { approved_by: approvedBy, approvals_left: left } = read(Approvals, approvals, 'the approvals of a merge request')
  const against = read(z.array(Reviewer), reviewers, 'the reviewers of a merge request').filter(({ state }) => state === 'requested_changes')
  // Newer versions give the time with the approval, the others only in the note that they write about it; so with changes that were asked for.
  const untold = against.length > 0 || approvedBy.some(one => (one.approved_at ?? '') === '')
  const notes = untold ? read(z.array(Note), await whole(gitlab.notes.all(project, iid, { ...PAGING, sort: 'asc', orderBy: 'created_at' }), 'notes on one merge request'), 'the notes of a merge request') : []
  const heads = { head: request.sha ?? '', versions: read(z.array(Version), versions, 'the versions of a merge request') }
  const reviews: Review[] = []
  for (const { user } of against) {
    const since = toldAt(notes, user.id, /^requested changes/i)
    reviews.push({ ...await reviewer(gitlab, at, user), verdict: 'changes-requested', at: iso(since ?? newest(heads.versions)), commit: (since === null ? null : headAt(heads.versions, since)) ?? heads.head, url: request.web_url })
  }
  for (const { user, approved_at: told } of approvedBy) {
    // GitLab takes an approval away when its giver asks for changes; where it shows both the stricter one holds.
    if (against.some(one => one.user.id === user.id)) continue
    const when = told ?? toldAt(notes, user.id, /^approved this merge request/i) ?? onlyHeadSince(heads.versions)
    const commit = when === null ? null : approvedHead(heads, when)
    if (when !== null && commit !== null) reviews.push({ ...await reviewer(gitlab, at, user), verdict: 'approved', at: iso(when), commit, url: request.web_url })
  }
  return { reviews, approvalsLeft: left ?? 0 }
}

interface Heads { readonly head: string, readonly versions: readonly Version[] }

function iso(time: string | null): string {
  return new Date(time ?? 0).toISOString()
}

function newest(versions: readonly Version[]): string | null {
  return inOrder(versions).at(-1)?.created_at ?? null
}

function inOrder(versions: readonly Version[]): readonly Version[] {
  return versions.toSorted((a, b) => Date.parse(a.created_at) - Date.parse(b.created_at) || a.id - b.id)
}

/** The head at a time; a version of the same moment counts as later. */
function headAt(versions: readonly Version[], time: string): string | null {
  return inOrder(versions).findLast(version => Date.parse(version.created_at) < Date.parse(time))?.head_commit_sha ?? null
}

/** An approval that is older than a push to the present head is none of that head, also where the branch was there once before. */
function approvedHead({ head, versions }: Heads, time: string): string | null {
  const then = headAt(versions, time)
  const elsewhereSince = versions.some(version => Date.parse(version.created_at) >= Date.parse(time) && version.head_commit_sha !== head)
  return then === head && elsewhereSince ? null : then
}

/** Just after the only head was pushed, where there never was another one: whatever was said was said of it. */
function onlyHeadSince(versions: readonly Version[]): string | null {
  const first = inOrder(versions)[0]
  if (first === undefined || versions.some(version => version.head_commit_sha !== first.head_commit_sha)) return null
  return new Date(Date.parse(newest(versions) ?? first.created_at) + 1).toISOString()
}

/** When GitLab last noted that somebody did something. Only its own notes say so, not what people write. */
function toldAt(notes: readonly Note[], user: number, what: RegExp): string | null {
  return notes.filter(note => note.system && note.author?.id === user && what.test(note.body)).map(note => note.created_at).toSorted((a, b) => Date.parse(a) - Date.parse(b)).at(-1) ?? null
}

async function reviewer(gitlab: Gitlab, { project }: At, user: { readonly id: number, readonly username: string }): Promise<Pick<Review, 'by' | 'writes'>> {
  const [bot, member] = await Promise.all([isBot(gitlab, user), orElse(gitlab.members.show(project, user.id, { includeInherited: true }), null, [404])])
  return { by: { login: user.username, bot }, writes: member !== null && mayPush(read(Member, member, 'a member of a project')) }
}

async function isBot({ users, bots }: Gitlab, { id, username }: { readonly id: number, readonly username: string }): Promise<boolean> {
  const known = bots.get(id)
  if (known !== undefined) return known
  const bot = read(Account, await users.show(id), 'a user').bot ?? /^(?:project|group)_\d+_bot/.test(username)
  bots.set(id, bot)
  return bot
}

/** A membership ends at the beginning of its last day, and GitLab takes it away some time after. */
function mayPush({ access_level: level, state, membership_state: membership, expires_at: until }: z.infer<typeof Member>): boolean {
  return level >= DEVELOPER && state === 'active' && (membership ?? 'active') === 'active' && (until === null || until === undefined || Date.parse(until) > Date.now())
}

import { createHmac, timingSafeEqual } from 'node:crypto'
import { z } from 'zod'
import type { Forge } from '../../../flow/ports.ts'
import type { ChangeRequestText, MergeAsk } from '../../../model/forge.ts'
import { WritError } from '../../../model/error.ts'
import type { ChangeRequestInfo, ChangeRequestLook, ForgeEvent, MergeResult } from '../../../model/forge.ts'
import { isObject, showJson, textAt, valueAt } from '../../../model/json.ts'
import type { Json } from '../../../model/json.ts'
import type { ApiClient } from '../../http.ts'
import { commentMark, isUnsure, notFound, remembered, repositoryName, requestNumber } from '../parts.ts'
import { BaseBranch, CombinedStatus, Comment, Named, Pull, PullReview, Repository, TimelineEntry, checksOf, infoOf, read, reviewsOf } from './answers.ts'

/** What a Gitea or Forgejo is spoken with. `webhook`: the secret of its webhooks, or null. */
export interface GiteaOptions { readonly name: string, readonly api: ApiClient, readonly webhook: () => Promise<string | null> }

const PAGE = 50
/** Change requests that are looked through for one branch; past that the forge's own look-up by branch stands alone. */
const PAGES = 40

/** Gitea (1.20 and later) and Forgejo, by their own API. */
export function giteaForge({ name, api, webhook }: GiteaOptions): Forge {
  const self = { api, me: remembered(async () => read(Named, (await api.ask({ method: 'GET', path: '/user' })).body, 'GET /user').login) }
  return {
    name, kind: 'gitea', can: { mergedBy: 'forge', reviews: true, comments: true, bodyLimit: 262_144 },
    find: (repository, branch, base) => find(api, repository, { branch, base }),
    put: (repository, id, text) => id === null ? open(api, repository, text) : update(api, { repository, id }, text),
    look: (repository, id) => look(api, { repository, id }),
    comment: (repository, id, said) => comment(self, { repository, id }, said),
    merge: (repository, id, ask) => merge(api, { repository, id }, ask),
    close: (repository, id) => close(api, { repository, id }),
    readEvent: event => readEvent(event, webhook),
  }
}

interface At { readonly repository: string, readonly id: string }

function below(repository: string): string {
  const { owner, name } = repositoryName(repository, false)
  return `/repos/${encodeURIComponent(owner)}/${encodeURIComponent(name)}`
}

async function pullOf(api: ApiClient, { repository, id }: At): Promise<Pull> {
  const answer = await api.ask({ method: 'GET', path: `${below(repository)}/pulls/${requestNumber(repository, id)}`, accept: [404] })
  if (answer.status === 404) throw notFound(repository, id)
  return read(Pull, answer.body, 'GET pulls/{index}')
}

/** Every page of a list. */
async function all<T>(api: ApiClient, path: string, of: { readonly schema: z.ZodType<T>, readonly query?: Readonly<Record<string, string>> }): Promise<readonly T[]> {
  const items: T[] = []
  for (let page = 1; page <= PAGES; page += 1) {
    const { body } = await api.ask({ method: 'GET', path, query: { ...of.query, page, limit: PAGE } })
    // Where there is nothing some lists are null.
    const found = body === null ? [] : read(z.array(of.schema), body, `GET ${path}`)
    items.push(...found)
    // A server may have a smaller page than was asked for: only an empty one is the end.
    if (found.length === 0) return items
  }
  return items
}

/** The open one first, of several the oldest; where there is none the merged one, else the newest that was closed. */
async function find(api: ApiClient, repository: string, of: { readonly branch: string, readonly base: string }): Promise<ChangeRequestInfo | null> {
  if (of.branch === '') return null
  const path = `${below(repository)}/pulls/${encodeURIComponent(of.base)}/${of.branch.split('/').map(encodeURIComponent).join('/')}`
  const any = await api.ask({ method: 'GET', path, accept: [404] })
  // It gives any one of the branch, or says that there is none.
  if (any.status === 404) return null
  const pulls = [...await pullsOf(api, repository, { ...of, state: 'all' }), read(Pull, any.body, 'GET pulls/{base}/{head}')].sort((a, b) => b.number - a.number)
  const best = pulls.findLast(pull => pull.state === 'open') ?? pulls.find(pull => pull.merged) ?? pulls[0]
  if (best === undefined) return null
  // Lists say less than the answer about one.
  const pull = await pullOf(api, { repository, id: String(best.number) })
  return infoOf(pull, await closerOf(api, repository, pull))
}

/** Those of a branch of the repository itself, into a base. */
async function pullsOf(api: ApiClient, repository: string, { branch, base, state }: { readonly branch: string, readonly base: string, readonly state: 'open' | 'all' }): Promise<readonly Pull[]> {
  const listed = await all(api, `${below(repository)}/pulls`, { schema: Pull, query: { state, sort: 'recentupdate', base_branch: base } })
  return listed.filter(pull => pull.head.ref === branch && pull.head.repo_id === pull.base.repo_id && pull.base.ref === base)
}

/**
 * Opens one where there is none. Two that ask at once both get one: Gitea looks first and then inserts, without anything that keeps two apart (seen on 1.26: ten at once
 * made ten). So whoever opened one looks again, and takes its own back where an older one is there.
 */
async function open(api: ApiClient, repository: string, text: ChangeRequestText): Promise<ChangeRequestInfo> {
  const here = await oldestOpen(api, repository, text)
  if (here !== null) return update(api, { repository, id: here }, text)
  let mine: string | null = null
  try {
    const { status, body } = await api.ask({ method: 'POST', path: `${below(repository)}/pulls`, body: { head: text.branch, base: text.base, title: text.title, body: text.body }, accept: [409] })
    if (status !== 409) mine = String(read(Pull, body, 'POST pulls').number)
  } catch (error) {
    // Whether it was made is what the list says.
    if (!isUnsure(error) || await oldestOpen(api, repository, text) === null) throw error
  }
  const oldest = await oldestOpen(api, repository, text) ?? mine
  if (oldest === null) throw new WritError('forge/failed', `The forge says that there is a change request for ${text.branch}, and shows none.`, { retry: true })
  if (mine !== null && mine !== oldest) await close(api, { repository, id: mine })
  return update(api, { repository, id: oldest }, text)
}

async function oldestOpen(api: ApiClient, repository: string, { branch, base }: ChangeRequestText): Promise<string | null> {
  const numbers = (await pullsOf(api, repository, { branch, base, state: 'open' })).map(({ number }) => number)
  return numbers.length === 0 ? null : String(Math.min(...numbers))
}

async function update(api: ApiClient, at: At, text: ChangeRequestText): Promise<ChangeRequestInfo> {
  const pull = await pullOf(api, at)
  if (pull.state !== 'open' || (pull.title === text.title && pull.body === text.body)) return infoOf(pull, await closerOf(api, at.repository, pull))
  const { body } = await api.ask({ method: 'PATCH', path: `${below(at.repository)}/pulls/${at.id}`, body: { title: text.title, body: text.body } })
  return infoOf(read(Pull, body, 'PATCH pulls/{index}'), null)
}

async function look(api: ApiClient, at: At): Promise<ChangeRequestLook> {
  const pull = await pullOf(api, at)
  const here = below(at.repository)
  const [reviews, writers, status, branch] = await Promise.all([
    all(api, `${here}/pulls/${at.id}/reviews`, { schema: PullReview }),
    api.ask({ method: 'GET', path: `${here}/assignees` }),
    api.ask({ method: 'GET', path: `${here}/commits/${encodeURIComponent(pull.head.sha)}/status`, accept: [404] }),
    api.ask({ method: 'GET', path: `${here}/branches/${pull.base.ref.split('/').map(encodeURIComponent).join('/')}`, accept: [404] }),
  ])
  const mayWrite = new Set(read(z.array(Named), writers.body, 'GET assignees').map(({ login }) => login.toLowerCase()))
  const checks = checksOf(status.status === 404 ? { statuses: [] } : read(CombinedStatus, status.body, 'GET commits/{sha}/status'), branch.status === 404 ? null : read(BaseBranch, branch.body, 'GET branches/{branch}'))
  return {
    info: infoOf(pull, await closerOf(api, at.repository, pull)), reviews: reviewsOf(reviews, mayWrite), checks,
    // What it says of itself is about conflicts only.
    mergeable: pull.state !== 'open' ? { is: 'unknown', because: null } : pull.mergeable ? { is: 'yes', because: null } : { is: 'no', because: 'it conflicts with the base, or is still being checked' },
    waitsToMerge: null,
  }
}

/** Who closed it stands in its timeline only. */
async function closerOf(api: ApiClient, repository: string, pull: Pull): Promise<string | null> {
  if (pull.state === 'open' || pull.merged) return null
  const entries = await all(api, `${below(repository)}/issues/${pull.number}/timeline`, { schema: TimelineEntry })
  return entries.findLast(entry => entry.type === 'close')?.user?.login ?? null
}

async function comment(self: { readonly api: ApiClient, readonly me: () => Promise<string> }, { repository, id }: At, { key, body }: { readonly key: string, readonly body: string }): Promise<void> {
  const { api } = self
  const here = `${below(repository)}/issues`
  await pullOf(api, { repository, id })
  const listed = await api.ask({ method: 'GET', path: `${here}/${id}/comments` })
  const mark = commentMark(key)
  const me = await self.me()
  const own = read(z.array(Comment), listed.body, 'GET comments').find(one => one.user?.login === me && one.body.startsWith(mark))
  const text = `${mark}\n${body}`
  if (own?.body === text) return
  if (own === undefined) await api.ask({ method: 'POST', path: `${here}/${id}/comments`, body: { body: text } })
  else await api.ask({ method: 'PATCH', path: `${here}/comments/${own.id}`, body: { body: text } })
}

async function merge(api: ApiClient, at: At, ask: MergeAsk): Promise<MergeResult> {
  const before = await pullOf(api, at)
  if (before.merged) return { kind: 'merged', info: infoOf(before, null) }
  if (before.state === 'closed') return { kind: 'blocked', because: 'it is closed' }
  if (before.head.sha !== ask.head) return { kind: 'moved' }
  const repository = read(Repository, (await api.ask({ method: 'GET', path: below(at.repository) })).body, 'GET repository')
  const [title = '', ...rest] = ask.message.split('\n')
  try {
    const answer = await api.ask({
      method: 'POST', path: `${below(at.repository)}/pulls/${at.id}/merge`, accept: [405, 409],
      body: { Do: repository.allow_merge_commits ? 'merge' : repository.default_merge_style, head_commit_id: ask.head, MergeTitleField: title, MergeMessageField: rest.join('\n').trim() },
    })
    if (answer.status === 405 || answer.status === 409) return refusedMerge(answer.status, answer.body)
  } catch (error) {
    if (!isUnsure(error)) throw error
    const after = await pullOf(api, at)
    if (!after.merged) throw error
  }
  const after = await pullOf(api, at)
  return after.merged ? { kind: 'merged', info: infoOf(after, null) } : { kind: 'blocked', because: 'it said yes, and does not show the merge yet' }
}

function refusedMerge(status: number, body: Json): MergeResult {
  const because = isObject(body) ? textAt(body, 'message') ?? '' : ''
  return status === 409 && /out of date/i.test(because) ? { kind: 'moved' } : { kind: 'blocked', because: because === '' ? `HTTP ${status}` : because }
}

async function close(api: ApiClient, at: At): Promise<ChangeRequestInfo> {
  const pull = await pullOf(api, at)
  if (pull.state !== 'open') return infoOf(pull, await closerOf(api, at.repository, pull))
  const closed = read(Pull, (await api.ask({ method: 'PATCH', path: `${below(at.repository)}/pulls/${at.id}`, body: { state: 'closed' } })).body, 'PATCH pulls/{index}')
  return infoOf(closed, await closerOf(api, at.repository, closed))
}

/** Signed with HMAC-SHA256 over the body, in hexadecimal. */
async function readEvent({ headers, body }: { readonly headers: Readonly<Record<string, string>>, readonly body: string }, webhook: () => Promise<string | null>): Promise<ForgeEvent | null> {
  const header = (name: string): string => headers[`x-gitea-${name}`] ?? headers[`x-forgejo-${name}`] ?? ''
  const secret = await webhook()
  const wanted = secret === null ? null : createHmac('sha256', secret).update(body).digest()
  const given = Buffer.from(header('signature'), 'hex')
  if (wanted === null || given.length !== wanted.length || !timingSafeEqual(given, wanted)) throw new WritError('forge/unauthorized', 'The signature of the webhook is not one of the secret that writ.yaml names.')
  const event = parsed(body)
  const repository = textAt(event, 'repository', 'clone_url')
  if (repository === undefined) return null
  const number = valueAt(event, 'pull_request', 'number') ?? (valueAt(event, 'issue', 'pull_request') === undefined ? undefined : valueAt(event, 'issue', 'number'))
  const ref = textAt(event, 'pull_request', 'head', 'ref') ?? textAt(event, 'ref')?.replace(/^refs\/heads\//, '')
  if (number === undefined && ref === undefined) return null
  return { repository, request: number === undefined ? null : showJson(number), branch: ref ?? null, delivery: header('delivery') }
}

function parsed(body: string): Json | undefined {
  try {
    return JSON.parse(body) as Json
  } catch {
    return undefined
  }
}

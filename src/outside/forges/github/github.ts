import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { Forge } from '../../../flow/ports.ts'
import { WritError } from '../../../model/error.ts'
import type { ChangeRequestInfo, ChangeRequestText } from '../../../model/forge.ts'
import type { ApiOptions } from '../../http.ts'
import { commentMark, isUnsure, remembered, repositoryName } from '../parts.ts'
import { Comment, ListedPull, Pull, User, infoOf } from './answers.ts'
import type { GitHubApp } from './app.ts'
import { failureOf, githubClient, read, wordsOf } from './client.ts'
import type { GitHubAnswer } from './client.ts'
import { infoWithCloser, notShown, pullOf } from './hub.ts'
import type { Hub } from './hub.ts'
import { look } from './look.ts'
import { merge } from './merge.ts'
import { readEvent } from './read-event.ts'

/** What GitHub is spoken with as: a token that is read anew for each request, or an App. */
export type GitHubAccess = { readonly kind: 'token', readonly token: () => Promise<string> } | { readonly kind: 'app', readonly app: GitHubApp }

/** `webhook`: the secret of its webhooks, or null. */
export interface GitHubOptions extends Pick<ApiOptions, 'base' | 'allow' | 'backoff' | 'patience' | 'timeout'> {
  readonly name: string
  readonly access: GitHubAccess
  readonly webhook: () => Promise<string | null>
}

const LOOKS = [0.2, 1, 3, 6]
const BACKOFF = 250

/** GitHub and GitHub Enterprise Server. */
export function githubForge(options: GitHubOptions): Forge {
  const hubs = new Map<string, Hub>()
  const hub = (repository: string): Hub => {
    const known = hubs.get(repository) ?? openHub(options, repository)
    hubs.set(repository, known)
    return known
  }
  return {
    name: options.name, kind: 'github', can: { mergedBy: 'forge', reviews: true, comments: true, bodyLimit: 65_536 },
    find: (repository, branch, base) => find(hub(repository), { branch, base }),
    put: (repository, id, text) => id === null ? open(hub(repository), text) : update(hub(repository), id, text),
    look: (repository, id) => look(hub(repository), id),
    comment: (repository, id, said) => comment(hub(repository), id, said),
    merge: (repository, id, ask) => merge(hub(repository), id, ask),
    close: (repository, id) => close(hub(repository), id),
    readEvent: event => readEvent(event, options.webhook),
  }
}

function openHub({ name, access, ...how }: Omit<GitHubOptions, 'webhook'>, repository: string): Hub {
  const named = repositoryName(repository, false)
  let sent = ''
  const client = githubClient({
    ...how, forge: name,
    async authorise() {
      sent = access.kind === 'app' ? await access.app.token(named) : await access.token()
      return { authorization: `token ${sent}` }
    },
    async renew() {
      const before = sent
      if (access.kind === 'app') access.app.forget(named)
      return await (access.kind === 'app' ? access.app.token(named) : access.token()) !== before
    },
  })
  return {
    forge: name, client, repository, looks: LOOKS.map(times => times * (how.backoff ?? BACKOFF)), at: { owner: named.owner, repo: named.name },
    me: remembered(async () => {
      if (access.kind === 'app') return access.app.login()
      const answer = await client.answer(octokit => octokit.rest.users.getAuthenticated(), [403])
      return answer.status === 403 ? null : read(User, answer).login
    }),
  }
}

/** The open one first; where there is none the merged one, else the newest that was closed. */
async function find(hub: Hub, of: { readonly branch: string, readonly base: string }): Promise<ChangeRequestInfo | null> {
  if (of.branch === '') return null
  const pulls = await pullsOf(hub, { ...of, state: 'all' })
  const best = pulls.find(pull => pull.state === 'open') ?? pulls.find(pull => (pull.merged_at ?? null) !== null) ?? pulls[0]
  if (best === undefined) return null
  return infoWithCloser(hub, await pullOf(hub, String(best.number)))
}

/** Those of a branch of the repository itself, into a base; the newest first. */
async function pullsOf({ forge, client, at }: Hub, { branch, base, state }: { readonly branch: string, readonly base: string, readonly state: 'open' | 'all' }): Promise<readonly ListedPull[]> {
  const listed = await client.all(z.array(ListedPull), (octokit, page) => octokit.rest.pulls.list({ ...at, ...page, state, base, head: `${at.owner}:${branch}`, sort: 'created', direction: 'desc' }))
  if (listed === null) throw notShown(forge, at)
  const own = listed.filter(({ head, base: into }) => head.ref === branch && into.ref === base && head.repo?.id === into.repo?.id)
  return own.sort((a, b) => b.number - a.number)
}

/** GitHub itself keeps a second open one of the same branch and base from being made (422); who is told so adopts the first. */
async function open(hub: Hub, text: ChangeRequestText): Promise<ChangeRequestInfo> {
  const here = await openOne(hub, text)
  if (here !== null) return update(hub, here, text)
  const failure = await create(hub, text)
  if (!(failure instanceof WritError)) return failure
  for (const wait of hub.looks) {
    await pause(wait)
    const found = await openOne(hub, text)
    if (found !== null) return update(hub, found, text)
  }
  throw failure
}

async function openOne(hub: Hub, { branch, base }: ChangeRequestText): Promise<string | null> {
  const [pull] = await pullsOf(hub, { branch, base, state: 'open' })
  return pull === undefined ? null : String(pull.number)
}

/** Sent once. Gives the failure where one may be there all the same: whether it is, is what the list says. */
async function create({ forge, client, at }: Hub, text: ChangeRequestText): Promise<ChangeRequestInfo | WritError> {
  try {
    const answer = await client.answer(octokit => octokit.rest.pulls.create({ ...at, head: text.branch, base: text.base, title: text.title, body: text.body }), [422])
    if (answer.status !== 422) return infoOf(read(Pull, answer), null)
    if (!/already exists/i.test(wordsOf(answer))) throw failureOf(forge, answer)
    return new WritError('forge/failed', `The forge says that there is a change request for ${text.branch}, and shows none.`, { retry: true })
  } catch (error) {
    if (error instanceof WritError && isUnsure(error)) return error
    throw error
  }
}

async function update(hub: Hub, id: string, text: ChangeRequestText): Promise<ChangeRequestInfo> {
  const pull = await pullOf(hub, id)
  if (pull.state !== 'open' || says(pull, text)) return infoWithCloser(hub, pull)
  return sure(hub, id, { is: now => now.state !== 'open' || says(now, text), write: () => hub.client.answer(octokit => octokit.rest.pulls.update({ ...hub.at, pull_number: pull.number, title: text.title, body: text.body })) })
}

/** GitHub takes the spaces off a title, and writes line ends its own way. */
function says(pull: Pull, { title, body }: ChangeRequestText): boolean {
  const plain = (text: string): string => text.replaceAll('\r\n', '\n').trim()
  return pull.title === title.trim() && plain(pull.body ?? '') === plain(body)
}

async function close(hub: Hub, id: string): Promise<ChangeRequestInfo> {
  const pull = await pullOf(hub, id)
  if (pull.state !== 'open') return infoWithCloser(hub, pull)
  return sure(hub, id, { is: now => now.state !== 'open', write: () => hub.client.answer(octokit => octokit.rest.pulls.update({ ...hub.at, pull_number: pull.number, state: 'closed' })) })
}

/** One write, and where it stays open whether it was done, a look. */
async function sure(hub: Hub, id: string, of: { readonly is: (pull: Pull) => boolean, readonly write: () => Promise<GitHubAnswer> }): Promise<ChangeRequestInfo> {
  try {
    return await infoWithCloser(hub, read(Pull, await of.write()))
  } catch (error) {
    if (!isUnsure(error)) throw error
    const now = await pullOf(hub, id)
    if (!of.is(now)) throw error
    return infoWithCloser(hub, now)
  }
}

async function comment(hub: Hub, id: string, { key, body }: { readonly key: string, readonly body: string }): Promise<void> {
  const { client, at } = hub
  const { number: issue_number } = await pullOf(hub, id)
  const mark = commentMark(key)
  const text = `${mark}\n${body}`
  const [own] = await ownComments(hub, issue_number, mark)
  if (own?.body === text) return
  try {
    if (own === undefined) await client.answer(octokit => octokit.rest.issues.createComment({ ...at, issue_number, body: text }))
    else await client.answer(octokit => octokit.rest.issues.updateComment({ ...at, comment_id: own.id, body: text }))
  } catch (error) {
    if (!isUnsure(error) || (await ownComments(hub, issue_number, mark))[0]?.body !== text) throw error
  }
}

/** Writ's own comments of a key, the oldest first. Somebody else's with the same mark are not touched. */
async function ownComments({ client, at, me }: Hub, issue_number: number, mark: string): Promise<readonly z.infer<typeof Comment>[]> {
  const login = await me()
  const all = await client.all(z.array(Comment), (octokit, page) => octokit.rest.issues.listComments({ ...at, ...page, issue_number })) ?? []
  return all.filter(({ body, user }) => body?.startsWith(mark) === true && (login === null ? user?.type === 'Bot' : user?.login === login))
}

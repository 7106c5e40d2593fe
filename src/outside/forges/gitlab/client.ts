import type { Commits, ExternalStatusChecks, MergeRequestApprovals, MergeRequestNotes, MergeRequests, MergeTrains, ProjectMembers, Projects, Users } from '@gitbeaker/rest'
import { WritError } from '../../../model/error.ts'
import { isObject } from '../../../model/json.ts'
import type { Json } from '../../../model/json.ts'
import type { ApiAnswer, ApiAsk, ApiClient } from '../../http.ts'

/** The parts of GitLab's API that Writ speaks with, as @gitbeaker has them. */
export interface Gitlab {
  readonly requests: MergeRequests
  readonly approvals: MergeRequestApprovals
  readonly notes: MergeRequestNotes
  readonly trains: MergeTrains
  readonly externalChecks: ExternalStatusChecks
  readonly commits: Commits
  readonly projects: Projects
  readonly members: ProjectMembers
  readonly users: Users
  /** Who is a bot, by user: GitLab limits how often users are asked for, and nobody becomes one or ceases to be one. */
  readonly bots: Map<number, boolean>
}

/** Lists are read whole, up to this many items; past that it is said, never cut. */
export const PAGING = { perPage: 100, maxPages: 50 } as const

type Requester = MergeRequests['requester']
type Asked = Parameters<Requester['get']>[1]

/**
 * Opens the client on Writ's own transport: gitbeaker chooses the paths, the parameters and the pages, and every request goes through `api`. So its own transport, which
 * repeats whatever was answered with 429 or 502, writes too, and follows redirects with the token, never runs; the token is not known to it. Loaded when it is first used.
 */
export function openGitlab(api: ApiClient): () => Promise<Gitlab> {
  let known: Promise<Gitlab> | null = null
  return () => {
    known ??= load(api)
    return known
  }
}

async function load(api: ApiClient): Promise<Gitlab> {
  const rest = await import('@gitbeaker/rest')
  const options = { host: '', requesterFn: ({ url }: { readonly url: string }) => requester(api, url) }
  return {
    requests: new rest.MergeRequests(options), approvals: new rest.MergeRequestApprovals(options), notes: new rest.MergeRequestNotes(options), trains: new rest.MergeTrains(options),
    externalChecks: new rest.ExternalStatusChecks(options), commits: new rest.Commits(options), projects: new rest.Projects(options), members: new rest.ProjectMembers(options), users: new rest.Users(options), bots: new Map(),
  }
}

/** `url`: `/api/v4/` and what a resource begins with, as `projects`. */
function requester(api: ApiClient, url: string): Requester {
  const start = url.replace(/^\/api\/v4/, '').replace(/\/+$/, '')
  const send = (method: ApiAsk['method']) => async (endpoint: string, asked: Asked = {}): Promise<never> => {
    const path = `${start}/${endpoint}`
    const query = queryOf(asked.searchParams ?? {})
    const answer = await api.ask({ method, path, query, ...method === 'GET' || asked.body === undefined ? {} : { body: snakeCase(asked.body) } }).catch((error: unknown) => { throw understood(error, path) })
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the caller names the type of an answer that nobody has looked at; each is read by a schema
    return { body: answer.body ?? {}, headers: { link: nextLink(answer, query) }, status: answer.status } as never
  }
  return { get: send('GET'), post: send('POST'), put: send('PUT'), patch: send('PATCH'), delete: send('DELETE') }
}

function snake(name: string): string {
  return name.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)
}

function queryOf(given: Readonly<Record<string, unknown>>): Readonly<Record<string, string>> {
  const plain = Object.entries(given).flatMap(([key, value]) => typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [[snake(key), String(value)] as const] : [])
  return Object.fromEntries(plain)
}

function snakeCase(body: unknown): Json {
  const plain = JSON.parse(JSON.stringify(body)) as Json
  return isObject(plain) ? Object.fromEntries(Object.entries(plain).map(([key, value]) => [snake(key), value])) : plain
}

/**
 * The next page as gitbeaker reads it. GitLab names it in `Link`, by a number or by a key, and where something on the way has taken that away in `X-Next-Page`. Only the
 * parameters are taken over, onto those of this request: where the next page lies is not for an answer to say.
 */
function nextLink({ body, header }: ApiAnswer, query: Readonly<Record<string, string>>): string {
  if (!Array.isArray(body) || body.length === 0) return ''
  const linked = /<[^>?]*\?([^>]*)>\s*;\s*rel="?next"?/.exec(header('link') ?? '')?.[1]
  const page = header('x-next-page') ?? ''
  if (linked === undefined && page === '') return ''
  const next = linked === undefined ? { page } : Object.fromEntries(new URLSearchParams(linked))
  return `<next?${new URLSearchParams({ ...query, ...next }).toString()}>; rel="next"`
}

/** GitLab's answers that mean the same wherever they come. */
function understood(error: unknown, path: string): unknown {
  const said = saidBy(error)
  const project = decodeURIComponent(/^\/projects\/([^/?]+)/.exec(path)?.[1] ?? '')
  if (statusOf(error) === 404 && /project not found/i.test(said)) {
    return new WritError('forge/failed', `There is no project ${project}, or the token of Writ may not see it.`, { hint: 'Check the URL of the repository, and that the user of the token is a member of the project.', data: { status: 404 } })
  }
  if (statusOf(error) === 405 && /moved projects/i.test(said)) {
    return new WritError('forge/failed', `The project ${project} is elsewhere now.`, { hint: 'The project was renamed or moved: name its new URL in the owner and in writ.yaml.', data: { status: 301 } })
  }
  return error
}

/** The status of the answer that an error is about; null where there was none. */
export function statusOf(error: unknown): number | null {
  const status = error instanceof WritError ? error.data['status'] : undefined
  return typeof status === 'number' ? status : null
}

/** GitLab's own words in an error, '' where it had none. */
export function saidBy(error: unknown): string {
  const said = error instanceof WritError ? error.data['said'] : undefined
  return typeof said === 'string' ? said : ''
}

/** What is asked for, or `instead` where GitLab says that it is not there for this token, this edition or this version. */
export async function orElse<T, U>(asked: Promise<T>, instead: U, statuses: readonly number[] = [404, 403]): Promise<T | U> {
  return asked.catch((error: unknown) => {
    if (statuses.includes(statusOf(error) ?? 0)) return instead
    throw error
  })
}

/** A list that was read whole. Throws forge/failed where it is too long for that. */
export async function whole(asked: Promise<unknown>, what: string): Promise<unknown> {
  const list = await asked
  if (Array.isArray(list) && list.length >= PAGING.perPage * PAGING.maxPages) throw new WritError('forge/failed', `The forge has more than ${PAGING.perPage * PAGING.maxPages} ${what}, more than Writ reads.`)
  return list
}

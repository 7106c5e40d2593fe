import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as pause } from 'node:timers/promises'
import { backend } from '../../../src/sandbox/git-backend.ts'
import { held } from './bodies.ts'
import type { Place } from './bodies.ts'
import { ROUTES, failed, isSigned } from './routes.ts'
import type { Answer, Caller } from './routes.ts'
import { wrongAnswer, wrongRequest } from './schemas.ts'
import type { GitHubState } from './state.ts'

/** What goes wrong on the way, once for each. `lost`: it is done, and the answer never comes. `cut`: the connection ends before anything is done. */
export type Fault = { readonly kind: 'lost' | 'cut' } | { readonly kind: 'status', readonly status: number, readonly message?: string, readonly headers?: Readonly<Record<string, string>> } | { readonly kind: 'slow', readonly ms: number }

/** A GitHub in this process: its API below `/api/v3`, its repositories by smart HTTP below `/`. */
export interface GitHubServer {
  readonly url: string
  /** What was asked, as `GET /repos/…`; `304` behind those that have not changed. */
  readonly asked: string[]
  /** The next `times` calls of an operation of GitHub's description go wrong; `every`: of any. */
  break(operation: string, fault: Fault, times?: number): void
  /** What a real GitHub would not have answered so, or does not know: a test that finds something here fails. */
  faults(): readonly string[]
  stop(): Promise<void>
}

export async function startGitHubServer(state: GitHubState, folder: string): Promise<GitHubServer> {
  const wrong: string[] = []
  const asked: string[] = []
  const broken: { readonly operation: string, readonly fault: Fault, times: number }[] = []
  const server = createServer((request, response) => {
    const place = { api: `${url}/api/v3`, site: url }
    const fault = (operation: string): Fault | null => {
      const found = broken.find(one => one.times > 0 && (one.operation === operation || one.operation === 'every'))
      if (found !== undefined) found.times -= 1
      return found?.fault ?? null
    }
    respond({ request, response }, { state, place, folder, wrong, asked, fault }).catch((error: unknown) => {
      wrong.push(String(error))
      response.destroy()
    })
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    url, asked, break: (operation, fault, times = 1) => { broken.push({ operation, fault, times }) }, faults: () => wrong,
    stop: () => new Promise(resolve => {
      server.close(() => resolve())
      server.closeAllConnections()
    }),
  }
}

interface Exchange { readonly request: IncomingMessage, readonly response: ServerResponse }
interface Serving { readonly state: GitHubState, readonly place: Place, readonly folder: string, readonly wrong: string[], readonly asked: string[], readonly fault: (operation: string) => Fault | null }

async function respond(exchange: Exchange, serving: Serving): Promise<void> {
  const { request, response } = exchange
  const url = new URL(request.url ?? '/', serving.place.site)
  if (url.pathname.includes('.git/')) return serveGit(exchange, serving)
  const call = { method: request.method ?? '', path: url.pathname.replace(/^\/api\/v3/, ''), url, body: await bodyOf(request), token: request.headers.authorization ?? '' }
  const nth = serving.asked.push(`${call.method} ${call.path}`) - 1
  const matched = match(call.method, call.path)
  const fault = serving.fault(matched?.operation ?? call.path)
  if (fault?.kind === 'cut') return void response.destroy()
  if (fault?.kind === 'slow') await pause(fault.ms)
  if (fault?.kind === 'status') return void send(exchange, { status: fault.status, body: { message: fault.message ?? 'Server Error' }, headers: fault.headers ?? {} })
  const answer = await answered(call, matched, serving)
  if (fault?.kind === 'lost') return void response.destroy()
  if (send(exchange, answer) === 304) serving.asked[nth] += ' 304'
}

interface Called { readonly method: string, readonly path: string, readonly url: URL, readonly body: Readonly<Record<string, unknown>>, readonly token: string }

/** Whatever is not as GitHub's own description has it is kept as a fault of the test. */
async function answered({ method, path, url, body, token }: Called, matched: ReturnType<typeof match>, { state, place, wrong }: Serving): Promise<Answer> {
  const caller = callerOf(state, token)
  if (path === '/api/graphql' && caller !== null) return queueAnswer(state, body)
  const answer = caller === null ? await failed(401, 'Bad credentials')
    : matched === null ? await failed(404, 'Not Found')
    : paged(await matched.route({ state, place, caller, params: matched.params, query: url.searchParams, body }), url)
  wrong.push(...mistakes(matched?.operation ?? `${method} ${path}`, { body, answer }))
  return answer
}

/** What GitHub's own description says against a call and its answer. */
function mistakes(operation: string, { body, answer }: { readonly body: unknown, readonly answer: Answer }): readonly string[] {
  return [wrongRequest(operation, body), wrongAnswer(operation, answer.status, answer.body)].filter(mistake => mistake !== null)
}

/** The route of a call: its name in GitHub's description, with the parts of its path. */
function match(method: string, path: string): { readonly operation: string, readonly route: (typeof ROUTES)[string], readonly params: Readonly<Record<string, string>> } | null {
  const given = path.split('/')
  for (const [operation, route] of Object.entries(ROUTES)) {
    const [wanted = '', pattern = ''] = operation.split(' ')
    const parts = pattern.split('/')
    if (wanted !== method || parts.length !== given.length || !parts.every((part, i) => part.startsWith('{') || part === given[i])) continue
    return { operation, route, params: Object.fromEntries(parts.flatMap((part, i) => part.startsWith('{') ? [[part.slice(1, -1), decodeURIComponent(given[i] ?? '')]] : [])) }
  }
  return null
}

function callerOf(state: GitHubState, header: string): Caller | null {
  const token = header.replace(/^(?:token|bearer) /i, '')
  const known = state.tokens.get(token)
  if (known !== undefined) return known.ends > Date.now() ? { login: known.login, app: false, repositories: known.repositories } : null
  return isSigned(state, token) ? { login: '', app: true, repositories: null } : null
}

/** Lists come in pages, thirty to each where nothing else is asked for, with a link to the next. */
function paged(answer: Answer, url: URL): Answer {
  if (answer.list === undefined || !Array.isArray(answer.body)) return answer
  const [page, size] = [Number(url.searchParams.get('page') ?? 1), Math.min(100, Number(url.searchParams.get('per_page') ?? 30))]
  const more = answer.body.length > page * size
  const next = new URL(url)
  next.searchParams.set('page', String(page + 1))
  return { status: answer.status, body: answer.list(answer.body.slice((page - 1) * size, page * size)), headers: { ...answer.headers, ...more ? { link: `<${next.href}>; rel="next", <${next.href}>; rel="last"` } : {} } }
}

/** Gives the status that was sent: what has not changed since it was asked for with its tag is not sent again. */
function send({ request, response }: Exchange, { status, body, headers = {} }: Answer): number {
  const text = JSON.stringify(body)
  const etag = `W/"${createHash('sha256').update(text).digest('hex')}"`
  const same = request.method === 'GET' && status === 200 && request.headers['if-none-match'] === etag
  response.writeHead(same ? 304 : status, { 'content-type': 'application/json; charset=utf-8', 'x-ratelimit-remaining': '4999', ...status === 200 ? { etag } : {}, ...headers }).end(same ? undefined : text)
  return same ? 304 : status
}

/** The merge queue, of which only GraphQL knows: where somebody stands in it, and how to get into it. */
function queueAnswer(state: GitHubState, body: Readonly<Record<string, unknown>>): Answer {
  const { id = '', head } = body['variables'] as { readonly id?: string, readonly head?: string }
  const found = state.repositories.flatMap(repository => repository.pulls.map(pull => ({ pull, repository }))).find(({ pull, repository }) => `PR_${repository.id}_${pull.number}` === id)
  if (found === undefined) return { status: 200, body: { data: { node: null } } }
  const { pull, repository } = found
  const entry = (): unknown => pull.queued === null ? null : { position: pull.queued, state: 'AWAITING_CHECKS' }
  if (!String(body['query']).startsWith('mutation')) return { status: 200, body: { data: { node: { mergeQueueEntry: entry() } } } }
  const because = pull.head !== head ? 'Expected head oid does not match' : pull.queued !== null ? 'Pull request is already in the queue' : held(repository, pull)
  if (because !== null) return { status: 200, body: { data: { enqueuePullRequest: null }, errors: [{ type: 'UNPROCESSABLE', path: ['enqueuePullRequest'], message: because }] } }
  pull.queued = repository.pulls.filter(({ queued }) => queued !== null).length + 1
  return { status: 200, body: { data: { enqueuePullRequest: { mergeQueueEntry: entry() } } } }
}

async function serveGit({ request, response }: Exchange, { state, folder }: Pick<Serving, 'state' | 'folder'>): Promise<void> {
  const [user = '', ...rest] = Buffer.from((request.headers.authorization ?? '').replace(/^basic /i, ''), 'base64').toString().split(':')
  const known = state.tokens.get(rest.join(':'))
  const app = known?.login.endsWith('[bot]') === true
  if (known === undefined || known.ends < Date.now() || (app && user !== 'x-access-token')) return void response.writeHead(401, { 'www-authenticate': 'Basic realm="GitHub"' }).end()
  await backend(request, response, { root: folder, readOnly: false })
}

async function bodyOf(request: IncomingMessage): Promise<Readonly<Record<string, unknown>>> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  const text = Buffer.concat(parts).toString()
  return text === '' ? {} : JSON.parse(text) as Readonly<Record<string, unknown>>
}

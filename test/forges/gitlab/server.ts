import { createServer } from 'node:http'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { backend } from '../../../src/sandbox/git-backend.ts'
import { refresh } from './mergeability.ts'
import { ROUTES } from './routes.ts'
import type { Answer, Call, Route } from './routes.ts'
import { idsFrom } from './state.ts'
import type { Fault, GitlabState, Project, User } from './state.ts'

/** A small GitLab on a free port of 127.0.0.1: API v4 over real bare repositories, which it also serves by smart HTTP. */
export interface GitlabServer {
  readonly state: GitlabState
  /** `http://127.0.0.1:PORT`, and below it the path that it stands below. */
  readonly url: string
  readonly newId: () => number
  /** Throws where something was asked that it does not know. */
  stop(): Promise<void>
}

export interface GitlabServerOptions {
  /** Where the bare repositories lie, as `group/project.git`. */
  readonly folder: string
  /** As `/gitlab`, where it stands below a path. */
  readonly below?: string
}

interface Reply { readonly status: number, readonly body: unknown, readonly headers?: Readonly<Record<string, string>> }

export async function startGitlab({ folder, below = '' }: GitlabServerOptions): Promise<GitlabServer> {
  let last = 0
  const now = (): string => { last = Math.max(last + 1, Date.now()); return new Date(last).toISOString() }
  const parts = { users: new Map<number, User>(), tokens: new Map<string, number>(), projects: [], renamed: new Map<string, string>(), asked: [], unknown: [], faults: [] }
  const newId = idsFrom(1000)
  let state: GitlabState | null = null
  const server = createServer((request, response) => {
    if (state !== null) serve({ state, newId, folder, below }, request, response).catch((error: unknown) => { state?.unknown.push(String(error)); response.destroy() })
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${below}`
  state = { ...parts, url, largestPage: 100, paging: 'link', lag: 0, approvalTimes: true, blindOpens: 0, now }
  const { unknown } = state
  return {
    state, url, newId,
    stop: async () => {
      server.closeAllConnections()
      await new Promise(resolve => { server.close(resolve) })
      if (unknown.length > 0) throw new Error(`GitLab was asked what it does not know: ${unknown.join('; ')}`)
    },
  }
}

interface Host { readonly state: GitlabState, readonly newId: () => number, readonly folder: string, readonly below: string }

async function serve(host: Host, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { state, below, folder } = host
  const url = new URL(request.url ?? '/', 'http://gitlab')
  if (!url.pathname.startsWith(`${below}/api/v4/`)) {
    if (!pusher(state, request)) return void response.writeHead(401, { 'www-authenticate': 'Basic realm="GitLab"' }).end('HTTP Basic: Access denied.\n')
    request.url = (request.url ?? '').slice(below.length)
    return backend(request, response, { root: folder, readOnly: false })
  }
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const path = url.pathname.slice(`${below}/api/v4`.length)
  const asked = `${request.method ?? ''} ${path}`
  state.asked.push(asked)
  const fault = state.faults.find(one => one.times > 0 && one.on.test(asked))
  if (fault !== undefined) fault.times -= 1
  if (fault?.what === 'cut') return void request.socket.destroy()
  const body = Buffer.concat(chunks).toString('utf8')
  const given = { ...Object.fromEntries(url.searchParams), ...body === '' ? {} : JSON.parse(body) as Record<string, unknown> }
  const reply = fault === undefined || fault.what === 'lost' ? answer(host, { asked, token: request.headers['private-token'], given, url }) : faulty(fault.what)
  if (fault?.what === 'lost') return void request.socket.destroy()
  response.writeHead(reply.status, { 'content-type': 'application/json', 'ratelimit-limit': '2000', 'ratelimit-remaining': '1999', ...reply.headers })
  response.end(reply.body === null ? '' : JSON.stringify(reply.body))
}

function faulty({ status, headers = {}, body }: Exclude<Fault['what'], string>): Reply {
  return { status, headers, body: body ?? { message: `${status}` } }
}

/** Git over HTTPS: any user name, and a token of somebody as the password. */
function pusher(state: GitlabState, request: IncomingMessage): boolean {
  const [scheme, value = ''] = (request.headers.authorization ?? '').split(' ')
  return scheme === 'Basic' && state.tokens.has(Buffer.from(value, 'base64').toString('utf8').split(':').slice(1).join(':'))
}

interface Asked { readonly asked: string, readonly token: string | string[] | undefined, readonly given: Readonly<Record<string, unknown>>, readonly url: URL }

function answer(host: Host, { asked, token, given, url }: Asked): Reply {
  const { state, newId } = host
  const user = state.users.get(state.tokens.get(typeof token === 'string' ? token : '') ?? -1)
  if (user === undefined) return { status: 401, body: { message: '401 Unauthorized' } }
  const found = routeOf(asked)
  if (found === null) { state.unknown.push(asked); return { status: 404, body: { error: '404 Not Found' } } }
  const { route, at } = found
  for (const name of Object.keys(given)) if (!route.may.includes(name)) state.unknown.push(`${asked} with ${name}`)
  const place = at['project'] === undefined ? null : placeOf(state, { name: at['project'], asked, user })
  if (place !== null && 'status' in place) return place
  const project = place?.project
  if (project !== undefined) refresh(state, project, newId)
  const level = project?.members.get(user.id)?.level ?? 0
  if (project !== undefined && !mayCall(project, { asked, level, needs: route.needs })) return { status: 403, body: { message: '403 Forbidden' } }
  const request = project?.requests.find(one => one.iid === Number(at['iid']))
  if (at['iid'] !== undefined && request === undefined) return { status: 404, body: { message: '404 Not found' } }
  return paged(state, route.answer({ state, newId, user, level, at, given, project, request } as Call), url)
}

function mayCall(project: Project, { asked, level, needs }: { readonly asked: string, readonly level: number, readonly needs: number }): boolean {
  return level >= needs && (!project.archived || asked.startsWith('GET '))
}

function routeOf(asked: string): { readonly route: Route, readonly at: Readonly<Record<string, string>> } | null {
  for (const route of ROUTES) {
    const pattern = new RegExp(`^${route.call.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')}$`)
    const groups = pattern.exec(asked)?.groups
    if (groups !== undefined || pattern.test(asked)) return { route, at: Object.fromEntries(Object.entries(groups ?? {}).map(([name, value]) => [name, decodeURIComponent(value)])) }
  }
  return null
}

/** A project that one is no member of is not there; one that moved says so to who reads, and refuses who writes. */
function placeOf(state: GitlabState, { name, asked, user }: { readonly name: string, readonly asked: string, readonly user: User }): { readonly project: Project } | Reply {
  const moved = state.renamed.get(name)
  if (moved !== undefined && !asked.startsWith('GET ')) return { status: 405, body: { message: 'Non GET methods are not allowed for moved projects' } }
  const project = state.projects.find(one => one.path === (moved ?? name) || String(one.id) === name)
  if (project === undefined || !project.members.has(user.id)) return { status: 404, body: { message: '404 Project Not Found' } }
  return moved === undefined ? { project } : { status: 302, body: null, headers: { location: `${state.url}/api/v4/projects/${project.id}` } }
}

function paged(state: GitlabState, given: Answer, url: URL): Reply {
  if ('status' in given) return given
  const size = Math.min(Number(url.searchParams.get('per_page') ?? 20), state.largestPage)
  const page = Number(url.searchParams.get('cursor')?.replace('after-', '') ?? url.searchParams.get('page') ?? 1)
  const pages = Math.max(1, Math.ceil(given.list.length / size))
  const next = new URL(`${state.url}${url.pathname}${url.search}`)
  if (state.paging === 'keyset') next.searchParams.set('cursor', `after-${page + 1}`)
  else next.searchParams.set('page', String(page + 1))
  const last = page >= pages
  return {
    status: 200, body: given.list.slice((page - 1) * size, page * size),
    headers: {
      ...state.paging === 'keyset' ? {} : { 'x-page': String(page), 'x-per-page': String(size), 'x-total': String(given.list.length), 'x-total-pages': String(pages), 'x-next-page': last ? '' : String(page + 1) },
      ...state.paging === 'header' || last ? {} : { link: `<${next.href}>; rel="next", <${next.href}>; rel="last"` },
    },
  }
}

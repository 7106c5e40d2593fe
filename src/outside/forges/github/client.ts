import type { Octokit } from '@octokit/rest'
import type { z } from 'zod'
import { WritError } from '../../../model/error.ts'
import { isObject } from '../../../model/json.ts'
import type { Json } from '../../../model/json.ts'
import { apiFailure, apiFetch } from '../../http.ts'
import type { ApiOptions } from '../../http.ts'
import { redact } from '../../redact.ts'
import { remembered } from '../parts.ts'
import { rememberAnswers } from './remember-answers.ts'

/** One call of Octokit. */
export type Call = (octokit: Octokit) => Promise<GitHubAnswer>

/** What is used of Octokit's answers; what `data` holds is read by a schema. */
export interface GitHubAnswer { readonly status: number, readonly data: unknown, readonly headers: Readonly<Record<string, unknown>>, readonly url?: string }

/** Which page of a list is asked for. */
export interface Page { readonly page: number, readonly per_page: number }

/** GitHub's API by Octokit, with the rules and the failures of src/outside/http.ts. Throws forge/unreachable, forge/unauthorized, forge/limited, forge/failed. */
export interface GitHubClient {
  /** `accept`: status codes that are answers beside 2xx. */
  answer(call: Call, accept?: readonly number[]): Promise<GitHubAnswer>
  read<T>(schema: z.ZodType<T>, call: Call): Promise<T>
  /** Every page of a list; null for 404. */
  all<T>(schema: z.ZodType<readonly T[]>, call: (octokit: Octokit, page: Page) => Promise<GitHubAnswer>): Promise<readonly T[] | null>
  graphql(query: string, variables: Readonly<Record<string, string | number>>): Promise<unknown>
}

const PER_PAGE = 100
const PAGES = 40
const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined }

export function githubClient(options: ApiOptions): GitHubClient {
  const carry = rememberAnswers(apiFetch(options))
  const octokit = remembered(async () => {
    const { Octokit: Made } = await import('@octokit/rest')
    return new Made({
      baseUrl: options.base.replace(/\/+$/, ''), userAgent: 'writ', log: SILENT,
      request: { fetch: carry, log: SILENT, headers: { 'x-github-api-version': '2022-11-28' } },
    })
  })
  const answer: GitHubClient['answer'] = async (call, accept = []) => call(await octokit()).catch((error: unknown) => accepted(options.forge, error, accept))
  return {
    answer,
    read: async (schema, call) => read(schema, await answer(call)),
    async all(schema, call) {
      const items = []
      for (let page = 1; page <= PAGES; page += 1) {
        const found = await answer(octokit => call(octokit, { page, per_page: PER_PAGE }), [404])
        if (found.status === 404) return null
        items.push(...read(schema, found))
        // Only whether there is more is taken from the link: its address is the server's, the next request is ours.
        const { link } = found.headers
        if (typeof link !== 'string' || !/\brel="?next"?/.test(link)) return items
      }
      throw new WritError('forge/failed', `Forge ${options.forge} lists more than ${PAGES * PER_PAGE} where a handful is usual.`)
    },
    graphql: async (query, variables) => (await octokit()).graphql(query, { ...variables }).catch((error: unknown) => {
      const [first] = error instanceof Error && 'errors' in error && Array.isArray(error.errors) ? error.errors.filter(isMessage) : []
      if (first !== undefined) throw new WritError('forge/failed', `Forge ${options.forge} says: ${redact(first.message.slice(0, 500))}`)
      return accepted(options.forge, error, [])
    }),
  }
}

/** Reads an answer; a forge that answers otherwise is one that Writ does not know. */
export function read<T>(schema: z.ZodType<T>, { data, url }: GitHubAnswer): T {
  const result = schema.safeParse(data)
  if (result.success) return result.data
  const [issue] = result.error.issues
  throw new WritError('forge/failed', `The forge's answer to ${pathOf(url)} is not what GitHub gives: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}.`)
}

/** Octokit throws for every status from 304 on, and wraps what its fetch threw. */
function accepted(forge: string, error: unknown, accept: readonly number[]): GitHubAnswer {
  if (error instanceof WritError) throw error
  if (!(error instanceof Error)) throw new WritError('forge/failed', `Forge ${forge} gave an answer that cannot be read.`, { retry: true })
  if (error.cause instanceof WritError) throw error.cause
  const failed = repliedWith(error)
  if (failed === null) throw new WritError('forge/failed', `Forge ${forge} gave an answer that cannot be read.`, { retry: true, cause: error })
  if (accept.includes(failed.status)) return failed
  throw failureOf(forge, failed)
}

interface Failed extends GitHubAnswer { readonly method: string, readonly url: string }

/** What a refused call throws that had accepted the status to read it, and finds no use for it. */
export function failureOf(forge: string, { status, data, headers, url, method = 'POST' }: GitHubAnswer & { readonly method?: string }): WritError {
  const header = (name: string): string | null => typeof headers[name] === 'string' || typeof headers[name] === 'number' ? String(headers[name]) : null
  const failure = apiFailure(forge, { method, path: pathOf(url) }, { status, body: bodyOf(data), header })
  if (failure === null) return new WritError('forge/failed', `Forge ${forge} answered ${method} ${pathOf(url)} with HTTP ${status}.`)
  if (status !== 404) return failure
  return new WritError('forge/failed', failure.message, { hint: 'GitHub says so, too, of what the credentials may not see: check the URL of the repository, and that the token or the App has access to it.', data: failure.data })
}

/** The first of GitHub's `errors` says more than its `message`, which is "Validation Failed". */
function bodyOf(data: unknown): Json {
  if (typeof data === 'string') return data
  if (typeof data !== 'object' || data === null || !('message' in data)) return null
  const details = 'errors' in data && Array.isArray(data.errors) ? data.errors.flatMap((one: unknown) => typeof one === 'string' ? [one] : isMessage(one) ? [one.message] : []) : []
  return { message: [String(data.message), ...details].join(': ') }
}

function isMessage(value: unknown): value is { readonly message: string } {
  return typeof value === 'object' && value !== null && 'message' in value && typeof value.message === 'string'
}

/** What GitHub says in an answer, in one line. */
export function wordsOf({ data }: GitHubAnswer): string {
  const body = bodyOf(data)
  return typeof body === 'string' ? body : isObject(body) && typeof body['message'] === 'string' ? body['message'] : ''
}

function repliedWith(error: Error): Failed | null {
  if (!('status' in error) || typeof error.status !== 'number' || !('response' in error) || typeof error.response !== 'object' || error.response === null) return null
  const { response } = error
  const request: unknown = 'request' in error ? error.request : null
  const of = (name: string): string => typeof request === 'object' && request !== null && name in request ? String(Object.entries(request).find(([key]) => key === name)?.[1]) : ''
  return { status: error.status, data: 'data' in response ? response.data : null, headers: 'headers' in response && isHeaders(response.headers) ? response.headers : {}, method: of('method'), url: of('url') }
}

function isHeaders(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function pathOf(url: string | undefined): string {
  return url !== undefined && URL.canParse(url) ? new URL(url).pathname : 'a request'
}

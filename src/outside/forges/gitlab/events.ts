import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { WritError } from '../../../model/error.ts'
import type { ForgeEvent } from '../../../model/forge.ts'
import { showJson, textAt, valueAt } from '../../../model/json.ts'
import type { Json } from '../../../model/json.ts'

type Headers = Readonly<Record<string, string>>

/** Reads what a webhook says. `secret`: the secret token that it sends, or the signing token (`whsec_…`) that it signs with. Throws forge/unauthorized. */
export function readEvent({ headers, body }: { readonly headers: Headers, readonly body: string }, secret: string | null): ForgeEvent | null {
  if (secret === null || secret === '' || !(hasToken(headers, secret) || isSigned(headers, body, secret))) {
    throw new WritError('forge/unauthorized', 'The webhook bears neither the secret token that writ.yaml names nor a signature of it.')
  }
  const event = parsed(body)
  const repository = textAt(event, 'project', 'git_http_url') ?? textAt(event, 'project', 'web_url') ?? textAt(event, 'repository', 'git_http_url')
  if (repository === undefined) return null
  const number = numberOf(event)
  const branch = branchOf(event)
  if (number === null && branch === null) return null
  return { repository, request: number, branch, delivery: headers['idempotency-key'] ?? headers['webhook-id'] ?? createHash('sha256').update(body).digest('hex') }
}

/** Hashes are compared, so that neither the text nor its length is told by how long it takes. */
function same(a: string | Buffer, b: string | Buffer): boolean {
  const hash = (value: string | Buffer): Buffer => createHash('sha256').update(value).digest()
  return timingSafeEqual(hash(a), hash(b))
}

function hasToken(headers: Headers, secret: string): boolean {
  return same(headers['x-gitlab-token'] ?? '', secret)
}

/** Standard Webhooks, which GitLab 19 signs by: HMAC-SHA256 over id, time and body; several signatures may be given, of which one must fit. */
function isSigned(headers: Headers, body: string, secret: string): boolean {
  const [id, time, given] = [headers['webhook-id'], headers['webhook-timestamp'], headers['webhook-signature']]
  if (id === undefined || time === undefined || given === undefined || !secret.startsWith('whsec_')) return false
  const wanted = createHmac('sha256', Buffer.from(secret.slice('whsec_'.length), 'base64')).update(`${id}.${time}.${body}`).digest()
  return given.split(' ').map(one => one.startsWith('v1,') && same(Buffer.from(one.slice(3), 'base64'), wanted)).includes(true)
}

/** The merge request that an event is about: its own, that of the note, or that of the pipeline. */
function numberOf(event: Json | undefined): string | null {
  const number = textAt(event, 'object_kind') === 'merge_request' ? valueAt(event, 'object_attributes', 'iid') : valueAt(event, 'merge_request', 'iid')
  return typeof number === 'number' ? showJson(number) : null
}

function branchOf(event: Json | undefined): string | null {
  const source = textAt(event, 'object_attributes', 'source_branch') ?? textAt(event, 'merge_request', 'source_branch')
  if (source !== undefined) return source
  const kind = textAt(event, 'object_kind')
  if (kind === 'push') return /^refs\/heads\/(.+)$/.exec(textAt(event, 'ref') ?? '')?.[1] ?? null
  if (kind === 'pipeline') return valueAt(event, 'object_attributes', 'tag') === true ? null : textAt(event, 'object_attributes', 'ref') ?? null
  if (kind === 'build') return valueAt(event, 'tag') === true ? null : textAt(event, 'ref') ?? null
  return null
}

function parsed(body: string): Json | undefined {
  try {
    return JSON.parse(body) as Json
  } catch {
    return undefined
  }
}

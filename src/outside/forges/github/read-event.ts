import { createHmac, timingSafeEqual } from 'node:crypto'
import { WritError } from '../../../model/error.ts'
import type { ForgeEvent } from '../../../model/forge.ts'
import { isList, showJson, textAt, valueAt } from '../../../model/json.ts'
import type { Json } from '../../../model/json.ts'

/** Signed with HMAC-SHA256 over the body as it came (`X-Hub-Signature-256: sha256=…`); the older SHA-1 signature is not looked at. */
export async function readEvent({ headers, body }: { readonly headers: Readonly<Record<string, string>>, readonly body: string }, webhook: () => Promise<string | null>): Promise<ForgeEvent | null> {
  const given = new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]))
  const secret = await webhook()
  const wanted = secret === null ? null : createHmac('sha256', secret).update(body).digest()
  const signature = Buffer.from(/^sha256=([0-9a-f]{64})$/i.exec(given.get('x-hub-signature-256') ?? '')?.[1] ?? '', 'hex')
  if (wanted === null || signature.length !== wanted.length || !timingSafeEqual(signature, wanted)) throw new WritError('forge/unauthorized', 'The signature of the webhook is not one of the secret that writ.yaml names.')
  const event = parsed(body, given.get('content-type') ?? '')
  const repository = textAt(event, 'repository', 'clone_url')
  if (repository === undefined) return null
  const request = requestOf(event)
  const branch = branchOf(event)
  if (request === null && branch === null) return null
  return { repository, request, branch, delivery: given.get('x-github-delivery') ?? '' }
}

/** GitHub sends JSON, or a form that holds it. */
function parsed(body: string, type: string): Json | undefined {
  try {
    return JSON.parse(type.includes('x-www-form-urlencoded') ? new URLSearchParams(body).get('payload') ?? '' : body) as Json
  } catch {
    return undefined
  }
}

/** Of a pull request, a review, a comment on one, or a check run or suite of one. */
function requestOf(event: Json | undefined): string | null {
  const issue = valueAt(event, 'issue', 'pull_request') === undefined ? undefined : valueAt(event, 'issue', 'number')
  const number = valueAt(event, 'pull_request', 'number') ?? issue ?? firstOf(valueAt(event, 'check_run', 'pull_requests'), 'number') ?? firstOf(valueAt(event, 'check_suite', 'pull_requests'), 'number')
  return typeof number === 'number' ? showJson(number) : null
}

function branchOf(event: Json | undefined): string | null {
  const checked = textAt(event, 'check_run', 'check_suite', 'head_branch') ?? textAt(event, 'check_suite', 'head_branch')
  const ref = textAt(event, 'pull_request', 'head', 'ref') ?? checked ?? textAt(event, 'merge_group', 'base_ref') ?? textAt(event, 'ref') ?? firstOf(valueAt(event, 'branches'), 'name')
  return typeof ref === 'string' && !ref.startsWith('refs/tags/') ? ref.replace(/^refs\/heads\//, '') : null
}

function firstOf(list: Json | undefined, key: string): Json | undefined {
  return isList(list) ? valueAt(list[0], key) : undefined
}

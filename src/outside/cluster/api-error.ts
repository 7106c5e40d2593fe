import { isObject, textAt } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { WritError } from '../../model/error.ts'
import { redact } from '../redact.ts'

/** One answer of an API server. */
export interface Answer { readonly status: number, readonly body: Json, readonly retryAfter: number | null }

/** The error for an answer that is no success. `what` is what was tried: `get deployments shop/web`. */
export function answerError(cluster: string, what: string, answer: Answer): WritError {
  const words = serverWords(answer.body)
  const said = words === '' ? `HTTP ${answer.status}` : words
  switch (answer.status) {
    case 401: return new WritError('cluster/unauthorized', `Cluster ${cluster} does not accept the credentials of its context (${what}).`, { hint: 'Log in again, or check the user of the context.' })
    case 403: return new WritError('cluster/unauthorized', `Cluster ${cluster} does not allow it (${what}): ${said}`)
    case 404: return new WritError('cluster/not-found', `Cluster ${cluster} does not have it (${what}): ${said}`)
    case 409: return new WritError('cluster/conflict', `Somebody else changed it in cluster ${cluster} meanwhile (${what}): ${said}`, { retry: true })
    case 429: return new WritError('cluster/unreachable', `Cluster ${cluster} has too many requests (${what}): ${said}`, { retry: true })
    default: return new WritError('cluster/failed', `Cluster ${cluster} answered ${answer.status} (${what}): ${said}`, { retry: answer.status >= 500 })
  }
}

/** The error for a connection that gave no answer. Messages name codes only: a client's own text may quote what it sent. */
export function connectionError(cluster: string, what: string, cause: unknown): WritError {
  const code = codeOf(cause)
  if (isTls(code)) {
    return new WritError('cluster/unreachable', `The certificate of cluster ${cluster} cannot be trusted (${code}).`, { hint: 'Check certificate-authority and tls-server-name of the cluster in the kubeconfig.' })
  }
  if (code === TOO_LARGE) return new WritError('cluster/unreachable', `Cluster ${cluster} does not answer: its answer is too large (${what}).`, { data: { code }, hint: 'An object of this size is more than Writ reads; make it smaller.' })
  const reason = REASONS[code] ?? (code === '' ? 'the connection failed' : code)
  return new WritError('cluster/unreachable', `Cluster ${cluster} does not answer: ${reason} (${what}).`, { retry: true, data: { code } })
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection is refused',
  ENOTFOUND: 'its host name is unknown',
  EAI_AGAIN: 'its host name cannot be resolved now',
  ETIMEDOUT: 'no answer in time',
  ESTALE: 'no answer in time',
  ECONNRESET: 'the connection was reset',
  EHOSTUNREACH: 'its host cannot be reached',
  ENETUNREACH: 'its network cannot be reached',
}

/** More than one answer may hold. */
const TOO_LARGE = 'EMSGSIZE'

/** True for an answer that was too large: a list may be asked for in smaller pages. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof WritError && error.data['code'] === TOO_LARGE
}

function isTls(code: string): boolean {
  return /^(?:CERT_|ERR_TLS_|ERR_SSL_|UNABLE_TO_|SELF_SIGNED_|DEPTH_ZERO_|EPROTO|HOSTNAME_MISMATCH)/.test(code)
}

function codeOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null || !('code' in cause)) return ''
  return typeof cause.code === 'string' && /^[A-Z_0-9]{1,60}$/.test(cause.code) ? cause.code : ''
}

/** What a Status object says, in one line of at most 500 characters, without anything that looks like a credential. */
function serverWords(body: Json): string {
  const message = isObject(body) ? textAt(body, 'message') ?? '' : ''
  return redact(message.replaceAll(/\s+/g, ' ').trim().slice(0, 500))
}

import type { Json, JsonObject } from '../../model/json.ts'

/** One reason of a refusal, as in `details.causes`. */
export interface Cause { readonly reason: string, readonly message: string, readonly field: string }

const REASONS: Readonly<Record<number, string>> = {
  400: 'BadRequest', 401: 'Unauthorized', 403: 'Forbidden', 404: 'NotFound', 405: 'MethodNotAllowed', 409: 'Conflict', 410: 'Expired',
  415: 'UnsupportedMediaType', 422: 'Invalid',
}

/** What a refusal says beside its message; the reason defaults to the one of the code. */
interface More { readonly reason?: string, readonly details?: JsonObject, readonly plain?: boolean, readonly metadata?: JsonObject }

/** An answer of the API that is no success: it becomes a Kubernetes Status, or (`plain`) plain text where the real server sends that. */
export class ApiError extends Error {
  readonly code: number
  readonly more: More

  constructor(code: number, message: string, more: More = {}) {
    super(message)
    this.name = 'ApiError'
    this.code = code
    this.more = more
  }

  /** The Status object of this answer. */
  status(): JsonObject {
    const { reason = REASONS[this.code], details, metadata = {} } = this.more
    return {
      kind: 'Status', apiVersion: 'v1', metadata, status: 'Failure', message: this.message,
      ...(reason ? { reason } : {}), ...(details ? { details } : {}), code: this.code,
    }
  }
}

/** What a Status says of the kind it is about. */
export interface About { readonly group: string, readonly plural: string, readonly kind: string }

export function badRequest(message: string): ApiError {
  return new ApiError(400, message)
}

export function notFound(about: About, name: string): ApiError {
  return new ApiError(404, `${resourceText(about)} ${JSON.stringify(name)} not found`, { details: detailsOf(about, name) })
}

/** A resource the group does not have. */
export function noResource(): ApiError {
  return new ApiError(404, 'the server could not find the requested resource', { details: {} })
}

export function alreadyExists(about: About, name: string): ApiError {
  return new ApiError(409, `${resourceText(about)} ${JSON.stringify(name)} already exists`, { reason: 'AlreadyExists', details: detailsOf(about, name) })
}

export function conflict(about: About, name: string, why = 'the object has been modified; please apply your changes to the latest version and try again'): ApiError {
  const message = `Operation cannot be fulfilled on ${resourceText(about)} ${JSON.stringify(name)}: ${why}`
  return new ApiError(409, message, { details: detailsOf(about, name) })
}

export function methodNotAllowed(): ApiError {
  return new ApiError(405, 'the server does not allow this method on the requested resource', { details: {} })
}

/** 415 with what would have been read. */
export function unsupportedType(types: readonly string[]): ApiError {
  return new ApiError(415, `the body of the request was in an unknown format - accepted media types include: ${types.join(', ')}`)
}

/** 422 with one cause a fault. */
export function invalid(about: About, name: string, causes: readonly Cause[]): ApiError {
  const lines = causes.map(cause => `${cause.field}: ${cause.message}`)
  const all = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`
  const title = about.group ? `${about.kind}.${about.group}` : about.kind
  return new ApiError(422, `${title} ${JSON.stringify(name)} is invalid: ${all}`, {
    details: { ...(name ? { name } : {}), ...(about.group ? { group: about.group } : {}), ...(about.kind ? { kind: about.kind } : {}), causes: causes.map(cause => ({ ...cause })) },
  })
}

export function required(field: string, more = ''): Cause {
  return { reason: 'FieldValueRequired', message: `Required value${more ? `: ${more}` : ''}`, field }
}

export function badValue(field: string, value: Json | undefined, why: string): Cause {
  return { reason: 'FieldValueInvalid', message: `Invalid value: ${JSON.stringify(value ?? null)}: ${why}`, field }
}

function resourceText(about: About): string {
  return about.group ? `${about.plural}.${about.group}` : about.plural
}

/** `details` naming an object; the kind is the plural, as the server writes it. */
export function detailsOf(about: About, name: string): JsonObject {
  return { name, ...(about.group ? { group: about.group } : {}), kind: about.plural }
}

import type { Json, JsonObject } from '../../model/json.ts'

/** One reason of a refusal, as in `details.causes`. */
export interface Cause { readonly reason: string, readonly message: string, readonly field: string }

/** An answer of the API that is no success: it becomes a Kubernetes Status, or plain text where the real server sends that. */
export class ApiError extends Error {
  readonly code: number
  readonly reason: string
  readonly details: JsonObject | undefined
  readonly plain: boolean

  constructor(code: number, reason: string, message: string, more: { details?: JsonObject, plain?: boolean } = {}) {
    super(message)
    this.name = 'ApiError'
    this.code = code
    this.reason = reason
    this.details = more.details
    this.plain = more.plain ?? false
  }

  /** The Status object of this answer. */
  status(): JsonObject {
    return {
      kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Failure', message: this.message,
      ...(this.reason ? { reason: this.reason } : {}), ...(this.details ? { details: this.details } : {}), code: this.code,
    }
  }
}

/** What a Status says of the kind it is about. */
export interface About { readonly group: string, readonly plural: string, readonly kind: string }

export function badRequest(message: string): ApiError {
  return new ApiError(400, 'BadRequest', message)
}

export function notFound(about: About, name: string): ApiError {
  return new ApiError(404, 'NotFound', `${resourceText(about)} ${JSON.stringify(name)} not found`, { details: detailsOf(about, name) })
}

/** A resource the group does not have. */
export function noResource(): ApiError {
  return new ApiError(404, 'NotFound', 'the server could not find the requested resource', { details: {} })
}

export function alreadyExists(about: About, name: string): ApiError {
  return new ApiError(409, 'AlreadyExists', `${resourceText(about)} ${JSON.stringify(name)} already exists`, { details: detailsOf(about, name) })
}

export function conflict(about: About, name: string, why: string): ApiError {
  const message = `Operation cannot be fulfilled on ${resourceText(about)} ${JSON.stringify(name)}: ${why}`
  return new ApiError(409, 'Conflict', message, { details: detailsOf(about, name) })
}

export function methodNotAllowed(): ApiError {
  return new ApiError(405, 'MethodNotAllowed', 'the server does not allow this method on the requested resource', { details: {} })
}

/** 422 with one cause a fault. */
export function invalid(about: About, name: string, causes: readonly Cause[]): ApiError {
  const lines = causes.map(cause => `${cause.field}: ${cause.message}`)
  const all = lines.length === 1 ? lines[0] : `[${lines.join(', ')}]`
  const title = about.group ? `${about.kind}.${about.group}` : about.kind
  return new ApiError(422, 'Invalid', `${title} ${JSON.stringify(name)} is invalid: ${all}`, {
    details: { name, ...(about.group ? { group: about.group } : {}), kind: about.kind, causes: causes.map(cause => ({ ...cause })) },
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

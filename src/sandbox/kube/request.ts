import { parse } from 'yaml'
import type { Json, JsonObject } from '../../model/json.ts'
import { objectAt, textsAt } from '../../model/json.ts'
import { badRequest, invalid, unsupportedType } from './api-error.ts'
import type { PatchType, WriteOptions } from './objects.ts'
import type { Account } from './rights.ts'

/** A request after authentication; `path` with its query, `contentType` without parameters. */
export interface ApiRequest {
  readonly method: string
  readonly path: string
  readonly body: Buffer | undefined
  readonly contentType: string
  readonly accept: string
  readonly userAgent: string
  readonly account: Account
}

/** A request with its query read. */
export interface Call extends ApiRequest { readonly query: URLSearchParams }

const PATCH_TYPES: readonly PatchType[] = ['json-patch+json', 'merge-patch+json', 'strategic-merge-patch+json', 'apply-patch+yaml']

/** The body of a request about a `kind`. Throws 400 for what cannot be read, 415 for other formats than JSON and YAML. */
export function bodyOf({ body, contentType }: ApiRequest, kind: string): Json | undefined {
  if (body === undefined || body.length === 0) return undefined
  const [, format] = /[/+](json|yaml)$/.exec(contentType) ?? []
  if (format === undefined) throw unsupportedType(['application/json', 'application/yaml'])
  const text = body.toString('utf8')
  try {
    const value: Json = JSON.parse(text)
    return value
  } catch (error) {
    // What comes as YAML is JSON more often than not, and read as such in a hundredth of the time.
    if (format === 'yaml') return yamlOf(text)
    throw badRequest(`the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : 'it is no JSON'}`)
  }
}

function yamlOf(text: string): Json {
  try {
    const value: Json = parse(text)
    return value
  } catch (error) {
    throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message.split('\n')[0] : 'it cannot be read'}`)
  }
}

export function patchType({ contentType }: ApiRequest): PatchType {
  const type = PATCH_TYPES.find(known => `application/${known}` === contentType)
  if (type) return type
  throw unsupportedType(PATCH_TYPES.map(known => `application/${known}`))
}

export function isWatch(query: URLSearchParams): boolean {
  return query.get('watch') === 'true' || query.get('watch') === '1'
}

export function writeOptions({ method, query, userAgent }: Call): WriteOptions {
  const validation = query.get('fieldValidation') || 'Warn'
  if (validation !== 'Strict' && validation !== 'Warn' && validation !== 'Ignore') {
    const kind = { POST: 'CreateOptions', PUT: 'UpdateOptions' }[method] ?? 'PatchOptions'
    throw invalid({ group: 'meta.k8s.io', plural: '', kind }, '', [{ reason: 'FieldValueNotSupported', field: 'fieldValidation', message: `Unsupported value: ${JSON.stringify(validation)}: supported values: "", "Ignore", "Strict", "Warn"` }])
  }
  const manager = query.get('fieldManager') || (userAgent.split('/')[0] ?? '').slice(0, 128) || 'unknown'
  return { manager, dryRun: isDryRun(query.getAll('dryRun')), force: query.get('force') === 'true', validation }
}

function isDryRun(given: readonly string[]): boolean {
  const values = given.filter(value => value !== '')
  const unknown = values.find(value => value !== 'All')
  if (unknown !== undefined) throw badRequest(`dryRun: Unsupported value: ${JSON.stringify(unknown)}: supported values: "All"`)
  return values.length > 0
}

/** DeleteOptions come in the body; the policy and the dry run may stand in the query instead. */
export function deleteOptions(call: Call): { readonly options: JsonObject, readonly dryRun: boolean } {
  const [body, policy] = [bodyOf(call, 'DeleteOptions'), call.query.get('propagationPolicy')]
  const options = { ...objectAt(body), ...(policy ? { propagationPolicy: policy } : {}) }
  return { options, dryRun: isDryRun([...call.query.getAll('dryRun'), ...textsAt(body, 'dryRun')]) }
}

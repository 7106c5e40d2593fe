import { Ajv2020 } from 'ajv/dist/2020.js'
import type { ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

type Schema = Readonly<Record<string, unknown>>
interface Operation { readonly responses: Readonly<Record<string, Schema>>, readonly request?: Schema }
interface Excerpt {
  readonly madeFrom: { readonly package: string, readonly version: string, readonly file: string, readonly sha256: string }
  readonly sha256: string
  readonly operations: Readonly<Record<string, Operation>>
  readonly $defs: Readonly<Record<string, Schema>>
}

/** The excerpt of GitHub's own OpenAPI description; test/real/github-openapi/excerpt.ts makes it. */
export const EXCERPT = JSON.parse(readFileSync(new URL('./openapi.json', import.meta.url), 'utf8')) as Excerpt

/** The checksum that the excerpt should have. */
export function checksum(): string {
  return createHash('sha256').update(JSON.stringify({ operations: EXCERPT.operations, $defs: EXCERPT.$defs })).digest('hex')
}

const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false })
formats.default(ajv)
const compiled = new Map<string, ValidateFunction>()

/** What is wrong with an answer by GitHub's own description; null where it is as described. Statuses that it leaves out are checked as errors. */
export function wrongAnswer(operation: string, status: number, body: unknown): string | null {
  const known = EXCERPT.operations[operation]
  if (known === undefined) return `${operation} is not in the excerpt`
  const schema = known.responses[String(status)] ?? (status >= 300 ? { $ref: '#/$defs/basic-error' } : null)
  return schema === null ? `${operation} has no answer ${status}` : wrong(`${operation} ${status}`, schema, body)
}

/** The same for what was sent. */
export function wrongRequest(operation: string, body: unknown): string | null {
  const schema = EXCERPT.operations[operation]?.request
  return schema === undefined ? null : wrong(`${operation} request`, schema, body)
}

function wrong(name: string, schema: Schema, value: unknown): string | null {
  const validate = compiled.get(name) ?? ajv.compile({ ...schema, $defs: EXCERPT.$defs })
  compiled.set(name, validate)
  return validate(value) ? null : `${name}: ${(validate.errors ?? []).slice(0, 5).map(({ instancePath, message }) => `${instancePath} ${message ?? ''}`).join('; ')}`
}

/** An object with everything that the description requires: what is known of it, and empty values for the rest. */
export function filled(name: string, known: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { anyOf } = definition(name)
  return fill(Array.isArray(anyOf) && isSchema(anyOf[0]) ? anyOf[0] : definition(name), known)
}

function definition(name: string): Schema {
  return EXCERPT.$defs[name] ?? {}
}

function fill(schema: Schema, known: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const required = Array.isArray(schema['required']) ? schema['required'].map(String) : []
  const properties = isSchema(schema['properties']) ? schema['properties'] : {}
  return { ...Object.fromEntries(required.map(key => [key, emptyOf(properties[key])])), ...known }
}

function emptyOf(schema: unknown): unknown {
  if (!isSchema(schema)) return null
  if (typeof schema['$ref'] === 'string') return emptyOf(definition(schema['$ref'].slice('#/$defs/'.length)))
  const choice = [schema['anyOf'], schema['oneOf'], schema['allOf']].find(Array.isArray)
  if (choice !== undefined) return choice.some(one => isSchema(one) && one['type'] === 'null') ? null : emptyOf(choice[0])
  if (Array.isArray(schema['enum'])) return schema['enum'][0]
  if (schema['type'] === 'object') return fill(schema, {})
  if (schema['type'] === 'array') return []
  if (schema['type'] === 'boolean') return false
  if (schema['type'] === 'string') return schema['format'] === 'date-time' ? new Date(0).toISOString() : schema['format'] === 'uri' ? 'https://github.example/' : ''
  return 0
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

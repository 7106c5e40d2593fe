import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The operations whose answers the tests check. */
const OPERATIONS = [
  'GET /user', 'GET /app', 'POST /app/installations/{installation_id}/access_tokens',
  'GET /repos/{owner}/{repo}', 'GET /repos/{owner}/{repo}/installation', 'GET /repos/{owner}/{repo}/branches/{branch}', 'GET /repos/{owner}/{repo}/rules/branches/{branch}',
  'GET /repos/{owner}/{repo}/collaborators/{username}/permission', 'GET /repos/{owner}/{repo}/commits/{ref}/status', 'GET /repos/{owner}/{repo}/commits/{ref}/check-runs',
  'GET /repos/{owner}/{repo}/pulls', 'POST /repos/{owner}/{repo}/pulls', 'GET /repos/{owner}/{repo}/pulls/{pull_number}', 'PATCH /repos/{owner}/{repo}/pulls/{pull_number}',
  'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', 'GET /repos/{owner}/{repo}/pulls/{pull_number}/reviews',
  'GET /repos/{owner}/{repo}/issues/{issue_number}', 'GET /repos/{owner}/{repo}/issues/{issue_number}/events',
  'GET /repos/{owner}/{repo}/issues/{issue_number}/comments', 'POST /repos/{owner}/{repo}/issues/{issue_number}/comments', 'PATCH /repos/{owner}/{repo}/issues/comments/{comment_id}',
] as const

type Node = Readonly<Record<string, unknown>>

/** Words for people, and formats that say nothing of the shape. */
const DROPPED = new Set(['description', 'title', 'example', 'examples', 'deprecated', 'readOnly', 'externalDocs', 'default', 'discriminator'])
const FORMATS = new Set(['date-time', 'uri', 'email'])

/** Cuts the operations, and the schemas that they need, out of GitHub's description; OpenAPI 3.0 becomes JSON Schema. */
function excerptOf(text: string, version: string): Node {
  const api: unknown = JSON.parse(text)
  const needed = new Map<string, unknown>()
  const follow = (node: unknown): unknown => {
    const ref = isNode(node) && typeof node['$ref'] === 'string' ? node['$ref'] : null
    return ref === null ? node : follow(at(api, ref.slice(2).split('/')))
  }
  const schemaOf = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(schemaOf)
    if (!isNode(node)) return node
    const ref = typeof node['$ref'] === 'string' ? /^#\/components\/schemas\/(.+)$/.exec(node['$ref'])?.[1] : undefined
    if (ref !== undefined) {
      if (!needed.has(ref)) {
        needed.set(ref, null)
        needed.set(ref, schemaOf(at(api, ['components', 'schemas', ref])))
      }
      return { $ref: `#/$defs/${ref}` }
    }
    const { nullable, ...rest } = node
    const kept = Object.fromEntries(Object.entries(rest).filter(([key, value]) => !key.startsWith('x-') && !(key === 'format' && !FORMATS.has(String(value))))
      .filter(([key]) => !DROPPED.has(key))
      .map(([key, value]) => [key, key === 'properties' && isNode(value) ? Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, schemaOf(inner)])) : key === 'enum' ? value : schemaOf(value)]))
    return nullable === true ? { anyOf: [kept, { type: 'null' }] } : kept
  }
  const bodyOf = (of: unknown): unknown => schemaOf(at(follow(of), ['content', 'application/json', 'schema']))
  const operations = Object.fromEntries(OPERATIONS.map(name => {
    const [method = '', path = ''] = name.split(' ')
    const operation = at(api, ['paths', path, method.toLowerCase()])
    const responses = Object.entries(at(operation, ['responses']) as Node).filter(([, response]) => at(follow(response), ['content', 'application/json']) !== undefined)
    const request = at(operation, ['requestBody'])
    return [name, { responses: Object.fromEntries(responses.map(([status, response]) => [status, bodyOf(response)])), ...request === undefined ? {} : { request: bodyOf(request) } }]
  }))
  schemaOf({ $ref: '#/components/schemas/basic-error' })
  const $defs = Object.fromEntries([...needed].sort(([a], [b]) => (a < b ? -1 : 1)))
  const content = { operations, $defs }
  return { madeFrom: { package: '@octokit/openapi', version, file: 'generated/api.github.com.json', sha256: sha256(text) }, sha256: sha256(JSON.stringify(content)), ...content }
}

function at(node: unknown, path: readonly string[]): unknown {
  return path.reduce<unknown>((here, key) => (isNode(here) ? here[key] : undefined), node)
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

const installed = process.argv[2] ?? fileURLToPath(new URL('./node_modules/@octokit/openapi', import.meta.url))
const { version } = JSON.parse(readFileSync(`${installed}/package.json`, 'utf8')) as { version: string }
writeFileSync(fileURLToPath(new URL('../../support/github/openapi.json', import.meta.url)), `${JSON.stringify(excerptOf(readFileSync(`${installed}/generated/api.github.com.json`, 'utf8'), version))}\n`)

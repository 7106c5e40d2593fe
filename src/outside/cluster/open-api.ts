import { isObject, textAt, valueAt } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import { answerError } from './api-error.ts'
import type { Connection } from './connection.ts'

/** Reads what a server publishes about the types it serves (OpenAPI v3), each document once for its hash. */
export function openApi(connection: Connection): (of: { readonly group: string, readonly version: string }, within: number) => Promise<JsonObject | null> {
  const documents = new Map<string, JsonObject>()

  async function read(path: string, within: number): Promise<JsonObject | null> {
    const what = `read ${path.split('?')[0] ?? path}`
    const answer = await connection.send({ what, path, within })
    if (answer.status === 404) return null
    if (answer.status !== 200 || !isObject(answer.body)) throw answerError(connection.cluster, what, answer)
    return answer.body
  }

  return async ({ group, version }, within) => {
    const index = await read('/openapi/v3', within)
    const url = textAt(index ?? undefined, 'paths', group === '' ? `api/${version}` : `apis/${group}/${version}`, 'serverRelativeURL')
    // Another server would get this one's credentials.
    if (url === undefined || !url.startsWith('/openapi/v3/')) return null
    const known = documents.get(url)
    if (known !== undefined) return known
    const schemas = valueAt(await read(url, within) ?? undefined, 'components', 'schemas')
    if (!isObject(schemas)) return null
    documents.set(url, schemas)
    return schemas
  }
}

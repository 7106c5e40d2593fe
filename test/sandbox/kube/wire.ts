import { request as httpsRequest } from 'node:https'
import { isObject, textAt, valueAt } from '../../../src/model/json.ts'
import type { Json, JsonObject } from '../../../src/model/json.ts'
import type { Kube } from '../../../src/sandbox/kube/server.ts'

/** A request over the wire; the token is the first one unless another is named. */
export interface Sent { readonly path: string, readonly method?: string, readonly token?: string, readonly headers?: Readonly<Record<string, string>>, readonly body?: string | Buffer }

/** What came back until the server ended it; `json` is null where it is none. */
export interface Got { readonly status: number | undefined, readonly text: string, readonly json: Json, readonly warning: unknown }

/** Sends a request as a client does: over TLS, with a token. */
export function send(kube: Kube, { path, method, token = kube.token, headers = {}, body }: Sent): Promise<Got> {
  return new Promise((resolve, reject) => {
    const options = { method: method ?? (body === undefined ? 'GET' : 'POST'), ca: kube.ca, headers: { authorization: `Bearer ${token}`, ...headers } }
    const request = httpsRequest(`${kube.url}${path}`, options, response => {
      let text = ''
      response.on('data', chunk => { text += String(chunk) })
      response.on('end', () => resolve({ status: response.statusCode, text, json: jsonOf(text), warning: response.headers['warning'] }))
    })
    request.on('error', reject).end(body)
  })
}

/** Watches over the wire with all rights: `path` is that of a list, with its query. Resolves when the server has begun, with what ends it. */
export function watching(kube: Kube, path: string, onEvent: (type: string, object: JsonObject) => void): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const options = { ca: kube.ca, headers: { authorization: `Bearer ${kube.token}` } }
    const request = httpsRequest(`${kube.url}${path}${path.includes('?') ? '&' : '?'}watch=true`, options, response => {
      let text = ''
      response.on('data', chunk => {
        const lines = `${text}${String(chunk)}`.split('\n')
        text = lines.pop() ?? ''
        for (const event of lines.map(jsonOf)) {
          const object = valueAt(event, 'object')
          onEvent(textAt(event, 'type') ?? '', isObject(object) ? object : {})
        }
      })
      response.on('error', () => undefined)
      resolve(() => { request.destroy() })
    })
    request.on('error', reject).end()
  })
}

function jsonOf(text: string): Json {
  try {
    const value: Json = JSON.parse(text)
    return value
  } catch {
    return null
  }
}

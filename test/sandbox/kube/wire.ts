import { request as httpsRequest } from 'node:https'
import type { Json } from '../../../src/model/json.ts'
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

function jsonOf(text: string): Json {
  try {
    const value: Json = JSON.parse(text)
    return value
  } catch {
    return null
  }
}

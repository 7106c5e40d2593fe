import { readFileSync } from 'node:fs'
import { Agent, request as httpsRequest } from 'node:https'
import type { IncomingMessage } from 'node:http'
import { isObject, objectsAt, textAt } from '../../../src/model/json.ts'
import type { Json, JsonObject } from '../../../src/model/json.ts'
import { apiFor } from '../../../src/sandbox/api.ts'
import type { Api, ApiServer } from '../../../src/sandbox/api.ts'

export interface Address { readonly url: string, readonly caFile: string, readonly token: string }

/** A client of a real API server under one token, made of Node alone: nothing of Writ judges itself here. */
export interface Connection extends ApiServer {
  readonly api: Api
  text(method: string, path: string): Promise<{ readonly status: number, readonly body: string }>
  /** Calls back with every object of a collection, those that are there first, until the returned function is called. A watch that ends is begun anew. */
  watch(path: string, changed: (object: JsonObject, type: string) => void): () => void
}

/** Opens no connection yet. */
export function connect(address: Address): Connection {
  const ca = readFileSync(address.caFile)
  const agent = new Agent({ keepAlive: true, ca, maxSockets: 64 })
  const open = (method: string, path: string, sent?: { readonly body: string, readonly type: string }): Promise<IncomingMessage> => new Promise((resolve, reject) => {
    const asked = httpsRequest(`${address.url}${path}`, {
      method, agent, headers: { authorization: `Bearer ${address.token}`, accept: 'application/json', ...(sent === undefined ? {} : { 'content-type': sent.type, 'content-length': Buffer.byteLength(sent.body) }) },
    }, resolve)
    asked.on('error', reject)
    asked.end(sent?.body)
  })
  const request: Connection['request'] = async (...[method, path, body, contentType, fieldManager]) => {
    const query = fieldManager === undefined ? '' : `${path.includes('?') ? '&' : '?'}fieldManager=${fieldManager}`
    const type = contentType ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json')
    const answer = await open(method, path + query, body === undefined ? undefined : { body: JSON.stringify(body), type })
    return { status: answer.statusCode ?? 0, body: parsed(await textOf(answer)) }
  }
  const server = { request, ensureKind: () => undefined }
  return {
    ...server, api: apiFor(server),
    text: async (method, path) => {
      const answer = await open(method, path)
      return { status: answer.statusCode ?? 0, body: await textOf(answer) }
    },
    watch: (path, changed) => {
      const state: { stopped: boolean, stream: IncomingMessage | null } = { stopped: false, stream: null }
      const follow = async (): Promise<void> => {
        // From what a list saw: without a version this API server waits for its cache of the kind to have seen every write of any kind, which an etcd before 3.4.25 never tells it.
        const { body } = await request('GET', path)
        if (!isObject(body)) return
        for (const object of objectsAt(body, 'items')) changed(object, 'ADDED')
        if (state.stopped) return
        state.stream = await open('GET', `${path}${path.includes('?') ? '&' : '?'}watch=true&resourceVersion=${textAt(body, 'metadata', 'resourceVersion') ?? ''}`)
        if (state.stopped) state.stream.destroy()
        for await (const line of linesOf(state.stream)) {
          const event = parsed(line)
          if (isObject(event) && isObject(event['object']) && typeof event['type'] === 'string' && event['type'] !== 'ERROR') changed(event['object'], event['type'])
        }
      }
      const run = async (): Promise<void> => {
        while (!state.stopped) {
          await follow().catch(() => undefined)
          if (!state.stopped) await new Promise(resolve => { setTimeout(resolve, 200) })
        }
      }
      void run()
      return () => {
        state.stopped = true
        state.stream?.destroy()
      }
    },
  }
}

async function textOf(answer: IncomingMessage): Promise<string> {
  const parts: Buffer[] = []
  for await (const part of answer) parts.push(part as Buffer)
  return Buffer.concat(parts).toString('utf8')
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}

async function* linesOf(stream: IncomingMessage): AsyncGenerator<string> {
  let rest = ''
  stream.setEncoding('utf8')
  for await (const part of stream) {
    const lines = (rest + String(part)).split('\n')
    rest = lines.pop() ?? ''
    yield* lines
  }
}

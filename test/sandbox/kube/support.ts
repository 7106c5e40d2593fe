import { setTimeout as wait } from 'node:timers/promises'
import { isObject, valueAt } from '../../../src/model/json.ts'
import type { Json, JsonObject } from '../../../src/model/json.ts'
import type { Kube } from '../../../src/sandbox/kube/server.ts'

export const APPLY = 'application/apply-patch+yaml'

/** A Deployment of one container. */
export function deployment(name: string, image = 'nginx:1', replicas = 1): { apiVersion: string, kind: string, metadata: { name: string, namespace: string }, spec: JsonObject } {
  return {
    apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name, namespace: 'default' },
    spec: { replicas, selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: { containers: [{ name: 'app', image }] } } },
  }
}

/** Waits until it is so, at most five seconds. */
export async function eventually(so: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 5000
  while (!await so()) {
    if (Date.now() > end) throw new Error('it never became so')
    await wait(10)
  }
}

/** Sends a request and gives the body; any answer of 400 and more is an error with the server's words. */
export async function must(kube: Kube, ...request: Parameters<Kube['request']>): Promise<JsonObject> {
  const { status, body } = await kube.request(...request)
  if (status >= 400 || !isObject(body)) throw new Error(`${status}: ${JSON.stringify(valueAt(body, 'message') ?? body)}`)
  return body
}

/** The message and code of a refusal. */
export async function refusal(kube: Kube, ...request: Parameters<Kube['request']>): Promise<{ readonly status: number, readonly reason: Json | undefined, readonly message: Json | undefined }> {
  const { status, body } = await kube.request(...request)
  return { status, reason: valueAt(body, 'reason'), message: valueAt(body, 'message') }
}

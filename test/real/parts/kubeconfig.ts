import { readFileSync } from 'node:fs'
import { parse, stringify } from 'yaml'
import { objectsAt, textAt } from '../../../src/model/json.ts'
import type { Json } from '../../../src/model/json.ts'
import type { Address } from './connection.ts'

/** The name of the context of the cluster that all scenarios share. */
export const REAL = 'real'

/** A kubeconfig whose contexts are these, by name; the first one is the current one. */
export function kubeconfig(contexts: Readonly<Record<string, Address>>): string {
  const each = Object.entries(contexts)
  return stringify({
    apiVersion: 'v1', kind: 'Config', 'current-context': each[0]?.[0] ?? '',
    clusters: each.map(([name, { url, caFile }]) => ({ name, cluster: { server: url, 'certificate-authority-data': readFileSync(caFile).toString('base64') } })),
    users: each.map(([name, { token }]) => ({ name, user: { token } })),
    contexts: each.map(([name]) => ({ name, context: { cluster: name, user: name, namespace: 'default' } })),
  })
}

/** The token of the first user of such a file. */
export function tokenIn(file: string): string {
  const token = textAt(objectsAt(parse(readFileSync(file, 'utf8')) as Json, 'users')[0], 'user', 'token')
  if (token === undefined) throw new Error(`no token in ${file}`)
  return token
}

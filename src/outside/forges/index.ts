import type { Forge } from '../../flow/ports.ts'
import type { ForgeConfig, SecretRef } from '../../model/config.ts'
import { WritError } from '../../model/error.ts'
import type { ChangeRequestRows } from '../change-request-rows.ts'
import { apiClient } from '../http.ts'
import type { ApiClient } from '../http.ts'
import type { Login } from '../login.ts'
import { giteaForge } from './gitea/gitea.ts'
import { plainForge } from './plain.ts'

/** What the forges are made of beside their configuration. `login`: the same as git's; left out, the token of the credentials. `secret` reads one when it is needed, and keeps it out of every output. */
export interface ForgeParts { readonly rows: ChangeRequestRows, readonly login?: Login | null, readonly secret: (ref: SecretRef) => Promise<string> }

/** The forge of one entry of writ.yaml. Throws usage/not-supported for a kind that this version does not speak with. */
export function openForge(config: ForgeConfig, parts: ForgeParts): Forge {
  switch (config.kind) {
    case 'plain': return plainForge({ name: config.name, rows: parts.rows })
    case 'gitea': return giteaForge({ name: config.name, api: client(config, parts, { path: '/api/v1', header: token => ({ authorization: `token ${token}` }) }), webhook: () => config.webhook === undefined ? Promise.resolve(null) : parts.secret(config.webhook) })
    case 'github':
    case 'gitlab':
      throw new WritError('usage/not-supported', `The forge ${config.name} is of kind ${config.kind}, which this version does not speak with.`, {
        hint: 'With kind: plain Writ pushes to the same repository and keeps the change requests itself, where its user may push to the branch.',
      })
  }
}

interface Usual { readonly path: string, readonly header: (token: string) => Readonly<Record<string, string>> }

function client({ name, host, api, credentials, insecureAllow }: ForgeConfig, { login, secret }: ForgeParts, usual: Usual): ApiClient {
  const token = login?.token ?? (credentials !== undefined && 'token' in credentials ? () => secret(credentials.token) : null)
  if (token === null) throw new WritError('config/invalid', `The forge ${name} needs credentials with a token: change requests are opened through its API.`, { hint: 'Name one in writ.yaml: credentials: {token: {env: NAME}}.' })
  const base = api ?? `${insecureAllow.includes('http') ? 'http' : 'https'}://${host}${usual.path}`
  return apiClient({ forge: name, base, allow: insecureAllow, authorise: async () => usual.header(await token()) })
}

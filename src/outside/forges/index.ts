import type { Forge } from '../../flow/ports.ts'
import type { ForgeConfig, SecretRef } from '../../model/config.ts'
import { WritError } from '../../model/error.ts'
import type { ChangeRequestRows } from '../change-request-rows.ts'
import { apiClient } from '../http.ts'
import type { ApiClient } from '../http.ts'
import { giteaForge } from './gitea/gitea.ts'
import { gitlabForge } from './gitlab/gitlab.ts'
import { plainForge } from './plain.ts'

/** What the forges are made of beside their configuration. `secret` reads one when it is needed, and keeps it out of every output. */
export interface ForgeParts { readonly rows: ChangeRequestRows, readonly secret: (ref: SecretRef) => Promise<string> }

/** The forge of one entry of writ.yaml. Throws usage/not-supported for a kind that this version does not speak with. */
export function openForge(config: ForgeConfig, parts: ForgeParts): Forge {
  switch (config.kind) {
    case 'plain': return plainForge({ name: config.name, rows: parts.rows })
    case 'gitea': return giteaForge({ name: config.name, api: client(config, parts, { path: '/api/v1', header: token => ({ authorization: `token ${token}` }) }), webhook: () => config.webhook === undefined ? Promise.resolve(null) : parts.secret(config.webhook) })
    case 'gitlab': return gitlabForge({ name: config.name, api: client(config, parts, { path: '/api/v4', header: token => ({ 'private-token': token }) }), below: belowPath(config), webhook: () => config.webhook === undefined ? Promise.resolve(null) : parts.secret(config.webhook) })
    case 'github':
      throw new WritError('usage/not-supported', `The forge ${config.name} is of kind ${config.kind}, which this version does not speak with.`, {
        hint: 'With kind: plain Writ pushes to the same repository and keeps the change requests itself, where its user may push to the branch.',
      })
  }
}

interface Usual { readonly path: string, readonly header: (token: string) => Readonly<Record<string, string>> }

function client({ name, host, api, credentials, insecureAllow }: ForgeConfig, { secret }: ForgeParts, usual: Usual): ApiClient {
  if (credentials === undefined || !('token' in credentials)) throw new WritError('config/invalid', `The forge ${name} needs credentials with a token: change requests are opened through its API.`, { hint: 'Name one in writ.yaml: credentials: {token: {env: NAME}}.' })
  const base = api ?? `${insecureAllow.includes('http') ? 'http' : 'https'}://${host}${usual.path}`
  return apiClient({ forge: name, base, allow: insecureAllow, authorise: async () => usual.header(await secret(credentials.token)) })
}

/** The path that a self-managed GitLab stands below; '' at the root of its host. */
function belowPath({ name, api }: ForgeConfig): string {
  if (api === undefined) return ''
  const parts = /^\/?(.*?)\/?api\/v4\/?$/.exec(URL.canParse(api) ? new URL(api).pathname : '')
  if (parts === null) throw new WritError('config/invalid', `The API of the forge ${name} does not end in /api/v4, as every GitLab's does.`, { hint: 'Write api: https://HOST/api/v4, or https://HOST/PATH/api/v4 where GitLab stands below a path.' })
  return parts[1] ?? ''
}

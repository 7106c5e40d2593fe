import type { Forge } from '../../flow/ports.ts'
import type { ForgeConfig, SecretRef } from '../../model/config.ts'
import { WritError } from '../../model/error.ts'
import type { ChangeRequestRows } from '../change-request-rows.ts'
import { apiClient } from '../http.ts'
import type { ApiClient } from '../http.ts'
import type { Login } from '../login.ts'
import { giteaForge } from './gitea/gitea.ts'
import { githubApp } from './github/app.ts'
import type { GitHubApp } from './github/app.ts'
import { githubForge } from './github/github.ts'
import type { GitHubAccess } from './github/github.ts'
import { gitlabForge } from './gitlab/gitlab.ts'
import { repositoryName } from './parts.ts'
import { plainForge } from './plain.ts'

/** What the forges are made of beside their configuration. `login`: the same as git's; left out, the token of the credentials. `secret` reads one when it is needed, and keeps it out of every output. */
export interface ForgeParts {
  readonly rows: ChangeRequestRows
  readonly login?: Login | null
  readonly secret: (ref: SecretRef) => Promise<string>
  /** The App of the entry, where Git uses its tokens too: see `forgeApp`. */
  readonly app?: GitHubApp | null
}

/** The forge of one entry of writ.yaml. */
export function openForge(config: ForgeConfig, parts: ForgeParts): Forge {
  switch (config.kind) {
    case 'plain': return plainForge({ name: config.name, rows: parts.rows })
    case 'gitea': return giteaForge({ name: config.name, api: client(config, parts, { path: '/api/v1', header: token => ({ authorization: `token ${token}` }) }), webhook: () => config.webhook === undefined ? Promise.resolve(null) : parts.secret(config.webhook) })
    case 'github': return githubForge({
      name: config.name, base: githubApi(config), allow: config.insecureAllow, access: githubAccess(config, parts),
      webhook: () => config.webhook === undefined ? Promise.resolve(null) : parts.secret(config.webhook),
    })
    case 'gitlab': return gitlabForge({ name: config.name, api: client(config, parts, { path: '/api/v4', header: token => ({ 'private-token': token }) }), below: belowPath(config), webhook: () => config.webhook === undefined ? Promise.resolve(null) : parts.secret(config.webhook) })
  }
}

/** The App of a forge entry, null where it has none: one for the entry, so that the API and Git share its tokens. */
export function forgeApp(config: ForgeConfig, { secret }: Pick<ForgeParts, 'secret'>): GitHubApp | null {
  const { name, credentials, insecureAllow } = config
  if (credentials === undefined || !('app' in credentials)) return null
  const { id, installation, key } = credentials.app
  return githubApp({ forge: name, base: githubApi(config), allow: insecureAllow, id, installation: installation ?? null, key: () => secret(key) })
}

/** The password for Git over https, with the user name `x-access-token`, for a repository of the App. */
export function appToken(app: GitHubApp, url: string): Promise<string> {
  return app.token(repositoryName(url, false))
}

function githubAccess(config: ForgeConfig, parts: ForgeParts): GitHubAccess {
  const app = parts.app ?? forgeApp(config, parts)
  if (app !== null) return { kind: 'app', app }
  const token = tokenOf(config, parts)
  if (token === null) throw new WritError('config/invalid', `The forge ${config.name} needs credentials with a token or an App: pull requests are opened through its API.`, { hint: 'Name one in writ.yaml: credentials: {token: {env: NAME}}.' })
  return { kind: 'token', token }
}

function tokenOf({ credentials }: ForgeConfig, { login, secret }: ForgeParts): (() => Promise<string>) | null {
  return login?.token ?? (credentials !== undefined && 'token' in credentials ? () => secret(credentials.token) : null)
}

/** github.com and GitHub with data residency have a host of their own for it, GitHub Enterprise Server a path. */
function githubApi({ host, api, insecureAllow }: ForgeConfig): string {
  if (api !== undefined) return api
  if (host === 'github.com' || /^[a-z0-9-]+\.ghe\.com$/.test(host)) return `https://api.${host}`
  return `${insecureAllow.includes('http') ? 'http' : 'https'}://${host}/api/v3`
}

interface Usual { readonly path: string, readonly header: (token: string) => Readonly<Record<string, string>> }

function client(config: ForgeConfig, parts: ForgeParts, usual: Usual): ApiClient {
  const { name, host, api, insecureAllow } = config
  const token = tokenOf(config, parts)
  if (token === null) throw new WritError('config/invalid', `The forge ${name} needs credentials with a token: change requests are opened through its API.`, { hint: 'Name one in writ.yaml: credentials: {token: {env: NAME}}.' })
  const base = api ?? `${insecureAllow.includes('http') ? 'http' : 'https'}://${host}${usual.path}`
  return apiClient({ forge: name, base, allow: insecureAllow, authorise: async () => usual.header(await token()) })
}

/** The path that a self-managed GitLab stands below; '' at the root of its host. */
function belowPath({ name, api }: ForgeConfig): string {
  if (api === undefined) return ''
  const parts = /^\/?(.*?)\/?api\/v4\/?$/.exec(URL.canParse(api) ? new URL(api).pathname : '')
  if (parts === null) throw new WritError('config/invalid', `The API of the forge ${name} does not end in /api/v4, as every GitLab's does.`, { hint: 'Write api: https://HOST/api/v4, or https://HOST/PATH/api/v4 where GitLab stands below a path.' })
  return parts[1] ?? ''
}

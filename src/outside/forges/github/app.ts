import { z } from 'zod'
import { WritError } from '../../../model/error.ts'
import type { ApiOptions } from '../../http.ts'
import { registerSecret } from '../../redact.ts'
import { remembered } from '../parts.ts'
import type { RepositoryName } from '../parts.ts'
import { githubClient, read } from './client.ts'

/** A GitHub App as writ.yaml names it. `key`: its private key in PEM, read when it is needed. `installation`: null where it is looked up by the repository. */
export interface AppOptions extends Pick<ApiOptions, 'forge' | 'base' | 'allow'> {
  readonly id: string | number
  readonly installation: number | null
  readonly key: () => Promise<string>
}

/** Who an App is, and the tokens that its installation gets: each for one repository, for an hour at most. */
export interface GitHubApp {
  /** A token for the API and for git (user name `x-access-token`). Throws forge/unauthorized where the App is not installed for the repository. */
  token(repository: RepositoryName): Promise<string>
  /** The login that its comments and pull requests have. */
  login(): Promise<string>
  /** Forgets the token of a repository, which the forge has refused. */
  forget(repository: RepositoryName): void
}

const Installation = z.object({ id: z.number() })
const Token = z.object({ token: z.string().min(1), expires_at: z.string() })
const Self = z.object({ slug: z.string() })
/** A token that ends sooner is made anew: what it is taken for may last as long. */
const AHEAD = 5 * 60_000

export function githubApp(options: AppOptions): GitHubApp {
  const client = githubClient({ ...options, authorise: async () => ({ authorization: `bearer ${await signed(options)}` }) })
  const tokens = new Map<string, Promise<{ readonly token: string, readonly ends: number }>>()
  const make = async (repository: RepositoryName): Promise<{ readonly token: string, readonly ends: number }> => {
    const at = { owner: repository.owner, repo: repository.name }
    const installation_id = options.installation ?? await installed(at)
    const made = await client.read(Token, octokit => octokit.rest.apps.createInstallationAccessToken({ installation_id, repositories: [repository.name] }))
    registerSecret(made.token)
    return { token: made.token, ends: Date.parse(made.expires_at) }
  }
  const installed = async (at: { readonly owner: string, readonly repo: string }): Promise<number> => {
    const found = await client.answer(octokit => octokit.rest.apps.getRepoInstallation(at), [404])
    if (found.status === 404) throw new WritError('forge/unauthorized', `The App ${options.id} of forge ${options.forge} is not installed for ${at.owner}/${at.repo}.`, { hint: 'Install the App for the repository in the settings of its owner.' })
    return read(Installation, found).id
  }
  const keyOf = ({ owner, name }: RepositoryName): string => `${owner}/${name}`.toLowerCase()
  return {
    async token(repository) {
      const key = keyOf(repository)
      const known = await tokens.get(key)
      if (known !== undefined && known.ends - Date.now() > AHEAD) return known.token
      const made = make(repository)
      tokens.set(key, made)
      return made.then(({ token }) => token, (error: unknown) => {
        tokens.delete(key)
        throw error
      })
    },
    login: remembered(async () => `${(await client.read(Self, octokit => octokit.rest.apps.getAuthenticated())).slug}[bot]`),
    forget(repository) { tokens.delete(keyOf(repository)) },
  }
}

/** The App's own word, signed with its key and good for ten minutes. */
async function signed({ forge, id, key }: AppOptions): Promise<string> {
  const privateKey = await key()
  registerSecret(privateKey)
  const { createAppAuth } = await import('@octokit/auth-app')
  try {
    const { token } = await createAppAuth({ appId: id, privateKey })({ type: 'app' })
    registerSecret(token)
    return token
  } catch {
    // What the library says may quote the key.
    throw new WritError('config/invalid', `The key of the App of forge ${forge} is no private key in PEM.`, { hint: 'Download one from the settings of the App, and name its file in writ.yaml: credentials: {app: {key: {file: PATH}}}.' })
  }
}

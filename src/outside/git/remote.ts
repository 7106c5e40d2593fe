import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { WritError } from '../../model/error.ts'
import { silence } from '../silence.ts'
import { checkAddress, checkUrl } from '../url.ts'
import type { ParsedUrl, UrlAccess } from '../url.ts'
import { callGit } from './client.ts'
import type { GitOutput } from './client.ts'
import { checkCredentials, handOver } from './credentials.ts'
import type { GitCredentials } from './credentials.ts'
import { gitEnvironment } from './environment.ts'
import { lateFailure } from './failure.ts'
import type { Mirror } from './mirror.ts'

/** What opens one remote repository. */
export interface RemoteOptions {
  /** Where to fetch and push. */
  readonly url: string
  readonly access: UrlAccess & { readonly credentials?: GitCredentials }
  /** Milliseconds for one remote command; 120,000 where left out. */
  readonly timeout?: number
  /** Hears, once, of a remote that takes its time to say where a branch is; after so many milliseconds, 5000 where left out. */
  readonly tell?: (line: string) => void
  readonly patience?: number
}

/** A remote repository that was checked and may be spoken to. */
export interface Remote {
  readonly url: string
  /** Runs fetch, ls-remote or push with the credentials. Any exit code is a result. Throws git/unreachable where it takes too long, and at once where the remote was just found silent. */
  call(mirror: Mirror, args: readonly string[]): Promise<GitOutput>
}

/** Milliseconds for the question where a branch is, which is small: a remote that takes longer does not answer. */
const QUESTION = 20_000
const PATIENCE = 5000

/** Checks a URL and its credentials. Throws git/refused. */
export function openRemote(options: RemoteOptions): Remote {
  const { url, access } = options
  const parsed = checkUrl(url, access)
  checkCredentials(parsed, access.credentials)
  const longest = options.timeout ?? 120_000
  const silent = silence(Math.min(longest, QUESTION))
  let told = false
  return {
    url,
    async call(mirror, args) {
      const timeout = args[0] === 'ls-remote' ? Math.min(longest, QUESTION) : longest
      const known = args[0] === 'push' ? null : silent.known()
      if (known !== null) throw known
      const began = Date.now()
      await checkResolved(parsed, access)
      const handover = await handOver(parsed, access.credentials, mirror.cacheDir)
      const late = setTimeout(() => {
        if (told || args[0] !== 'ls-remote') return
        told = true
        options.tell?.(`waiting for ${parsed.scheme}://${parsed.host}${parsed.port === '' ? '' : `:${parsed.port}`}`)
      }, options.patience ?? PATIENCE)
      try {
        const env = { ...gitEnvironment({ gitDir: mirror.dir, home: mirror.home, protocol: parsed.scheme, silence: Math.ceil(timeout / 1000) }), ...handover.env }
        const output = await callGit({ args, env, cwd: mirror.dir, timeout })
        silent.heard()
        return output
      } catch (error) {
        if (error instanceof WritError && error.code === 'git/unreachable' && args[0] === 'ls-remote') silent.unheard(began, error)
        throw error
      } finally {
        clearTimeout(late)
        await handover.dispose()
      }
    },
  }
}

// A name may lead to an address that its spelling does not show (reliability.md E.3).
async function checkResolved(url: ParsedUrl, access: UrlAccess): Promise<void> {
  if (url.scheme === 'file' || isIP(url.host.replace(/^\[|\]$/g, '')) !== 0) return
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => { timer = setTimeout(() => { reject(lateFailure(['ls-remote'], 15_000)) }, 15_000) })
  try {
    for (const { address } of await Promise.race([lookup(url.host, { all: true }), late])) checkAddress(address, access.allow)
  } catch (error) {
    if (error instanceof WritError) throw error
    throw new WritError('git/unreachable', `The host ${url.host} cannot be found.`, { retry: true, cause: error })
  } finally {
    clearTimeout(timer)
  }
}

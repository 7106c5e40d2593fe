import { join } from 'node:path'
import { WritError } from '../../model/error.ts'
import { allowedAddresses } from '../addresses.ts'
import type { Lookup } from '../addresses.ts'
import { silence } from '../silence.ts'
import { checkUrl } from '../url.ts'
import type { ParsedUrl, UrlAccess } from '../url.ts'
import { callGit } from './client.ts'
import type { GitCall, GitOutput } from './client.ts'
import { checkCredentials, handOver } from './credentials.ts'
import type { GitCredentials } from './credentials.ts'
import { gitEnvironment } from './environment.ts'
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
  /** Bytes that one fetch may bring; 4 GiB where left out. */
  readonly largest?: number
  /** How names are resolved; as the system does where left out. */
  readonly lookup?: Lookup
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
const LARGEST = 4 * 1024 ** 3
const MEMORY = 4 * 1024 ** 3
const SMALL_MEMORY = 256 * 1024 ** 2

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
      const addresses = parsed.scheme === 'file' ? [] : await allowedAddresses(parsed.host, access.allow, options.lookup)
      const handover = await handOver(parsed, access.credentials, mirror.cacheDir)
      const late = setTimeout(() => {
        if (told || args[0] !== 'ls-remote') return
        told = true
        options.tell?.(`waiting for ${parsed.scheme}://${parsed.host}${parsed.port === '' ? '' : `:${parsed.port}`}`)
      }, options.patience ?? PATIENCE)
      try {
        const env = { ...gitEnvironment({ gitDir: mirror.dir, home: mirror.home, protocol: parsed.scheme, silence: Math.ceil(timeout / 1000), pinned: pinned(parsed, addresses) }), ...handover.env }
        const output = await callGit({ args, env, cwd: mirror.dir, timeout, ...limits(args, join(mirror.dir, 'objects', 'pack'), options.largest) })
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

/** What an answer may take of this machine: that to a question is small. */
function limits([verb]: readonly string[], folder: string, largest = LARGEST): Pick<GitCall, 'room' | 'memory'> {
  return verb === 'ls-remote' ? { memory: SMALL_MEMORY } : { memory: MEMORY, room: { folder, bytes: largest } }
}

/** What curl is told of a name, so that git speaks with the addresses that were checked and with none that the name stands for a moment later. */
function pinned({ scheme, host, port }: ParsedUrl, addresses: readonly string[]): string | null {
  const known = scheme === 'https' || scheme === 'http'
  return !known || addresses.length === 0 ? null : `${host}:${port === '' ? { https: '443', http: '80' }[scheme] : port}:${addresses.map(address => address.includes(':') ? `[${address}]` : address).join(',')}`
}

import type { Refusal } from '../model/error.ts'
import { WritError, refuse } from '../model/error.ts'
import type { ForgeConfig, RepositoryConfig } from '../model/config.ts'
import type { Repositories, RepositoryHandle } from '../flow/ports.ts'
import { checkUrl, normaliseUrl, parseUrl } from './url.ts'

/** Builds the parts of a handle; wire.ts knows how. `url` is where to fetch and push. */
export type OpenHandle = (url: string, forge: ForgeConfig) => RepositoryHandle

/** The repositories that writ.yaml allows. A handle is opened once per repository and process. */
export function openRepositories(repositories: readonly RepositoryConfig[], forges: readonly ForgeConfig[], openHandle: OpenHandle): Repositories {
  const handles = new Map<string, RepositoryHandle>()
  return {
    same: (a, b) => safeNormal(a) === safeNormal(b),
    open(url) {
      const found = matchRepository(url, repositories)
      if (found === null) return unknownRepository(url)
      const forge = forges.find(candidate => candidate.name === found.forge)
      if (forge === undefined) throw new WritError('config/invalid', `writ.yaml names the forge ${found.forge} for a repository, but lists no forge of that name.`)
      const where = found.pushUrl ?? url
      checkUrl(where, { allow: forge.insecureAllow, host: forge.host })
      const key = normaliseUrl(where)
      const handle = handles.get(key) ?? openHandle(where, forge)
      handles.set(key, handle)
      return handle
    },
  }
}

/** The entry with the longest prefix of the URL; a prefix ends at a `/`, so that `…/acme` never stands for `…/acme-evil`. */
export function matchRepository(url: string, repositories: readonly RepositoryConfig[]): RepositoryConfig | null {
  const wanted = safeNormal(url)
  const matches = repositories.flatMap(entry => entry.match.map(prefix => ({ entry, prefix })))
    .filter(({ prefix }) => hasPrefix(url, prefix) || (wanted !== null && hasPrefix(wanted, safeNormal(prefix) ?? prefix)))
  const [longest] = matches.sort((a, b) => b.prefix.length - a.prefix.length)
  return longest?.entry ?? null
}

function hasPrefix(url: string, prefix: string): boolean {
  const trimmed = prefix.replace(/\/+$/, '').replace(/\.git$/, '')
  if (trimmed === '') return false
  const rest = url.startsWith(trimmed) ? url.slice(trimmed.length) : null
  return rest !== null && (rest === '' || rest === '.git' || rest.startsWith('/') || trimmed.endsWith(':') || rest === '.git/')
}

function safeNormal(url: string): string | null {
  try {
    return normaliseUrl(url)
  } catch {
    return null
  }
}

function unknownRepository(url: string): Refusal {
  const lines = suggestion(url)
  return refuse('REPOSITORY_UNKNOWN', 'No entry of repositories in writ.yaml matches the repository of the owner.', [
    { sentence: lines === null ? 'the URL of the owner cannot be used for Git' : `the owner's repository is ${lines.shown}` },
  ], lines === null ? undefined : `Add to writ.yaml:\n${lines.text}`)
}

/** The lines to add, without anything that a URL may hold and no file should. */
function suggestion(url: string): { readonly shown: string, readonly text: string } | null {
  try {
    const parsed = parseUrl(url)
    const shown = normaliseUrl(url)
    const kind = /github/.test(parsed.host) ? 'github' : /gitlab/.test(parsed.host) ? 'gitlab' : 'plain'
    return {
      shown,
      text: `  repositories:\n    - match: [${JSON.stringify(shown)}]\n      forge: ${parsed.host || 'local'}\n  forges:\n    - { name: ${parsed.host || 'local'}, kind: ${kind === 'plain' ? 'plain' : `plain   # ${kind} comes in a later version`}, host: ${JSON.stringify(parsed.host)} }`,
    }
  } catch {
    return null
  }
}

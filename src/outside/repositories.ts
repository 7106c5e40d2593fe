import type { Refusal } from '../model/error.ts'
import { WritError, refuse } from '../model/error.ts'
import type { ForgeConfig, RepositoryConfig } from '../model/config.ts'
import type { Repositories, RepositoryHandle } from '../flow/ports.ts'
import { checkUrl, isLoopback, normaliseUrl, parseUrl } from './url.ts'
import type { InsecureAllow, ParsedUrl } from './url.ts'

/** Builds the parts of a handle; wire.ts knows how. `url` is where to fetch and push. */
export type OpenHandle = (url: string, forge: ForgeConfig) => RepositoryHandle

/** The repositories that writ.yaml allows. A handle is opened once per repository and process. */
export function openRepositories(repositories: readonly RepositoryConfig[], forges: readonly ForgeConfig[], openHandle: OpenHandle): Repositories {
  const handles = new Map<string, RepositoryHandle>()
  return {
    same: (a, b) => safeNormal(a) === safeNormal(b),
    open(url) {
      const found = matchRepository(url, repositories)
      if (found === null) return unknownRepository(url, forges)
      const forge = forges.find(candidate => candidate.name === found.forge)
      if (forge === undefined) throw new WritError('config/invalid', `writ.yaml names the forge ${found.forge} for a repository, but lists no forge of that name.`)
      const where = found.pushUrl ?? url
      checkNamed(where, forge)
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

function unknownRepository(url: string, forges: readonly ForgeConfig[]): Refusal {
  const lines = suggestion(url, forges)
  return refuse('REPOSITORY_UNKNOWN', 'No entry of repositories in writ.yaml matches the repository of the owner.', [
    { sentence: lines === null ? 'the URL of the owner cannot be used for Git' : `the owner's repository is ${lines.shown}` },
  ], lines === null ? undefined : `Add to writ.yaml:\n${lines.text}`)
}

/** The lines to add, without anything that a URL may hold and no file should. Who adds them is not refused for want of another. */
function suggestion(url: string, forges: readonly ForgeConfig[]): { readonly shown: string, readonly text: string } | null {
  try {
    const parsed = parseUrl(url)
    const shown = normaliseUrl(url)
    const needs = insecure(parsed)
    const forge = forges.find(one => one.host === parsed.host && needs.every(need => one.insecureAllow.includes(need)))
    const name = forge?.name ?? (parsed.host.replace(/^\[|\]$/g, '') || 'local')
    const named = parsed.password || (parsed.scheme !== 'ssh' && parsed.user !== '')
    return {
      shown,
      text: [
        '  repositories:', `    - match: [${JSON.stringify(shown)}]`, `      forge: ${JSON.stringify(name)}`,
        ...named ? [`      pushUrl: ${JSON.stringify(shown)}   # without the user of the URL, whose credentials belong to the forge`] : [],
        ...forge === undefined ? ['  forges:', `    - { name: ${JSON.stringify(name)}, kind: plain, host: ${JSON.stringify(parsed.host)}${needs.length === 0 ? '' : `, insecureAllow: [${needs.join(', ')}]`} }`] : [],
      ].join('\n'),
    }
  } catch {
    return null
  }
}

/** What insecureAllow must open for a URL; http and this machine's own disk and addresses are closed otherwise. */
function insecure({ scheme, host }: ParsedUrl): readonly InsecureAllow[] {
  if (scheme === 'file') return ['file']
  return [...scheme === 'http' ? ['http' as const] : [], ...isLoopback(host) ? ['loopback' as const] : []]
}

/** The URL check, naming what was checked: the URL without users and passwords, the forge, and the file that says so. */
function checkNamed(url: string, forge: ForgeConfig): void {
  try {
    checkUrl(url, { allow: forge.insecureAllow, host: forge.host })
  } catch (error) {
    if (!(error instanceof WritError) || error.code !== 'git/refused') throw error
    const reason = error.message.replace(/^This repository URL is not allowed: /, '')
    throw new WritError(error.code, `The repository ${safeNormal(url) ?? 'of the owner'} is not allowed by forge ${forge.name} in writ.yaml: ${reason}`, {
      hint: `Correct the entry of forge ${forge.name} in writ.yaml, or the URL. http, file and loopback are allowed only where its insecureAllow says so.`, cause: error,
    })
  }
}

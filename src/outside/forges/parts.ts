import { WritError } from '../../model/error.ts'
import { parseUrl } from '../url.ts'

/** How a forge names a repository. `owner` may have slashes where the forge has groups. */
export interface RepositoryName { readonly owner: string, readonly name: string }

/** What stands at the end of a repository's URL. `deep`: all but the last part is the owner, else only the one before it. Throws git/refused. */
export function repositoryName(url: string, deep: boolean): RepositoryName {
  const parts = parseUrl(url).path.replace(/\.git$/, '').split('/')
  const name = parts.at(-1) ?? ''
  const owner = deep ? parts.slice(0, -1).join('/') : parts.at(-2) ?? ''
  if (name === '' || owner === '') throw new WritError('git/refused', 'The URL of the repository does not end in OWNER/NAME.', { hint: 'Write the URL as the forge shows it for cloning.' })
  return { owner, name }
}

/** The number of a change request. Throws change/not-found for what is none. */
export function requestNumber(repository: string, id: string): string {
  if (!/^[1-9]\d{0,9}$/.test(id)) throw notFound(repository, id)
  return id
}

export function notFound(repository: string, id: string): WritError {
  return new WritError('change/not-found', `The repository ${repository} has no change request ${id}.`)
}

/** The hidden line by which Writ finds its own comment again. */
export function commentMark(key: string): string {
  return `<!-- writ:${key.replaceAll(/[^a-z0-9-]/gi, '-')} -->`
}

/** True where an error leaves open whether the forge did what was asked. */
export function isUnsure(error: unknown): boolean {
  return error instanceof WritError && (error.code === 'forge/unreachable' || (error.code === 'forge/failed' && error.retry))
}

/** Made when it is first asked for, and once; a failure is not kept. */
export function remembered<T>(make: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | null = null
  return () => {
    known ??= make().catch((error: unknown) => { known = null; throw error })
    return known
  }
}

import { WritError } from '../../model/error.ts'
import type { FailureCode } from '../../model/codes.ts'
import { redact } from '../redact.ts'

const NETWORK = ['fetch', 'ls-remote', 'push']

/** What a text of git, ssh, curl or a forge means. `definite`: the remote has answered, so nothing was changed by a push. */
export interface Meaning { readonly code: FailureCode, readonly retry: boolean, readonly definite: boolean, readonly hint?: string }

const unauthorized: Meaning = { code: 'git/unauthorized', retry: false, definite: true }
const rejected: Meaning = { code: 'git/push-rejected', retry: false, definite: true }
// The hook of a forge that is at work on itself: nothing was changed, and the same push may pass in a moment.
const busy: Meaning = { code: 'git/push-rejected', retry: true, definite: true }
const missing: Meaning = { code: 'git/unreachable', retry: false, definite: true, hint: 'Check the URL of the repository; some forges answer so too where the credentials may not read it.' }
const away: Meaning = { code: 'git/unreachable', retry: true, definite: false }

// In this order: the first text that is found decides. Sources: git, curl and OpenSSH; reliability.md D.1, editing.md 4.5.
const TEXTS: readonly (readonly [RegExp, Meaning])[] = [
  [/host key verification failed|no .* host key is known|remote host identification has changed/i, { code: 'git/unreachable', retry: false, definite: true, hint: 'The host key is not the one in the known_hosts file that writ.yaml names; check it before you change it.' }],
  [/GitLab: (?:API is not accessible|Internal API (?:unreachable|error)|[^\n]*temporarily read-only|[^\n]*try again later)/i, busy],
  [/GH0[0-9]{2}:|push declined|GL-HOOK-ERR|pre-receive hook declined|update hook declined|hook declined|protected branch|not allowed to (?:push|force push)|TF40[0-9]{4}|deny(?:ing)? (?:updating|non-fast|creating|deleting)|push rule|does not follow the pattern|is not a member of team|refusing to allow|repository is archived|archived so it is read-only|deny updating a hidden ref|remote: (?:error|fatal): (?:hook|push) /i, rejected],
  [/authentication failed|could not read (?:username|password)|permission denied|invalid (?:username|credentials)|access denied|HTTP (?:code )?40[13]\b|error: 40[13]\b|http basic: access denied|write access to repository not granted|not granted|support for password authentication was removed|terminal prompts disabled|bad credentials|could not authenticate/i, unauthorized],
  [/repository (?:'[^']*' )?not found|does not appear to be a git repository|error: 404\b|no such file or directory|project you were looking for could not be found|cannot find repository|dubious ownership/i, missing],
  [/redirect|error: 30[1-8]\b/i, { code: 'git/unreachable', retry: false, definite: true, hint: 'The server sends git to another URL; write the final URL into writ.yaml.' }],
  [/certificate (?:verif|problem|has expired|is not|subject)|SSL certificate|local issuer|self.signed certificate/i, { code: 'git/unreachable', retry: false, definite: true, hint: 'The certificate of the server is not trusted by this machine.' }],
  [/transport '[^']*' not allowed/i, { code: 'git/refused', retry: false, definite: true }],
  [/fsck error|fsck-objects|bad object|hasDot|fatal: (?:fsck|pack has bad)/i, { code: 'git/refused', retry: false, definite: true, hint: 'The repository holds objects that git fsck reports; Writ does not read them.' }],
  [/mismatched algorithms|object format|hash algorithm/i, { code: 'usage/not-supported', retry: false, definite: true, hint: 'Repositories with SHA-256 object ids are not supported.' }],
  [/could not resolve host|couldn't resolve|name or service not known|temporary failure in name resolution|connection (?:refused|reset|timed out|closed)|failed to connect|couldn't connect|network is unreachable|no route to host|operation timed out|timed out|early EOF|hung up|unexpected disconnect|broken pipe|error: (?:5\d\d|429)\b|HTTP (?:code )?(?:5\d\d|429)\b|RPC failed|empty reply|recv failure|send failure|operation too slow|kex_exchange|transfer closed|gnutls|SSL_(?:read|connect|error)|failed to report status|unable to access|could not read from remote/i, away],
]

/** The meaning of what a remote command wrote to stderr; git/failed where the text is not known. */
export function meaningOf(text: string): Meaning {
  return TEXTS.find(([pattern]) => pattern.test(text))?.[1] ?? { code: 'git/failed', retry: false, definite: false }
}

/** The error of a command that talked to a remote, in its own redacted words. */
export function remoteFailure(args: readonly string[], text: string): WritError {
  const meaning = meaningOf(text)
  return new WritError(meaning.code, `git ${String(args[0])} failed: ${summary(text)}`, { retry: meaning.retry, ...(meaning.hint === undefined ? {} : { hint: meaning.hint }) })
}

/** The error of a command on the mirror, in its own redacted words. */
export function localFailure(args: readonly string[], { code, stderr }: { readonly code: number, readonly stderr: string }): WritError {
  return new WritError('git/failed', `git ${String(args[0])} ended with ${String(code)}: ${summary(stderr)}`)
}

/** The error of a command that was ended because it took too long. */
export function lateFailure(args: readonly string[], timeout: number): WritError {
  const network = NETWORK.includes(String(args[0]))
  return new WritError(network ? 'git/unreachable' : 'git/failed', `git ${String(args[0])} did not end within ${String(timeout / 1000)} s and was stopped.`, { retry: network })
}

/** The error of a command that printed more than Writ takes. */
export function largeFailure(args: readonly string[]): WritError {
  return new WritError('git/too-large', `git ${String(args[0])} printed more than Writ reads.`)
}

/** The lines that a person needs, redacted: the remote's own, else the last ones of git. */
export function summary(text: string): string {
  const lines = redact(text).split(/[\r\n]+/).map(line => line.trim()).filter(line => line !== '' && line !== 'remote:')
  const told = lines.filter(line => /^(?:remote:|fatal:|error:|!|ERROR)/i.test(line))
  const chosen = (told.length > 0 ? told : lines).slice(-6).join(' ')
  // oxlint-disable-next-line no-control-regex -- a remote may write escape sequences
  const plain = chosen.replaceAll(/\u001b\[[0-9;]*[A-Za-z]|[\u0000-\u001f\u007f]/g, '')
  return plain === '' ? 'it gave no reason.' : plain.slice(0, 600)
}

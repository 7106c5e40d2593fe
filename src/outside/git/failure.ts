import { WritError } from '../../model/error.ts'
import type { FailureCode } from '../../model/codes.ts'
import { redact } from '../redact.ts'
import { REJECTIONS } from './rejections.ts'

const NETWORK = ['fetch', 'ls-remote', 'push']

/** What a text of git, ssh, curl or a forge means. `definite`: the remote has answered, so nothing was changed by a push. */
export interface Meaning { readonly code: FailureCode, readonly retry: boolean, readonly definite: boolean, readonly hint?: string }

const unauthorized: Meaning = { code: 'git/unauthorized', retry: false, definite: true }
const missing: Meaning = { code: 'git/unreachable', retry: false, definite: true, hint: 'Check the URL of the repository; some forges answer so too where the credentials may not read it.' }
const away: Meaning = { code: 'git/unreachable', retry: true, definite: false }
const final = (hint: string): Meaning => ({ code: 'git/unreachable', retry: false, definite: true, hint })

// In this order: the first text that is found decides. Sources: git, curl and OpenSSH; reliability.md D.1, editing.md 4.5.
const BEFORE: readonly (readonly [RegExp, Meaning])[] = [
  [/remote host identification has changed|host key for \S+ has changed/i, final('The host shows another key than the known_hosts file that writ.yaml names: somebody may stand in between. Ask whoever runs it before you change the file.')],
  [/no .* host key is known|host key verification failed/i, final('The host is not in the known_hosts file that writ.yaml names: ask whoever runs it for its key, and write that there.')],
  [/unprotected private key file|bad permissions/i, { ...unauthorized, hint: 'ssh does not use a key that others may read: chmod 600 on the key file that writ.yaml names.' }],
  [/load key .*(?:libcrypto|invalid format|incorrect passphrase)|identity file .* not accessible/i, { ...unauthorized, hint: 'The key file that writ.yaml names is not there, or is no private key that ssh can read without a passphrase.' }],
  [/SAML SSO|IP allow list/i, { ...unauthorized, hint: 'A rule of the organisation at the forge: authorise the token for it, or allow this machine\'s address.' }],
  [/TF401019/i, missing],
]
const AFTER: readonly (readonly [RegExp, Meaning])[] = [
  [/permission denied \(publickey/i, { ...unauthorized, hint: 'The server does not know the key that writ.yaml names, or ssh needs a passphrase for it.' }],
  [/authentication failed|could not read (?:username|password)|permission denied|invalid (?:username|credentials)|access denied|HTTP (?:code )?40[13]\b|error: 40[13]\b|http basic: access denied|write access to repository not granted|does not have write access|not authorized to write|account has been blocked|not granted|support for password authentication was removed|terminal prompts disabled|bad credentials|could not authenticate/i, unauthorized],
  [/repository (?:'[^']*' )?not found|does not appear to be a git repository|error: 404\b|no such file or directory|project you were looking for could not be found|cannot find repository|dubious ownership/i, missing],
  [/info\/refs not valid|bad line length character|not a git repository\?|invalid (?:server response|content-type)/i, final('What answers at this URL does not speak Git: a login page, or a path that is no repository.')],
  [/redirect|error: 30[1-8]\b/i, final('The server sends git to another URL; write the final URL into writ.yaml.')],
  [/certificate (?:verif|problem|has expired|is not|subject)|SSL certificate|local issuer|self.signed certificate/i, final('The certificate of the server is not trusted by this machine.')],
  [/transport '[^']*' not allowed/i, { code: 'git/refused', retry: false, definite: true }],
  [/fsck error|fsck-objects|bad object|hasDot|fatal: (?:fsck|pack has bad)/i, { code: 'git/refused', retry: false, definite: true, hint: 'The repository holds objects that git fsck reports; Writ does not read them.' }],
  [/mismatched algorithms|object format|hash algorithm/i, { code: 'usage/not-supported', retry: false, definite: true, hint: 'Repositories with SHA-256 object ids are not supported.' }],
  [/could not resolve host|couldn't resolve|name or service not known|temporary failure in name resolution|connection (?:refused|reset|timed out|closed)|failed to connect|couldn't connect|network is unreachable|no route to host|operation timed out|timed out|early EOF|hung up|unexpected disconnect|broken pipe|error: (?:5\d\d|429)\b|HTTP (?:code )?(?:5\d\d|429)\b|RPC failed|empty reply|recv failure|send failure|operation too slow|kex_exchange|transfer closed|gnutls|SSL_(?:read|connect|error)|failed to report status|unable to access|could not read from remote/i, away],
]

/** The meaning of what a remote command wrote to stderr; git/failed where the text is not known. */
export function meaningOf(text: string): Meaning {
  const of = (rows: typeof BEFORE): Meaning | undefined => rows.find(([pattern]) => pattern.test(text))?.[1]
  return of(BEFORE) ?? rejectionOf(text) ?? of(AFTER) ?? { code: 'git/failed', retry: false, definite: false }
}

// Only what the remote says of a push is a rejection; the same words of git itself are about a fetch.
function rejectionOf(text: string): Meaning | null {
  if (!/remote:|rejected\]|^ERROR:|GH0\d\d:|GL-HOOK-ERR/m.test(text)) return null
  const found = REJECTIONS.find(rejection => rejection.text.test(text))
  return found === undefined ? null : { code: 'git/push-rejected', retry: found.retry === true, definite: true, hint: found.hint }
}

/** The error of a command that talked to a remote, in its own redacted words. */
export function remoteFailure(args: readonly string[], text: string): WritError {
  const meaning = meaningOf(text)
  // What turns pushes down says otherwise, of a fetch, only that the server cannot.
  const code = meaning.code === 'git/push-rejected' && args[0] !== 'push' ? (meaning.retry ? 'git/unreachable' : 'git/failed') : meaning.code
  return new WritError(code, `git ${String(args[0])} failed: ${summary(text)}`, { retry: meaning.retry, ...(meaning.hint === undefined ? {} : { hint: meaning.hint }) })
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

/** The error of a command that printed or fetched more than Writ takes. */
export function largeFailure(args: readonly string[], what = 'printed more than Writ reads'): WritError {
  return new WritError('git/too-large', `git ${String(args[0])} ${what}.`)
}

const TOLD = /^(?:remote:|fatal:|error:|!|ERROR)/i
const TOLD_BY_SSH = /^(?:ssh: |no .* host key is known|host key (?:for|verification)|offending .* key in|load key |permissions .* are too open|warning: identity file|kex_exchange|connection (?:closed|reset|timed out)|\S+@\S+: permission denied)/i
// Says only that git could not go on; ssh has said why.
const BOILERPLATE = /^fatal: could not read from remote repository/i
/** The part of a text that is looked at: nobody reads more of what a server writes, and its last lines are the ones that tell. */
const LOOKED_AT = 64 * 1024

/** The lines that a person needs, redacted: the remote's own and those of ssh, else the last ones of git. */
export function summary(text: string): string {
  const lines = redact(plain(lastOf(text))).split('\n').map(line => line.replaceAll(/\s+/g, ' ').trim()).filter(line => line !== '' && !/^remote:\s*$/.test(line))
  const bySsh = lines.filter(line => TOLD_BY_SSH.test(line))
  const told = bySsh.length > 0 ? bySsh : lines.filter(line => TOLD.test(line) && !(BOILERPLATE.test(line) && lines.length > 1))
  const chosen = (told.length > 0 ? told : lines).slice(-6).join(' ')
  return chosen === '' ? 'it gave no reason.' : chosen.slice(0, 600)
}

/** Whole lines, so that no secret is cut in half and not known again. */
function lastOf(text: string): string {
  if (text.length <= LOOKED_AT) return text
  const end = text.slice(-LOOKED_AT)
  return end.slice(end.search(/[\r\n]/) + 1)
}

/** Without escape sequences, tags of a page, and characters that are not seen or that turn a line around. */
function plain(text: string): string {
  return text
    // oxlint-disable-next-line no-control-regex -- a remote may write escape sequences
    .replaceAll(/\u001b\][^\u0007\u001b]{0,2000}(?:\u0007|\u001b\\)|\u001b[PX^_][^\u001b]{0,2000}\u001b\\|[\u001b\u009b]\[?[0-9;?<=>]*[ -/]*[@-~]/g, '')
    .replaceAll(/<\/?[a-z!][^<>\n]{0,500}>/gi, ' ')
    .replaceAll(/\r\n?/g, '\n')
    // oxlint-disable-next-line no-control-regex -- control characters are the point
    .replaceAll(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, ' ')
}

import { randomBytes } from 'node:crypto'
import { rmSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { isAbsolute, join } from 'node:path'
import { WritError } from '../../model/error.ts'
import { endWithWrit } from '../end-with-writ.ts'
import { registerSecret } from '../redact.ts'
import type { ParsedUrl } from '../url.ts'

/** How Writ proves to a forge who it is. `token` is asked anew for each remote command. Files are absolute paths. */
export type GitCredentials =
  | { readonly kind: 'token', readonly username: string, readonly token: () => Promise<string> }
  | { readonly kind: 'ssh', readonly keyFile: string, readonly knownHosts: string }

/** What a remote command gets: variables that hold no secret, and the end of it. */
export interface Handover { readonly env: Readonly<Record<string, string>>, dispose(): Promise<void> }

const NOTHING: Handover = { env: {}, dispose: () => Promise.resolve() }

// Answers git's two questions, and only for the one host: the answers are files beside it, so that no token is ever an
// argument or a variable that other processes can read.
const ASKPASS = `#!/bin/sh
here="$(dirname "$0")"
at="$(cat "$here/origin")"
case "$1" in
  "Username for '"*"://$at': ") cat "$here/username" ;;
  "Password for '"*"@$at': ") cat "$here/token" ;;
  *) exit 1 ;;
esac
`

/** Throws git/refused where the credentials do not fit the URL. */
export function checkCredentials(url: ParsedUrl, credentials: GitCredentials | undefined): void {
  if (url.scheme === 'ssh' && credentials?.kind !== 'ssh') throw new WritError('git/refused', 'A repository over ssh needs an sshKey and a knownHosts file.', { hint: 'Give the forge in writ.yaml credentials with sshKey and knownHosts.' })
  if (url.scheme !== 'ssh' && credentials?.kind === 'ssh') throw new WritError('git/refused', `A repository over ${url.scheme} cannot use an ssh key.`, { hint: 'Give the forge in writ.yaml a token, or an ssh URL as pushUrl.' })
}

/** Lays the credentials ready for one remote command under `folder`. Throws git/unauthorized where there is no usable token. */
export async function handOver(url: ParsedUrl, credentials: GitCredentials | undefined, folder: string): Promise<Handover> {
  if (credentials === undefined || url.scheme === 'file') return NOTHING
  if (credentials.kind === 'ssh') return { ...NOTHING, env: { GIT_SSH_COMMAND: sshCommand(credentials.keyFile, credentials.knownHosts) } }
  const token = (await credentials.token()).trim()
  // oxlint-disable-next-line no-control-regex -- control characters are the point
  if (token === '' || /[\u0000-\u001f\u007f]/.test(token)) throw new WritError('git/unauthorized', 'The token of the forge is empty or holds a line break or control character.')
  // oxlint-disable-next-line no-control-regex -- control characters are the point
  if (/[\u0000-\u001f\u007f]/.test(credentials.username)) throw new WritError('git/unauthorized', 'The user name of the forge holds a control character.')
  registerSecret(token)
  registerSecret(`${credentials.username}:${token}`)
  const dir = join(folder, `ask-${randomBytes(8).toString('hex')}`)
  const forget = endWithWrit(() => { rmSync(dir, { recursive: true, force: true }) })
  await mkdir(dir, { mode: 0o700 })
  const at = `${url.host}${url.port === '' ? '' : `:${url.port}`}`
  await writeFile(join(dir, 'origin'), at, { mode: 0o600, flag: 'wx' })
  await writeFile(join(dir, 'username'), `${credentials.username}\n`, { mode: 0o600, flag: 'wx' })
  await writeFile(join(dir, 'token'), `${token}\n`, { mode: 0o600, flag: 'wx' })
  await writeFile(join(dir, 'askpass'), ASKPASS, { mode: 0o700, flag: 'wx' })
  return {
    env: { GIT_ASKPASS: join(dir, 'askpass') },
    async dispose() {
      forget()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

/** The ssh command: this key alone, hosts of this file alone, no questions, nothing of the user's own configuration. */
export function sshCommand(keyFile: string, knownHosts: string): string {
  for (const path of [keyFile, knownHosts]) {
    // ssh expands % and ${} in these options, and a double quote ends its own quoting.
    // oxlint-disable-next-line no-control-regex -- control characters are the point
    if (!isAbsolute(path) || /["%$\\\u0000-\u001f]/.test(path)) throw new WritError('git/refused', 'The sshKey or knownHosts path is not absolute or holds one of " % $ \\.')
  }
  const options = [
    'IdentitiesOnly=yes', 'IdentityAgent=none', 'BatchMode=yes', 'StrictHostKeyChecking=yes', `UserKnownHostsFile="${knownHosts}"`, 'GlobalKnownHostsFile=/dev/null',
    'UpdateHostKeys=no', 'ClearAllForwardings=yes', 'ForwardAgent=no', 'PermitLocalCommand=no', 'ProxyCommand=none', 'ControlPath=none', 'ConnectTimeout=15', 'ServerAliveInterval=15', 'ServerAliveCountMax=3',
  ]
  return ['ssh', '-F', '/dev/null', '-i', keyFile, ...options.flatMap(option => ['-o', option])].map(quoted).join(' ')
}

function quoted(word: string): string {
  return /^[A-Za-z0-9=/._-]+$/.test(word) ? word : `'${word.replaceAll('\'', '\'\\\'\'')}'`
}

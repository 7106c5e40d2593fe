import { homedir } from 'node:os'
import { join } from 'node:path'
import type { SigningConfig } from '../../model/config.ts'
import { WritError } from '../../model/error.ts'
import { summary } from './failure.ts'
import type { GitOutput } from './client.ts'
import type { Mirror } from './mirror.ts'

/** What `git commit-tree -S` is told of the key; nothing of it is secret. */
interface SigningCall { readonly args: readonly string[], readonly config: readonly (readonly [string, string])[], readonly env: Readonly<Record<string, string>> }

/** How commits are signed. A key that asks for a passphrase cannot be used: there is nobody to ask. */
export function signingCall(signing: SigningConfig): SigningCall {
  if ('ssh' in signing) return { args: ['-S'], config: [['gpg.format', 'ssh'], ['user.signingKey', signing.ssh.key.file]], env: {} }
  return { args: ['-S'], config: [['gpg.format', 'openpgp'], ['user.signingKey', signing.gpg.key]], env: { GNUPGHOME: signing.gpg.home ?? process.env['GNUPGHOME'] ?? join(homedir(), '.gnupg') } }
}

/** Throws config/invalid where a commit could not be signed, in the words of the program that was asked. */
export function checkSigned(signing: SigningConfig, output: GitOutput): void {
  if (output.code === 0) return
  const key = 'ssh' in signing ? `the SSH key ${signing.ssh.key.file}` : `the GPG key ${signing.gpg.key}`
  const said = output.stderr.replaceAll(/^\[GNUPG:\].*$/gm, '').replaceAll(/^(?:\s*-|\s*<)/gm, ' ')
  throw new WritError('config/invalid', `A commit cannot be signed with ${key}, which signing in writ.yaml names: ${summary(said)}`, { hint: 'ssh: a private key without a passphrase that only its user may read. gpg: a secret key in the keyring of the user that Writ runs as, or in the home that signing names.' })
}

/** What a commit says, its signature left out, so that two that differ in nothing else are equal; null where it has none. */
export async function signedContent(mirror: Mirror, commit: string): Promise<string | null> {
  const { signed, content } = withoutSignature(await rawCommit(mirror, commit))
  return signed ? content : null
}

/** The bytes of a commit, each as one character: what it says need not be UTF-8. */
export async function rawCommit(mirror: Mirror, commit: string): Promise<string> {
  return (await mirror.pipe(['cat-file', '-p', commit])).stdout.toString('latin1')
}

function withoutSignature(raw: string): { readonly signed: boolean, readonly content: string } {
  const end = raw.indexOf('\n\n')
  // A header goes on in every line that begins with a space.
  const head = raw.slice(0, end).replaceAll(/\ngpgsig(?:-sha256)? [^\n]*(?:\n [^\n]*)*/g, '')
  return { signed: head.length < end, content: head + raw.slice(end) }
}

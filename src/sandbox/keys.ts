import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { WritError } from '../model/error.ts'
import { baseEnvironment, run } from '../outside/run.ts'

/** A fresh SSH key without a passphrase; the private key stays in the sandbox's folder. */
export interface SshKey { readonly file: string, readonly publicKey: string }

/** Makes an ed25519 key by ssh-keygen. Throws sandbox/failed. */
export async function makeKey(folder: string, name: string): Promise<SshKey> {
  const file = join(folder, name)
  const result = await run({
    program: 'ssh-keygen', args: ['-t', 'ed25519', '-q', '-N', '', '-C', `${name}@example.com`, '-f', file], env: baseEnvironment(), timeout: 20_000,
  }).catch(() => null)
  if (result?.code !== 0) throw new WritError('sandbox/failed', `ssh-keygen could not make a key: ${result?.stderr.trim() ?? 'it is not installed'}`, { hint: 'Install openssh-client.' })
  return { file, publicKey: (await readFile(`${file}.pub`, 'utf8')).trim() }
}

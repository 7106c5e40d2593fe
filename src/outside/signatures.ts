import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { Signatures } from '../flow/ports.ts'
import type { Person } from '../model/config.ts'
import { WritError } from '../model/error.ts'
import { endWithWrit } from './end-with-writ.ts'
import { baseEnvironment, run } from './run.ts'
import type { RunResult } from './run.ts'
import { keyOf } from './ssh-key.ts'

/** What an approval is signed for; a signature made for anything else (a commit, a file, a login) never is one (reliability.md R6). */
const APPROVAL_NAMESPACE = 'writ/approval/v1'

/** Whose keys count. `home` is what `~` in a key file's path stands for. */
export interface SignaturesOptions { readonly people: readonly Person[], readonly home?: string }

// A security key waits for a touch.
const SIGN_TIMEOUT = 60_000
const VERIFY_TIMEOUT = 10_000
const LARGEST_SIGNATURE = 16 * 1024
const ARMOUR = /^-----BEGIN SSH SIGNATURE-----\r?\n[A-Za-z0-9+/=\r\n]+-----END SSH SIGNATURE-----\s*$/

/** OpenSSH signatures by the keys of people.yaml. Throws config/invalid where a key cannot be read or belongs to two persons. */
export function openSignatures({ people, home = homedir() }: SignaturesOptions): Signatures {
  const signers = allowedSigners(people)
  return {
    sign: (document, keyFile) => sign(document, keyPath(keyFile, home)),
    signer: async (document, armoured) => {
      if (signers === '' || armoured.length > LARGEST_SIGNATURE || !ARMOUR.test(armoured)) return null
      return inPrivateFolder(async dir => {
        const files = { signature: join(dir, 'signature'), signers: join(dir, 'allowed_signers') }
        writeFileSync(files.signature, armoured, { mode: 0o600 })
        writeFileSync(files.signers, signers, { mode: 0o600 })
        return signerOf(document, files)
      })
    },
  }
}

/** One line for each key; the namespace stands there too, so that the list is of no use for anything else. */
function allowedSigners(people: readonly Person[]): string {
  const owners = new Map<string, string>()
  for (const { name, aliases } of people) {
    for (const line of aliases.ssh) {
      const key = keyOf(line)
      if (key === null) throw new WritError('config/invalid', `A public key of ${name} in people.yaml cannot be read.`, { hint: 'Write it as authorized_keys does: ssh-ed25519 AAAA… comment.' })
      const owner = owners.get(key) ?? name
      if (owner !== name) throw new WritError('config/invalid', `${owner} and ${name} have the same SSH key in people.yaml; a key proves one person.`)
      owners.set(key, owner)
    }
  }
  return [...owners].map(([key, name]) => `${name} namespaces="${APPROVAL_NAMESPACE}" ${key}\n`).join('')
}

async function sign(document: string, keyFile: string): Promise<string> {
  if (!isFile(keyFile)) throw new WritError('approve/bad-signature', `There is no key file ${keyFile}.`, { hint: 'Give --key with a private key file, or with the .pub file of a key that ssh-agent holds.' })
  const result = await keygen(['sign', '-f', keyFile, '-n', APPROVAL_NAMESPACE], document, { timeout: SIGN_TIMEOUT, agent: keyFile.endsWith('.pub') })
  const armoured = result.stdout.toString('latin1')
  if (result.code !== 0 || !ARMOUR.test(armoured)) throw cannotSign(keyFile, result)
  return armoured
}

async function signerOf(document: string, files: { readonly signature: string, readonly signers: string }): Promise<string | null> {
  const found = await keygen(['find-principals', '-s', files.signature, '-f', files.signers], '', { timeout: VERIFY_TIMEOUT, agent: false })
  const persons = found.stdout.toString('utf8').split('\n').filter(line => line !== '')
  const [person] = persons
  if (found.code !== 0 || person === undefined || persons.length !== 1) return null
  const verified = await keygen(['verify', '-f', files.signers, '-I', person, '-n', APPROVAL_NAMESPACE, '-s', files.signature], document, { timeout: VERIFY_TIMEOUT, agent: false })
  return verified.code === 0 ? person : null
}

// In a group of its own the child has no terminal, and it gets no askpass program: it fails where it would ask for a passphrase.
async function keygen(args: readonly string[], input: string, { timeout, agent }: { readonly timeout: number, readonly agent: boolean }): Promise<RunResult> {
  const socket = agent ? process.env['SSH_AUTH_SOCK'] : undefined
  const env = { ...baseEnvironment(), ...(socket === undefined ? {} : { SSH_AUTH_SOCK: socket }) }
  try {
    return await run({ program: 'ssh-keygen', args: ['-Y', ...args], env, input, timeout, maxOutput: 64 * 1024 })
  } catch (cause) {
    throw new WritError('approve/bad-signature', 'The program ssh-keygen cannot be started.', { cause, hint: 'Install OpenSSH 8.9 or later (Debian: apt-get install openssh-client).' })
  }
}

function cannotSign(keyFile: string, { stderr, timedOut }: RunResult): WritError {
  const because = (sentence: string, hint: string): WritError => new WritError('approve/bad-signature', `${keyFile} cannot sign: ${sentence}.`, { hint })
  const agent = `Put the key into ssh-agent (ssh-add ${keyFile.replace(/\.pub$/, '')}) and give --key ${keyFile.replace(/(?:\.pub)?$/, '.pub')}.`
  if (timedOut) return because('nobody answered in time', 'Touch the security key while it blinks.')
  if (/UNPROTECTED PRIVATE KEY FILE/.test(stderr)) return because('other users may read it', `Run chmod 600 ${keyFile}.`)
  if (/passphrase/i.test(stderr)) return because('it is protected by a passphrase, and Writ never asks for one', agent)
  if (/No private key found/i.test(stderr)) return because('its private key is neither beside it nor in ssh-agent', agent)
  if (/Couldn't load public key|invalid format|error in libcrypto/i.test(stderr)) return because('it is no OpenSSH key', 'Make one with ssh-keygen -t ed25519 and add its public key to people.yaml.')
  return because(stderr.trim().split('\n').at(-1) ?? 'ssh-keygen gave no reason', agent)
}

async function inPrivateFolder<T>(work: (dir: string) => Promise<T>): Promise<T> {
  // mkdtemp makes it 0700.
  const dir = mkdtempSync(join(tmpdir(), 'writ-signature-'))
  const remove = (): void => { rmSync(dir, { recursive: true, force: true }) }
  const forget = endWithWrit(remove)
  try {
    return await work(dir)
  } finally {
    forget()
    remove()
  }
}

function keyPath(written: string, home: string): string {
  return written === '~' || written.startsWith('~/') ? join(home, written.slice(1)) : resolve(written)
}

function isFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true
}

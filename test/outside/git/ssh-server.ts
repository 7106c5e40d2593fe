import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** A real OpenSSH server on loopback, for the user of the test alone. */
export interface SshServer {
  readonly folder: string
  readonly port: number
  /** The URL of a path on this machine. */
  url(path: string): string
  /** A line of a known_hosts file with its key. */
  readonly known: string
  close(): Promise<void>
}

/** Where the server program is; null where this machine has none. WRIT_TEST_SSHD names another one. */
export function sshd(): string | null {
  return [process.env['WRIT_TEST_SSHD'], '/usr/sbin/sshd', '/usr/local/sbin/sshd', '/opt/homebrew/sbin/sshd'].find(path => path !== undefined && existsSync(path)) ?? null
}

/** Makes a key pair in files; an empty passphrase is none. */
export function keyPair(file: string, passphrase = ''): { readonly file: string, readonly line: string } {
  const made = spawnSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-C', 'test', '-f', file])
  if (made.status !== 0) throw new Error(made.stderr.toString('utf8'))
  return { file, line: readFileSync(`${file}.pub`, 'utf8').trim() }
}

/** Starts it; `authorised` are the public keys that may log in. */
export async function sshServer(program: string, authorised: readonly string[]): Promise<SshServer> {
  const folder = mkdtempSync(join(tmpdir(), 'writ-sshd-'))
  const host = keyPair(join(folder, 'host'))
  const port = await freePort()
  writeFileSync(join(folder, 'authorised'), `${authorised.join('\n')}\n`)
  writeFileSync(join(folder, 'config'), [
    `Port ${String(port)}`, 'ListenAddress 127.0.0.1', `HostKey ${host.file}`, 'PidFile none', `AuthorizedKeysFile ${join(folder, 'authorised')}`, 'StrictModes no', 'PasswordAuthentication no', 'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password', 'AcceptEnv GIT_PROTOCOL', 'LogLevel ERROR', '',
  ].join('\n'))
  // A server that was installed and never started by the system lacks the folder in which it locks its helper up.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true })
  const child = spawn(program, ['-D', '-e', '-f', join(folder, 'config')], { stdio: ['ignore', 'ignore', 'pipe'], detached: true })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => { said += chunk.toString('utf8') })
  const ended = new Promise<void>(resolve => { child.on('close', () => { resolve() }) })
  for (let time = 0; !await answers(port); time += 1) {
    if (time > 100 || child.exitCode !== null) throw new Error(`sshd does not start: ${said}`)
    await sleep(50)
  }
  return {
    folder, port, known: `[127.0.0.1]:${String(port)} ${host.line}`,
    url: path => `ssh://${userInfo().username}@127.0.0.1:${String(port)}${path}`,
    async close() {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  const { port } = server.address() as AddressInfo
  await new Promise(resolve => { server.close(resolve) })
  return port
}

function answers(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.on('data', data => { socket.destroy(); resolve(data.toString('latin1').startsWith('SSH-')) })
    socket.on('error', () => { resolve(false) })
    socket.on('close', () => { resolve(false) })
  })
}

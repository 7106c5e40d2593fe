import { spawn } from 'node:child_process'
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import type { Up } from './up.ts'

/** How a command line ended. */
export interface Ended { readonly code: number | null, readonly out: string, readonly all: string }

/** The program as a person starts it: built, where what is built is newer than the sources, else through tsx. */
export function writProgram(): readonly string[] {
  const built = statSync('dist/main.js', { throwIfNoEntry: false })?.mtimeMs ?? 0
  const newest = Math.max(...readdirSync('src', { recursive: true, encoding: 'utf8' }).map(name => statSync(join('src', name)).mtimeMs))
  return built > newest ? [process.execPath, resolve('dist/main.js')] : [process.execPath, '--import', createRequire(resolve('package.json')).resolve('tsx'), resolve('src/main.ts')]
}

/** A terminal for one page: a folder and a home of its own with what ships in `deploy/`, `writ` and `npx` on its PATH, and the variables of the sandbox. */
export class Shell {
  readonly dir: string
  readonly env: Record<string, string>
  #change = ''

  constructor(up: Up, writ: readonly string[]) {
    this.dir = mkdtempSync(join(tmpdir(), 'writ-docs-'))
    const [bin, home] = [join(this.dir, 'bin'), join(this.dir, 'home')]
    for (const folder of [bin, join(home, '.ssh')]) mkdirSync(folder, { recursive: true })
    symlinkSync(resolve('deploy'), join(this.dir, 'deploy'))
    script(join(bin, 'writ'), `exec ${writ.map(word => `'${word}'`).join(' ')} "$@"`)
    script(join(bin, 'npx'), 'exec "$@"')
    copyFileSync(up.key, join(home, '.ssh', 'id_ed25519'))
    copyFileSync(`${up.key}.pub`, join(home, '.ssh', 'id_ed25519.pub'))
    chmodSync(join(home, '.ssh', 'id_ed25519'), 0o600)
    this.env = { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: home, KUBECONFIG: up.kubeconfig, ...up.env }
  }

  /** Runs a line as bash does. `change/ID` is the last change that a line before it spoke of. */
  async run(line: string): Promise<Ended> {
    if (line.includes('change/ID') && this.#change === '') throw new Error(`no change stands before: ${line}`)
    const child = spawn('bash', ['-c', line.replaceAll('change/ID', this.#change)], { cwd: this.dir, env: this.env, stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, all] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString(); all += chunk.toString() })
    child.stderr.on('data', (chunk: Buffer) => { all += chunk.toString() })
    const code = await new Promise<number | null>((done, fail) => {
      child.on('error', fail)
      child.on('close', done)
    })
    const asked = /^(?:npx )?writ (?:set|scale|restart|patch|apply|delete|rollback|sync|suspend|resume) /.test(line) ? /change\/[a-z2-7]{8}\b/.exec(all)?.[0] : undefined
    this.#change = asked ?? this.#change
    return { code, out, all }
  }

  /** Writes a file below the folder. */
  write(name: string, text: string): void {
    mkdirSync(dirname(join(this.dir, name)), { recursive: true })
    writeFileSync(join(this.dir, name), text)
  }

  close(): void {
    rmSync(this.dir, { recursive: true, force: true })
  }
}

function script(file: string, line: string): void {
  writeFileSync(file, `#!/bin/sh\n${line}\n`, { mode: 0o755 })
}

/**
 * `npm run test:real`: builds and starts the real parts, plays the scenarios on them, four at a time, and ends everything.
 * `node --import tsx test/real/run.ts up` only starts them and waits for Ctrl-C. Where something is missing it says what, and every scenario counts as skipped.
 */
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { constants, tmpdir } from 'node:os'
import { join } from 'node:path'
import { endTree } from './parts/end-tree.ts'
import { prepare, up, versions } from './parts/up.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const tell = (line: string): void => { console.error(line) }

const prepared = prepare(tell)
if ('missing' in prepared) {
  tell(`The real parts cannot be started here:\n${prepared.missing.map(line => `  - ${line}`).join('\n')}\nEvery scenario is skipped.`)
  process.exitCode = await scenarios(null)
} else {
  for (const line of versions(prepared.folders)) tell(line)
  const began = Date.now()
  const folder = mkdtempSync(join(tmpdir(), 'writ-real-'))
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => { interrupted(folder, signal) })
  const running = await up({ folder, folders: prepared.folders }, tell)
  tell(`all parts are up after ${((Date.now() - began) / 1000).toFixed(0)} s`)
  if (process.argv[2] === 'up') await forever(running.file)
  else {
    const code = await scenarios({ file: running.file, folder }).catch(() => 1)
    await running.stop(code !== 0)
    if (code !== 0) tell(`the logs of the parts are in ${join(folder, 'logs')}`)
    process.exitCode = code
  }
}

/**
 * Nothing of an interrupted run is kept, so nothing is asked to end: all that was started is killed, and the folder goes. In one go and without waiting:
 * one Ctrl-C comes several times (from the terminal, and again from npm), and none of them may find it half done.
 */
function interrupted(folder: string, signal: 'SIGINT' | 'SIGTERM' | 'SIGHUP'): never {
  endTree()
  rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 })
  process.exit(128 + constants.signals[signal])
}

async function forever(file: string): Promise<never> {
  tell(`WRIT_REAL=${file}`)
  return new Promise(() => { setInterval(() => undefined, 60_000) })
}

/** Runs mocha over the scenarios; its exit code. What they leave in the folder of temporary files goes with the parts. */
function scenarios(of: { readonly file: string, readonly folder: string } | null): Promise<number> {
  const asked = process.argv.slice(2)
  const temporary = of === null ? tmpdir() : join(of.folder, 'scenes')
  mkdirSync(temporary, { recursive: true })
  // Gitea runs as somebody else, in a folder of its own below it; what is secret here is readable by its owner only.
  if (of !== null) chmodSync(of.folder, 0o711)
  const child = spawn(process.execPath, [join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js'), '--config', join(import.meta.dirname, 'mocharc.json'), ...asked.length > 0 ? asked : ['test/real/scenarios/**/*.real.ts']], {
    cwd: ROOT, stdio: 'inherit', env: { ...process.env, WRIT_REAL: of?.file ?? '', TMPDIR: temporary },
  })
  return new Promise(resolve => {
    child.once('error', () => { resolve(1) })
    child.once('exit', code => { resolve(code ?? 1) })
  })
}

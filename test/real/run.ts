/**
 * `npm run test:real`: builds and starts the real parts, plays the scenarios on them, four at a time, and ends everything.
 * `tsx test/real/run.ts up` only starts them and waits for Ctrl-C. Where something is missing it says what, and every scenario counts as skipped.
 */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { prepare, up, versions } from './parts/up.ts'
import type { Up } from './parts/up.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const tell = (line: string): void => { console.error(line) }

const prepared = prepare(tell)
if ('missing' in prepared) {
  tell(`The real parts cannot be started here:\n${prepared.missing.map(line => `  - ${line}`).join('\n')}\nEvery scenario is skipped.`)
  process.exitCode = await scenarios(null)
} else {
  for (const line of versions(prepared.folders)) tell(line)
  const began = Date.now()
  const running = await up(prepared.folders, tell)
  tell(`all parts are up after ${((Date.now() - began) / 1000).toFixed(0)} s`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { void running.stop(false).then(() => process.exit(130)) })
  if (process.argv[2] === 'up') await forever(running)
  else {
    const code = await scenarios(running.file).catch(() => 1)
    await running.stop(code !== 0)
    if (code !== 0) tell(`the logs of the parts are in ${join(running.folder, 'logs')}`)
    process.exitCode = code
  }
}

async function forever(running: Up): Promise<never> {
  tell(`WRIT_REAL=${running.file}`)
  return new Promise(() => { setInterval(() => undefined, 60_000) })
}

/** Runs mocha over the scenarios; its exit code. */
function scenarios(file: string | null): Promise<number> {
  const asked = process.argv.slice(2)
  const child = spawn(process.execPath, [join(ROOT, 'node_modules', 'mocha', 'bin', 'mocha.js'), '--config', join(import.meta.dirname, 'mocharc.json'), ...asked.length > 0 ? asked : ['test/real/scenarios/**/*.real.ts']], {
    cwd: ROOT, stdio: 'inherit', env: { ...process.env, WRIT_REAL: file ?? '' },
  })
  return new Promise(resolve => {
    child.once('error', () => { resolve(1) })
    child.once('exit', code => { resolve(code ?? 1) })
  })
}

import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { bundle } from '../../deploy/bundle.ts'

/** A script of the tests that is started many times, built as the program is: it starts in a third of the time. */
export interface Bundled { readonly path: string, remove(): void }

export async function bundled(script: string): Promise<Bundled> {
  const folder = mkdtempSync(join(tmpdir(), 'writ-bundled-'))
  for (const name of ['node_modules', 'policies', 'package.json']) symlinkSync(resolve(name), join(folder, name))
  await bundle({ script, worker: 'src/outside/policy/worker.ts' }, join(folder, 'dist'))
  return { path: join(folder, 'dist', 'script.js'), remove: () => { rmSync(folder, { recursive: true, force: true }) } }
}

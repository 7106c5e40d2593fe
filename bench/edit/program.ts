import { execFileSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'

const CHECKOUT = join(import.meta.dirname, '../..')

/**
 * Builds the program into a folder of its own, so that work on the source does not disturb a run; gives what node is to start.
 * Without a commit it is built as it stands.
 */
export function buildProgram(home: string, commit: string | null): readonly string[] {
  const folder = join(home, 'program')
  mkdirSync(folder, { recursive: true })
  for (const name of ['node_modules', 'package.json', 'policies', 'tsconfig.json']) symlinkSync(join(CHECKOUT, name), join(folder, name))
  if (commit === null) symlinkSync(join(CHECKOUT, 'src'), join(folder, 'src'))
  else execFileSync('tar', ['x', '-C', folder], { input: execFileSync('git', ['archive', commit, 'src'], { cwd: CHECKOUT, maxBuffer: 2 ** 28 }) })
  try {
    execFileSync(process.execPath, [join(CHECKOUT, 'node_modules/typescript/bin/tsc'), '-p', 'src/tsconfig.build.json', '--outDir', join(folder, 'dist'), '--noEmitOnError', 'false'], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
  } catch (error) {
    console.error(`the source has type errors: ${error instanceof Error && 'stdout' in error ? String(error.stdout).slice(0, 500) : ''}`)
  }
  return [join(folder, 'dist/main.js')]
}

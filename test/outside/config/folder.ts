import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

/** The smallest writ.yaml: one cluster. */
export const WRIT = 'clusters:\n  - name: main\n    context: admin@main\n'

/** Writes a configuration folder, gives it to the work, and removes it. */
export function withFolder<T>(files: Readonly<Record<string, string>>, work: (dir: string) => T): T {
  const dir = mkdtempSync(join(tmpdir(), 'writ-config-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, name)), { recursive: true })
      writeFileSync(join(dir, name), text)
    }
    return work(dir)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

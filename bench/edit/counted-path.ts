import { execFileSync } from 'node:child_process'
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const COUNTED = { kustomize: 'build', kubectl: 'kustomize', helm: 'template' } as const

/** A PATH whose renderers write down each render that they are started for; `taken` says how many there were since it was asked last. */
export interface CountedPath { readonly path: string, readonly taken: () => number }

/** Puts a line before the renderers that are on PATH. The program that is measured knows nothing of it. */
export function countedPath(folder: string): CountedPath {
  const [path, record] = [process.env['PATH'] ?? '', join(folder, 'renders')]
  mkdirSync(folder, { recursive: true })
  writeFileSync(record, '')
  for (const [name, word] of Object.entries(COUNTED)) {
    const real = locate(name)
    if (real !== null) writeFileSync(join(folder, name), `#!/bin/sh\n[ "$1" != ${word} ] || echo >> '${record}'\nexec '${real}' "$@"\n`, { mode: 0o755 })
  }
  let seen = 0
  return {
    path: `${folder}:${path}`,
    taken: () => {
      const [before, now] = [seen, statSync(record).size]
      seen = now
      return now - before
    },
  }
}

function locate(name: string): string | null {
  try {
    return execFileSync('sh', ['-c', 'command -v "$1"', 'sh', name], { encoding: 'utf8' }).trim()
  } catch {
    return null
  }
}

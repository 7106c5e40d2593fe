import { openRepository } from '../../../src/outside/git/open-repository.ts'
import type { Repository } from '../../../src/outside/git/open-repository.ts'

/** Adds a file to main in a commit of its own, and tries again wherever it was too late. */
export async function addFile({ reader, writer }: Repository, path: string): Promise<void> {
  for (let attempt = 0; attempt < 60; attempt += 1) {
    const base = String((await reader.tip('main'))?.commit)
    const commit = await writer.commit(base, [{ path, before: null, after: `${path}\n` }], { message: `add ${path}`, author: { name: 'Ann', email: 'ann@example.org' }, at: '2026-01-02T03:04:05Z' })
    const result = await writer.push('main', commit, base).catch((error: unknown) => {
      if (error instanceof Error && 'retry' in error && error.retry === true) return { kind: 'moved' } as const
      throw error
    })
    if (result.kind === 'pushed') return
  }
  throw new Error(`${path} never arrived`)
}

// A process of its own: URL, cache folder, name, count.
if (process.argv[1] === import.meta.filename) {
  const [url = '', cacheDir = '', name = '', count = '0'] = process.argv.slice(2)
  const repository = openRepository({ url, cacheDir, access: { allow: ['file'], host: '' }, committer: { name: 'Writ', email: 'writ@example.org' } })
  for (let number = 0; number < Number(count); number += 1) await addFile(repository, `${name}-${String(number)}.yaml`)
}

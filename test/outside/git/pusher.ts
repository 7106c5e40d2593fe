import { openRepository } from '../../../src/outside/git/open-repository.ts'

/** A process of its own that adds `count` files to main, one commit each, and tries again wherever it was too late. */
const [url = '', cacheDir = '', name = '', count = '0'] = process.argv.slice(2)
const { reader, writer } = openRepository({ url, cacheDir, access: { allow: ['file'], host: '' }, committer: { name: 'Writ', email: 'writ@example.org' } })

for (let number = 0; number < Number(count); number += 1) await add(`${name}-${String(number)}.yaml`)

async function add(path: string): Promise<void> {
  for (;;) {
    const base = String((await reader.tip('main'))?.commit)
    const commit = await writer.commit(base, [{ path, before: null, after: `${path}\n` }], { message: `add ${path}`, author: { name, email: `${name}@example.org` }, at: '2026-01-02T03:04:05Z' })
    const result = await writer.push('main', commit, base).catch((error: unknown) => {
      if (error instanceof Error && 'retry' in error && error.retry === true) return { kind: 'moved' } as const
      throw error
    })
    if (result.kind === 'pushed') return
  }
}

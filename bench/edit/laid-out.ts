import { join } from 'node:path'
import type { BuildAsk, Rendered } from './build.ts'
import { build } from './build.ts'
import { CORPUS } from './cases.ts'
import type { Consumers } from './consumers.ts'
import { consumersOf } from './consumers.ts'
import { layOut } from './working-copy.ts'

/** A repository as it is, which nobody edits: what renders from it is rendered once. */
export interface LaidOut {
  readonly folder: string
  readonly consumers: Consumers
  readonly before: (ask: Omit<BuildAsk, 'folder'>) => Promise<Rendered>
  /** Milliseconds that the first render of a directory took. */
  readonly bare: ReadonlyMap<string, number>
}

/** Unpacks a repository of the benchmark, changes its files where that is asked, and finds its consumers. */
export function layOutRepository(repo: string, home: string, options: { readonly corpus?: string, readonly change?: (folder: string) => void } = {}): LaidOut {
  const folder = join(home, 'pristine', repo)
  layOut(join(options.corpus ?? CORPUS, `${repo}.tar.gz`), folder, options.change)
  return laidOut(folder)
}

/** The same of a folder that is there. */
export function laidOut(folder: string): LaidOut {
  const renders = new Map<string, Promise<Rendered>>()
  const bare = new Map<string, number>()
  return {
    folder, bare, consumers: consumersOf(folder),
    before(ask) {
      const key = JSON.stringify(ask)
      const known = renders.get(key)
      if (known !== undefined) return known
      const start = performance.now()
      const made = build({ ...ask, folder }).then(text => {
        if (ask.way === 'asked' && ask.restrictor === 'root') bare.set(ask.path, performance.now() - start)
        return text
      })
      renders.set(key, made)
      return made
    },
  }
}

import { join } from 'node:path'
import type { EditCase } from './cases.ts'
import { countedPath } from './counted-path.ts'
import type { LaidOut } from './laid-out.ts'
import { layOutRepository } from './laid-out.ts'
import { runNaive } from './naive.ts'
import type { Origin } from './origin.ts'
import { originsOf } from './origin.ts'
import type { CaseResult, Stage } from './run-case.ts'
import { runCase } from './run-case.ts'
import type { Trap } from './trap.ts'
import { trapResult, trapped } from './trap.ts'
import { workingCopy } from './working-copy.ts'

/** How a set of cases is run. */
export interface RunAsk {
  /** The cases; or for each of these repositories what is found in it. */
  readonly cases: readonly EditCase[] | { readonly repos: readonly string[], readonly find: (repository: LaidOut, repo: string) => Promise<readonly EditCase[]> }
  readonly program: readonly string[]
  readonly home: string
  readonly jobs: number
  readonly timeout: number
  readonly keep: string | null
  readonly corpus?: string
  /** Changes a repository before its cases run. */
  readonly change?: (folder: string) => void
  readonly trap?: Trap | null
  /** Whether origins are looked for, and the naive editor runs beside. */
  readonly naive?: boolean
  /** Called with each result as it comes. */
  readonly each: (result: CaseResult) => void
  readonly stopped: () => boolean
}

interface Ground { readonly ask: RunAsk, readonly queue: EditCase[], readonly stage: Stage, readonly originOf: (one: EditCase) => Promise<Origin> }

/** Runs cases, repository by repository, several at once, each in its own copy. */
export async function runAll(ask: RunAsk): Promise<void> {
  const { cases } = ask
  for (const repo of 'repos' in cases ? cases.repos : new Set(cases.map(one => one.repo))) {
    if (ask.stopped()) return
    const repository = layOutRepository(repo, ask.home, { ...ask.corpus === undefined ? {} : { corpus: ask.corpus }, ...ask.change === undefined ? {} : { change: ask.change } })
    const queue = [...'repos' in cases ? await cases.find(repository, repo) : cases.filter(one => one.repo === repo)]
    const originOf = originsOf(repository.folder)
    await Promise.all(Array.from({ length: Math.min(ask.jobs, queue.length) }, async (_, i) => lane({ ask, queue, originOf, stage: stageOf(ask, repository, join(ask.home, `lane-${i}`, repo)) })))
  }
}

function stageOf(ask: RunAsk, repository: LaidOut, folder: string): Stage {
  return { program: ask.program, repository, copy: workingCopy(repository.folder, folder), counted: countedPath(`${folder}-renderers`), timeout: ask.timeout, keep: ask.keep }
}

async function lane({ ask, queue, stage, originOf }: Ground): Promise<void> {
  for (let one = queue.shift(); one !== undefined && !ask.stopped(); one = queue.shift()) {
    const result = ask.trap === undefined || ask.trap === null ? await runCase(one, stage) : await runTrapped(one, ask.trap, { stage, originOf })
    // A process that was ended from outside says nothing about the engine.
    if (result === null || ask.stopped()) continue
    if (ask.naive !== true) ask.each(result)
    else {
      const origin = await originOf(one)
      const naive = result.outcome === 'apart' ? null : await runNaive(one, stage, origin)
      ask.each({ ...result, origin: origin.kind, naive: naive?.failed ?? null })
    }
  }
  stage.copy.dispose()
}

/** One case with a trap laid; null where it gives none. */
async function runTrapped(one: EditCase, trap: Trap, { stage, originOf }: Pick<Ground, 'stage' | 'originOf'>): Promise<CaseResult | null> {
  const made = trapped(trap, one, { folder: stage.repository.folder, origin: await originOf(one) })
  return made === null ? null : trapResult(trap, made.path, await runCase(made.one, stage, made.overlay))
}

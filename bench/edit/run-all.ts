import { join } from 'node:path'
import type { EditCase } from './cases.ts'
import type { LaidOut } from './laid-out.ts'
import { layOutRepository } from './laid-out.ts'
import type { CaseResult, Overlay } from './run-case.ts'
import { runCase } from './run-case.ts'
import { workingCopy } from './working-copy.ts'
import type { WorkingCopy } from './working-copy.ts'

/** How a set of cases is run. */
export interface RunAsk {
  readonly cases: readonly EditCase[]
  readonly program: readonly string[]
  readonly home: string
  readonly jobs: number
  readonly timeout: number
  readonly keep: string | null
  readonly corpus?: string
  /** Changes a repository before its cases run. */
  readonly change?: (folder: string) => void
  /** Files laid over the repository for one case; null where the case gives no such thing. */
  readonly overlay?: (one: EditCase, repository: LaidOut) => Promise<Overlay | null>
  /** Called with each result as it comes. */
  readonly each: (result: CaseResult, one: EditCase, repository: LaidOut) => Promise<void>
  readonly stopped: () => boolean
}

/** Runs cases, repository by repository, several at once, each in its own copy. */
export async function runAll(ask: RunAsk): Promise<void> {
  for (const repo of new Set(ask.cases.map(one => one.repo))) {
    const repository = layOutRepository(repo, ask.home, { ...ask.corpus === undefined ? {} : { corpus: ask.corpus }, ...ask.change === undefined ? {} : { change: ask.change } })
    const queue = ask.cases.filter(one => one.repo === repo)
    const lanes = Array.from({ length: Math.min(ask.jobs, queue.length) }, (_, lane) => workingCopy(repository.folder, join(ask.home, `lane-${lane}`, repo)))
    await Promise.all(lanes.map(async copy => lane({ ask, repository, queue, copy })))
    for (const copy of lanes) copy.dispose()
  }
}

async function lane({ ask, repository, queue, copy }: { readonly ask: RunAsk, readonly repository: LaidOut, readonly queue: EditCase[], readonly copy: WorkingCopy }): Promise<void> {
  for (let one = queue.shift(); one !== undefined && !ask.stopped(); one = queue.shift()) {
    const overlay = ask.overlay === undefined ? [] : await ask.overlay(one, repository)
    if (overlay === null) continue
    const result = await runCase(one, { program: ask.program, repository, copy, timeout: ask.timeout, keep: ask.keep }, overlay)
    await ask.each(result, one, repository)
  }
}

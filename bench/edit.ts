/** How good the edit engine is: every case of the public benchmark through `writ edit`, judged by renders of its own. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { commitLine } from './edit/answer.ts'
import { rendererLine } from './edit/build.ts'
import { corpusIsThere, readCases, repositoriesIn } from './edit/cases.ts'
import type { LaidOut } from './edit/laid-out.ts'
import { madeCases } from './edit/made-cases.ts'
import { mutateFolder } from './edit/mutate.ts'
import { readOptions } from './edit/options.ts'
import { buildProgram } from './edit/program.ts'
import { randomCases, randomNumbers } from './edit/random-cases.ts'
import { runAll } from './edit/run-all.ts'
import type { CaseResult } from './edit/run-case.ts'
import { tables } from './edit/table.ts'
import { machineLine } from './machine.ts'

const { filter, mutate, trap, out, keep, corpus, ...options } = readOptions(process.argv.slice(2))
const { made, random } = options
if (corpus === null && !corpusIsThere()) {
  console.error('the public benchmark is not beside this checkout')
  process.exit(2)
}
const home = mkdtempSync(join(tmpdir(), 'writ-bench-edit-'))
const results: CaseResult[] = []
let stopped = false
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => { stopped = true })
const start = performance.now()
try {
  const head = [`${machineLine()}, ${await rendererLine()}`, options.program ?? commitLine(options.commit), [mutate === null ? '' : `files written otherwise: ${mutate}`, trap === null ? '' : `trap: ${trap}`].join(' ').trim()].join('\n').trim()
  const find = made !== null ? async (repository: LaidOut, repo: string) => madeCases(repository, { repo, count: made })
    : random === null ? null : async (repository: LaidOut, repo: string) => randomCases(repository, { repo, count: random.count, random: randomNumbers(random.seed) })
  const cases = find === null ? readCases(filter, corpus ?? undefined) : { repos: repositoriesIn(filter, corpus ?? undefined), find }
  mkdirSync(dirname(resolve(out)), { recursive: true })
  writeFileSync(out, '')
  if (keep !== null) mkdirSync(keep, { recursive: true })
  const change = (folder: string): void => { if (mutate !== null) console.error(`${mutateFolder(folder, mutate)} files written otherwise`) }
  await runAll({
    cases, program: options.program === null ? buildProgram(home, options.commit) : [resolve(options.program)], home, jobs: options.jobs, timeout: options.timeout, keep, trap, change, naive: options.naive && trap === null && random === null, ...corpus === null ? {} : { corpus }, stopped: () => stopped,
    each(result) {
      results.push(result)
      appendFileSync(out, `${JSON.stringify(result)}\n`)
      const word = result.outcome === 'solved' ? result.code ?? '' : `${result.outcome} ${result.code ?? ''} ${result.problems[0] ?? ''}`
      console.error(`${results.length}${'repos' in cases ? '' : `/${cases.length}`} ${result.id} ${result.repo} ${Math.round(result.milliseconds)} ms ${word.slice(0, 160)}`.trimEnd())
    },
  })
  console.log(head)
  console.log(tables(results, (performance.now() - start) / 1000))
  process.exitCode = results.some(result => result.outcome === 'wrong') ? 1 : 0
} finally {
  rmSync(home, { recursive: true, force: true })
}

/** How good the edit engine is: every case of the public benchmark through `writ edit`, judged by renders of its own. */
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { commitLine } from './edit/answer.ts'
import { rendererLine } from './edit/build.ts'
import { corpusIsThere, readCases } from './edit/cases.ts'
import { readOptions } from './edit/options.ts'
import { buildProgram } from './edit/program.ts'
import { runAll } from './edit/run-all.ts'
import type { CaseResult } from './edit/run-case.ts'
import { tables } from './edit/table.ts'
import { machineLine } from './machine.ts'

const options = readOptions(process.argv.slice(2))
if (options.corpus === null && !corpusIsThere()) {
  console.error('the public benchmark is not beside this checkout')
  process.exit(2)
}
const home = mkdtempSync(join(tmpdir(), 'writ-bench-edit-'))
const results: CaseResult[] = []
let stopped = false
process.once('SIGINT', () => { stopped = true })
process.once('SIGTERM', () => { stopped = true })
const start = performance.now()
try {
  const head = `${machineLine()}, ${await rendererLine()}\n${commitLine()}`
  const cases = readCases(options.filter, options.corpus ?? undefined)
  mkdirSync(dirname(resolve(options.out)), { recursive: true })
  writeFileSync(options.out, '')
  if (options.keep !== null) mkdirSync(options.keep, { recursive: true })
  await runAll({
    cases, program: buildProgram(home), home, jobs: options.jobs, timeout: options.timeout, keep: options.keep, ...options.corpus === null ? {} : { corpus: options.corpus }, stopped: () => stopped,
    each: async result => {
      results.push(result)
      appendFileSync(options.out, `${JSON.stringify(result)}\n`)
      const word = result.outcome === 'solved' ? '' : ` ${result.outcome} ${result.code ?? ''} ${result.problems[0] ?? ''}`
      process.stderr.write(`${results.length}/${cases.length} ${result.id} ${result.repo} ${Math.round(result.milliseconds)} ms${word.slice(0, 160)}\n`)
      return Promise.resolve()
    },
  })
  console.log(head)
  console.log(tables(results, (performance.now() - start) / 1000))
} finally {
  rmSync(home, { recursive: true, force: true })
}

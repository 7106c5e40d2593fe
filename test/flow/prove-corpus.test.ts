import { expect } from 'chai'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writProgram } from '../../bench/edit/answer.ts'
import { rendererLine } from '../../bench/edit/build.ts'
import { corpusIsThere, readCases } from '../../bench/edit/cases.ts'
import type { CaseResult } from '../../bench/edit/run-case.ts'
import { runAll } from '../../bench/edit/run-all.ts'
import { tables } from '../../bench/edit/table.ts'

// A few in every run of the tests; the whole check asks for more.
const SAMPLE = Number(process.env['WRIT_BENCH_SAMPLE'] ?? 8)
// Of what can be judged at all; the full benchmark says more (npm run bench:edit).
const SOLVED = 0.95
const cases = corpusIsThere() ? readCases({ repos: [], engines: [], ids: [], sample: SAMPLE, limit: null }) : []

describe(`the edit engine, on ${SAMPLE} cases of the public benchmark`, function () {
  this.timeout(600_000)
  const results = new Map<string, CaseResult>()

  before(async function () {
    const renderer = await rendererLine().catch((error: unknown) => error)
    if (cases.length === 0 || renderer instanceof Error) {
      console.log(`      skipped: ${renderer instanceof Error ? renderer.message : 'the public benchmark is not beside this checkout'}`)
      return this.skip()
    }
    const home = mkdtempSync(join(tmpdir(), 'writ-sample-'))
    const start = performance.now()
    try {
      await runAll({ cases, program: writProgram(), home, jobs: 2, timeout: 120_000, keep: null, each: result => { results.set(result.id, result) }, stopped: () => false })
    } finally {
      rmSync(home, { recursive: true, force: true })
    }
    console.log(tables([...results.values()], (performance.now() - start) / 1000).replaceAll(/^/gm, '      '))
  })

  for (const one of cases) {
    it(`is exact or refuses: ${one.id} ${one.repo} ${one.engine} ${one.entry} ${one.field}`, () => {
      const result = results.get(one.id)
      expect(result?.outcome, `${result?.command}\n${result?.message}\n${result?.problems.join('\n')}\n${result?.diff}`).to.be.oneOf(['solved', 'refused', 'apart'])
    })
  }

  it(`solves at least ${100 * SOLVED} % of them, and does not merely refuse`, () => {
    const judged = [...results.values()].filter(result => result.outcome !== 'apart')
    expect(judged.filter(result => result.outcome === 'solved').length / judged.length).to.be.at.least(SOLVED)
  })
})

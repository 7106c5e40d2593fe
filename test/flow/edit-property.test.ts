import { expect } from 'chai'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argumentsOf, runWrit, writProgram } from '../../bench/edit/answer.ts'
import { rendererLine } from '../../bench/edit/build.ts'
import { corpusIsThere } from '../../bench/edit/cases.ts'
import type { EditCase } from '../../bench/edit/cases.ts'
import { countedPath } from '../../bench/edit/counted-path.ts'
import { layOutRepository } from '../../bench/edit/laid-out.ts'
import { randomCases, randomNumbers } from '../../bench/edit/random-cases.ts'
import type { Stage } from '../../bench/edit/run-case.ts'
import { runCase, scopeOf } from '../../bench/edit/run-case.ts'
import { workingCopy } from '../../bench/edit/working-copy.ts'

const LONG = process.env['WRIT_TEST_LONG'] === '1'
const SEED = Number(process.env['WRIT_TEST_SEED'] ?? 20_261_121)
const REPOSITORIES = LONG
  ? ['GoogleCloudPlatform_bank-of-anthos', 'GoogleCloudPlatform_microservices-demo', 'argoproj_argo-rollouts', 'bjw-s-labs_home-ops', 'fluxcd_flux2-kustomize-helm-example', 'fluxcd_flux2-multi-tenancy', 'kubernetes_examples', 'stefanprodan_podinfo']
  : ['fluxcd_flux2-kustomize-helm-example', 'stefanprodan_podinfo']
const EACH = LONG ? 12 : 2

describe(`an edit of a random field (seed ${SEED})`, function () {
  this.timeout(LONG ? 600_000 : 120_000)
  let home: string | null = null

  before(async function () {
    const renderer = await rendererLine().catch((error: unknown) => error)
    if (!corpusIsThere() || renderer instanceof Error) {
      console.log(`      skipped: ${renderer instanceof Error ? renderer.message : 'the public benchmark is not beside this checkout'}`)
      return this.skip()
    }
    home = mkdtempSync(join(tmpdir(), 'writ-property-'))
  })

  after(() => { if (home !== null) rmSync(home, { recursive: true, force: true }) })

  for (const repo of REPOSITORIES) {
    it(`in ${repo} touches what it reports, is undone by its inverse, and the second time changes nothing`, async () => {
      const repository = layOutRepository(repo, home ?? '')
      const copy = workingCopy(repository.folder, join(home ?? '', 'copy', repo))
      const stage: Stage = { program: writProgram(), repository, copy, timeout: 120_000, counted: countedPath(join(home ?? '', `${repo}-renderers`)), keep: null }
      const cases = await randomCases(repository, { repo, count: EACH, random: randomNumbers(SEED) })
      expect(cases).to.have.length(EACH)
      for (const one of cases) {
        const result = await runCase(one, stage)
        expect(result.outcome, `${result.command}\n${result.problems.join('\n')}\n${result.message}\n${result.diff}`).to.be.oneOf(['solved', 'refused', 'apart'])
        if (result.outcome === 'solved' && result.verdict?.form === 'in place') await expectUndone(one, stage)
      }
      copy.dispose()
    })
  }
})

/** An edit in place and then its inverse leave every byte as it was. */
async function expectUndone(one: EditCase, { program, copy, repository, timeout }: Stage): Promise<void> {
  for (const asked of [one, { ...one, oldValue: one.newValue, newValue: one.oldValue }]) {
    const run = await runWrit(program, argumentsOf(asked, scopeOf(asked, repository)), { cwd: copy.folder, timeout })
    expect(run.answer?.status, `${one.id}: ${run.answer?.message ?? run.words}`).to.equal('edited')
  }
  expect(copy.touched().map(file => file.path), one.id).to.deep.equal([])
}

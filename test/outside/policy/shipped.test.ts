import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect } from 'chai'
import { parse } from 'yaml'
import { z } from 'zod'
import { EnvironmentClass } from '../../../src/model/environment.ts'
import type { Json } from '../../../src/model/json.ts'
import { isKubernetesObject } from '../../../src/model/resource.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { openPolicies } from '../../../src/outside/policy/open-policies.ts'
import { change, environment } from './policy-folder.ts'

const ManifestOrNull = z.custom<KubernetesObject>(value => isKubernetesObject(value as Json)).optional()
const Suite = z.strictObject({
  apiVersion: z.literal('test.gatekeeper.sh/v1alpha1'), kind: z.literal('Suite'), metadata: z.strictObject({ name: z.string() }),
  tests: z.array(z.strictObject({
    name: z.string(), policy: z.string(), environment: EnvironmentClass,
    cases: z.array(z.strictObject({
      name: z.string(), object: ManifestOrNull, oldObject: ManifestOrNull,
      assertions: z.array(z.strictObject({ result: z.enum(['pass', 'warn', 'deny', 'audit', 'skip', 'error']), message: z.string().optional(), preExisting: z.boolean().optional() })),
    })).min(1),
  })).min(1),
})

const shipped = fileURLToPath(new URL('../../../policies', import.meta.url))

describe('the policies that come with Writ', () => {
  const engine = openPolicies({ dir: shipped, timeoutMs: 10_000 })
  const suites = readdirSync(`${shipped}/tests`).map(file => Suite.parse(parse(readFileSync(`${shipped}/tests/${file}`, 'utf8'))))

  it('have a suite each, with a pass, a denial, an update and a deletion', () => {
    const policies = readdirSync(`${shipped}/resource`).map(file => file.replace('.yaml', ''))
    expect(suites.map(suite => suite.metadata.name)).to.have.members(policies)
    for (const suite of suites) {
      const cases = suite.tests.flatMap(test => test.cases)
      const all = cases.flatMap(each => each.assertions.map(assertion => assertion.result))
      expect(all).to.include.members(['pass', 'deny', 'warn'])
      expect(cases.some(each => each.object !== undefined && each.oldObject !== undefined), 'an update').to.equal(true)
      expect(cases.some(each => each.object === undefined), 'a deletion').to.equal(true)
    }
  })

  for (const suite of suites) for (const test of suite.tests) for (const each of test.cases) {
    it(`${suite.metadata.name}, ${test.name}: ${each.name}`, async () => {
      const judged = change(each.oldObject ?? null, each.object ?? null)
      const verdicts = (await engine.judge(environment(test.environment), [judged], new Map())).filter(verdict => verdict.policy === test.policy)
      expect(verdicts.map(verdict => verdict.result), JSON.stringify(verdicts)).to.deep.equal(each.assertions.map(assertion => assertion.result))
      for (const [i, assertion] of each.assertions.entries()) {
        if (assertion.message !== undefined) expect(verdicts[i]?.message).to.include(assertion.message)
        if (assertion.preExisting !== undefined) expect(verdicts[i]?.preExisting).to.equal(assertion.preExisting)
      }
    })
  }

  it('never end as an error or a pass for want of parameters, in any class', async () => {
    for (const cls of EnvironmentClass.options) {
      const verdicts = await engine.judge(environment(cls), [change(null, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec: {} })], new Map())
      expect(verdicts.map(verdict => verdict.policy).sort()).to.deep.equal(['writ-image-tag-or-digest', 'writ-replicas-floor', 'writ-resource-limits'])
      expect(verdicts.map(verdict => verdict.result)).to.not.include('error')
      expect(verdicts.every(verdict => verdict.severity !== null && verdict.file.startsWith('resource/'))).to.equal(true)
    }
  })

  it('hold for what no environment covers as for prod', async () => {
    const verdicts = await engine.judge(environment('prod', 'unknown', false), [change(null, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec: { replicas: 0 } })], new Map())
    expect(verdicts.find(verdict => verdict.policy === 'writ-replicas-floor')?.result).to.equal('deny')
  })
})

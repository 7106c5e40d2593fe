import { expect } from 'chai'
import type { EvaluationJob } from '../../../src/outside/policy/evaluation.ts'
import { startEvaluator } from '../../../src/outside/policy/evaluator.ts'
import type { Evaluator } from '../../../src/outside/policy/evaluator.ts'
import { openPolicies } from '../../../src/outside/policy/open-policies.ts'
import { binding, change, deployment, environment, judge, policy, results, simple, withFolder } from './policy-folder.ts'

function job(expression: string, object: EvaluationJob['object'] = { a: 'x' }): EvaluationJob {
  const validations = [{ expression, message: 'no', messageExpression: null }]
  return { policy: { key: expression, hasParams: false, matchConditions: [], variables: [], validations }, object, oldObject: null, request: {}, params: null, namespace: { object: null } }
}

/** An expression that binds the result of a step to a name, again and again. */
function chain(count: number, start: string, step: (value: string) => string): string {
  const names = Array.from({ length: count }, (_, i) => `v${i}`)
  return names.reduceRight((body, name, i) => `cel.bind(${name}, ${i === 0 ? start : step(`v${i - 1}`)}, ${body})`, `size(v${count - 1}) > 0`)
}

describe('policies that would never end', () => {
  it('a pattern that is exponential in JavaScript is answered at once and rightly', async () => {
    const text = `${'a'.repeat(5000)}!`
    for (const expression of ['!object.metadata.name.matches("^(a+)+$")', '!matches(object.metadata.name, "^(a|aa)+$")', '[object.metadata.name].all(x, !x.matches("^(([a-z])+.)+[A-Z]([a-z])+$"))', 'object.metadata.name.find("^(a+)+$") == ""', 'object.metadata.name.findAll("(a+)+$").size() == 0']) {
      const started = Date.now()
      expect(results(await judge(simple(expression), change(null, deployment({}, { name: text })))), expression).to.equal('pass')
      expect(Date.now() - started).to.be.below(10_000)
    }
  })

  const nested = Array.from({ length: 9 }, (_, i) => i).reduceRight((body, i) => `[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12].all(x${i}, ${body})`, 'true')
  const rows: readonly (readonly [string, string, RegExp])[] = [
    ['nested comprehensions', nested, /more steps than are allowed/],
    ['nested comprehensions behind an or', `${nested} || true`, /more steps than are allowed/],
    ['nested comprehensions whose errors exists() swallows', 'lists.range(300).exists(a, lists.range(300).exists(b, lists.range(300).exists(c, c < 0)) || a == 299)', /more steps than are allowed/],
    ['a list that doubles', chain(45, '[1]', value => `${value} + ${value}`), /more steps than are allowed/],
    ['a text that doubles', chain(45, '"aa"', value => `${value} + ${value}`), /more steps than are allowed/],
    ['a text that replaces itself', chain(45, '"aa"', value => `${value}.replace("a", ${value})`), /more steps than are allowed/],
    ['a text that is joined', chain(45, '"aa"', value => `[${value}, ${value}].join("")`), /more steps than are allowed/],
    ['a text that is formatted', chain(45, '"aa"', value => `"%s%s".format([${value}, ${value}])`), /more steps than are allowed/],
    ['lists of lists that are flattened', chain(45, '[1]', value => `[${value}, ${value}].flatten()`), /more steps than are allowed/],
    ['lists of lists that are shown', chain(45, '[1]', value => `[${value}, ${value}]`).replace(/size\((v44)\) > 0/, '"%s".format([$1]) != ""'), /more steps than are allowed/],
    ['very many rounds with a list each', 'lists.range(5000).map(x, lists.range(5000)).size() > 0', /more steps than are allowed/],
    ['a list without end', 'lists.range(9223372036854775807).size() > 0', /more steps than are allowed/],
    ['deep nesting', `${'('.repeat(400)}true${')'.repeat(400)}`, /maxDepth/],
    ['very many negations', `${'!'.repeat(50_000)}true`, /nested|longer|parts/],
    ['a very long expression', `true${' && true'.repeat(10_000)}`, /longer than/],
    ['very many parts', `[${'1,'.repeat(900)}1]${' + [1, 2, 3, 4, 5, 6, 7, 8]'.repeat(1500)} != []`, /parts|nested/],
  ]
  for (const [name, expression, message] of rows) {
    it(`${name} end as an error within the time limit`, async () => {
      const started = Date.now()
      const verdicts = await judge(simple(expression))
      expect(results(verdicts)).to.equal('error')
      expect(verdicts[0]?.message).to.match(message)
      expect(Date.now() - started).to.be.below(10_000)
    })
  }

  it('a shadow of an exponential analysis stays small: many branches over the object', async () => {
    const expression = chain(60, 'object.spec', value => `(has(object.x) ? ${value}.?a.orValue(object) : ${value}.?b.orValue(object))`).replace(/size\(v59\) > 0/, 'v59 == 1')
    expect(results(await judge(simple(expression)))).to.equal('deny')
  })
})

describe('the thread that evaluates policies', () => {
  let evaluator: Evaluator
  beforeEach(() => { evaluator = startEvaluator({ timeoutMs: 500, steps: Infinity }) })
  afterEach(() => evaluator.end())
  const endless = 'lists.range(3000).all(a, lists.range(3000).all(b, lists.range(3000).all(c, c >= 0)))'

  it('is ended when the time is over, and the next policy gets a new one', async () => {
    const result = await evaluator.run(job(endless))
    expect(result).to.deep.include({ violations: [], ended: true })
    expect(result.faults).to.deep.equal([{ message: 'the evaluation took longer than 500 ms and was ended', ignorable: false }])
    expect(await evaluator.run(job('object.a == "x"'))).to.deep.equal({ skippedBy: null, violations: [], faults: [], ended: false })
    expect((await evaluator.run(job('object.a == "y"'))).violations).to.have.length(1)
  })

  it('answers jobs in order, also when they are asked for at once', async () => {
    const all = await Promise.all(Array.from({ length: 30 }, (_, i) => evaluator.run(job(i % 3 === 0 ? 'true' : 'false'))))
    expect(all.map(result => result.violations.length)).to.deep.equal(all.map((_, i) => i % 3 === 0 ? 0 : 1))
  })

  it('keeps nothing of one object for the next', async () => {
    const expression = 'object.list.filter(x, x > 1).size() == 1'
    expect((await evaluator.run(job(expression, { list: [1, 2] }))).violations).to.have.length(0)
    expect((await evaluator.run(job(expression, { list: [3, 2] }))).violations).to.have.length(1)
    expect((await evaluator.run(job(expression, { list: [1, 2] }))).violations).to.have.length(0)
  })
})

describe('a policy that runs out of time', () => {
  const slow = { validations: [{ expression: 'lists.range(3000).all(a, lists.range(3000).all(b, lists.range(3000).all(c, c >= 0)))' }] }
  const files = {
    'resource/p.yaml': policy(slow), 'resource/q.yaml': policy({ validations: [{ expression: 'object.spec.replicas == 1', message: 'not one' }] }, 'q'),
    'bindings/p.yaml': binding(), 'bindings/q.yaml': binding({ policyName: 'q' }, 'bq'),
  }

  it('is an error for that object, is not tried on the next, and stops no other policy', async () => {
    await withFolder(files, async dir => {
      const engine = openPolicies({ dir, timeoutMs: 400, steps: Infinity })
      const objects = ['a', 'b'].map(name => change(null, deployment({ replicas: 1 }, { name })))
      const verdicts = await engine.judge(environment('prod'), objects, new Map())
      expect(verdicts.map(verdict => `${verdict.policy} ${verdict.object} ${verdict.result}`)).to.deep.equal([
        'p Deployment shop/a error', 'p Deployment shop/b error', 'q Deployment shop/a pass', 'q Deployment shop/b pass',
      ])
      expect(verdicts[0]?.message).to.match(/took longer than 400 ms/)
      expect(verdicts[1]?.message).to.match(/had to be ended on another object/)
    })
  })
})

import { expect } from 'chai'
import { binding, change, deployment, judge, policy, results } from './policy-folder.ts'
import type { Files } from './policy-folder.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'

interface Rule { readonly expression: string, readonly message?: string, readonly messageExpression?: string }

function files(rule: Rule, more: object = {}): Files {
  return { 'resource/p.yaml': policy({ validations: [rule], ...more }), 'bindings/all.yaml': binding() }
}

function containers(...list: readonly KubernetesObject['metadata'][]): KubernetesObject {
  return deployment({ template: { spec: { containers: list } } })
}

const limits = { expression: 'object.spec.template.spec.containers.all(c, has(c.limit))', message: 'every container needs a limit' }
const count = { expression: 'object.spec.template.spec.containers.filter(c, !has(c.limit)).size() == 0', messageExpression: 'string(object.spec.template.spec.containers.filter(c, !has(c.limit)).size()) + " without a limit"' }
const floor = { expression: 'object.spec.replicas >= 3', message: 'too few' }

describe('a violation that the object before the change had too', () => {
  const rows: readonly (readonly [name: string, rule: Rule, before: KubernetesObject | null, after: KubernetesObject | null, result: string])[] = [
    ['warns where nothing that the rule looks at has changed', floor, deployment({ replicas: 1 }), deployment({ replicas: 1, paused: true }), 'pre-existing warn'],
    ['is denied where the value became worse under the same message', floor, deployment({ replicas: 2 }), deployment({ replicas: 1 }), 'deny'],
    ['is denied where the value only moved', floor, deployment({ replicas: 1 }), deployment({ replicas: 2 }), 'deny'],
    ['is denied where the object before was good', floor, deployment({ replicas: 3 }), deployment({ replicas: 2 }), 'deny'],
    ['is gone where the change repairs it', floor, deployment({ replicas: 2 }), deployment({ replicas: 3 }), 'pass'],
    ['is denied on a new object', floor, null, deployment({ replicas: 1 }), 'deny'],
    ['warns where a container changed in a part that the rule does not look at', limits, containers({ name: 'a', image: 'a:1' }), containers({ name: 'a', image: 'a:2' }), 'pre-existing warn'],
    ['is denied where one more item offends under the same message', limits, containers({ name: 'a' }), containers({ name: 'a' }, { name: 'b' }), 'deny'],
    ['is denied where another item offends under the same message', limits, containers({ name: 'a' }, { name: 'b', limit: 1 }), containers({ name: 'a', limit: 1 }, { name: 'b' }), 'deny'],
    ['is denied where the computed message tells of more', count, containers({ name: 'a' }), containers({ name: 'a' }, { name: 'b' }), 'deny'],
    ['warns where the computed message says the same', count, containers({ name: 'a', image: 'a:1' }, { name: 'b', limit: 1 }), containers({ name: 'a', image: 'a:2' }, { name: 'b', limit: 2 }), 'pre-existing warn'],
    ['is denied where the message tells of something else than the rule looks at', { ...floor, messageExpression: '"too few in " + object.metadata.name' }, deployment({ replicas: 2 }), deployment({ replicas: 1 }), 'deny'],
    ['warns where the whole object is looked at and is the same', { expression: '!("spec" in object)' }, deployment({ replicas: 1 }), deployment({ replicas: 1 }), 'pre-existing warn'],
    ['is denied where a macro of two variables looks at what changed', { expression: 'object.spec.ports.all(i, p, p > 1024 + i)', message: 'low ports' }, deployment({ ports: [80, 2000] }), deployment({ ports: [2000, 80] }), 'deny'],
    ['is denied where a bound name hides what changed', { expression: 'cel.bind(s, object.spec, cel.bind(r, s.replicas, r > 5))', message: 'few' }, deployment({ replicas: 2 }), deployment({ replicas: 1 }), 'deny'],
    ['is denied where the key is computed', { expression: 'object.spec["repli" + "cas"] > 5', message: 'few' }, deployment({ replicas: 2 }), deployment({ replicas: 1 }), 'deny'],
    ['is denied where a key of a map is new', { expression: 'object.spec.labels.all(k, k == "a")', message: 'foreign label' }, deployment({ labels: { b: '1' } }), deployment({ labels: { b: '1', c: '1' } }), 'deny'],
    ['is denied where only the presence of a part changed what is counted', { expression: 'size(object.spec.list) > 3', message: 'short' }, deployment({ list: [1, 2] }), deployment({ list: [1] }), 'deny'],
    ['is denied where an optional changed', { expression: 'object.?spec.?replicas.optMap(r, r > 3).orValue(false)', message: 'few' }, deployment({ replicas: 2 }), deployment({}), 'deny'],
    ['is no matter on a deletion', { expression: 'oldObject.spec.replicas > 3', message: 'few' }, deployment({ replicas: 1 }), null, 'deny'],
  ]
  for (const [name, rule, before, after, result] of rows) {
    it(name, async () => {
      expect(results(await judge(files(rule), change(before, after)))).to.equal(result)
    })
  }

  it('warns also through variables, and is denied where what they lead to changed', async () => {
    const variables = [{ name: 'containers', expression: 'object.spec.template.spec.containers' }, { name: 'bad', expression: 'variables.containers.filter(c, !has(c.limit))' }]
    const rule = { expression: 'variables.bad.size() == 0', message: 'limit' }
    expect(results(await judge(files(rule, { variables }), change(containers({ image: '1' }), containers({ image: '2' }))))).to.equal('pre-existing warn')
    expect(results(await judge(files(rule, { variables }), change(containers({ image: '1' }), containers({ image: '1' }, {}))))).to.equal('deny')
  })

  it('is told apart from a new one of another rule, in verdicts of their own', async () => {
    const both = { validations: [{ expression: 'object.spec.replicas >= 3', message: 'too few' }, { expression: 'object.spec.paused == false', message: 'paused' }] }
    const verdicts = await judge({ ...files(floor), 'resource/p.yaml': policy(both) }, change(deployment({ replicas: 1, paused: false }), deployment({ replicas: 1, paused: true })))
    expect(verdicts.map(verdict => [verdict.result, verdict.preExisting, verdict.message])).to.deep.equal([['deny', false, 'paused'], ['warn', true, 'too few']])
  })

  it('stays audit where the binding only audits', async () => {
    const verdicts = await judge({ ...files(floor), 'bindings/all.yaml': binding({ validationActions: ['Audit'] }) }, change(deployment({ replicas: 1 }), deployment({ replicas: 1 })))
    expect(results(verdicts)).to.equal('pre-existing audit')
  })

  it('an error stays an error, also where the object before gave it too', async () => {
    expect(results(await judge(files({ expression: 'object.spec.nope == 1' }), change(deployment(), deployment())))).to.equal('error')
  })
})

describe('a rule that looks at the object before the change', () => {
  it('judges the change itself: what it denies is never pre-existing', async () => {
    const ticket = { expression: 'object.spec.ticket != oldObject.spec.ticket', message: 'a change needs a new ticket' }
    expect(results(await judge(files(ticket), change(deployment({ ticket: 1 }), deployment({ ticket: 1, x: 1 }))))).to.equal('deny')
    const shrink = { expression: 'object.spec.replicas * 2 >= oldObject.spec.replicas', message: 'too steep' }
    expect(results(await judge(files(shrink), change(deployment({ replicas: 9 }), deployment({ replicas: 1 }))))).to.equal('deny')
    expect(results(await judge(files(shrink), change(deployment({ replicas: 9 }), deployment({ replicas: 8 }))))).to.equal('pass')
  })

  it('also where it looks through a variable', async () => {
    const variables = [{ name: 'old', expression: 'oldObject' }, { name: 'same', expression: 'object.spec == variables.old.spec' }]
    expect(results(await judge(files({ expression: '!variables.same', message: 'no change' }, { variables }), change(deployment(), deployment())))).to.equal('deny')
  })
})

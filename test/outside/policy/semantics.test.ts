import { expect } from 'chai'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { openPolicies } from '../../../src/outside/policy/open-policies.ts'
import { binding, change, deployment, environment, judge, policy, results, simple, withFolder } from './policy-folder.ts'
import type { Files } from './policy-folder.ts'

const web = deployment({ replicas: 2, paused: false })
const create = change(null, web)
const update = change(deployment({ replicas: 1 }), web)
const remove = change(web, null)

function namespace(labels: Record<string, string>): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels } }
}

describe('policy semantics: what expressions see', () => {
  const rows = [
    ['object and no oldObject on CREATE', create, 'object.spec.replicas == 2 && oldObject == null && request.operation == "CREATE"'],
    ['both on UPDATE', update, 'object.spec.replicas == 2 && oldObject.spec.replicas == 1 && request.operation == "UPDATE"'],
    ['object null on DELETE', remove, 'object == null && oldObject.spec.replicas == 2 && request.operation == "DELETE"'],
    ['kind, resource, name and namespace of the request', create, 'request.kind.group == "apps" && request.kind.version == "v1" && request.kind.kind == "Deployment" && request.resource.resource == "deployments" && request.name == "web" && request.namespace == "shop" && request.dryRun == false'],
    ['integers as int, others as double', create, 'object.spec.replicas + 1 == 3 && type(object.spec.replicas) == int && type(1.5) == double'],
    ['absent keys by has() and by optionals', create, '!has(object.spec.strategy) && object.?spec.?strategy.?type.orValue("x") == "x"'],
    ['no namespace where nobody said which', change(null, { ...web, metadata: { name: 'web' } }), '!has(object.metadata.namespace) && !has(request.namespace)'],
  ] as const
  for (const [name, judged, expression] of rows) {
    it(name, async () => {
      expect(results(await judge(simple(expression), judged))).to.equal('pass')
    })
  }

  it('the namespace given by the address, where the manifest names none', async () => {
    const judged = { ref: create.ref, before: null, after: { ...web, metadata: { name: 'web' } } }
    expect(results(await judge(simple('object.metadata.namespace == "shop"'), judged))).to.equal('pass')
  })

  it('namespaceObject, and an error where the namespace is not known', async () => {
    const files = simple('namespaceObject.metadata.labels.tier == "gold"')
    expect(results(await judge(files, create, [namespace({ tier: 'gold' })]))).to.equal('pass')
    expect(results(await judge(files, create, [namespace({ tier: 'tin' })]))).to.equal('deny')
    for (const expression of ['namespaceObject.metadata.name != ""', 'namespaceObject == null', 'has(namespaceObject.spec)', 'namespaceObject.all(k, false)', 'dyn(namespaceObject).all(k, true)', '"x" in namespaceObject', 'namespaceObject.?x.orValue(true)']) {
      expect(results(await judge(simple(expression), create)), expression).to.equal('error')
    }
  })

  it('an error for what only a cluster knows, however it is asked', async () => {
    for (const expression of ['request.userInfo.username == "x"', 'has(request.userInfo)', 'request.?userInfo.?username.orValue("") == ""', 'request["userInfo"].groups.size() > 0', '!("userInfo" in request)', 'has(request.options)', 'request.object.x', 'authorizer.group("apps").resource("deployments").check("get").allowed()', 'authorizer != null', '{"a": authorizer}.a == null']) {
      expect(results(await judge(simple(expression), create)), expression).to.equal('error')
    }
  })

  it('an unknown part decides nothing where the rest decides alone', async () => {
    expect(results(await judge(simple('object.spec.replicas == 2 || request.userInfo.username == "x"'), create))).to.equal('pass')
    expect(results(await judge(simple('object.spec.replicas == 3 || request.userInfo.username == "x"'), create))).to.equal('error')
  })
})

describe('policy semantics: validations, conditions and variables', () => {
  it('false denies, true passes, an expression that is not true or false is an error', async () => {
    expect(results(await judge(simple('true')))).to.equal('pass')
    expect(results(await judge(simple('false')))).to.equal('deny')
    expect(results(await judge(simple('"yes"')))).to.equal('error')
    expect(results(await judge(simple('1')))).to.equal('error')
  })

  it('a dynamic value that is not true denies', async () => {
    expect(results(await judge(simple('object.spec.replicas')))).to.equal('deny')
  })

  it('every validation counts, and errors stand apart from denials', async () => {
    const files = { ...simple('true'), 'resource/p.yaml': policy({ validations: [{ expression: 'false', message: 'a' }, { expression: 'true' }, { expression: 'object.nope == 1' }, { expression: 'false', message: 'b' }] }) }
    const verdicts = await judge(files)
    expect(results(verdicts)).to.equal('error deny')
    expect(verdicts[1]?.message).to.equal('a; b')
    expect(verdicts[0]?.message).to.match(/^validation 3 cannot be evaluated: No such key: nope/)
  })

  it('all match conditions must be true, or the policy is skipped; a failing one is an error only if none is false', async () => {
    const withConditions = (...expressions: string[]): Files => simple('false', { matchConditions: expressions.map((expression, i) => ({ name: `c${i}`, expression })) })
    expect(results(await judge(withConditions('true', 'true')))).to.equal('deny')
    const [skipped] = await judge(withConditions('true', 'false'))
    expect(skipped).to.include({ result: 'skip', message: 'the match condition c1 is false' })
    expect(results(await judge(withConditions('object.nope == 1', 'true')))).to.equal('error')
    expect(results(await judge(withConditions('object.nope == 1', 'false')))).to.equal('skip')
    expect(results(await judge(withConditions('variables.x == 1')))).to.equal('error')
  })

  it('variables see those before them, are evaluated once and only when they are looked at', async () => {
    const variables = [{ name: 'a', expression: 'object.spec.replicas + 1' }, { name: 'b', expression: 'variables.a * 2' }, { name: 'bad', expression: 'object.nope.nope' }]
    expect(results(await judge(simple('variables.b == 6 && variables["a"] == 3', { variables }), create))).to.equal('pass')
    expect(results(await judge(simple('variables.b == 6 || variables.bad == 1', { variables }), create))).to.equal('pass')
    expect(results(await judge(simple('variables.bad == 1', { variables }), create))).to.equal('error')
  })

  it('a variable that is not declared before its use is an error, used or not', async () => {
    for (const variables of [[{ name: 'a', expression: 'variables.b' }, { name: 'b', expression: '1' }], [{ name: 'a', expression: 'variables.a' }], [{ name: 'a', expression: 'nosuch(1)' }]]) {
      expect(results(await judge(simple('true', { variables })))).to.equal('error')
    }
    expect(results(await judge(simple('variables.none == 1 || true')))).to.equal('error')
  })

  it('the message is the computed one, unless it is not fit to be shown', async () => {
    const message = async (messageExpression: string | undefined, text: string | undefined): Promise<string | null | undefined> => {
      const validation = { expression: '1 == 2', ...text === undefined ? {} : { message: text }, ...messageExpression === undefined ? {} : { messageExpression } }
      return (await judge({ ...simple('true'), 'resource/p.yaml': policy({ validations: [validation] }) }, create))[0]?.message
    }
    expect(await message('"has " + string(object.spec.replicas)', 'fixed')).to.equal('has 2')
    expect(await message('"  "', 'fixed')).to.equal('fixed')
    expect(await message('"a\\nb"', 'fixed')).to.equal('fixed')
    expect(await message('["x"].map(x, "0123456789".replace("", "0123456789")).join("").replace("1", "0123456789012345678901234567890123456789")+"' + 'x'.repeat(5000) + '"', 'fixed')).to.equal('fixed')
    expect(await message('object.nope', 'fixed')).to.equal('fixed (its messageExpression failed: No such key: nope)')
    expect(await message(undefined, undefined)).to.equal('failed expression: 1 == 2')
    expect(await message('" "', undefined)).to.equal('failed expression: 1 == 2')
    expect(await message('object == null', 'fixed')).to.match(/messageExpression 1 cannot be evaluated: the expression gives bool, not string/)
  })

  it('failurePolicy Ignore lets an error of the evaluation go, without a pass, and nothing else', async () => {
    const ignore = { failurePolicy: 'Ignore' }
    expect(results(await judge(simple('object.nope == 1', ignore)))).to.equal('skip')
    expect(results(await judge(simple('object.nope == 1')))).to.equal('error')
    expect(results(await judge(simple('false', ignore)))).to.equal('deny')
    for (const expression of ['nosuch(object)', 'object.spec.nosuch()', 'request.userInfo.username == "x"', 'object.spec.replicas + "a" == "b"', 'object.metadata.name.matches("(") || 1', 'lists.range(1000).all(a, lists.range(1000).all(b, lists.range(1000).all(c, true)))', '1 +']) {
      expect(results(await judge(simple(expression, ignore), create)), expression).to.equal('error')
    }
  })

  it('auditAnnotations have no effect', async () => {
    const files = simple('true', { auditAnnotations: [{ key: 'k', valueExpression: 'nosuch()' }] })
    expect(results(await judge(files))).to.equal('pass')
  })
})

describe('policy semantics: bindings and parameters', () => {
  const params = (name: string, data: object, labels: object = {}): object => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'cfg', labels }, data })
  const withParams = { paramKind: { apiVersion: 'v1', kind: 'ConfigMap' }, validations: [{ expression: 'params != null && object.spec.replicas >= int(params.data.min)', message: 'few' }] }
  const files = (paramRef: object | undefined, ...configMaps: object[]): Files => ({
    'resource/p.yaml': policy(withParams), 'bindings/all.yaml': binding(paramRef === undefined ? {} : { paramRef }),
    ...Object.fromEntries(configMaps.map((object, i) => [`params/${i}.yaml`, object])),
  })

  it('a parameter object is found by name and namespace', async () => {
    expect(results(await judge(files({ name: 'a', namespace: 'cfg' }, params('a', { min: '2' })), create))).to.equal('pass')
    expect(results(await judge(files({ name: 'a', namespace: 'cfg' }, params('a', { min: '3' })), create))).to.equal('deny')
    expect(results(await judge(files({ name: 'a' }, params('a', { min: '2' })), create))).to.equal('error')
  })

  it('a selector gives one evaluation for each object that fits', async () => {
    const both = [params('a', { min: '1' }, { use: 'yes' }), params('b', { min: '9' }, { use: 'yes' }), params('c', { min: 'x' }, { use: 'no' })]
    expect(results(await judge(files({ selector: { matchLabels: { use: 'yes' } }, namespace: 'cfg' }, ...both), create))).to.equal('deny')
  })

  it('missing parameters are an error, unless the binding allows it or failurePolicy is Ignore; then they are no pass', async () => {
    expect(results(await judge(files({ name: 'z', namespace: 'cfg', parameterNotFoundAction: 'Deny' })))).to.equal('error')
    expect(results(await judge(files({ name: 'z', namespace: 'cfg' })))).to.equal('error')
    expect(results(await judge(files({ name: 'z', namespace: 'cfg', parameterNotFoundAction: 'Allow' })))).to.equal('skip')
    expect(results(await judge({ ...files({ name: 'z', namespace: 'cfg' }), 'resource/p.yaml': policy({ ...withParams, failurePolicy: 'Ignore' }) }))).to.equal('skip')
  })

  it('without a paramRef params is null; without a paramKind it is not there', async () => {
    expect(results(await judge(files(undefined), create))).to.equal('deny')
    expect(results(await judge(simple('params == null'), create))).to.equal('error')
  })

  it('the actions give deny, warn and audit', async () => {
    for (const [actions, result] of [[['Deny'], 'deny'], [['Deny', 'Audit'], 'deny'], [['Warn'], 'warn'], [['Warn', 'Audit'], 'warn'], [['Audit'], 'audit']] as const) {
      expect(results(await judge({ ...simple('false'), 'bindings/all.yaml': binding({ validationActions: actions }) }))).to.equal(result)
      expect(results(await judge({ ...simple('object.nope == 1'), 'bindings/all.yaml': binding({ validationActions: actions }) }))).to.equal('error')
    }
  })

  it('a binding holds for the environment of its label, or else for the class, and without a label for all', async () => {
    const labelled = (env: string, action: string): object => ({ ...binding({ validationActions: [action] }, `b-${env}`), metadata: { name: `b-${env}`, labels: { 'writ.dev/env': env } } })
    const folder = { 'resource/p.yaml': policy({ validations: [{ expression: 'false' }] }), 'bindings/prod.yaml': labelled('prod', 'Deny'), 'bindings/dev.yaml': labelled('dev', 'Warn'), 'bindings/shop-eu.yaml': labelled('shop-eu', 'Audit') }
    await withFolder(folder, async dir => {
      const engine = openPolicies({ dir })
      const of = async (env: ReturnType<typeof environment>): Promise<string> => results(await engine.judge(env, [create], new Map()))
      expect(await of(environment('prod', 'shop-us'))).to.equal('deny')
      expect(await of(environment('dev', 'play'))).to.equal('warn')
      expect(await of(environment('prod', 'shop-eu'))).to.equal('audit')
      expect(await of(environment('prod', 'dev')), 'an environment of class prod named like another class').to.equal('deny')
      expect(await of(environment('prod', 'shop-eu', false)), 'what no file covers').to.equal('deny')
      const [none] = await engine.judge(environment('staging'), [create], new Map())
      expect(none).to.include({ result: 'skip', binding: '' })
      expect(none?.message).to.match(/no binding of this policy/)
    })
    await withFolder({ ...folder, 'bindings/all.yaml': binding({ validationActions: ['Warn'] }) }, async dir => {
      expect(results(await openPolicies({ dir }).judge(environment('prod'), [create], new Map()))).to.equal('warn deny')
    })
  })

  it('a verdict names policy, binding, object, file and severity', async () => {
    const annotated = { ...policy({ validations: [{ expression: 'false', message: 'no' }] }), metadata: { name: 'p', annotations: { 'writ.dev/severity': 'high' } } }
    expect(await judge({ ...simple('true'), 'resource/p.yaml': annotated })).to.deep.equal([
      { policy: 'p', binding: 'b', object: 'Deployment shop/web', result: 'deny', preExisting: false, severity: 'high', message: 'no', file: 'resource/p.yaml' },
    ])
  })
})

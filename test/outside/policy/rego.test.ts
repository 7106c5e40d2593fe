import { expect } from 'chai'
import { existsSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { openPolicies } from '../../../src/outside/policy/open-policies.ts'
import { lacksOpa } from './opa.ts'
import { change, deployment, environment, judge, results, withFolder } from './policy-folder.ts'
import type { Files } from './policy-folder.ts'

const FEW = 'package main\n\ndeny contains msg if {\n  input.kind == "Deployment"\n  input.spec.replicas > 4\n  msg := sprintf("%s has %d replicas", [input.metadata.name, input.spec.replicas])\n}\n'
const FEW_V0 = 'package main\n\ndeny[msg] {\n  input.spec.replicas > 4\n  msg := sprintf("%s has %d replicas", [input.metadata.name, input.spec.replicas])\n}\n'
const rego = (text: string): Files => ({ 'rego/p.rego': text })

/** A template of kind Policy, and a Constraint of it. */
function gatekeeper(source: string, more: { readonly spec?: object, readonly template?: object, readonly schema?: object } = {}): Files {
  return {
    'gatekeeper/template.yaml': {
      apiVersion: 'templates.gatekeeper.sh/v1', kind: 'ConstraintTemplate', metadata: { name: 'policy', annotations: { 'writ.dev/severity': 'high' } },
      spec: { crd: { spec: { names: { kind: 'Policy' }, ...more.schema === undefined ? {} : { validation: { openAPIV3Schema: more.schema } } } }, targets: [{ target: 'admission.k8s.gatekeeper.sh', rego: source, ...more.template }] },
    },
    'gatekeeper/constraints/mine.yaml': { apiVersion: 'constraints.gatekeeper.sh/v1beta1', kind: 'Policy', metadata: { name: 'mine' }, ...more.spec === undefined ? {} : { spec: more.spec } },
  }
}

const pod = (image: string): KubernetesObject['metadata'] => ({ template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image }] } } })
const LATEST = 'package policy\nviolation[{"msg": msg}] {\n  c := input.review.object.spec.containers[_]\n  endswith(c.image, input.parameters.tag)\n  msg := sprintf("%s is %s", [c.name, c.image])\n}\n'

describe('Rego policies', function () {
  this.timeout(30_000)

  describe('with opa', () => {
    before(async function () {
      const missing = await lacksOpa()
      if (missing === null) return
      console.log(`      skipped: ${missing}`)
      this.skip()
    })

    const of = async (files: Files, ...[before, after, namespaces = []]: readonly [KubernetesObject | null, KubernetesObject | null, (readonly KubernetesObject[])?]): Promise<string> => results(await judge(files, change(before, after), namespaces))
    const replicas = (count: number): KubernetesObject => deployment({ replicas: count })

    it('of conftest deny, warn and pass, in both versions of the language', async () => {
      for (const text of [FEW, FEW_V0]) {
        expect(await judge(rego(text), change(null, replicas(5)))).to.deep.equal([{ policy: 'main.deny', binding: '', object: 'Deployment shop/web', result: 'deny', preExisting: false, severity: null, message: 'web has 5 replicas', file: 'rego/p.rego' }])
        expect(await of(rego(text), null, replicas(4))).to.equal('pass')
        expect(await of(rego(text.replace('deny', 'warn_many')), null, replicas(5))).to.equal('warn')
        expect(await of(rego(text.replace('deny', 'violation')), null, replicas(5))).to.equal('deny')
        // conftest gives its rules what is there.
        expect(await of(rego(text), replicas(5), null)).to.equal('')
      }
    })

    it('mix versions and packages in one folder, with objects as results', async () => {
      const files = { 'rego/a.rego': 'package lib\nmany(x) { x > 4 }\n', 'rego/sub/b.rego': 'package k8s.apps\nimport data.lib\ndeny contains {"msg": "many"} if lib.many(input.spec.replicas)\n', 'rego/sub/b_test.rego': 'package broken {' }
      expect((await judge(files, change(null, replicas(5)))).map(({ policy, message, file }) => [policy, message, file])).to.deep.equal([['k8s.apps.deny', 'many', 'rego/sub/b.rego']])
    })

    it('warn of what was so before in the same words, and deny what is worse', async () => {
      expect(await of(rego(FEW), replicas(5), deployment({ replicas: 5, paused: true }))).to.equal('pre-existing warn')
      expect(await of(rego(FEW), replicas(5), replicas(6))).to.equal('deny')
    })

    const ERRORS: readonly (readonly [string, string, RegExp])[] = [
      ['no Rego', 'package main\ndeny contains', /rego_parse_error|line \d|var|unexpected|illegal/i],
      ['an unknown function', 'package main\ndeny contains nope(1) if true\n', /undefined function nope/],
      ['a conflict', 'package main\ndeny := "a" if true\ndeny := "b" if true\n', /conflict|multiple/],
      ['nothing that says something', 'package main\nallow := true\n', /no rule deny, violation or warn/],
      ['exceptions', `${FEW}exception contains ["x"] if true\n`, /exceptions of conftest are not honoured/],
      ['the objects of the cluster', 'package main\ndeny contains "x" if data.inventory.cluster.v1\n', /data\.inventory/],
      ['anything in data', 'package main\ndeny contains "x" if { some k; data[k].x }\n', /data\.inventory/],
      ['a result that is no message', 'package main\ndeny contains 1 if true\n', /no message/],
      ['http.send', 'package main\ndeny contains "x" if http.send({"method": "get", "url": "http://127.0.0.1:1"}).status_code == 200\n', /undefined function http\.send/],
      ['the network', 'package main\ndeny contains "x" if net.lookup_ip_addr("localhost")\n', /undefined function net\.lookup_ip_addr/],
      ['the environment', 'package main\ndeny contains "x" if opa.runtime().env.PATH\n', /undefined function opa\.runtime/],
      ['what Gatekeeper fetches', 'package main\ndeny contains "x" if external_data({})\n', /undefined function external_data/],
    ]
    for (const [name, text, wanted] of ERRORS) {
      it(`are an error that blocks: ${name}`, async () => {
        const verdicts = await judge(rego(text), change(null, replicas(1)))
        expect(verdicts.map(({ result }) => result)).to.deep.equal(['error'])
        expect(verdicts[0]?.message).to.match(wanted)
      })
    }

    it('one that cannot be read blocks beside others that can', async () => {
      expect(await of({ 'rego/a.rego': FEW, 'rego/b.rego': 'package' }, null, replicas(1))).to.equal('error')
    })

    it('that never end are ended in time', async () => {
      const text = 'package main\ndeny contains "x" if { some a, b, c in numbers.range(1, 4000); a * b * c == -1 }\n'
      const began = Date.now()
      const verdicts = await withFolder(rego(text), dir => openPolicies({ dir, timeoutMs: 700 }).judge(environment('prod'), [change(null, replicas(1)), change(null, deployment({}, { name: 'b' }))], new Map()))
      expect(verdicts.map(({ result }) => result)).to.deep.equal(['error', 'error'])
      expect(Date.now() - began).to.be.lessThan(10_000)
    })

    it('of one object do not hide what they say to another', async () => {
      const text = 'package main\nkind := "a" if input.spec.replicas > 0\nkind := "b" if input.spec.replicas > 4\ndeny contains kind if true\n'
      const verdicts = await withFolder(rego(text), dir => openPolicies({ dir }).judge(environment('prod'), [change(null, replicas(1)), change(null, deployment({ replicas: 5 }, { name: 'b' }))], new Map()))
      expect(verdicts.map(({ object, result }) => `${object} ${result}`)).to.deep.equal(['Deployment shop/web deny', 'Deployment shop/b error'])
    })

    it('write nothing', async () => {
      const mark = join(tmpdir(), 'writ-test-rego-wrote')
      rmSync(mark, { force: true })
      await judge(rego(`${FEW}deny contains "x" if { print("x"); trace("${mark}") }\n`), change(null, replicas(1)))
      expect(existsSync(mark)).to.equal(false)
    })

    it('of Gatekeeper judge the Pod that a workload makes, with the parameters of the Constraint', async () => {
      const files = gatekeeper(LATEST, { spec: { match: { kinds: [{ apiGroups: [''], kinds: ['Pod'] }] }, parameters: { tag: ':latest' } } })
      expect(await judge(files, change(null, deployment(pod('web:latest'))))).to.deep.equal([{ policy: 'Policy/mine', binding: 'mine', object: 'Deployment shop/web', result: 'deny', preExisting: false, severity: 'high', message: 'web is web:latest', file: 'gatekeeper/constraints/mine.yaml' }])
      expect(await of(files, null, deployment(pod('web:1')))).to.equal('pass')
      expect(await of(files, deployment(pod('web:latest')), deployment({ ...pod('web:latest'), paused: true }))).to.equal('pre-existing warn')
    })

    it('of Gatekeeper are given what the admission request would say', async () => {
      const text = 'package policy\nviolation[{"msg": msg}] { msg := sprintf("%v %v %v %v %v", [input.review.operation, input.review.kind.kind, input.review.name, input.review.namespace, object.get(input.review.object.spec, "replicas", "none")]) }\n'
      const said = async (before: KubernetesObject | null, after: KubernetesObject | null): Promise<readonly (string | null)[]> => (await judge(gatekeeper(text), change(before, after))).map(({ message }) => message)
      expect(await said(null, replicas(1))).to.deep.equal(['CREATE Deployment web shop 1'])
      expect(await said(replicas(1), null)).to.deep.equal(['DELETE Deployment web shop 1'])
    })

    it('of Gatekeeper honour enforcementAction, defaults of the schema, libs and version', async () => {
      const always = 'package policy\nviolation[{"msg": "no"}] { true }\n'
      expect(await of(gatekeeper(always, { spec: { enforcementAction: 'warn' } }), null, replicas(1))).to.equal('warn')
      expect(await of(gatekeeper(always, { spec: { enforcementAction: 'dryrun' } }), null, replicas(1))).to.equal('audit')
      expect(await of(gatekeeper(always, { spec: { enforcementAction: 'scoped', scopedEnforcementActions: [{ action: 'warn', enforcementPoints: [{ name: '*' }] }] } }), null, replicas(1))).to.equal('warn')
      expect(await of(gatekeeper(always, { spec: { enforcementAction: 'scoped', scopedEnforcementActions: [{ action: 'deny', enforcementPoints: [{ name: 'audit.gatekeeper.sh' }] }] } }), null, replicas(1))).to.equal('skip')
      const schema = { type: 'object', properties: { tag: { type: 'string', default: ':latest' } } }
      expect(await of(gatekeeper(LATEST, { schema }), null, deployment(pod('web:latest'))), 'a match without kinds judges the Pod, too').to.equal('pass deny')
      expect(await of(gatekeeper(LATEST, { schema, spec: { match: { kinds: [{ kinds: ['Pod'] }] } } }), null, deployment(pod('web:latest')))).to.equal('deny')
      const libs = gatekeeper('package policy\nimport data.lib.say\nviolation[{"msg": say.no}] { true }\n', { template: { libs: ['package lib.say\nno = "never"\n'] } })
      expect((await judge(libs, change(null, replicas(1))))[0]?.message).to.equal('never')
      const v1 = { engine: 'Rego', source: { rego: 'package policy\nviolation contains {"msg": "one"} if true\n', version: 'v1' } }
      expect((await judge(gatekeeper('', { template: { rego: undefined, code: [v1] } }), change(null, replicas(1))))[0]?.message).to.equal('one')
      // Without the word it is the old language.
      expect(await of(gatekeeper(v1.source.rego), null, replicas(1))).to.equal('error')
    })

    it('of Gatekeeper are for what their match says', async () => {
      const always = 'package policy\nviolation[{"msg": "no"}] { true }\n'
      const shop = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop', labels: { team: 'a' } } }
      const rows: readonly (readonly [object, string])[] = [
        [{ namespaces: ['sh*'] }, 'deny'], [{ namespaces: ['other'] }, ''], [{ excludedNamespaces: ['*op'] }, ''], [{ name: 'we*' }, 'deny'], [{ name: 'api' }, ''],
        [{ scope: 'Cluster' }, ''], [{ scope: 'Namespaced' }, 'deny'], [{ labelSelector: { matchLabels: { a: 'b' } } }, ''], [{ kinds: [{ apiGroups: ['apps'], kinds: ['Deployment'] }] }, 'deny'],
        [{ kinds: [{ apiGroups: ['batch'], kinds: ['*'] }] }, ''], [{ namespaceSelector: { matchLabels: { team: 'a' } } }, 'deny'], [{ namespaceSelector: { matchLabels: { team: 'b' } } }, ''], [{ source: 'Generated', kinds: [{ kinds: ['Deployment'] }] }, ''],
      ]
      for (const [match, wanted] of rows) expect(await of(gatekeeper(always, { spec: { match } }), null, replicas(1), [shop]), JSON.stringify(match)).to.equal(wanted)
      expect(await of(gatekeeper(always, { spec: { match: { namespaceSelector: { matchLabels: { team: 'a' } } } } }), null, replicas(1))).to.equal('error')
    })

    it('of Gatekeeper that ask for what is not known are an error that blocks', async () => {
      expect(await of(gatekeeper('package policy\nviolation[{"msg": "no"}] { data.inventory.cluster.v1 }\n'), null, replicas(1))).to.equal('error')
      expect(await of(gatekeeper('package policy\nviolation[{"msg": "no"}] { input.review.userInfo.username == "a" }\n'), null, replicas(1))).to.equal('error')
      expect(await of(gatekeeper('package policy\nallow { true }\n'), null, replicas(1))).to.equal('error')
      expect(await of(gatekeeper('', { template: { rego: undefined, code: [{ engine: 'K8sNativeValidation', source: {} }] } }), null, replicas(1))).to.equal('error')
    })

    it('stand beside the others, and are part of the bundle', async () => {
      const both: Files = { ...rego(FEW), 'resource/p.yaml': { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicy', metadata: { name: 'p' }, spec: { matchConstraints: { resourceRules: [{ apiGroups: ['apps'], apiVersions: ['v1'], operations: ['*'], resources: ['*'] }] }, validations: [{ expression: 'false', message: 'never' }] } }, 'bindings/a.yaml': { apiVersion: 'admissionregistration.k8s.io/v1', kind: 'ValidatingAdmissionPolicyBinding', metadata: { name: 'b' }, spec: { policyName: 'p', validationActions: ['Deny'] } } }
      expect((await judge(both, change(null, replicas(5)))).map(({ policy, result }) => `${policy} ${result}`)).to.deep.equal(['p deny', 'main.deny deny'])
      const [a, b] = [await withFolder(rego(FEW), dir => openPolicies({ dir }).bundle()), await withFolder(rego(FEW_V0), dir => openPolicies({ dir }).bundle())]
      expect(a).not.to.equal(b)
    })
  })

  // The last one: what this machine allows is asked once, by programs that are not on this PATH.
  it('without opa on PATH block what they would judge, and say what to install', async () => {
    const path = process.env['PATH']
    process.env['PATH'] = join(tmpdir(), 'writ-no-programs')
    try {
      for (const files of [rego(FEW), gatekeeper(LATEST)]) {
        const [verdict, ...more] = await judge(files, change(null, deployment()))
        expect(more).to.deep.equal([])
        expect(verdict).to.include({ result: 'error' })
        expect(verdict?.message).to.match(/^opa is not on PATH: install Open Policy Agent 1\.0/)
      }
    } finally {
      process.env['PATH'] = path
    }
  })
})

import { execFile } from 'node:child_process'
import { mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { expect } from 'chai'
import { WritError } from '../../../src/model/error.ts'
import { openPolicies } from '../../../src/outside/policy/open-policies.ts'
import { binding, change, deployment, environment, policy, results, simple, withFolder } from './policy-folder.ts'
import type { Files } from './policy-folder.ts'

async function failure(action: () => Promise<unknown>): Promise<WritError> {
  try {
    await action()
  } catch (error) {
    if (error instanceof WritError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const TEMPLATE = 'apiVersion: templates.gatekeeper.sh/v1\nkind: ConstraintTemplate\nmetadata: {name: never}\nspec:\n  crd: {spec: {names: {kind: Never}}}\n  targets: [{target: admission.k8s.gatekeeper.sh, rego: "package never\\nviolation[{\\"msg\\": \\"no\\"}] { true }"}]\n'

describe('a policy folder', () => {
  const good = simple('true')
  const text = (lines: readonly string[]): string => `${lines.join('\n')}\n`
  const rows: readonly (readonly [name: string, files: Files, message: RegExp])[] = [
    ['YAML that is broken', { ...good, 'resource/x.yaml': text(['apiVersion: v1', 'kind: [', 'a: b']) }, /resource\/x\.yaml:\d/],
    ['a key twice', { ...good, 'resource/x.yaml': text(['kind: a', 'kind: b']) }, /resource\/x\.yaml:2: Map keys must be unique/],
    ['a kind that is not evaluated', { ...good, 'resource/x.yaml': text(['apiVersion: constraints.gatekeeper.sh/v1beta1', 'kind: K8sRequiredLabels', 'metadata: {name: x}']) }, /resource\/x\.yaml:2: kind K8sRequiredLabels is not supported here/],
    ['a document without a kind', { ...good, 'bindings/x.yaml': text(['a: 1']) }, /bindings\/x\.yaml:1: kind unknown is not supported/],
    ['a policy among the bindings', { ...good, 'bindings/x.yaml': policy({}) }, /bindings\/x\.yaml:2: kind ValidatingAdmissionPolicy is not supported here/],
    ['an older version', { ...good, 'resource/x.yaml': text(['apiVersion: admissionregistration.k8s.io/v1alpha1', 'kind: ValidatingAdmissionPolicy', 'metadata: {name: x}']) }, /resource\/x\.yaml:1: apiVersion/],
    ['a key that Kubernetes does not know', { ...good, 'resource/x.yaml': policy({ validations: [{ expression: 'true', mesage: 'x' }] }, 'x') }, /resource\/x\.yaml:\d+: spec\.validations\.0: Unrecognized key: "mesage"/],
    ['a rule without operations', { ...good, 'resource/x.yaml': policy({ matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }] }, validations: [{ expression: 'true' }] }, 'x') }, /operations/],
    ['a policy for nothing', { ...good, 'resource/x.yaml': policy({ matchConstraints: { resourceRules: [] }, validations: [{ expression: 'true' }] }, 'x') }, /resourceRules/],
    ['a policy without a rule', { ...good, 'resource/x.yaml': policy({}, 'x') }, /needs at least one of validations/],
    ['a failurePolicy of another word', { ...good, 'resource/x.yaml': policy({ failurePolicy: 'Allow', validations: [{ expression: 'true' }] }, 'x') }, /failurePolicy/],
    ['two variables of one name', { ...good, 'resource/x.yaml': policy({ variables: [{ name: 'a', expression: '1' }, { name: 'a', expression: '2' }], validations: [{ expression: 'true' }] }, 'x') }, /two variables/],
    ['a severity of another word', { ...good, 'resource/x.yaml': { ...policy({ validations: [{ expression: 'true' }] }), metadata: { name: 'x', annotations: { 'writ.dev/severity': 'grave' } } } }, /writ\.dev\/severity is grave/],
    ['two policies of one name', { ...good, 'resource/x.yaml': policy({ validations: [{ expression: 'true' }] }) }, /ValidatingAdmissionPolicy p is there twice/],
    ['two parameter objects of one name', { ...good, 'params/a.yaml': text(['apiVersion: v1', 'kind: ConfigMap', 'metadata: {name: a, namespace: n}', '---', 'apiVersion: v1', 'kind: ConfigMap', 'metadata: {name: a, namespace: n}']) }, /params\/a\.yaml:7: ConfigMap a is there twice/],
    ['a number in a ConfigMap', { ...good, 'params/a.yaml': text(['apiVersion: v1', 'kind: ConfigMap', 'metadata: {name: a, namespace: n}', 'data:', '  min: 2']) }, /params\/a\.yaml:5: data\.min: Invalid input: expected string/],
    ['a parameter object that is no object', { ...good, 'params/a.yaml': text(['- 1']) }, /params\/a\.yaml:1/],
    ['a binding of a policy that is not there', { ...good, 'bindings/x.yaml': binding({ policyName: 'none' }, 'x') }, /the binding x names the policy none/],
    ['a binding without an action', { ...good, 'bindings/x.yaml': binding({ validationActions: [] }, 'x') }, /validationActions/],
    ['a binding with another action', { ...good, 'bindings/x.yaml': binding({ validationActions: ['Allow'] }, 'x') }, /validationActions/],
    ['a binding that denies and warns', { ...good, 'bindings/x.yaml': binding({ validationActions: ['Deny', 'Warn'] }, 'x') }, /Deny and Warn/],
    ['a paramRef with name and selector', { ...good, 'bindings/x.yaml': binding({ paramRef: { name: 'a', selector: {} } }, 'x') }, /either name or selector/],
    ['a label that does not agree with the file', { ...good, 'bindings/prod.yaml': { ...binding({}, 'x'), metadata: { name: 'x', labels: { 'writ.dev/env': 'prdo' } } } }, /label writ\.dev\/env is prdo, and the file is named prod/],
    ['a list of objects', { ...good, 'resource/x.yaml': text(['apiVersion: v1', 'kind: List', 'items: []']) }, /kind List is not supported/],
    ['no policy at all', { 'bindings/.gitkeep': '' }, /holds no policy/],
    ['only comments', { 'resource/x.yaml': '# nothing\n' }, /holds no policy/],
    ['change policies', { ...good, 'change/x.yaml': '' }, /change:1: not supported in a policy folder/],
    ['wasm among Rego', { ...good, 'rego/x.wasm': '' }, /rego\/x\.wasm:1: not supported in a policy folder: only \.rego files belong here/],
    ['Rego among templates', { ...good, 'gatekeeper/a/x.rego': '' }, /gatekeeper\/a\/x\.rego:1: not supported in a policy folder: only \.yaml and \.yml files/],
    ['a Constraint without its template', { ...good, 'gatekeeper/x.yaml': text(['apiVersion: constraints.gatekeeper.sh/v1beta1', 'kind: K8sRequiredLabels', 'metadata: {name: x}']) }, /gatekeeper\/x\.yaml:2: kind K8sRequiredLabels is not supported here: no ConstraintTemplate of this folder makes it/],
    ['a Constraint for one environment', { ...good, 'gatekeeper/t.yaml': TEMPLATE, 'gatekeeper/x.yaml': text(['apiVersion: constraints.gatekeeper.sh/v1beta1', 'kind: Never', 'metadata: {name: x, labels: {writ.dev/env: prod}}']) }, /gatekeeper\/x\.yaml:3: a Constraint counts in every environment/],
    ['a match that is not known', { ...good, 'gatekeeper/t.yaml': TEMPLATE, 'gatekeeper/x.yaml': text(['apiVersion: constraints.gatekeeper.sh/v1beta1', 'kind: Never', 'metadata: {name: x}', 'spec: {match: {kindz: []}}']) }, /gatekeeper\/x\.yaml:4: spec\.match/],
    ['two templates of one kind', { ...good, 'gatekeeper/t.yaml': TEMPLATE, 'gatekeeper/u.yaml': TEMPLATE.replace('name: never', 'name: other') }, /two ConstraintTemplates make one kind/],
    ['exceptions', { ...good, 'exceptions/x.yaml': '' }, /exceptions:1: not supported/],
    ['a folder of another name', { ...good, 'ressource/x.yaml': '' }, /ressource:1: not supported in a policy folder: the folder is not known/],
    ['a policy at the top', { ...good, 'x.yaml': '' }, /x\.yaml:1: not supported/],
    ['a file of another kind among the policies', { ...good, 'resource/x.json': '{}' }, /resource\/x\.json:1: not supported.*only \.yaml/],
    ['a folder in a folder', { ...good, 'resource/more/x.yaml': '' }, /resource\/more:1: not supported/],
    ['YAML that grows', { ...good, 'params/x.yaml': text(['a: &a [x, x, x, x, x, x, x, x, x]', ...Array.from({ length: 8 }, (_, i) => `b${i}: &${'bcdefghi'[i]} [${Array.from({ length: 9 }, () => `*${'abcdefgh'[i]}`).join(', ')}]`)]) }, /params\/x\.yaml:1/],
  ]
  for (const [name, files, message] of rows) {
    it(`blocks on ${name}`, async () => {
      await withFolder(files, async dir => {
        const engine = openPolicies({ dir })
        for (const action of [() => engine.bundle(), () => engine.judge(environment('dev'), [change(null, deployment())], new Map())]) {
          const error = await failure(action)
          expect(error.code).to.equal('config/invalid')
          expect(error.message).to.match(message)
          expect(error.message).to.include(dir)
        }
      })
    })
  }

  it('blocks on a link and on a folder that is not there', async () => {
    await withFolder(good, async dir => {
      await symlink(join(dir, 'resource/p.yaml'), join(dir, 'resource/q.yaml'))
      expect((await failure(() => openPolicies({ dir }).bundle())).message).to.match(/q\.yaml:1: not supported.*plain files/)
      expect((await failure(() => openPolicies({ dir: join(dir, 'none') }).bundle())).message).to.match(/cannot be read/)
    })
  })

  it('may hold Markdown, cases for tests, and several documents in a file', async () => {
    const two = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: n}\n---\n# nothing\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: b, namespace: n}\n'
    await withFolder({ ...good, 'README.md': '#', 'resource/NOTES.md': '', 'tests/x.yaml': 'not: read', 'params/two.yml': two }, async dir => {
      expect(results(await openPolicies({ dir }).judge(environment('dev'), [change(null, deployment())], new Map()))).to.equal('pass')
    })
  })
})

describe('the bundle of a policy folder', () => {
  const hash = (files: Files): Promise<string> => withFolder(files, dir => openPolicies({ dir }).bundle())

  it('is a sha256 that is equal for equal files, wherever they are', async () => {
    const one = await hash(simple('true'))
    expect(one).to.match(/^[0-9a-f]{64}$/)
    expect(await hash(simple('true'))).to.equal(one)
  })

  it('changes with every file that decides a verdict, by content and by name, and with no other', async () => {
    const base = simple('true')
    const params = { 'params/a.yaml': { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'n' }, data: { x: '1' } } }
    const all = await Promise.all([
      hash(base), hash(simple('false')), hash({ ...base, 'bindings/all.yaml': binding({ validationActions: ['Warn'] }) }), hash({ ...base, ...params }),
      hash({ 'resource/q.yaml': base['resource/p.yaml'], 'bindings/all.yaml': base['bindings/all.yaml'] }),
    ])
    expect(new Set(all).size).to.equal(all.length)
    expect(await hash({ ...base, 'README.md': 'x', 'tests/a.yaml': 'x' })).to.equal(all[0])
  })

  it('is of what stands there now, and so are the verdicts', async () => {
    await withFolder(simple('true'), async dir => {
      const engine = openPolicies({ dir })
      const before = await engine.bundle()
      expect(results(await engine.judge(environment('dev'), [change(null, deployment())], new Map()))).to.equal('pass')
      await rm(join(dir, 'resource'), { recursive: true })
      await mkdir(join(dir, 'resource'))
      await writeFile(join(dir, 'resource/p.yaml'), JSON.stringify(policy({ validations: [{ expression: 'false' }] })))
      expect(await engine.bundle()).to.not.equal(before)
      expect(results(await engine.judge(environment('dev'), [change(null, deployment())], new Map()))).to.equal('deny')
    })
  })
})

describe('a process that judges', () => {
  it('ends by itself, although a thread rests', async () => {
    const source = (path: string): string => JSON.stringify(pathToFileURL(fileURLToPath(new URL(`../../../src/${path}`, import.meta.url))).href)
    await withFolder(simple('true'), async dir => {
      const script = `
        const { openPolicies } = await import(${source('outside/policy/open-policies.ts')})
        const { CLASS_RULES } = await import(${source('model/environment.ts')})
        const engine = openPolicies({ dir: ${JSON.stringify(dir)} })
        await engine.bundle()
        const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec: {} }
        const ref = { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web' }
        const verdicts = await engine.judge({ name: 'x', class: 'prod', known: true, rules: CLASS_RULES.prod }, [{ ref, before: null, after: object }], new Map())
        console.log(verdicts[0].result)
      `
      const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', script], { timeout: 18_000 })
      expect(stdout.trim()).to.equal('pass')
    })
  })
})

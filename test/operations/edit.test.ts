import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { edit, editLines } from '../../src/operations/edit.ts'
import type { EditAnswer } from '../../src/operations/edit.ts'
import { renderMemory } from '../../src/flow/proof/render-memory.ts'
import { openCheckout } from '../../src/outside/git/open-checkout.ts'
import { renderers } from '../../src/outside/render/renderers.ts'
import { declaredOwners } from '../../src/outside/tools/declared-owners.ts'
import { manifestOwner } from '../../src/outside/tools/manifest-owner.ts'
import { failureOf } from '../contracts/failure.ts'

// The command runs in the checkout, from where the loader cannot be found by its name.
const TSX = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
const RENDERERS = renderers({ timeoutMs: 20_000 })
const WEB = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  template:
    spec:
      initContainers:
      - {name: wait, image: busybox:1.36}
      containers:
      - name: web
        image: nginx:1.27 # front
        env:
        - name: PORT
          value: "8080"
        resources:
          limits: {cpu: 1, memory: 128Mi}
`
const flux = (name: string, path: string): string => `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: ${name}, namespace: flux-system}\nspec: {path: ${path}, sourceRef: {kind: GitRepository, name: x}}\n`

/** Says what is missing, where it is. */
async function hasKustomize(): Promise<boolean> {
  try {
    await RENDERERS.find(({ format }) => format === 'kustomize')?.info()
    return true
  } catch (error) {
    console.log(`      skipped: ${error instanceof Error ? error.message : ''}`)
    return false
  }
}

describe('writ edit', () => {
  let root: string
  beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'writ-test-edit-')); put('app/web.yaml', WEB) })
  afterEach(() => { rmSync(root, { recursive: true, force: true }) })

  function put(path: string, text: string): void {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
  const read = (path = 'app/web.yaml'): string => readFileSync(join(root, path), 'utf8')
  const world = async (): Promise<Parameters<typeof edit>[0]> => ({ checkout: await openCheckout(root), renderers: RENDERERS, renders: renderMemory(0), declaredOwners, manifestOwner })
  const ask = async (asks: readonly object[], more: object = {}): Promise<EditAnswer> => edit(await world(), { path: join(root, 'app'), type: 'deploy', name: 'web', asks, ...more })
  const field = (name: string, value: string | null, more: object = {}): object => ({ kind: 'field', container: null, field: name, value, as: 'field', ...more })

  const edits: readonly (readonly [string, object, string, string])[] = [
    ['an image', { kind: 'image', container: 'web', value: 'nginx:1.28' }, 'nginx:1.27 #', 'nginx:1.28 #'],
    ['an image of an init container', { kind: 'image', container: 'init:wait', value: 'busybox:1.37' }, 'busybox:1.36}', 'busybox:1.37}'],
    ['replicas', { kind: 'replicas', value: 3 }, 'replicas: 2', 'replicas: 3'],
    ['a limit that stays a number', { kind: 'resource', container: 'web', section: 'limits', resource: 'cpu', value: '2' }, 'cpu: 1,', 'cpu: 2,'],
    ['an environment variable that stays a text', { kind: 'env', container: 'web', name: 'PORT', value: '9090' }, '"8080"', '"9090"'],
    ['a dotted path', field('spec.template.spec.containers[name=web].image', 'nginx:2'), 'nginx:1.27', 'nginx:2'],
    ['a JSON pointer with an index', field('/spec/template/spec/containers/0/env/0/value', '1'), '"8080"', '"1"'],
    ['a path inside a container', field('image', 'nginx:3', { container: 'web' }), 'nginx:1.27', 'nginx:3'],
    ['a number that shall be a text', field('spec.replicas', '4', { as: 'string' }), 'replicas: 2', 'replicas: "4"'],
  ]
  for (const [name, one, before, after] of edits) {
    it(`edits ${name}, and nothing else`, async () => {
      const answer = await ask([one])
      expect(answer.status, answer.message).to.equal('edited')
      expect(read()).to.equal(WEB.replace(before, after))
      expect([(await ask([one])).status, read()]).to.deep.equal(['no_change', WEB.replace(before, after)])
    })
  }

  it('takes an object without a namespace for that of any, and the one that states it first', async () => {
    put('app/loose.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {a: "1"}\n')
    const set = (namespace: string | null): Promise<EditAnswer> => ask([field('data.a', '2')], { type: 'cm', name: 'c', namespace, dryRun: true })
    expect((await set('shop')).status).to.equal('edited')
    put('app/own.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: shop}\ndata: {a: "1"}\n')
    expect((await set('shop')).files.map(file => file.path)).to.deep.equal(['app/own.yaml'])
    expect((await set('pay')).files.map(file => file.path)).to.deep.equal(['app/loose.yaml'])
    expect((await set(null)).code).to.equal('AMBIGUOUS')
  })

  it('says of what the API server never changes in place that it does not, and edits the file', async () => {
    put('app/job.yaml', 'apiVersion: batch/v1\nkind: Job\nmetadata: {name: tidy}\nspec:\n  template:\n    spec:\n      containers:\n      - {name: tidy, image: "tidy:1"}\n')
    const answer = await ask([{ kind: 'image', container: 'tidy', value: 'tidy:2' }], { type: 'job', name: 'tidy' })
    expect([answer.status, answer.evidence.at(-1)?.sentence]).to.deep.equal(['edited', 'The API server never lets spec.template of Job tidy change; the object would have to be made anew.'])
  })

  it('names files that it left out because they cannot be read', async () => {
    put('app/other.yaml', 'apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ name }}\n')
    const answer = await ask([{ kind: 'replicas', value: 3 }], { dryRun: true })
    expect([answer.status, answer.evidence.at(-1)?.sentence]).to.deep.equal(['edited', 'left out, since it cannot be read: app/other.yaml:4: a template ({{ }}) stands where YAML is expected.'])
  })

  it('finds a generated ConfigMap by its name without the hash, so that a second call is the same request', async function () {
    if (!await hasKustomize()) this.skip()
    put('app/kustomization.yaml', 'configMapGenerator:\n- name: settings\n  literals: [MODE=slow]\n')
    const set = (): Promise<EditAnswer> => ask([field('data.MODE', 'fast')], { type: 'configmap', name: 'settings' })
    expect([(await set()).status, (await set()).status, read('app/kustomization.yaml')]).to.deep.equal(['edited', 'no_change', 'configMapGenerator:\n- name: settings\n  literals: [MODE=fast]\n'])
  })

  it('says that a new object would be made for others too, where every place is theirs', async function () {
    if (!await hasKustomize()) this.skip()
    put('app/kustomization.yaml', 'resources: [web.yaml]\n')
    put('prod/kustomization.yaml', 'resources: [../app]\n')
    const create = 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c, namespace: shop}\n'
    const answer = await edit(await world(), { path: join(root, 'app'), create })
    expect([answer.code, answer.files.length]).to.deep.equal(['SHARED_BASE', 0])
    expect((await edit(await world(), { path: join(root, 'app'), create, scope: 'shared' })).status).to.equal('edited')
  })

  it('shows what a chart makes of the values of its HelmRelease, without the values of Secrets, and says where it makes nothing', async function () {
    try { await RENDERERS.find(({ format }) => format === 'helm')?.info() } catch (error) {
      console.log(`      skipped: ${error instanceof Error ? error.message : ''}`)
      return this.skip()
    }
    put('chart/Chart.yaml', 'apiVersion: v2\nname: web\nversion: 1.0.0\n')
    put('chart/values.yaml', 'mode: slow\nword: a\n')
    put('chart/templates/all.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata: {mode: {{ required "a mode is needed" .Values.mode }}}\n---\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\nstringData: {word: {{ .Values.word }}}\n')
    put('app/release.yaml', 'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata: {name: web, namespace: shop}\nspec:\n  chart: {spec: {chart: ./chart, sourceRef: {kind: GitRepository, name: x}}}\n  values: {mode: slow}\n')
    const set = (...asks: readonly object[]): Promise<EditAnswer> => ask(asks, { type: 'helmrelease', dryRun: true })
    const both = await set(field('/spec/values/mode', 'fast'), field('/spec/values/word', 'hush'))
    expect(both.changes.map(({ path }) => path)).to.deep.equal(['spec.values.mode', 'spec.values.word'])
    expect(both.chart?.map(({ object, path, before, after }) => [object.kind, path, before, after])).to.have.deep.members([['ConfigMap', 'data.mode', 'slow', 'fast'], ['Secret', 'stringData.word', '[redacted]', '[redacted]']])
    const broken = await set(field('/spec/values/mode', ''))
    expect([broken.status, broken.chart, broken.evidence.at(-1)?.sentence]).to.deep.equal(['edited', undefined, 'the chart does not render with it: execution error at (web/templates/all.yaml:4:16): a mode is needed'])
  })

  const slips: readonly (readonly [string, readonly object[]])[] = [
    ['a field of a container without the container', [field('image', 'x:2')]],
    ['replicas of a container', [field('replicas', '3', { container: 'web' })]],
    ['a text for a number', [field('spec.replicas', 'abc')]],
    ['a key of a list', [field('spec.template.spec.containers.web.image', 'x:2')]],
    ['one field twice', [field('spec.replicas', '3'), { kind: 'replicas', value: 4 }]],
  ]
  for (const [name, asks] of slips) {
    it(`never writes ${name}`, async () => { expect([await failureOf(ask(asks)), read()]).to.deep.equal(['usage/bad-argument', WEB]) })
  }

  it('writes nothing on a dry run, and shows what it would write', async () => {
    const answer = await ask([{ kind: 'replicas', value: 3 }], { dryRun: true })
    expect(read()).to.equal(WEB)
    expect(answer).to.deep.include({ status: 'edited', code: null, changes: [{ object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' }, path: 'spec.replicas', before: 2, after: 3 }], blast: [] })
    expect(answer.files.map(({ path }) => path)).to.deep.equal(['app/web.yaml'])
    expect(answer.files[0]?.diff).to.contain('-  replicas: 2\n+  replicas: 3\n')
    expect(editLines(answer).map(({ text }) => text).join('\n')).to.contain('Exactly 1 field of 1 object changes.').and.contain('Deployment shop/web spec.replicas: 2 → 3')
  })

  it('reads the YAML files of a plain folder and nothing else', async () => {
    put('app/dashboard.json', '{"title": "no object"}')
    put('app/template.json', '{{ no JSON }}')
    expect((await ask([{ kind: 'replicas', value: 3 }])).status).to.equal('edited')
  })

  it('takes any text for an image where a placeholder stands', async () => {
    put('app/web.yaml', WEB.replace('nginx:1.27', 'WEB_IMAGE'))
    expect((await ask([{ kind: 'image', container: 'web', value: 'WEB_IMAGE:1.0' }])).status).to.equal('edited')
    expect(await failureOf(ask([{ kind: 'image', container: 'init:wait', value: 'BUSYBOX:1.0' }]))).to.equal('usage/bad-argument')
  })

  const refused: readonly (readonly [string, object, string])[] = [
    ['an object that is not rendered', { name: 'other' }, 'NOT_RENDERED'],
    ['another namespace', { namespace: 'elsewhere' }, 'NOT_RENDERED'],
    ['a kind of another group', { type: 'deployments.extensions' }, 'NOT_RENDERED'],
  ]
  for (const [name, more, code] of refused) {
    it(`refuses ${name} as ${code}`, async () => {
      expect(await ask([{ kind: 'replicas', value: 3 }], more)).to.deep.include({ status: 'refused', code, files: [] })
      expect(read()).to.equal(WEB)
    })
  }

  it('asks which one where two files declare the object', async () => {
    put('app/again.yaml', WEB)
    const answer = await ask([{ kind: 'replicas', value: 3 }])
    expect([answer.status, answer.code, answer.evidence.map(({ at }) => at)]).to.deep.equal(['refused', 'AMBIGUOUS', ['app/again.yaml', 'app/web.yaml']])
  })

  it('asks which one where two namespaces hold the name, and takes the one that is named', async () => {
    put('app/other.yaml', WEB.replace('namespace: shop', 'namespace: other'))
    expect((await ask([{ kind: 'replicas', value: 3 }])).code).to.equal('AMBIGUOUS')
    expect((await ask([{ kind: 'replicas', value: 3 }], { namespace: 'other' })).status).to.equal('edited')
    expect([read('app/other.yaml').includes('replicas: 3'), read()]).to.deep.equal([true, WEB])
  })

  const failing: readonly (readonly [string, readonly object[], object, string])[] = [
    ['a folder that is not there', [{ kind: 'replicas', value: 3 }], { path: 'nowhere-at-all' }, 'usage/bad-argument'],
    ['a path outside the checkout', [{ kind: 'replicas', value: 3 }], { path: '/' }, 'usage/bad-argument'],
    ['a container that is not there', [{ kind: 'image', container: 'side', value: 'x:1' }], {}, 'classify/no-container'],
    ['a path that is none', [field('spec..x', '1')], {}, 'usage/bad-argument'],
    ['a text for a map', [field('spec.template', 'x')], {}, 'usage/bad-argument'],
    ['JSON that is none', [field('spec.x', '{', { as: 'json' })], {}, 'usage/bad-argument'],
    ['an unknown key', [{ kind: 'replicas', value: 3, force: true }], {}, 'usage/bad-argument'],
  ]
  for (const [name, asks, more, code] of failing) {
    it(`fails with ${code} for ${name}, and writes nothing`, async () => {
      expect(await failureOf(ask(asks, more))).to.equal(code)
      expect(read()).to.equal(WEB)
    })
  }

  it('counts Applications and Kustomizations in the checkout as consumers of their paths', async () => {
    put('clusters/flux.yaml', flux('all', './app'))
    put('clusters/above.yaml', flux('above', './'))
    const [refusal, answer] = [await ask([{ kind: 'replicas', value: 3 }]), await ask([{ kind: 'replicas', value: 3 }], { scope: 'shared' })]
    expect([refusal.status, refusal.code, refusal.evidence[1]?.at]).to.deep.equal(['refused', 'SHARED_BASE', '.'])
    expect([answer.status, answer.blast]).to.deep.equal(['edited', [{ path: '.', objects: [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' }] }]])
  })

  it('counts what an ApplicationSet or an Application in JSON may deploy as consumers, but for the asked path', async () => {
    const base = 'resources: [web.yaml]\n'
    put('base/web.yaml', WEB)
    put('base/kustomization.yaml', base)
    put('app/kustomization.yaml', 'resources: [../base]\n')
    rmSync(join(root, 'app/web.yaml'))
    const set = (path: string): string => `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all, namespace: argocd}\nspec:\n  generators: [{clusters: {}}]\n  template: {spec: {source: {path: "${path}"}}}\n`
    put('argocd/set.yaml', set('ap{{name}}'))
    expect((await ask([field('paused', 'true')], { dryRun: true })).evidence.map(({ at }) => at)).to.deep.equal(['base/web.yaml:18'])
    put('argocd/set.yaml', set('b{{name}}'))
    expect((await ask([field('paused', 'true')], { dryRun: true })).files.map(({ path }) => path)).to.deep.equal(['app/kustomization.yaml'])
    const shared = await ask([field('replicas', '3')], { dryRun: true, scope: 'shared' })
    expect(shared.blast).to.deep.equal([{ path: 'base', objects: null, error: 'ApplicationSet argocd/all may use base; Writ does not render ApplicationSets' }])
    rmSync(join(root, 'argocd/set.yaml'))
    put('argocd/app.json', JSON.stringify({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'b', namespace: 'argocd' }, spec: { destination: {}, source: { repoURL: 'u', path: 'base' } } }))
    expect((await ask([field('replicas', '3')], { dryRun: true, scope: 'shared' })).blast.map(({ path, error }) => [path, error])).to.deep.equal([['base', undefined]])
  })

  it('leaves out a template beside the object, and says so where the object stands in it', async () => {
    put('app/config.yaml', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: config\ndata:\n  {{ data }}\n')
    expect((await ask([field('spec.replicas', '3')])).status).to.equal('edited')
    expect((await ask([field('data.x', '1')], { type: 'configmap', name: 'config' })).code).to.equal('TEMPLATE')
  })

  it('takes who names the asked path for the asked delivery', async () => {
    put('clusters/one/flux.yaml', flux('one', './app'))
    put('clusters/two/flux.yaml', flux('two', 'app/'))
    expect(await ask([{ kind: 'replicas', value: 3 }])).to.deep.include({ status: 'edited', blast: [] })
  })

  it('says from the command line what happened, in JSON and by its exit code', () => {
    const call = (...args: readonly string[]): { readonly code: number, readonly answer: Record<string, unknown> } => {
      try {
        const main = join(import.meta.dirname, '../../src/main.ts')
        return { code: 0, answer: JSON.parse(execFileSync(process.execPath, ['--import', TSX, main, 'edit', ...args, '-o', 'json'], { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] })) as Record<string, unknown> }
      } catch (error) {
        const { status, stdout } = error as { status: number, stdout: string }
        return { code: status, answer: JSON.parse(stdout) as Record<string, unknown> }
      }
    }
    const edited = call('app', 'Deployment.v1.apps/web', '-n', 'shop', '-c', 'web', '--set', 'env.PORT=a=b', '--set', 'limits.memory=256Mi')
    expect([edited.code, edited.answer['status'], read()]).to.deep.equal([0, 'edited', WEB.replace('"8080"', '"a=b"').replace('128Mi', '256Mi')])
    expect(call('app', 'deploy/web', '-c', 'web', '--set', 'env.PORT=a=b')).to.deep.include({ code: 0 })
    expect(call('app', 'deploy/nobody', '--set', 'replicas=1')).to.deep.nested.include({ code: 3, 'answer.status': 'refused', 'answer.code': 'NOT_RENDERED' })
    expect(call('app', 'deploy/web', '--set', 'replicas')).to.deep.nested.include({ code: 2, 'answer.status': 'failed', 'answer.code': 'usage/bad-argument' })
    put('app/again.yaml', read())
    expect(call('app', 'deploy/web', '--set', 'replicas=1')).to.deep.nested.include({ code: 6, 'answer.status': 'refused', 'answer.code': 'AMBIGUOUS' })
  }).timeout(60_000)
})

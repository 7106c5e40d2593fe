import { expect } from 'chai'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isList, textAt, valueAt } from '../../../src/model/json.ts'
import type { Json } from '../../../src/model/json.ts'
import { parse } from 'yaml'
import { kustomizeRenderer } from '../../../src/outside/render/kustomize.ts'
import type { Called, Stage } from '../../support/stage.ts'

const MAP = '# flags of the web\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: flags\ndata:\n  beta: "on"\n'
const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports: [{ port: 80 }]\n'

async function hasKustomize(): Promise<boolean> {
  try {
    await kustomizeRenderer({ timeoutMs: 20_000 }).info()
    return true
  } catch {
    return false
  }
}

describe('the verbs that change objects, to verified', function () {
  this.timeout(60_000)
  let stage: Stage
  // Loaded as the door loads what it needs.
  beforeEach(async () => { stage = await (await import('../../support/stage.ts')).Stage.open() })
  afterEach(() => stage.close())

  const web = (namespace = 'dev'): Json => parse(stage.repository.git('show', `main:${namespace}/web.yaml`))
  const container = (): Json | undefined => { const list = valueAt(web(), 'spec', 'template', 'spec', 'containers'); return isList(list) ? list[0] : undefined }
  const sentences = (called: Called): string => { const said = valueAt(called.json, 'facts', 'verified', 'sentences'); return isList(said) ? said.join('\n') : '' }
  const file = (text: string, name = 'manifest.yaml'): string => { const path = join(stage.dir, name); writeFileSync(path, text); return path }
  /** One change of dev, which merges by itself and is followed to its end. */
  async function verified(...args: readonly string[]): Promise<Called> {
    const called = await stage.call(...args, '-n', 'dev', '--wait', '-o', 'json')
    expect([called.exit, called.json['status']], called.out + called.err).to.deep.equal([0, 'verified'])
    return called
  }
  async function refused(...args: readonly string[]): Promise<readonly unknown[]> {
    const before = stage.branches()
    const called = await stage.call(...args, '-o', 'json')
    expect(stage.branches()).to.deep.equal(before)
    return [called.exit, called.json['code']]
  }

  it('sets, adds and removes environment variables', async () => {
    await verified('set', 'env', 'deploy/web', '-c', 'web', 'LOG_LEVEL=debug', 'EMPTY=', 'DB_PASSWORD-')
    expect(valueAt(container(), 'env')).to.deep.equal([{ name: 'LOG_LEVEL', value: 'debug' }, { name: 'EMPTY', value: '' }])
    const again = await verified('set', 'env', 'deploy/web', 'LOG_LEVEL=info', '-e', 'EMPTY=x')
    expect(sentences(again)).to.contain('env[name=LOG_LEVEL].value = info')
    expect((await stage.call('set', 'env', 'deploy/web', 'LOG_LEVEL=info', 'GONE-', '-n', 'dev', '-o', 'json')).json['kind']).to.equal('NoChange')
  })

  it('sets, adds and removes any field', async () => {
    await verified('set', 'field', 'deploy/web', 'spec.minReadySeconds=5', 'metadata.labels["example.com/team"]=shop', '--json', 'spec.strategy={"type":"Recreate"}')
    expect([valueAt(web(), 'spec', 'minReadySeconds'), valueAt(web(), 'metadata', 'labels'), valueAt(web(), 'spec', 'strategy')]).to.deep.equal([5, { 'example.com/team': 'shop' }, { type: 'Recreate' }])
    const gone = await verified('set', 'field', 'deploy/web', 'spec.minReadySeconds-')
    expect(sentences(gone)).to.contain('Deployment dev/web has no spec.minReadySeconds any more')
    await verified('set', 'field', 'deploy/web', '-c', 'web', '--string', 'env.LEVEL=1', 'limits.memory=96Mi')
    expect([valueAt(container(), 'env'), valueAt(container(), 'resources', 'limits', 'memory')]).to.deep.equal([[{ name: 'DB_PASSWORD', value: 'hunter2' }, { name: 'LEVEL', value: '1' }], '96Mi'])
  })

  it('restarts by an annotation whose time is fixed when it is asked', async () => {
    const called = await verified('restart', 'deploy/web')
    const at = textAt(valueAt(called.json, 'plan', 'request'), 'verb')
    const written = valueAt(web(), 'spec', 'template', 'metadata', 'annotations', 'kubectl.kubernetes.io/restartedAt')
    expect(at).to.equal('restart')
    expect(written).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/)
    expect(stage.repository.git('log', '-1', '--format=%s', 'main^2')).to.equal(`dev: restart (${String(written)}) on Deployment dev/web`)
  })

  it('keeps digest and approval of a restart where the base moves', async () => {
    const asked = await stage.call('restart', 'deploy/web', '-n', 'prod', '-o', 'json')
    const id = textAt(asked.json, 'id') ?? ''
    stage.knobs.user = 'bo'
    await stage.call('approve', id, '--key', stage.keys.bo)
    await stage.repository.commit({ 'prod/web.yaml': stage.repository.git('show', 'main:prod/web.yaml').replace('web:1.0.0', 'web:1.0.7') + '\n' })
    const merged = await stage.call('merge', id, '--wait', '-o', 'json')
    expect([merged.exit, merged.json['status'], textAt(merged.json, 'plan', 'digest')], merged.err).to.deep.equal([0, 'verified', textAt(asked.json, 'plan', 'digest')])
  })

  for (const [type, patch] of [['strategic', '{"spec":{"template":{"spec":{"containers":[{"name":"web","image":"registry.example/web:1.2.0"}]}}}}'], ['merge', '{"spec":{"replicas":4}}'], ['json', '[{"op":"test","path":"/spec/replicas","value":2},{"op":"replace","path":"/spec/replicas","value":5}]']] as const) {
    it(`patches: ${type}`, async () => {
      const called = await verified('patch', 'deploy/web', '--type', type, '-p', patch)
      expect(stage.repository.git('log', '-1', '--format=%s', 'main^2')).to.equal(`dev: ${type} patch (1 field) on Deployment dev/web`)
      expect(sentences(called)).to.match(/image = registry\.example\/web:1\.2\.0|replicas = [45]/)
    })
  }

  it('refuses a patch whose test fails, and one that changes what the API server never changes', async () => {
    expect(await refused('patch', 'deploy/web', '-n', 'dev', '--type', 'json', '-p', '[{"op":"test","path":"/spec/replicas","value":9}]')).to.deep.equal([3, 'STALE'])
    expect(await refused('patch', 'deploy/web', '-n', 'dev', '-p', '{"spec":{"selector":{"matchLabels":{"app":"other"}}}}')).to.deep.equal([3, 'UNSUPPORTED'])
    expect(await refused('patch', 'deploy/web', '-n', 'dev', '-p', '{"metadata":{"name":"other"}}')).to.deep.equal([2, 'usage/bad-argument'])
  })

  describe('apply', () => {
    it('makes an object, then changes it, then says no change', async () => {
      const made = await verified('apply', '-f', file(MAP))
      expect(stage.repository.git('show', 'main:dev/flags.yaml')).to.equal(MAP.replace('flags\ndata', 'flags\n  namespace: dev\ndata').trimEnd())
      expect(stage.repository.git('log', '-1', '--format=%s', 'main^2')).to.equal('dev: create ConfigMap dev/flags')
      expect(sentences(made)).to.contain('ConfigMap dev/flags is there with everything that its manifest says')
      await verified('apply', '-f', file(MAP.replace('"on"', '"off"')))
      expect(stage.repository.git('show', 'main:dev/flags.yaml')).to.contain('# flags of the web').and.contain('beta: "off"')
      expect((await stage.call('apply', '-f', file(MAP.replace('"on"', '"off"')), '-n', 'dev', '-o', 'json')).json).to.include({ kind: 'NoChange', message: 'ConfigMap dev/flags is already so in Git.' })
    })

    it('changes the fields that differ, and says what it leaves', async () => {
      const manifest = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: dev}\nspec:\n  replicas: 3\n  template: {spec: {containers: [{name: web, image: "registry.example/web:1.3.0"}]}}\n'
      const plan = await stage.call('apply', '-f', file(manifest), '--dry-run')
      expect([plan.exit, plan.out]).to.satisfy(([exit, out]: [number, string]) => exit === 0 && out.includes('apply (2 fields)') && out.includes('Git holds what the manifest does not name, and it stays: '))
      await verified('apply', '-f', file(manifest))
      expect([valueAt(web(), 'spec', 'replicas'), textAt(container(), 'image'), valueAt(container(), 'env')]).to.deep.equal([3, 'registry.example/web:1.3.0', [{ name: 'DB_PASSWORD', value: 'hunter2' }]])
    })

    it('makes several objects several changes, in their order, and goes on where one is refused', async () => {
      const text = `${MAP}---\n${SERVICE}---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {selector: {matchLabels: {app: other}}}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: more}\n`
      const called = await stage.call('apply', '-f', file(text), '-n', 'dev', '--wait', '-o', 'json')
      const items = isList(called.json['items']) ? called.json['items'] : []
      expect(called.exit).to.equal(3)
      expect(items.map(item => [textAt(item, 'object'), textAt(item, 'answer', 'kind'), textAt(item, 'answer', 'status') ?? textAt(item, 'answer', 'code')])).to.deep.equal([
        ['ConfigMap flags', 'Change', 'verified'], ['Service web', 'Change', 'verified'], ['Deployment web', 'Refusal', 'UNSUPPORTED'], ['ConfigMap more', 'Change', 'verified'],
      ])
      expect(stage.repository.git('ls-tree', '--name-only', 'main', 'dev/').split('\n')).to.deep.equal(['dev/flags.yaml', 'dev/more.yaml', 'dev/web-service.yaml', 'dev/web.yaml'])
      const names = await stage.call('apply', '-f', file(`${MAP}---\n${SERVICE}`), '-n', 'dev', '-o', 'name')
      expect([names.exit, names.out]).to.deep.equal([0, 'configmap/flags\nservice/web\n'])
      expect((await stage.call('apply', '-f', file(`${MAP}---\n${SERVICE}`), '-n', 'dev')).out).to.equal('1 of 2: ConfigMap flags\nNo change: ConfigMap dev/flags is already so in Git.\n\n2 of 2: Service web\nNo change: Service dev/web is already so in Git.\n')
    })

    it('gives the same change for the same manifest, and supersedes it by another one', async () => {
      const first = await stage.call('apply', '-f', file(MAP), '-n', 'prod', '-o', 'json')
      const same = await stage.call('apply', '-f', file(MAP), '-n', 'prod', '-o', 'json')
      expect([same.json['id'], same.json['existed']]).to.deep.equal([first.json['id'], true])
      const other = await stage.call('apply', '-f', file(MAP.replace('"on"', '"off"')), '-n', 'prod', '-o', 'json')
      expect(other.json['id']).to.not.equal(first.json['id'])
      expect((await stage.call('get', textAt(first.json, 'id') ?? '', '-o', 'json')).json['status']).to.equal('superseded')
      expect((await stage.call('list', '--status', 'open')).out).to.contain('create').and.contain('ConfigMap prod/flags')
      expect((await stage.call('describe', textAt(other.json, 'id') ?? '')).out).to.contain('ConfigMap prod/flags on here: create').and.contain('ConfigMap prod/flags (new)').and.contain('new file mode')
    })

    it('asks for a place where several owners deploy into the namespace, and takes the one that is chosen', async () => {
      stage.knobs.twoOwners = true
      await stage.repository.commit({ 'rival/dev/other.yaml': SERVICE.replace('web', 'other') })
      const asked = await stage.call('apply', '-f', file(MAP), '-n', 'dev', '-o', 'json')
      expect([asked.exit, asked.json['code']]).to.deep.equal([6, 'NEEDS_INPUT'])
      const evidence = isList(asked.json['evidence']) ? asked.json['evidence'].map(one => textAt(one, 'sentence') ?? '') : []
      expect(evidence).to.have.length(2)
      expect(evidence[0]).to.match(/^--place p-[0-9a-f]{8}: new file beside other\.yaml, deployed by Application argocd\/rival-dev$/)
      expect(await refused('apply', '-f', file(MAP), '-n', 'dev', '--place', 'p-00000000')).to.deep.equal([6, 'NEEDS_INPUT'])
      expect(await refused('apply', '-f', file(MAP), '-n', 'dev', '--place', 'dev/any.yaml')).to.deep.equal([2, 'usage/bad-argument'])
      const id = /p-[0-9a-f]{8}/.exec(evidence[0] ?? '')?.[0] ?? ''
      const plan = await stage.call('apply', '-f', file(MAP), '-n', 'dev', '--place', id, '--dry-run', '-o', 'json')
      expect([plan.exit, textAt(plan.json, 'owner', 'name'), plan.json['files']], plan.out).to.deep.equal([0, 'rival-dev', ['rival/dev/flags.yaml']])
    })

    const bad: readonly (readonly [string, string, number, string])[] = [
      ['a Secret with values, before anything is asked', `${MAP}---\napiVersion: v1\nkind: Secret\nmetadata: {name: key}\nstringData: {password: "hunter2"}\n`, 3, 'ENCRYPTED'],
      ['a password in a manifest', MAP.replace('beta: "on"', 'password: hunter2'), 2, 'usage/bad-argument'],
      ['another namespace than --namespace', MAP.replace('name: flags', 'name: flags\n  namespace: prod'), 2, 'usage/bad-argument'],
      ['an object that is there twice', `${MAP}---\n${MAP}`, 2, 'usage/bad-argument'],
      ['what is no manifest', 'a: 1\n', 2, 'usage/bad-argument'],
      ['a kind that is not served', MAP.replace('kind: ConfigMap', 'kind: Gizmo'), 2, 'cluster/unknown-kind'],
      ['what a policy denies', 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\ndata: {image: "a:latest"}\n', 3, 'POLICY'],
    ]
    it('refuses what should not or cannot be written, and writes nothing', async () => {
      for (const [what, text, exit, code] of bad) expect(await refused('apply', '-f', file(text), '-n', 'dev'), what).to.deep.equal([exit, code])
    })
  })

  describe('delete', () => {
    beforeEach(async () => { await stage.repository.commit({ 'dev/flags.yaml': MAP, 'prod/flags.yaml': MAP }) })

    it('takes the object out of Git, and is verified once it is gone', async () => {
      const called = await verified('delete', 'configmap/flags')
      expect(stage.repository.git('ls-tree', '--name-only', 'main', 'dev/').split('\n')).to.deep.equal(['dev/web.yaml'])
      expect(stage.repository.git('log', '-1', '--format=%s', 'main^2')).to.equal('dev: delete ConfigMap dev/flags')
      expect(sentences(called)).to.contain('ConfigMap dev/flags is not in cluster here any more').and.contain('the source at that revision does not hold ConfigMap dev/flags')
      expect((await stage.call('delete', 'configmap/flags', '-n', 'dev', '-o', 'json')).json['code']).to.equal('cluster/not-found')
    })

    it('shows what it is for before people decide, and the same request gives the same change', async () => {
      stage.knobs.live = object => object.kind === 'ConfigMap' ? { ...object, metadata: { ...object.metadata, finalizers: ['example.com/late'] } } : object
      const asked = await stage.call('delete', 'configmap/flags', '-n', 'prod', '-o', 'json')
      expect([asked.exit, asked.json['step'], valueAt(asked.json, 'plan', 'notes')], asked.out).to.deep.equal([4, 'approve', ['Finalizers delay its end until their controllers are done: example.com/late']])
      const same = await stage.call('delete', 'configmap/flags', '-n', 'prod', '-o', 'json')
      expect([same.json['id'], same.json['existed']]).to.deep.equal([asked.json['id'], true])
      const id = textAt(asked.json, 'id') ?? ''
      expect((await stage.call('describe', id)).out).to.contain('note         Finalizers delay its end').and.match(/ConfigMap (?:prod\/)?flags \(removed\)/)
      stage.knobs.user = 'bo'
      await stage.call('approve', id, '--key', stage.keys.bo)
      await stage.repository.commit({ 'prod/other.yaml': SERVICE })
      stage.knobs.live = object => object
      const merged = await stage.call('merge', id, '--wait', '-o', 'json')
      expect([merged.exit, merged.json['status']], merged.err).to.deep.equal([0, 'verified'])
    })

    it('is planned again where the object was changed meanwhile', async () => {
      const asked = await stage.call('delete', 'configmap/flags', '-n', 'prod', '-o', 'json')
      const id = textAt(asked.json, 'id') ?? ''
      stage.knobs.user = 'bo'
      await stage.call('approve', id, '--key', stage.keys.bo)
      await stage.repository.commit({ 'prod/flags.yaml': MAP.replace('"on"', '"off"') })
      const stopped = await stage.call('merge', id, '-o', 'json')
      expect([stopped.exit, stopped.json['step']], stopped.err).to.deep.equal([4, 'approve'])
      expect(stopped.err).to.contain('publishing again')
    })

    it('is refused where the object would stay live', async () => {
      stage.knobs.keeps = 'spec.syncPolicy.automated.prune is not true'
      expect(await refused('delete', 'configmap/flags', '-n', 'dev')).to.deep.equal([3, 'IGNORED'])
      stage.knobs.keeps = undefined
      expect(await refused('delete', 'configmap/flags', '-n', 'dev')).to.deep.equal([3, 'IGNORED'])
      stage.knobs.keeps = null
      stage.knobs.live = object => ({ ...object, metadata: { ...object.metadata, annotations: { 'argocd.argoproj.io/sync-options': 'Prune=false' } } })
      expect(await refused('delete', 'configmap/flags', '-n', 'dev')).to.deep.equal([3, 'IGNORED'])
    })

    it('is refused for a namespace', async () => {
      expect(await refused('delete', 'namespace/dev')).to.deep.equal([3, 'UNSUPPORTED'])
    })
  })

  it('brings two new objects into one list of resources, the second beside the first', async function () {
    if (!await hasKustomize()) this.skip()
    stage.knobs.format = 'auto'
    await stage.repository.commit({ 'prod/kustomization.yaml': 'resources:\n- web.yaml\n' })
    const ids: string[] = []
    for (const name of ['flags', 'more']) {
      const asked = await stage.call('apply', '-f', file(MAP.replace('flags\n', `${name}\n`)), '-n', 'prod', '-o', 'json')
      expect([asked.exit, asked.json['step']], asked.out + asked.err).to.deep.equal([4, 'approve'])
      ids.push(textAt(asked.json, 'id') ?? '')
    }
    stage.knobs.user = 'bo'
    for (const id of ids) {
      await stage.call('approve', id, '--key', stage.keys.bo)
      const first = await stage.call('merge', id, '-o', 'json')
      if (first.json['step'] === 'approve') {
        expect(first.err).to.contain('publishing again: main moved and conflicts with the change')
        await stage.call('approve', id, '--key', stage.keys.bo)
        await stage.call('merge', id)
      }
      const merged = await stage.call('get', id, '--wait', '-o', 'json')
      expect([merged.exit, merged.json['status']], merged.out + merged.err).to.deep.equal([0, 'verified'])
    }
    expect(stage.repository.git('show', 'main:prod/kustomization.yaml')).to.equal('resources:\n- web.yaml\n- flags.yaml\n- more.yaml')
    stage.knobs.user = 'ann'
    const gone = await stage.call('delete', 'configmap/flags', '-n', 'prod', '-o', 'json')
    expect([gone.exit, valueAt(gone.json, 'plan', 'files')], gone.out).to.deep.equal([4, ['prod/flags.yaml', 'prod/kustomization.yaml']])
  })

  describe('what cannot be', () => {
    const asks: readonly (readonly [readonly string[], number, string])[] = [
      [['set', 'env', 'configmap/flags', 'A=1'], 2, 'classify/no-field'],
      [['set', 'env', 'deploy/web', '-c', 'nope', 'A=1'], 2, 'classify/no-container'],
      [['set', 'env', 'deploy/web', '1A=1'], 2, 'usage/bad-argument'],
      [['set', 'env', 'deploy/web', 'DB_PASSWORD=hunter2hunter2'], 2, 'usage/bad-argument'],
      [['set', 'env', 'deploy/web', `A=ghp_${'a1B2'.repeat(10)}`], 2, 'usage/bad-argument'],
      [['set', 'field', 'deploy/web', 'spec.template.spec.containers[name=web].env[name=API_TOKEN].value=abcdefgh'], 2, 'usage/bad-argument'],
      [['set', 'field', 'deploy/web', 'metadata.name=x'], 2, 'usage/bad-argument'],
      [['set', 'field', 'deploy/web', 'metadata.namespace=x'], 2, 'usage/bad-argument'],
      [['set', 'field', 'deploy/web', 'status.replicas=1'], 2, 'usage/bad-argument'],
      [['set', 'field', 'deploy/web', 'spec.selector.matchLabels.app=x'], 3, 'UNSUPPORTED'],
      [['set', 'field', 'deploy/web', 'spec..x=1'], 2, 'usage/bad-argument'],
      [['set', 'field', 'deploy/web', 'spec.template=x'], 2, 'usage/bad-argument'],
      [['set', 'field', 'deploy/web', '--json', 'spec.paused={'], 2, 'usage/bad-argument'],
      [['set', 'field', 'secret/key', 'data.a=b'], 3, 'ENCRYPTED'],
      [['set', 'field', 'job/once', 'spec.template.spec.restartPolicy=Never'], 3, 'UNSUPPORTED'],
      [['restart', 'configmap/flags'], 2, 'classify/no-field'],
      [['restart', 'job/once'], 3, 'UNSUPPORTED'],
      [['patch', 'deploy/web', '-p', 'nonsense'], 2, 'usage/bad-argument'],
      [['restart', 'deploy/nope'], 1, 'cluster/not-found'],
    ]
    it('is refused with its own code, and nothing is written', async () => {
      await stage.repository.commit({ 'dev/flags.yaml': MAP, 'dev/key.yaml': 'apiVersion: v1\nkind: Secret\nmetadata: {name: key}\ndata: {a: Yg==}\n', 'dev/job.yaml': 'apiVersion: batch/v1\nkind: Job\nmetadata: {name: once}\nspec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: a}]}}}\n' })
      for (const [args, exit, code] of asks) expect(await refused(...args, '-n', 'dev'), args.join(' ')).to.deep.equal([exit, code])
    })

    it('is refused where an autoscaler owns the replicas, however they are asked for', async () => {
      stage.knobs.extra = [{ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name: 'web', namespace: 'dev' }, spec: { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } } }]
      const manifest = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec: {replicas: 7}\n'
      for (const args of [['scale', 'deploy/web', '--replicas=7'], ['set', 'field', 'deploy/web', 'spec.replicas=7'], ['set', 'field', 'deploy/web', 'spec.replicas-'], ['patch', 'deploy/web', '-p', '{"spec":{"replicas":7}}'], ['apply', '-f', file(manifest)]]) {
        expect(await refused(...args, '-n', 'dev'), args.join(' ')).to.deep.equal([3, 'IGNORED'])
      }
      expect((await stage.call('apply', '-f', file(manifest.replace('7', '2')), '-n', 'dev', '-o', 'json')).json['kind']).to.equal('NoChange')
    })
  })
})

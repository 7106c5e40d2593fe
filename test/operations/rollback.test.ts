import { expect } from 'chai'
import { isList, textAt, valueAt } from '../../src/model/json.ts'
import type { Json } from '../../src/model/json.ts'
import { parse } from 'yaml'
import { kustomizeRenderer } from '../../src/outside/render/kustomize.ts'
import type { Called, Stage } from '../support/stage.ts'

/** What kustomize calls a ConfigMap `flags` with this value of `beta`. */
const NAMES: Readonly<Record<string, string>> = { on: 'flags-h758mgkcmb', off: 'flags-b6c67gm757' }

async function hasKustomize(): Promise<boolean> {
  return kustomizeRenderer({ timeoutMs: 20_000 }).info().then(() => true, () => false)
}

describe('writ rollback', function () {
  this.timeout(60_000)
  let stage: Stage
  // Loaded as the door loads what it needs.
  beforeEach(async () => { stage = await (await import('../support/stage.ts')).Stage.open() })
  afterEach(() => stage.close())

  const web = (namespace = 'dev'): Json => parse(stage.repository.git('show', `main:${namespace}/web.yaml`))
  const container = (namespace = 'dev'): Json | undefined => { const list = valueAt(web(namespace), 'spec', 'template', 'spec', 'containers'); return isList(list) ? list[0] : undefined }
  const image = (namespace = 'dev'): string | undefined => textAt(container(namespace), 'image')
  const notes = (called: Called): string => { const said = valueAt(called.json, 'plan', 'notes') ?? called.json['notes']; return isList(said) ? said.join('\n') : '' }
  /** One change of dev, which merges by itself and is followed to its end; gives its id. */
  async function verified(...args: readonly string[]): Promise<string> {
    const called = await stage.call(...args, '--wait', '-o', 'json')
    expect([called.exit, called.json['status']], called.out + called.err).to.deep.equal([0, 'verified'])
    return textAt(called.json, 'id') ?? ''
  }
  const set = (tag: string): Promise<string> => verified('set', 'image', 'deploy/web', `web=registry.example/web:${tag}`, '-n', 'dev')
  async function refused(...args: readonly string[]): Promise<Called> {
    const before = stage.branches()
    const called = await stage.call(...args, '-o', 'json')
    expect(stage.branches()).to.deep.equal(before)
    return called
  }
  async function pushed(change: (text: string) => string, namespace = 'dev'): Promise<string> {
    await stage.repository.commit({ [`${namespace}/web.yaml`]: change(stage.repository.git('show', `main:${namespace}/web.yaml`) + '\n') })
    return stage.tip('main')
  }

  describe('change/ID', () => {
    it('undoes what the change brought, verified like any other, and leaves what others changed since', async () => {
      const id = await set('1.1.0')
      const before = stage.repository.git('show', 'main:dev/web.yaml')
      await pushed(text => text.replace('replicas: 2', 'replicas: 3'))
      const called = await stage.call('rollback', `change/${id}`, '--wait', '-o', 'json')
      expect([called.exit, called.json['status']], called.out + called.err).to.deep.equal([0, 'verified'])
      expect(stage.repository.git('show', 'main:dev/web.yaml')).to.equal(before.replace('web:1.1.0', 'web:1.0.0').replace('replicas: 2', 'replicas: 3'))
      expect(notes(called)).to.contain(`rolls back change/${id}`).and.to.match(/other fields that were changed since stay: [0-9a-f]{12}/)
      expect(stage.repository.git('log', '-1', '--format=%s', 'main^2')).to.equal(`dev: rollback of change/${id} (1 field) on Deployment dev/web`)
    })

    it('takes added fields away again and brings removed ones back', async () => {
      const before = web()
      const added = await verified('set', 'field', 'deploy/web', 'spec.minReadySeconds=5', 'metadata.labels["example.com/team"]=shop', '-n', 'dev')
      const removed = await verified('set', 'env', 'deploy/web', 'DB_PASSWORD-', 'LEVEL=debug', '-n', 'dev')
      await verified('rollback', `change/${removed}`)
      await verified('rollback', `change/${added}`)
      expect(web()).to.deep.equal(before)
    })

    it('is no change where its fields are as they were, and one change however often it is asked for', async () => {
      const id = await set('1.1.0')
      await verified('rollback', `change/${id}`)
      const again = await stage.call('rollback', `change/${id}`, '-o', 'json')
      expect([again.exit, again.json['kind']]).to.deep.equal([0, 'NoChange'])
      const prod = await prodChange('1.2.0')
      stage.knobs.user = 'ann'
      const [first, second] = [await stage.call('rollback', `change/${prod}`, '-o', 'json'), await stage.call('rollback', `change/${prod}`, '-o', 'json')]
      expect([first.exit, second.exit, second.json['id'], second.json['existed']]).to.deep.equal([4, 4, first.json['id'], true])
    })

    it('is another change than the one that set those values before and is still watched', async () => {
      stage.knobs.live = object => ({ ...object, status: {} })
      await stage.call('set', 'image', 'deploy/web', 'web=registry.example/web:1.3.0', '-n', 'dev')
      await stage.call('set', 'image', 'deploy/web', 'web=registry.example/web:1.0.0', '-n', 'dev')
      const third = textAt((await stage.call('set', 'image', 'deploy/web', 'web=registry.example/web:1.4.0', '-n', 'dev', '-o', 'json')).json, 'id') ?? ''
      const back = await stage.call('rollback', `change/${third}`, '-o', 'json')
      expect([back.json['existed'], image()], back.out + back.err).to.deep.equal([undefined, 'registry.example/web:1.0.0'])
    })

    it('needs in prod the approval that any change of prod needs', async () => {
      const id = await prodChange('1.2.0')
      stage.knobs.user = 'ann'
      const asked = await stage.call('rollback', `change/${id}`, '--reason', 'it loops', '-o', 'json')
      expect([asked.exit, valueAt(asked.json, 'waiting', 'for')]).to.deep.equal([4, 'people'])
      expect(image('prod')).to.equal('registry.example/web:1.2.0')
      expect((await stage.call('merge', textAt(asked.json, 'id') ?? '', '-o', 'json')).exit).not.to.equal(0)
      await approveAndMerge(textAt(asked.json, 'id') ?? '')
      expect(image('prod')).to.equal('registry.example/web:1.0.0')
    })

    it('refuses where a later commit gave the field another value, names it, and takes it back only when that is asked', async () => {
      const id = await set('1.1.0')
      const later = await set('1.2.0')
      const called = await refused('rollback', `change/${id}`)
      expect([called.exit, called.json['code']]).to.deep.equal([3, 'CHANGED_SINCE'])
      expect(JSON.stringify(called.json['evidence'])).to.contain('is registry.example/web:1.2.0, the change made it registry.example/web:1.1.0').and.to.contain(`of change/${later}`)
      const forced = await stage.call('rollback', `change/${id}`, '--overwrite', '--wait', '-o', 'json')
      expect([forced.exit, image()], forced.err).to.deep.equal([0, 'registry.example/web:1.0.0'])
      expect(notes(forced)).to.contain('takes back what was set later').and.to.contain(`of change/${later}`)
    })

    it('is refused when it is merged late and somebody gave the field another value meanwhile', async () => {
      const id = await prodChange('1.2.0')
      stage.knobs.user = 'ann'
      const asked = textAt((await stage.call('rollback', `change/${id}`, '-o', 'json')).json, 'id') ?? ''
      await pushed(text => text.replace('web:1.2.0', 'web:1.3.0'), 'prod')
      stage.knobs.user = 'bo'
      await stage.call('approve', asked, '--key', stage.keys.bo)
      const merged = await stage.call('merge', asked, '--wait', '-o', 'json')
      expect([valueAt(merged.json, 'ended', 'code'), image('prod')], merged.err + merged.out).to.deep.equal(['STALE', 'registry.example/web:1.3.0'])
    })

    it('refuses what is not merged, and whole objects, and says what to do', async () => {
      const open = textAt((await stage.call('scale', 'deploy/web', '--replicas=4', '-n', 'prod', '-o', 'json')).json, 'id') ?? ''
      const unmerged = await refused('rollback', `change/${open}`)
      expect([unmerged.exit, unmerged.json['code'], unmerged.json['next']]).to.deep.equal([3, 'UNSUPPORTED', `To take it back: writ cancel change/${open}.`])
      expect((await refused('rollback', 'change/zzzzzzzz')).exit).to.equal(1)
    })
  })

  describe('TYPE/NAME', () => {
    it('brings back the state before the last commit that changed the object, and again the one after it', async () => {
      await set('1.1.0')
      const last = await pushed(text => text.replace('replicas: 2', 'replicas: 3').replace('web:1.1.0', 'web:1.2.0'))
      await stage.repository.commit({ 'dev/web.yaml': `# a word\n${stage.repository.git('show', 'main:dev/web.yaml')}\n`, 'prod/notes.txt': 'x' })
      const called = await stage.call('rollback', 'deploy/web', '-n', 'dev', '--wait', '-o', 'json')
      expect([called.exit, called.json['status']], called.out + called.err).to.deep.equal([0, 'verified'])
      expect([image(), valueAt(web(), 'spec', 'replicas')]).to.deep.equal(['registry.example/web:1.1.0', 2])
      expect(notes(called)).to.contain(`takes back ${last.slice(0, 12)}`)
      await verified('rollback', 'deploy/web', '-n', 'dev')
      expect([image(), valueAt(web(), 'spec', 'replicas')]).to.deep.equal(['registry.example/web:1.2.0', 3])
    })

    it('goes to a commit, to what a change left, and to a time, and takes back all that came after it', async () => {
      const start = stage.tip('main')
      const first = await set('1.1.0')
      await set('1.2.0')
      await pushed(text => text.replace('replicas: 2', 'replicas: 3'))
      const dry = async (...args: readonly string[]): Promise<Called> => stage.call('rollback', 'deploy/web', '-n', 'dev', '--dry-run', '-o', 'json', ...args)
      const fields = (called: Called): readonly unknown[] => { const edits = valueAt(called.json, 'edits'); return isList(edits) ? edits.map(edit => valueAt(edit, 'after')) : [called.out] }
      expect(fields(await dry('--to-revision', start.slice(0, 10)))).to.have.members([2, 'registry.example/web:1.0.0'])
      expect(fields(await dry('--to-revision', start))).to.have.members([2, 'registry.example/web:1.0.0'])
      const toChange = await dry('--to-change', `change/${first}`)
      expect(fields(toChange)).to.have.members([2, 'registry.example/web:1.1.0'])
      expect(notes(toChange).match(/[0-9a-f]{12} \(/g)).to.have.length(2)
      expect((await dry('--to-revision', 'HEAD~1')).exit).to.equal(2)
      expect((await dry('--to-revision', 'abcdef01')).json['code']).to.equal('usage/bad-argument')
      expect((await dry('--to-time', '0s')).json['kind']).to.equal('NoChange')
      expect((await dry('--to-time', '2099-01-01')).exit).to.equal(2)
      expect((await dry('--to-time', 'yesterday')).exit).to.equal(2)
      const early = await dry('--to-time', '2001-01-01T00:00Z')
      expect([early.exit, early.json['code']]).to.deep.equal([3, 'NO_TARGET'])
    })

    it('takes a merge as one step, whatever stands on its side', async () => {
      const text = stage.repository.git('show', 'main:dev/web.yaml') + '\n'
      for (const tag of ['1.5.0', '1.6.0']) await stage.repository.commit({ 'dev/web.yaml': text.replace('web:1.0.0', `web:${tag}`) }, 'side')
      await stage.repository.commit({ 'notes.txt': 'x' })
      const [tree = ''] = stage.repository.git('merge-tree', '--write-tree', 'main', 'side').split('\n')
      stage.repository.git('update-ref', 'refs/heads/main', stage.repository.git('commit-tree', tree, '-p', 'main', '-p', 'side', '-m', 'merge of side'))
      expect(image()).to.equal('registry.example/web:1.6.0')
      await verified('rollback', 'deploy/web', '-n', 'dev')
      expect(image()).to.equal('registry.example/web:1.0.0')
    })

    it('refuses where there is no earlier state, or the object was not there', async () => {
      const called = await refused('rollback', 'deploy/web', '-n', 'dev')
      expect([called.exit, called.json['code']]).to.deep.equal([3, 'NO_TARGET'])
      const before = stage.tip('main')
      await stage.repository.commit({ 'dev/flags.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: flags, namespace: dev }\ndata: { a: "1" }\n' })
      const young = await refused('rollback', 'configmap/flags', '-n', 'dev')
      expect([young.json['code'], young.json['message']]).to.satisfy((all: unknown) => /NO_TARGET,.*it came with/.test(String(all)))
      expect((await refused('rollback', 'configmap/flags', '-n', 'dev', '--to-revision', before)).json['code']).to.equal('NO_TARGET')
    })

    it('passes over what does not render', async () => {
      await pushed(text => text.replace('web:1.0.0', 'web:1.1.0'))
      const good = stage.repository.git('show', 'main:dev/web.yaml') + '\n'
      await stage.repository.commit({ 'dev/web.yaml': 'kind: [' })
      await stage.repository.commit({ 'dev/web.yaml': good })
      const called = await stage.call('rollback', 'deploy/web', '-n', 'dev', '--dry-run', '-o', 'json')
      expect([called.exit, JSON.stringify(called.json['edits'])], called.out).to.satisfy(([exit, edits]: unknown[]) => exit === 0 && String(edits).includes('web:1.0.0'))
    })

    it('brings back fields that went, in their order, and takes those away that came', async () => {
      await pushed(text => text.replace('      containers:', '      initContainers:\n        - { name: a, image: "registry.example/a:1" }\n        - { name: b, image: "registry.example/b:1" }\n      containers:'))
      const before = web()
      await pushed(text => text.replace('        - { name: a, image: "registry.example/a:1" }\n', '').replace('  replicas: 2\n', '  minReadySeconds: 5\n'))
      await verified('rollback', 'deploy/web', '-n', 'dev')
      expect(web()).to.deep.equal(before)
    })
  })

  it('brings the content of a generated ConfigMap back, whose name follows, and leaves references to it alone', async function () {
    if (!await hasKustomize()) return this.skip()
    stage.knobs.format = 'auto'
    const files = (beta: string): Record<string, string> => ({
      'dev/kustomization.yaml': `namespace: dev\nresources: [web.yaml]\nconfigMapGenerator:\n  - name: flags\n    literals:\n      - beta=${beta}\n`,
      'dev/web.yaml': stage.repository.git('show', 'main:dev/web.yaml').replace(/env:\n +- name: DB_PASSWORD\n +value: hunter2/, 'envFrom:\n            - configMapRef: { name: flags }').replace('replicas: 2', beta === 'on' ? 'replicas: 2' : 'replicas: 3') + '\n',
    })
    await stage.repository.commit(files('on'))
    const name = (beta: string): string => NAMES[beta] ?? ''
    await stage.repository.commit(files('off'))
    stage.knobs.extra = ['on', 'off'].map(beta => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: name(beta), namespace: 'dev' }, data: { beta } }))
    const back = await stage.call('rollback', `configmap/${name('off')}`, '-n', 'dev', '--dry-run', '-o', 'json')
    expect([back.exit, String(back.json['diff'])], back.out + back.err).to.satisfy(([exit, diff]: unknown[]) => exit === 0 && String(diff).includes('+      - beta=on'))
    const changed = await verified('set', 'field', `configmap/${name('off')}`, 'data.beta=on', '-n', 'dev')
    const undone = await stage.call('rollback', `change/${changed}`, '--dry-run', '-o', 'json')
    expect([undone.exit, String(undone.json['diff'])], undone.out + undone.err).to.satisfy(([exit, diff]: unknown[]) => exit === 0 && String(diff).includes('+      - beta=off'))
    // Somebody brings it back by hand: it has its other name again then.
    await stage.repository.commit(files('off'))
    const none = await stage.call('rollback', `change/${changed}`, '-o', 'json')
    expect([none.exit, none.json['kind']], none.out + none.err).to.deep.equal([0, 'NoChange'])
    const listed = (await stage.call('rollback', `configmap/${name('off')}`, '-n', 'dev', '--list')).out
    expect(listed).to.contain('data.beta = on')
    const web = await stage.call('rollback', 'deploy/web', '-n', 'dev', '--dry-run', '-o', 'json')
    expect(String(web.json['diff'])).to.contain('+  replicas: 2').and.not.contain('flags')
    expect(notes(web)).to.contain(`envFrom.0.configMapRef.name stays ${name('off')}`)
  })

  it('lists the states that an object can go back to, with who made them and what it was', async () => {
    const first = await set('1.1.0')
    await stage.repository.commit({ 'dev/web.yaml': `# a word\n${stage.repository.git('show', 'main:dev/web.yaml')}\n` })
    const last = await pushed(text => text.replace('replicas: 2', 'replicas: 3'))
    const called = await stage.call('rollback', 'deploy/web', '-n', 'dev', '--list', '-o', 'json')
    const items = called.json['items']
    if (!isList(items)) throw new Error(called.out)
    expect([called.exit, called.json['whole'], items.length]).to.deep.equal([0, true, 3])
    expect([textAt(items[0], 'revision'), textAt(items[0], 'by'), valueAt(items[0], 'fields')]).to.deep.equal([last, 'Ann', []])
    expect([textAt(items[1], 'change'), valueAt(items[1], 'fields')]).to.deep.equal([first, [{ path: 'spec.replicas', now: 3, was: 2 }]])
    expect(valueAt(items[2], 'fields')).to.deep.equal([{ path: 'spec.replicas', now: 3, was: 2 }, { path: 'spec.template.spec.containers[name=web].image', now: 'registry.example/web:1.1.0', was: 'registry.example/web:1.0.0' }])
    expect((await stage.call('rollback', 'deploy/web', '-n', 'dev', '--list', '-o', 'name')).out.split('\n')[0]).to.equal(last)
    const text = (await stage.call('rollback', 'deploy/web', '-n', 'dev', '--list', '--limit', '2')).out
    expect(text).to.match(/REVISION +WHEN +BY +CHANGE +DEPLOYED +IT WAS +COMMIT/).and.to.match(/spec\.replicas = 2/).and.to.contain('There may be earlier states')
    expect(text.split('\n')).to.have.length(6)
    for (const flags of [['--to-time', '1h'], ['--dry-run'], ['--overwrite']]) expect((await stage.call('rollback', 'deploy/web', '--list', ...flags)).exit).to.equal(2)
    expect((await stage.call('rollback', 'change/abcd2345', '--list')).exit).to.equal(2)
  })

  async function prodChange(tag: string): Promise<string> {
    stage.knobs.user = 'ann'
    const id = textAt((await stage.call('set', 'image', 'deploy/web', `web=registry.example/web:${tag}`, '-n', 'prod', '-o', 'json')).json, 'id') ?? ''
    await approveAndMerge(id)
    return id
  }

  async function approveAndMerge(id: string): Promise<void> {
    stage.knobs.user = 'bo'
    await stage.call('approve', id, '--key', stage.keys.bo)
    const merged = await stage.call('merge', id, '--wait', '-o', 'json')
    expect([merged.exit, merged.json['status']], merged.out + merged.err).to.deep.equal([0, 'verified'])
  }
})

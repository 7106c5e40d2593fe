import { expect } from 'chai'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { renderMemory } from '../../src/flow/proof/render-memory.ts'
import { edit } from '../../src/operations/edit.ts'
import type { EditAnswer } from '../../src/operations/edit.ts'
import { openCheckout } from '../../src/outside/git/open-checkout.ts'
import { kustomizeRenderer } from '../../src/outside/render/kustomize.ts'
import { renderers } from '../../src/outside/render/renderers.ts'
import { declaredOwners } from '../../src/outside/tools/declared-owners.ts'
import { manifestOwner } from '../../src/outside/tools/manifest-owner.ts'

const RENDERERS = renderers({ timeoutMs: 20_000 })
type Files = Readonly<Record<string, string>>

const object = (kind: string, name: string, more = ''): string => `apiVersion: ${kind === 'Deployment' ? 'apps/v1' : 'v1'}\nkind: ${kind}\nmetadata:\n  name: ${name}\n${more}`
const spaced = (kind: string, name: string, namespace: string): string => object(kind, name, `  namespace: ${namespace}\n`)
const kustomization = (...resources: readonly string[]): string => `resources:\n${resources.map(one => `  - ${one}\n`).join('')}`
const MAP = object('ConfigMap', 'flags', 'data:\n  a: "1" # one\n')
const WEB = object('Deployment', 'web', 'spec:\n  template:\n    spec:\n      containers: [{ name: web, image: "web:1" }]\n')

describe('a whole object of a source', function () {
  this.timeout(30_000)
  let root: string
  let kustomize = true
  before(async () => {
    try { await kustomizeRenderer({ timeoutMs: 20_000 }).info() } catch { kustomize = false }
  })
  beforeEach(() => { root = mkdtempSync(join(tmpdir(), 'writ-test-whole-')) })
  afterEach(() => { rmSync(root, { recursive: true, force: true }) })

  function put(files: Files): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root, path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
  }
  const read = (path: string): string => readFileSync(join(root, path), 'utf8')
  const all = (): readonly string[] => readdirSync(root, { recursive: true, withFileTypes: true }).filter(entry => entry.isFile()).map(entry => join(entry.parentPath, entry.name).slice(root.length + 1)).sort()
  async function ask(path: string, more: object): Promise<EditAnswer> {
    return edit({ checkout: await openCheckout(root), renderers: RENDERERS, renders: renderMemory(0), declaredOwners, manifestOwner }, { path: join(root, path), ...more })
  }
  const create = (path: string, manifest: string, more: object = {}): Promise<EditAnswer> => ask(path, { create: manifest, ...more })
  const remove = (path: string, named: string, more: object = {}): Promise<EditAnswer> => ask(path, { type: named.split('/')[0], name: named.split('/')[1], delete: true, ...more })

  describe('that is made', () => {
    const named: readonly (readonly [string, Files, string])[] = [
      ['KIND.yaml', { 'app/deployment.yaml': WEB, 'app/service.yaml': object('Service', 'web') }, 'app/configmap.yaml'],
      ['NAME.yaml', { 'app/web.yaml': WEB, 'app/db.yaml': object('Service', 'db') }, 'app/flags.yaml'],
      ['NAME-KIND.yaml', { 'app/web-deployment.yaml': WEB, 'app/db-service.yaml': object('Service', 'db') }, 'app/flags-configmap.yaml'],
      ['KIND_NAME.yml', { 'app/deployment_web.yml': WEB, 'app/service_db.yml': object('Service', 'db') }, 'app/configmap_flags.yml'],
      ['NAME.KIND.yaml in short', { 'app/web.deploy.yaml': WEB, 'app/db.svc.yaml': object('Service', 'db') }, 'app/flags.cm.yaml'],
      ['NAME-KIND.yaml where a sibling of the same kind does', { 'app/web.yaml': WEB, 'app/db.yaml': object('Service', 'db'), 'app/one-configmap.yaml': object('ConfigMap', 'one'), 'app/two-configmap.yaml': object('ConfigMap', 'two') }, 'app/flags-configmap.yaml'],
      ['NAME-KIND.yaml where nothing says how', { 'app/all-of-it.yaml': WEB }, 'app/flags-configmap.yaml'],
      ['another name where its own is taken', { 'app/deployment.yaml': WEB, 'app/service.yaml': object('Service', 'web'), 'app/configmap.yaml': object('ConfigMap', 'x') }, 'app/flags-configmap.yaml'],
    ]
    for (const [how, files, path] of named) {
      it(`gets a file of its own, named as its siblings are: ${how}`, async () => {
        put(files)
        const { status, message, changes } = await create('app', MAP)
        expect([status, message]).to.deep.equal(['edited', 'exactly one object appears: ConfigMap flags'])
        expect(changes).to.have.length(1)
        expect(all()).to.deep.equal([...Object.keys(files), path].sort())
        expect(read(path)).to.equal(MAP)
      })
    }

    it('goes to the end of the file in which the folder keeps its objects, with its line ends', async () => {
      const stream = `${WEB}---\n${object('Service', 'web')}`.replaceAll('\n', '\r\n')
      put({ 'app/all.yaml': stream })
      expect((await create('app', MAP)).status).to.equal('edited')
      expect(read('app/all.yaml')).to.equal(`${stream}---\r\n${MAP.replaceAll('\n', '\r\n')}`)
    })

    it('keeps its bytes but for what a server wrote', async () => {
      put({ 'app/web.yaml': WEB })
      const live = '# mine\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: flags # the name\n  uid: 0a\n  resourceVersion: "7"\n  creationTimestamp: null\n  annotations:\n    kubectl.kubernetes.io/last-applied-configuration: |\n      {"a":1}\n    mine: "1"\n  managedFields:\n    - manager: x\ndata: {a: "1"} # data\nstatus: {}\n'
      await create('app', live)
      expect(read('app/flags.yaml')).to.equal('# mine\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: flags # the name\n  annotations:\n    mine: "1"\ndata: {a: "1"} # data\n')
    })

    it('states its namespace where its siblings do', async () => {
      put({ 'app/web.yaml': spaced('Service', 'web', 'shop') })
      await create('app', MAP, { namespace: 'shop' })
      expect(read('app/flags.yaml')).to.contain('  name: flags\n  namespace: shop\n')
    })

    it('is no change where it is there with all that is asked, and refused where it differs', async () => {
      put({ 'app/web.yaml': WEB, 'app/flags.yaml': MAP })
      expect((await create('app', object('ConfigMap', 'flags', 'data: {a: "1"}\n'))).status).to.equal('no_change')
      expect((await create('app', object('ConfigMap', 'flags', 'data: {a: "2"}\n'))).code).to.equal('STALE')
      expect(read('app/flags.yaml')).to.equal(MAP)
    })

    it('is never a Secret with values', async () => {
      put({ 'app/web.yaml': WEB })
      expect((await create('app', object('Secret', 'key', 'stringData: {a: b}\n'))).code).to.equal('ENCRYPTED')
      expect((await create('app', object('Secret', 'key', 'data: {a: Yg==}\n'))).code).to.equal('ENCRYPTED')
      expect(all()).to.deep.equal(['app/web.yaml'])
    })

    it('is refused in a file that is generated', async () => {
      put({ 'app/all.yaml': `# Code generated. DO NOT EDIT.\n${WEB}---\n${object('Service', 'web')}` })
      expect((await create('app', MAP)).code).to.equal('GENERATED')
    })

    for (const [how, before, after] of [
      ['in its place where the list is sorted', ['a.yaml', 'web.yaml'], ['a.yaml', 'flags.yaml', 'web.yaml']],
      ['last where the list is not', ['web.yaml', 'a.yaml'], ['web.yaml', 'a.yaml', 'flags.yaml']],
      ['with ./ where the others have it', ['./a.yaml', './web.yaml'], ['./a.yaml', './flags.yaml', './web.yaml']],
    ] as const) {
      it(`gets its entry of resources: ${how}`, async function () {
        if (!kustomize) this.skip()
        put({ 'app/kustomization.yaml': kustomization(...before), 'app/a.yaml': object('Service', 'a'), 'app/web.yaml': WEB })
        expect((await create('app', MAP)).status).to.equal('edited')
        expect(read('app/kustomization.yaml')).to.equal(kustomization(...after))
      })
    }

    it('gets a list of resources where there is none', async function () {
      if (!kustomize) this.skip()
      put({ 'app/kustomization.yaml': 'configMapGenerator:\n- name: x\n  literals: [a=b]\n' })
      await create('app', MAP)
      expect(read('app/kustomization.yaml')).to.equal('configMapGenerator:\n- name: x\n  literals: [a=b]\nresources:\n- flags-configmap.yaml\n')
    })

    const overlays: Files = {
      'base/kustomization.yaml': kustomization('web.yaml'), 'base/web.yaml': WEB,
      'dev/kustomization.yaml': `namespace: dev\nnamePrefix: dev-\n${kustomization('../base')}`, 'prod/kustomization.yaml': `namespace: prod\n${kustomization('../base')}`,
    }

    it('goes into the overlay, not into the base that others use, and is written without what is laid around its name', async function () {
      if (!kustomize) this.skip()
      put(overlays)
      const answer = await create('dev', object('ConfigMap', 'dev-flags'), { namespace: 'dev' })
      expect([answer.status, answer.blast]).to.deep.equal(['edited', []])
      expect(read('dev/dev-flags-configmap.yaml')).to.equal(object('ConfigMap', 'flags'))
      expect(read('dev/kustomization.yaml')).to.contain('- ../base\n  - dev-flags-configmap.yaml\n')
      expect(read('base/kustomization.yaml')).to.equal(overlays['base/kustomization.yaml'])
    })

    it('is refused where the source would give it another name', async function () {
      if (!kustomize) this.skip()
      put(overlays)
      const answer = await create('dev', object('ConfigMap', 'flags'), { namespace: 'dev' })
      expect([answer.code, answer.message]).to.deep.equal(['WIDE', 'ConfigMap dev/flags in dev/flags-configmap.yaml would not be exactly what was asked: the source makes it ConfigMap dev/dev-flags, not ConfigMap dev/flags: a prefix, suffix or namespace is laid on there.'])
    })

    it('is refused where something laid over the resources changes it', async function () {
      if (!kustomize) this.skip()
      put({ 'app/kustomization.yaml': `${kustomization('web.yaml')}images:\n- name: web\n  newTag: "9"\n`, 'app/web.yaml': WEB })
      const answer = await create('app', WEB.replaceAll('name: web\nspec', 'name: other\nspec'))
      expect(answer.code).to.equal('WIDE')
      expect(answer.message).to.contain('with another spec.template.spec.containers than the manifest says')
    })

    describe('where the layout leaves a choice', () => {
      const folders: Files = { 'apps/web/web.yaml': WEB, 'apps/db/db.yaml': object('Service', 'db'), 'apps/web/kustomization.yaml': kustomization('web.yaml'), 'apps/db/kustomization.yaml': kustomization('db.yaml'), 'apps/kustomization.yaml': kustomization('web', 'db') }

      it('lists the places with their IDs, and takes the one that is chosen', async function () {
        if (!kustomize) this.skip()
        put(folders)
        const { code, evidence } = await create('apps', MAP)
        expect(code).to.equal('NEEDS_INPUT')
        expect(evidence.map(({ at }) => at)).to.deep.equal(['apps/flags-configmap.yaml', 'apps/web/flags.yaml', 'apps/db/flags.yaml'])
        const id = /--place (p-[0-9a-f]{8}): /.exec(evidence[2]?.sentence ?? '')?.[1]
        expect((await create('apps', MAP, { place: id })).status).to.equal('edited')
        expect(read('apps/db/kustomization.yaml')).to.equal(kustomization('db.yaml', 'flags.yaml'))
        expect(existsSync(join(root, 'apps/db/flags.yaml'))).to.equal(true)
      })

      it('takes the folder in which an object of its name stands', async function () {
        if (!kustomize) this.skip()
        put(folders)
        expect((await create('apps', object('ConfigMap', 'db'))).files.map(file => file.path)).to.deep.equal(['apps/db/db-configmap.yaml', 'apps/db/kustomization.yaml'])
      })

      it('takes the folder that holds nothing but its kind, where others hold other kinds', async function () {
        if (!kustomize) this.skip()
        put({ 'a/kustomization.yaml': kustomization('maps', 'services'), 'a/maps/kustomization.yaml': kustomization('x.yaml'), 'a/maps/x.yaml': object('ConfigMap', 'x'), 'a/services/kustomization.yaml': kustomization('y.yaml'), 'a/services/y.yaml': object('Service', 'y') })
        expect((await create('a', MAP)).files.map(file => file.path)).to.deep.equal(['a/maps/flags.yaml', 'a/maps/kustomization.yaml'])
      })

      it('takes no path and no ID that was not listed', async function () {
        if (!kustomize) this.skip()
        put(folders)
        expect((await create('apps', MAP, { place: 'p-00000000' })).code).to.equal('NEEDS_INPUT')
        expect(all()).to.deep.equal(Object.keys(folders).sort())
      })
    })
  })

  describe('that goes', () => {
    it('takes its file along', async () => {
      put({ 'app/web.yaml': WEB, 'app/flags.yaml': MAP })
      const answer = await remove('app', 'cm/flags')
      expect([answer.status, answer.message]).to.deep.equal(['edited', 'exactly one object goes: ConfigMap flags'])
      expect(answer.changes.map(({ path, before, after }) => [path, before === null, after])).to.deep.equal([['', false, null]])
      expect(all()).to.deep.equal(['app/web.yaml'])
    })

    const texts: readonly (readonly [string, string, string])[] = [
      ['the first', `# head\n${MAP}---\n# web\n${WEB}`, `# web\n${WEB}`],
      ['the first behind a separator', `---\n${MAP}---\n${WEB}`, `---\n${WEB}`],
      ['the last', `${WEB}---\n# flags\n${MAP}`, WEB],
      ['one between', `${WEB}---\n${MAP}---\n${object('Service', 'x')}`, `${WEB}---\n${object('Service', 'x')}`],
      ['one with line ends of Windows', `${WEB}---\n${MAP}---\n${object('Service', 'x')}`.replaceAll('\n', '\r\n'), `${WEB}---\n${object('Service', 'x')}`.replaceAll('\n', '\r\n')],
      ['an item of a list', 'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: flags}\n- apiVersion: v1\n  kind: Service\n  metadata: {name: x}\n', 'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Service\n  metadata: {name: x}\n'],
    ]
    for (const [which, before, after] of texts) {
      it(`leaves every other byte of a file with several objects: ${which}`, async () => {
        put({ 'app/all.yaml': before })
        expect((await remove('app', 'cm/flags')).status).to.equal('edited')
        expect(read('app/all.yaml')).to.equal(after)
      })
    }

    it('takes its entry, its patches and its replicas along', async function () {
      if (!kustomize) this.skip()
      put({
        'app/kustomization.yaml': `${kustomization('a.yaml', 'web.yaml', 'flags.yaml')}patches:\n- path: web-patch.yaml\n- target: {kind: ConfigMap, name: flags}\n  patch: '[{"op": "add", "path": "/data/b", "value": "2"}]'\nreplicas:\n- name: web\n  count: 3\n`,
        'app/a.yaml': object('Service', 'a'), 'app/web.yaml': WEB, 'app/flags.yaml': MAP, 'app/web-patch.yaml': object('Deployment', 'web', 'spec: {paused: true}\n'),
      })
      expect((await remove('app', 'deploy/web')).status).to.equal('edited')
      expect(read('app/kustomization.yaml')).to.equal(`${kustomization('a.yaml', 'flags.yaml')}patches:\n- target: {kind: ConfigMap, name: flags}\n  patch: '[{"op": "add", "path": "/data/b", "value": "2"}]'\n`)
      expect(all()).to.deep.equal(['app/a.yaml', 'app/flags.yaml', 'app/kustomization.yaml'])
      expect((await remove('app', 'cm/flags')).status).to.equal('edited')
      expect(read('app/kustomization.yaml')).to.equal(kustomization('a.yaml'))
    })

    it('leaves what is there for another kind of the same name', async function () {
      if (!kustomize) this.skip()
      const text = `${kustomization('web.yaml', 'service.yaml')}replicas:\n- name: web\n  count: 3\n`
      put({ 'app/kustomization.yaml': text, 'app/web.yaml': WEB, 'app/service.yaml': object('Service', 'web') })
      expect((await remove('app', 'svc/web')).status).to.equal('edited')
      expect(read('app/kustomization.yaml')).to.equal(text.replace('  - service.yaml\n', ''))
    })

    it('takes the folder along that would be empty', async function () {
      if (!kustomize) this.skip()
      put({ 'app/kustomization.yaml': kustomization('web', 'extra'), 'app/web/kustomization.yaml': kustomization('web.yaml'), 'app/web/web.yaml': WEB, 'app/extra/kustomization.yaml': kustomization('flags.yaml'), 'app/extra/flags.yaml': MAP })
      expect((await remove('app', 'cm/flags')).status).to.equal('edited')
      expect(all()).to.deep.equal(['app/kustomization.yaml', 'app/web/kustomization.yaml', 'app/web/web.yaml'])
      expect(read('app/kustomization.yaml')).to.equal(kustomization('web'))
    })

    const shared: Files = {
      'base/kustomization.yaml': kustomization('web.yaml', 'flags.yaml'), 'base/web.yaml': WEB, 'base/flags.yaml': MAP,
      'dev/kustomization.yaml': `namespace: dev\n${kustomization('../base')}patches:\n- path: flags.yaml\n`, 'dev/flags.yaml': object('ConfigMap', 'flags', 'data: {a: "2"}\n'),
      'prod/kustomization.yaml': `namespace: prod\n${kustomization('../base')}`,
    }

    it('goes by a patch of the overlay where others use its file', async function () {
      if (!kustomize) this.skip()
      put(shared)
      const answer = await remove('dev', 'cm/flags')
      expect([answer.status, answer.blast]).to.deep.equal(['edited', []])
      expect(read('dev/kustomization.yaml')).to.contain('$patch: delete').and.contain('kind: ConfigMap').and.not.contain('path: flags.yaml')
      expect(existsSync(join(root, 'dev/flags.yaml'))).to.equal(false)
      expect(read('base/kustomization.yaml')).to.equal(shared['base/kustomization.yaml'])
    })

    it('goes for all who use it with the shared scope, which names them', async function () {
      if (!kustomize) this.skip()
      put(shared)
      const answer = await remove('prod', 'cm/flags', { scope: 'shared' })
      expect([answer.status, answer.blast.map(({ path, objects }) => [path, objects?.map(({ name }) => name)])]).to.deep.equal(['edited', [['dev', ['flags']]]])
      expect(all()).to.deep.equal(['base/kustomization.yaml', 'base/web.yaml', 'dev/kustomization.yaml', 'prod/kustomization.yaml'])
    })

    const refused: readonly (readonly [string, string, Files, string, string])[] = [
      ['the last object', 'UNSUPPORTED', { 'app/flags.yaml': MAP }, 'cm', 'flags'],
      ['a Secret', 'ENCRYPTED', { 'app/web.yaml': WEB, 'app/key.yaml': object('Secret', 'key', 'data: {a: Yg==}\n') }, 'secret', 'key'],
      ['a file that is generated', 'GENERATED', { 'app/web.yaml': WEB, 'app/flags.yaml': `# DO NOT EDIT\n${MAP}` }, 'cm', 'flags'],
      ['what is not rendered', 'NOT_RENDERED', { 'app/web.yaml': WEB }, 'cm', 'flags'],
      ['what is there twice', 'AMBIGUOUS', { 'app/web.yaml': WEB, 'app/a.yaml': MAP, 'app/b.yaml': MAP }, 'cm', 'flags'],
    ]
    for (const [what, code, files, type, name] of refused) {
      it(`is refused for ${what}, and nothing is written`, async () => {
        put(files)
        expect((await remove('app', `${type}/${name}`)).code).to.equal(code)
        expect(all().map(path => read(path))).to.deep.equal(Object.keys(files).sort().map(path => files[path]))
      })
    }

    it('takes the entry of the generator along that makes it, and is refused where others refer to it', async function () {
      if (!kustomize) this.skip()
      const generator = 'configMapGenerator:\n- name: flags\n  literals: [a=b]\n'
      put({ 'app/kustomization.yaml': `${kustomization('web.yaml')}${generator}`, 'app/web.yaml': WEB })
      const [name] = (await ask('app', { type: 'cm', name: 'x', delete: true })).evidence.flatMap(({ sentence }) => /ConfigMap (flags-\w+)/.exec(sentence)?.[1] ?? [])
      expect((await remove('app', `cm/${name ?? ''}`)).status).to.equal('edited')
      expect(read('app/kustomization.yaml')).to.equal(kustomization('web.yaml'))
      put({ 'app/kustomization.yaml': `${kustomization('web.yaml')}${generator}`, 'app/web.yaml': WEB.replace('image: "web:1"', 'image: "web:1", envFrom: [{ configMapRef: { name: flags } }]') })
      const answer = await remove('app', `cm/${name ?? ''}`)
      expect([answer.code, answer.message]).to.deep.equal(['WIDE', `ConfigMap ${name} cannot be taken out without anything else: entry of configMapGenerator:: Deployment web changes (spec.template.spec.containers[name=web].envFrom.0.configMapRef.name).`])
    })
  })
})

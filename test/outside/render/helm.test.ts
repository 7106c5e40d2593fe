import { expect } from 'chai'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { fieldAt } from '../../../src/model/field.ts'
import type { HelmJob } from '../../../src/model/helm.ts'
import type { Json } from '../../../src/model/json.ts'
import { ignorePatterns } from '../../../src/model/source-ignore.ts'
import type { RenderJob, RenderResult, Renderer } from '../../../src/flow/ports.ts'
import { isolation } from '../../../src/outside/run.ts'
import { helmRenderer } from '../../../src/outside/render/helm.ts'

type Files = Readonly<Record<string, string>>
const TIMEOUT = { timeoutMs: 30_000 }
const CONFIG = (body: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: {{ .Release.Name }}-config, namespace: {{ .Release.Namespace }}}\ndata:\n${body}`
const CHART: Files = {
  'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.2.3\nappVersion: "9.9"\n',
  'chart/values.yaml': 'image: {repository: nginx, tag: "1.27"}\nreplicas: 2\nlist: [a, b]\nextra: {a: 1, b: 2}\n',
  'chart/templates/config.yaml': CONFIG('  image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"\n  values: {{ .Values | toJson | quote }}\n'),
}
const JOB: HelmJob = { by: 'argocd', release: 'shop', namespace: 'shop', files: [], defaults: [], layers: [], crds: true, tests: true, hooks: true, schema: true, apiVersions: [], postRender: [], homes: [], byVersion: false }

const path = process.env['PATH'] ?? ''

describe('charts', () => {
  let dir: string
  let helm: Renderer

  before(async function () {
    helm = helmRenderer(TIMEOUT)
    try { await helm.info() } catch (error) {
      console.log(`      skipped: ${error instanceof Error ? error.message : ''}`)
      this.skip()
    }
  })
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'writ-charts-'))
    put(CHART)
  })
  afterEach(() => { rmSync(dir, { recursive: true, force: true }) })

  function put(files: Files): void {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(dir, dirname(name)), { recursive: true })
      writeFileSync(join(dir, name), text)
    }
  }
  const render = (job: Partial<HelmJob> = {}, more: Partial<RenderJob> = {}): Promise<RenderResult> => helm.render({ dir, path: 'chart', loadRestrictor: 'root', directory: { recurse: false }, helm: { ...JOB, ...job }, ...more })
  const data = (result: RenderResult, key = 'image'): Json | undefined => result.ok ? fieldAt(result.objects[0]?.object, ['data', key]) : result.message
  const names = (result: RenderResult): Json => result.ok ? result.objects.map(({ object }) => `${object.kind}/${String(object.metadata['name'])}`) : result.message
  const set = (key: string, value: string, string = false): HelmJob['layers'][number] => ({ kind: 'set', name: key, key, value, string, place: null })

  it('are rendered with release, namespace and the values that the chart sees, and say which template made what', async () => {
    const result = await render({ files: [], layers: [{ kind: 'values', name: 'v', values: { extra: { b: null } }, place: null }] })
    expect(result.ok && result.values).to.deep.equal({ image: { repository: 'nginx', tag: '1.27' }, replicas: 2, list: ['a', 'b'], extra: { a: 1 } })
    expect(result.ok && result.objects.map(one => [one.object.metadata['name'], one.object.metadata['namespace'], one.source])).to.deep.equal([['shop-config', 'shop', 'chart/templates/config.yaml']])
    expect(result.ok && result.varies).to.equal(undefined)
  })

  it('take layers as Helm does: files, then values, then single values, then texts of files', async () => {
    put({ 'values/a.yaml': 'image: {tag: a}\nlist: [x]\n', 'values/b.yaml': 'image: {tag: b}\n', 'tag.txt': 'from-file' })
    const files = ['values/a.yaml', 'values/b.yaml']
    const text: HelmJob['layers'][number] = { kind: 'text', name: 't', text: '# values\nimage:\n  tag: text\n', place: null }
    expect(data(await render({ files }))).to.equal('nginx:b')
    expect(data(await render({ files: files.toReversed() }))).to.equal('nginx:a')
    expect(data(await render({ files, layers: [text] }))).to.equal('nginx:text')
    expect(data(await render({ files, layers: [text, set('image.tag', 'set')] }))).to.equal('nginx:set')
    expect(data(await render({ files, layers: [text, set('image.tag', 'a\\,b'), set('list[1]', '7', true)] }), 'values')).to.match(/"list":\["x","7"\]/)
    expect(data(await render({ files, layers: [text, set('image.tag', 'set'), { kind: 'set-file', name: 'f', key: 'image.tag', path: 'tag.txt', place: null }] }))).to.equal('nginx:from-file')
    expect(data(await render({ layers: [set('image.tag', 'null')] }))).to.equal('nginx:9.9')
  })

  it('take single values between maps where Flux does', async () => {
    const map = (tag: string): HelmJob['layers'][number] => ({ kind: 'values', name: 'v', values: { image: { tag } }, place: null })
    expect(data(await render({ by: 'flux', layers: [map('a'), set('image.tag', 'b')] }))).to.equal('nginx:b')
    expect(data(await render({ by: 'flux', layers: [map('a'), set('image.tag', 'b'), map('c')] }))).to.equal('nginx:c')
  })

  it('have their own values replaced where Flux says so', async () => {
    put({ 'values/a.yaml': 'image: {repository: own, tag: a}\n', 'values/b.yaml': 'image: {tag: b}\n' })
    const result = await render({ defaults: ['values/a.yaml', 'values/b.yaml'] })
    expect(data(result)).to.equal('own:b')
    expect(result.ok && result.values).to.deep.equal({ image: { repository: 'own', tag: 'b' } })
  })

  it('come without a file that never reaches the owner', async () => {
    put({ 'chart/templates/other.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n' })
    expect(names(await render({}, { leftOut: ignorePatterns('other.yaml', '') }))).to.deep.equal(['ConfigMap/shop-config'])
  })

  it('show definitions and hooks as the owner deploys them', async () => {
    const hook = (name: string, when: string): string => `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, annotations: {helm.sh/hook: "${when}"}}\n`
    put({
      'chart/crds/crd.yaml': 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\n---\napiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: b}\n',
      'chart/templates/hooks.yaml': `${hook('migrate', 'pre-upgrade, pre-install')}---\n${hook('check', 'test')}---\n${hook('bye', 'pre-delete')}`,
      'chart/templates/list.yaml': 'apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: Secret, metadata: {name: one}}\n- {apiVersion: v1, kind: Secret, metadata: {name: two}}\n',
    })
    const argo = await render()
    expect(names(argo)).to.deep.equal(['CustomResourceDefinition/a', 'CustomResourceDefinition/b', 'ConfigMap/shop-config', 'Secret/one', 'Secret/two', 'Pod/migrate'])
    expect(argo.ok && argo.objects.filter(one => one.hook === true).length).to.equal(1)
    expect(names(await render({ crds: false }))).to.deep.equal(['ConfigMap/shop-config', 'Secret/one', 'Secret/two', 'Pod/migrate'])
    expect(names(await render({ by: 'flux', tests: false, crds: false }))).to.have.members(['ConfigMap/shop-config', 'Secret/one', 'Secret/two', 'Pod/migrate', 'Pod/bye'])
    expect(names(await render({ by: 'flux', hooks: false, crds: false }))).to.deep.equal(['ConfigMap/shop-config', 'Secret/one', 'Secret/two'])
  })

  it('see an upgrade under Flux and an installation under Argo CD, and the versions that the owner names', async () => {
    put({ 'chart/templates/config.yaml': CONFIG('  image: "{{ .Release.IsUpgrade }} {{ .Capabilities.KubeVersion.Minor }} {{ .Capabilities.APIVersions.Has "x.example/v1" }}"\n') })
    expect(data(await render({ kubeVersion: '1.29.0', apiVersions: ['x.example/v1'] }))).to.equal('false 29 true')
    expect(data(await render({ by: 'flux', kubeVersion: '1.29.0' }))).to.equal('true 29 false')
  })

  it('are checked against their schema, but where the owner leaves that out', async () => {
    put({ 'chart/values.schema.json': '{"type": "object", "properties": {"replicas": {"type": "string"}}}' })
    expect(String(data(await render()))).to.match(/replicas/)
    expect(data(await render({ schema: false }))).to.equal('nginx:1.27')
  })

  describe('and what they depend on', () => {
    const SUB = (at: string, name = 'cache'): Files => ({
      [`${at}/Chart.yaml`]: `apiVersion: v2\nname: ${name}\nversion: 0.1.0\n`, [`${at}/values.yaml`]: 'size: 1\nother: x\n',
      [`${at}/templates/c.yaml`]: `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\ndata: {size: "{{ .Values.size }}", region: "{{ .Values.global.region }}"}\n`,
    })
    const depends = (more: string): Files => ({ 'chart/Chart.yaml': `apiVersion: v2\nname: web\nversion: 1.2.3\ndependencies:\n- name: cache\n  version: ">=0.1.0"\n${more}` })

    it('take part from their charts folder, with the values of both', async () => {
      put({ ...SUB('chart/charts/cache'), ...depends('  alias: store\n') })
      const result = await render({ layers: [{ kind: 'values', name: 'v', values: { global: { region: 'eu' }, store: { size: 3 } }, place: null }] })
      expect(result.ok && result.values?.['store']).to.deep.equal({ global: { region: 'eu' }, size: 3, other: 'x' })
      expect(names(result)).to.deep.equal(['ConfigMap/cache', 'ConfigMap/shop-config'])
    })

    it('take part from a folder of the repository', async () => {
      put({ ...SUB('shared/cache'), ...depends('  repository: file://../shared/cache\n') })
      expect(names(await render())).to.deep.equal(['ConfigMap/cache', 'ConfigMap/shop-config'])
    })

    it('are not fetched: REMOTE, with the line', async () => {
      put(depends('  repository: https://charts.example\n'))
      const result = await render()
      expect(!result.ok && result.blocked).to.deep.equal({ code: 'REMOTE', at: 'chart/Chart.yaml:5' })
      put(depends('  repository: file://../../cache\n'))
      const outside = await render()
      expect(!outside.ok && outside.blocked?.code).to.equal('REMOTE')
    })

    it('are left out where the values switch them off', async () => {
      put({ ...depends('  repository: https://charts.example\n  condition: cache.enabled\n'), 'chart/values.yaml': 'image: {repository: nginx, tag: x}\ncache: {enabled: false}\n' })
      expect(names(await render())).to.deep.equal(['ConfigMap/shop-config'])
      const on = await render({ layers: [set('cache.enabled', 'true')] })
      expect(!on.ok && on.blocked?.code).to.equal('REMOTE')
    })

    it('may be packed; then Writ does not know whether they roll dice', async () => {
      put(depends(''))
      mkdirSync(join(dir, 'chart/charts'))
      writeFileSync(join(dir, 'chart/charts/cache-0.1.0.tgz'), gzipSync(tar(Object.entries(SUB('cache')))))
      const result = await render()
      expect(names(result)).to.deep.equal(['ConfigMap/cache', 'ConfigMap/shop-config'])
      expect(result.ok && result.values?.['cache']).to.deep.include({ size: 1, other: 'x' })
      expect(result.ok && result.varies).to.equal(true)
    })
  })

  describe('and what Flux does after Helm', () => {
    const after: Partial<HelmJob> = {
      by: 'flux', labels: { 'helm.toolkit.fluxcd.io/name': 'shop' }, metadata: { labels: { team: 'a' }, annotations: { note: 'x' } },
      postRender: [
        { name: 'spec.postRenderers[0]', place: null, patches: [{ target: { kind: 'ConfigMap' }, patch: '- {op: replace, path: /data/image, value: patched}\n' }], images: [] },
        { name: 'spec.postRenderers[1]', place: null, patches: [{ patch: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: shop-config, namespace: shop}\ndata: {more: y}\n' }], images: [] },
      ],
    }

    it('are its post-renderers in their order, then labels and annotations, never on definitions', async function () {
      put({ 'chart/crds/crd.yaml': 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: a}\n' })
      const result = await render(after)
      if (!result.ok && /Kustomize 5/.test(result.message)) this.skip()
      expect(result.ok && result.objects.map(({ object, source }) => [object.metadata['labels'], object.metadata['annotations'], source])).to.deep.equal([
        [undefined, undefined, 'chart/crds/crd.yaml'], [{ team: 'a', 'helm.toolkit.fluxcd.io/name': 'shop' }, { note: 'x' }, 'chart/templates/config.yaml'],
      ])
      expect(result.ok && fieldAt(result.objects[1]?.object, ['data', 'image'])).to.equal('patched')
      expect(result.ok && fieldAt(result.objects[1]?.object, ['data', 'more'])).to.equal('y')
    })

    it('says which post-renderer does not fit', async () => {
      const wrong = [{ name: 'spec.postRenderers[0]', place: null, patches: [{ patch: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: other}\n' }], images: [] }]
      const result = await render({ ...after, postRender: wrong })
      expect(!result.ok && result.message).to.match(/^spec\.postRenderers\[0\]: .*no matches/s)
    })
  })

  describe('that vary', () => {
    it('say so for chance and for the time', async () => {
      put({ 'chart/templates/config.yaml': CONFIG('  image: {{ randAlphaNum 12 }}\n') })
      const [first, second] = [await render(), await render()]
      expect(first.ok && first.varies).to.equal(true)
      expect(data(first)).not.to.equal(data(second))
    })

    it('are rendered again in another second where they tell the time', async () => {
      put({ 'chart/templates/config.yaml': CONFIG('  image: {{ now | date "150405" | quote }}\n') })
      const first = await render()
      const second = await render({}, { again: true })
      expect(first.ok && first.varies).to.equal(true)
      expect(data(first)).not.to.equal(data(second))
    })
  })

  describe('of nobody knows whom', () => {
    it('reach no file outside the repository', async () => {
      put({ 'values/ok.yaml': '{}\n' })
      symlinkSync('/etc', join(dir, 'chart/templates/etc'))
      const link = await render()
      expect(!link.ok && link.blocked).to.deep.equal({ code: 'UNSUPPORTED', at: 'chart/templates/etc' })
      rmSync(join(dir, 'chart/templates/etc'))
      symlinkSync('/etc/passwd', join(dir, 'values/passwd.yaml'))
      const file = await render({ files: ['values/passwd.yaml'] })
      expect(!file.ok && file.blocked?.code).to.equal('UNSUPPORTED')
      const above = await render({ files: ['../x.yaml'] })
      expect(!above.ok && above.blocked?.code).to.equal('UNSUPPORTED')
    })

    it('follow links inside the repository as Helm does, and never run in a circle', async () => {
      put({ 'shared/values.yaml': 'image: {repository: linked, tag: x}\n' })
      rmSync(join(dir, 'chart/values.yaml'))
      symlinkSync('../shared/values.yaml', join(dir, 'chart/values.yaml'))
      expect(data(await render())).to.equal('linked:x')
      symlinkSync('..', join(dir, 'chart/templates/up'))
      const circle = await render()
      expect(!circle.ok && circle.blocked?.code).to.equal('UNSUPPORTED')
    })

    it('get no environment, no cluster and no names of hosts, and leave nothing behind', async () => {
      put({ 'chart/templates/config.yaml': CONFIG('  image: "{{ lookup "v1" "Secret" "a" "b" }}|{{ getHostByName "localhost" }}|{{ .Files.Get "/etc/hostname" }}{{ .Files.Get "../../etc/hostname" }}"\n') })
      // A folder of its own: the other test files render charts at the same time.
      const temporary = process.env['TMPDIR']
      process.env['TMPDIR'] = join(dir, 'temporary')
      mkdirSync(join(dir, 'temporary'))
      try {
        expect(data(await render())).to.equal('map[]||')
        put({ 'chart/templates/config.yaml': CONFIG('  image: {{ env "PATH" }}\n') })
        expect(String(data(await render()))).to.match(/function "env" not defined/)
        expect(readdirSync(tmpdir())).to.deep.equal([])
      } finally {
        if (temporary === undefined) delete process.env['TMPDIR']
        else process.env['TMPDIR'] = temporary
      }
      expect(existsSync(join(dir, 'chart/Chart.lock'))).to.equal(false)
    })

    it('are stopped where they print too much or never end', async () => {
      const hungry = helmRenderer({ timeoutMs: 1500 })
      put({ 'chart/templates/config.yaml': CONFIG('  image: "{{ range until 100000000 }}x{{ end }}"\n') })
      const error: unknown = await hungry.render({ dir, path: 'chart', loadRestrictor: 'root', directory: { recurse: false }, helm: JOB }).then(result => result.ok ? result : result.message, (thrown: unknown) => thrown)
      expect(typeof error === 'string' || (error instanceof Error && /did not render the chart/.test(error.message))).to.equal(true)
    })

    it('tell in one line where they take too much memory or include themselves without end', async function () {
      if (!(await isolation()).memory) {
        console.log('      skipped: this machine has no prlimit')
        return this.skip()
      }
      const failing = async (text: string): Promise<string> => {
        put({ 'chart/templates/more.yaml': text })
        const result = await render()
        return result.ok ? '' : result.message
      }
      const large = await failing('{{ range until 2000000000 }}{{ . }}{{ end }}')
      expect(large).to.match(/^it takes more memory than a render may have: [^\n]+$/)
      expect(large.length).to.be.at.most(300)
      const endless = await failing('{{ define "a" }}{{ include "a" . }}{{ end }}{{ include "a" . }}')
      expect(endless).to.match(/ … [^\n]*nested reference name/)
      expect(endless.length).to.be.at.most(310)
    })

    it('fail with the words of Helm, without the name of the throw-away folder', async () => {
      put({ 'chart/templates/config.yaml': '{{ required "say an image" .Values.nothing }}' })
      expect(data(await render())).to.equal('execution error at (web/templates/config.yaml:1:3): say an image')
      put({ 'chart/values.yaml': 'a: [\n' })
      expect(String(data(await render()))).to.match(/values\.yaml/).and.not.match(/writ-helm/)
      expect(String(data(await render({ files: ['chart/prod.yaml'] })))).to.match(/chart\/prod\.yaml is not in the repository/)
    const missing = await render({ missing: { sentence: 'the Secret holds values', code: 'ENCRYPTED', at: 'spec.valuesFrom[0]' } })
    expect(!missing.ok && missing.blocked).to.deep.equal({ code: 'ENCRYPTED', at: 'spec.valuesFrom[0]' })
      expect(String(data(await render({}, { path: 'nowhere' })))).to.match(/nowhere is no folder/)
    })
  })

  it('need Helm, and the message says what is found', async () => {
    try {
      for (const [script, message] of [['#!/bin/sh\necho v2.17.0\n', /it is 2\.17\.0/], [null, /it is not there/]] as const) {
        const bin = mkdtempSync(join(dir, 'bin-'))
        if (script !== null) { writeFileSync(join(bin, 'helm'), script); chmodSync(join(bin, 'helm'), 0o755) }
        process.env['PATH'] = bin
        const error: unknown = await helmRenderer(TIMEOUT).info().catch((thrown: unknown) => thrown)
        expect(error).to.include({ code: 'render/no-renderer' })
        expect(String(error)).to.match(message).and.match(/Helm 3\.10 or later/)
      }
    } finally { process.env['PATH'] = path }
  })
})

/** A tar of these files, as small as one can be. */
function tar(files: readonly (readonly [string, string])[]): Buffer {
  const blocks = files.flatMap(([name, text]) => {
    const header = Buffer.alloc(512)
    header.write(name, 0)
    header.write('0000644\0', 100)
    header.write(`${text.length.toString(8).padStart(11, '0')}\0`, 124)
    header.write('ustar\x0000', 257)
    header.write('0', 156)
    header.fill(' ', 148, 156)
    header.write(`${header.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, '0')}\0 `, 148)
    const body = Buffer.alloc(Math.ceil(text.length / 512) * 512)
    body.write(text)
    return [header, body]
  })
  return Buffer.concat([...blocks, Buffer.alloc(1024)])
}

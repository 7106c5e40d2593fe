import { expect } from 'chai'
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { isKubernetesObject } from '../../../src/model/resource.ts'
import type { RenderResult, Renderer } from '../../../src/flow/ports.ts'
import { fluxDirectoryRenderer } from '../../../src/outside/render/flux-directory.ts'
import { kustomizeRenderer } from '../../../src/outside/render/kustomize.ts'

type Files = Readonly<Record<string, string>>
const SERVICE = (name: string): string => `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\n`
const TIMEOUT = { timeoutMs: 30_000 }

const made: string[] = []
const path = process.env['PATH'] ?? ''

function folder(files: Files): string {
  const dir = mkdtempSync(join(tmpdir(), 'writ-kustomize-'))
  made.push(dir)
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(dir, dirname(name)), { recursive: true })
    writeFileSync(join(dir, name), text)
  }
  return dir
}

/** Puts shell scripts in front of, or instead of, what is on PATH. */
function programs(scripts: Files, alone = false): void {
  const dir = folder(scripts)
  for (const name of Object.keys(scripts)) chmodSync(join(dir, name), 0o755)
  process.env['PATH'] = alone ? dir : `${dir}:${path}`
}

async function render(renderer: Renderer, dir: string, more: { readonly path?: string, readonly loadRestrictor?: 'root' | 'none' } = {}): Promise<RenderResult> {
  return renderer.render({ dir, path: more.path ?? 'app', loadRestrictor: more.loadRestrictor ?? 'root', directory: { recurse: false } })
}

function names(result: RenderResult): readonly string[] | string {
  return result.ok ? result.objects.map(({ object }) => String(object.metadata['name'])) : result.message
}

describe('the program that renders kustomizations', () => {
  afterEach(() => { process.env['PATH'] = path })
  after(() => { for (const dir of made) rmSync(dir, { recursive: true, force: true }) })

  it('is kustomize 5 where that is on PATH', async () => {
    programs({ kustomize: '#!/bin/sh\necho v5.1.0\n' })
    expect(await kustomizeRenderer(TIMEOUT).info()).to.deep.equal({ name: 'kustomize', version: '5.1.0' })
  })

  it('is a kubectl that embeds it where kustomize is too old', async () => {
    programs({ kustomize: '#!/bin/sh\necho "{Version:kustomize/v4.5.4 GitCommit:x}"\n', kubectl: '#!/bin/sh\necho \'{"kustomizeVersion": "v5.4.2"}\'\n' })
    expect(await kustomizeRenderer(TIMEOUT).info()).to.deep.equal({ name: 'kubectl kustomize', version: '5.4.2' })
  })

  for (const [what, scripts, message] of [
    ['too old', { kustomize: '#!/bin/sh\necho v4.5.4\n', kubectl: '#!/bin/sh\necho \'{"clientVersion": {}}\'\n' }, /kustomize is 4\.5\.4, the kustomize in kubectl is of an unknown version/],
    ['not there', {}, /kustomize is not there, kubectl is not there/],
  ] as const) it(`is refused where all is ${what}, with what was found`, async () => {
    programs(scripts, true)
    const error: unknown = await kustomizeRenderer(TIMEOUT).info().catch((thrown: unknown) => thrown)
    expect(error).to.include({ code: 'render/no-renderer' })
    expect(String(error)).to.match(message)
  })

  it('gets no home, no credentials and no way out', async () => {
    process.env['WRIT_TEST_SECRET'] = 'secret'
    programs({ kustomize: '#!/bin/sh\n[ "$1" = version ] && { echo v5.1.0; exit; }\nenv >&2; exit 1\n' })
    const result = await render(kustomizeRenderer(TIMEOUT), folder({ 'app/kustomization.yaml': 'resources: []\n' }))
    delete process.env['WRIT_TEST_SECRET']
    const environment = result.ok ? '' : result.message
    expect(environment).to.contain('HOME=/dev/null').and.contain('GIT_ALLOW_PROTOCOL=none').and.contain('HTTPS_PROXY=http://127.0.0.1:1').and.contain('KUBECONFIG=/dev/null')
    expect(environment).not.to.contain('WRIT_TEST_SECRET')
  })

  it('is stopped when it takes too long', async () => {
    programs({ kustomize: '#!/bin/sh\n[ "$1" = version ] && { echo v5.1.0; exit; }\nsleep 60\n' })
    const error: unknown = await render(kustomizeRenderer({ timeoutMs: 1500 }), folder({ 'app/kustomization.yaml': 'resources: []\n' })).catch((thrown: unknown) => thrown)
    expect(error).to.include({ code: 'render/timeout' })
  })

  it('is stopped when it prints too much', async () => {
    programs({ kustomize: '#!/bin/sh\n[ "$1" = version ] && { echo v5.1.0; exit; }\nexec head -c 80000000 /dev/zero\n' })
    expect(names(await render(kustomizeRenderer(TIMEOUT), folder({ 'app/kustomization.yaml': 'resources: []\n' })))).to.match(/larger than 64 MB/)
  })

  it('names no folder of this machine in its errors', async () => {
    const dir = folder({ 'app/kustomization.yaml': 'resources: []\n' })
    programs({ kustomize: '#!/bin/sh\n[ "$1" = version ] && { echo v5.1.0; exit; }\necho "Error: no good in $PWD/app" >&2; exit 1\n' })
    expect(names(await render(kustomizeRenderer(TIMEOUT), dir))).to.equal('no good in app')
  })
})

describe('the scan before a kustomization is rendered', () => {
  const started = join(tmpdir(), `writ-started-${process.pid}`)
  before(() => { programs({ kustomize: `#!/bin/sh\n[ "$1" = version ] && { echo v5.1.0; exit; }\ntouch ${started}\n` }) })
  after(() => {
    process.env['PATH'] = path
    rmSync(started, { force: true })
    for (const dir of made) rmSync(dir, { recursive: true, force: true })
  })

  const refused: readonly (readonly [string, Files, string, string])[] = [
    ['a remote base', { 'app/kustomization.yaml': 'resources:\n- https://example.com/x\n' }, 'REMOTE', 'app/kustomization.yaml:2'],
    ['a remote base of a base', { 'app/kustomization.yaml': 'resources: [../base]\n', 'base/kustomization.yaml': 'bases:\n# far away\n- github.com/acme/x\n' }, 'REMOTE', 'base/kustomization.yaml:3'],
    ['a remote component', { 'app/kustomization.yaml': 'components: [git@example.com:a/b]\n' }, 'REMOTE', 'app/kustomization.yaml:1'],
    ['a patch from a URL', { 'app/kustomization.yaml': 'patches:\n- path: http://example.com/p.yaml\n' }, 'REMOTE', 'app/kustomization.yaml:2'],
    ['a generator from a URL', { 'app/kustomization.yaml': 'secretGenerator:\n- name: s\n  files:\n  - k=https://example.com/s\n' }, 'REMOTE', 'app/kustomization.yaml:4'],
    ['a chart', { 'app/kustomization.yaml': 'helmCharts: [{name: x}]\n' }, 'REMOTE', 'app/kustomization.yaml:1'],
    ['a key in another spelling', { 'app/kustomization.yaml': 'RESOURCES: [x]\n' }, 'UNSUPPORTED', 'app/kustomization.yaml:1'],
    ['a plugin that is a program', { 'app/kustomization.yaml': 'transformers: [t.yaml]\n', 'app/t.yaml': 'apiVersion: example.com/v1\nkind: T\nmetadata: {name: t}\n' }, 'UNSUPPORTED', 'app/t.yaml:1'],
    ['an inline plugin', { 'app/kustomization.yaml': 'generators:\n- |\n  apiVersion: example.com/v1\n  kind: T\n' }, 'UNSUPPORTED', 'app/kustomization.yaml:2'],
    ['a plugin in a folder of plugins', { 'app/kustomization.yaml': 'generators: [../gen]\n', 'gen/kustomization.yaml': 'resources: [g.yaml]\n', 'gen/g.yaml': 'apiVersion: x/v1\nkind: T\n' }, 'UNSUPPORTED', 'gen/g.yaml:1'],
    ['a URL in the configuration of a builtin plugin', { 'app/kustomization.yaml': 'transformers: [t.yaml]\n', 'app/t.yaml': 'apiVersion: builtin\nkind: PatchTransformer\nmetadata: {name: t}\npath: https://example.com/p\n' }, 'REMOTE', 'app/t.yaml:4'],
    ['a path out of the repository', { 'app/kustomization.yaml': 'resources:\n- ../../etc/passwd\n' }, 'UNSUPPORTED', 'app/kustomization.yaml:2'],
    ['an absolute path', { 'app/kustomization.yaml': 'resources:\n- /etc/passwd\n' }, 'UNSUPPORTED', 'app/kustomization.yaml:2'],
    ['a path that is not there', { 'app/kustomization.yaml': 'resources:\n- gone.yaml\n' }, 'RENDER_FAILED', 'app/kustomization.yaml:2'],
    ['a template', { 'app/kustomization.yaml': 'images:\n- newTag: {{ tag }}\n' }, 'TEMPLATE', 'app/kustomization.yaml:2'],
    ['two documents', { 'app/kustomization.yaml': 'resources: []\n---\nresources: [https://example.com]\n' }, 'RENDER_FAILED', 'app/kustomization.yaml:1'],
    ['a key given twice', { 'app/kustomization.yaml': 'resources: []\nresources: [https://example.com]\n' }, 'RENDER_FAILED', 'app/kustomization.yaml:2'],
  ]
  for (const [name, files, code, at] of refused) {
    it(`refuses ${name}, and starts nothing`, async () => {
      const result = await render(kustomizeRenderer(TIMEOUT), folder(files))
      expect(result).to.deep.include({ ok: false, blocked: { code, at } })
      expect(existsSync(started)).to.equal(false)
    })
  }

  it('refuses a symbolic link that leaves the repository, and starts nothing', async () => {
    const dir = folder({ 'app/kustomization.yaml': 'resources: [out.yaml]\n' })
    symlinkSync('/etc/hostname', join(dir, 'app/out.yaml'))
    expect(await render(kustomizeRenderer(TIMEOUT), dir)).to.deep.include({ ok: false, blocked: { code: 'UNSUPPORTED', at: 'app/kustomization.yaml:1' } })
    symlinkSync('/nowhere/at/all', join(dir, 'app/kustomization.yml'))
    rmSync(join(dir, 'app/kustomization.yaml'))
    expect(await render(kustomizeRenderer(TIMEOUT), dir)).to.deep.include({ ok: false, blocked: { code: 'UNSUPPORTED', at: 'app/kustomization.yml' } })
    expect(existsSync(started)).to.equal(false)
  })

  it('ends where kustomizations name each other in a circle', async () => {
    await render(kustomizeRenderer(TIMEOUT), folder({ 'app/kustomization.yaml': 'resources: [../b]\n', 'b/kustomization.yaml': 'resources: [../app]\n' }))
    expect(existsSync(started)).to.equal(true)
  })
})

describe('rendering kustomizations', () => {
  before(async function () {
    try { await kustomizeRenderer(TIMEOUT).info() } catch (error) {
      console.log(`      skipped: ${error instanceof Error ? error.message : ''}`)
      this.skip()
    }
  })
  after(() => { for (const dir of made) rmSync(dir, { recursive: true, force: true }) })

  it('gives the objects of a base with what the overlay makes of them', async () => {
    const dir = folder({ 'app/kustomization.yaml': 'namePrefix: x-\nresources: [../base]\n', 'base/kustomization.yaml': 'resources: [a.yaml]\n', 'base/a.yaml': SERVICE('a') })
    expect(names(await render(kustomizeRenderer(TIMEOUT), dir))).to.deep.equal(['x-a'])
  })

  it('honours the load restrictor that is asked for', async () => {
    const dir = folder({ 'app/kustomization.yaml': 'resources: [../other/a.yaml]\n', 'other/a.yaml': SERVICE('a') })
    expect(names(await render(kustomizeRenderer(TIMEOUT), dir))).to.match(/not in or below/)
    expect(names(await render(kustomizeRenderer(TIMEOUT), dir, { loadRestrictor: 'none' }))).to.deep.equal(['a'])
  })

  it('renders the root of a repository and a path that begins with a dash', async () => {
    const dir = folder({ 'kustomization.yaml': 'resources: [./-dash]\n', '-dash/kustomization.yaml': 'resources: [a.yaml]\n', '-dash/a.yaml': SERVICE('a') })
    expect(names(await render(kustomizeRenderer(TIMEOUT), dir, { path: '' }))).to.deep.equal(['a'])
    expect(names(await render(kustomizeRenderer(TIMEOUT), dir, { path: '-dash' }))).to.deep.equal(['a'])
  })

  it('gives the same object again for the same text, and all of Kubernetes\' values', async () => {
    const renderer = kustomizeRenderer(TIMEOUT)
    const dir = folder({ 'app/kustomization.yaml': 'resources: [a.yaml]\n', 'app/a.yaml': `${SERVICE('a')}spec: {mode: 0755, yes: "yes", text: "---\\n- x"}\n` })
    const [first, second] = [await render(renderer, dir), await render(renderer, dir)]
    expect(first.ok && second.ok && first.objects[0]?.object === second.objects[0]?.object).to.equal(true)
    expect(first.ok && isKubernetesObject(first.objects[0]?.object) && first.objects[0].object['spec']).to.deep.include({ mode: 493, text: '---\n- x' })
  })

  it('reaches no server, even where kustomize is asked to', async () => {
    let asked = 0
    const server = createServer((_request, response) => { asked++; response.end(SERVICE('a')) })
    await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const result = await render(kustomizeRenderer(TIMEOUT), folder({ 'app/kustomization.yaml': `resources: ["http://127.0.0.1:${port}/a.yaml"]\n` }))
    server.close()
    expect(result).to.include({ ok: false })
    expect(asked).to.equal(0)
  })

  it('lists what a Flux path without kustomization file holds as kustomize-controller does', async () => {
    const dir = folder({
      'app/a.yaml': SERVICE('a'), 'app/deep/b.yml': SERVICE('b'), 'app/notes.txt': 'x', 'app/.github/w.yaml': 'on: push\n', 'app/.sops.yaml': 'x: 1\n',
      'app/own/kustomization.yaml': 'namePrefix: own-\nresources: [c.yaml]\n', 'app/own/c.yaml': SERVICE('c'), 'app/own/unlisted.yaml': SERVICE('d'), 'app/own/below/e.yaml': SERVICE('e'),
    })
    expect(names(await render(fluxDirectoryRenderer(TIMEOUT), dir, { loadRestrictor: 'none' }))).to.have.members(['a', 'b', 'own-c'])
    expect(existsSync(join(dir, 'app/kustomization.yaml'))).to.equal(false)
  })

  it('fails on a Flux path that holds something else than objects, as kustomize-controller does', async () => {
    expect(await render(fluxDirectoryRenderer(TIMEOUT), folder({ 'app/a.yaml': SERVICE('a'), 'app/values.yaml': 'x: 1\n' }))).to.deep.include({ ok: false, blocked: { code: 'RENDER_FAILED', at: 'app/values.yaml:1' } })
    expect(await render(fluxDirectoryRenderer(TIMEOUT), folder({ 'app/own/kustomization.yaml': 'resources: [https://example.com]\n' }))).to.deep.include({ ok: false, blocked: { code: 'REMOTE', at: 'app/own/kustomization.yaml:1' } })
    expect(names(await render(fluxDirectoryRenderer(TIMEOUT), folder({ 'app/x.txt': '' })))).to.deep.equal([])
  })
})

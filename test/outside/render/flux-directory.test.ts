import { expect } from 'chai'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { RenderResult } from '../../../src/flow/ports.ts'
import { canonical } from '../../../src/model/json.ts'
import { fluxDirectoryRenderer } from '../../../src/outside/render/flux-directory.ts'

const PATH = process.env['PATH'] ?? ''
const web = 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  replicas: 2\n'
const config = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: c\ndata:\n  mode: "0644"\n  "on": "yes"\n'
const list = 'apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: x}\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: z, labels: {a: b}}\n'
const local = 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: l\n  annotations:\n    config.kubernetes.io/local-config: "true"\n'

describe('plain files that Flux deploys', function () {
  this.timeout(30_000)
  let renderer = fluxDirectoryRenderer({ timeoutMs: 20_000 })
  let dir: string
  beforeEach(() => {
    // What is on PATH is asked once by each.
    renderer = fluxDirectoryRenderer({ timeoutMs: 20_000 })
    dir = mkdtempSync(join(tmpdir(), 'writ-flux-dir-'))
  })
  afterEach(() => {
    process.env['PATH'] = PATH
    rmSync(dir, { recursive: true, force: true })
  })

  function put(files: Readonly<Record<string, string>>): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(dir, dirname(path)), { recursive: true })
      writeFileSync(join(dir, path), text)
    }
  }
  const render = (): Promise<RenderResult> => renderer.render({ dir, path: 'app', loadRestrictor: 'none', directory: { recurse: true } })
  const objects = (result: RenderResult): readonly string[] | string => result.ok ? result.objects.map(({ object }) => canonical(object)).toSorted((a, b) => (a < b ? -1 : 1)) : result.message

  /** Renders as on a machine that has Node and git only. */
  async function alone(): Promise<RenderResult> {
    process.env['PATH'] = '/nonexistent'
    renderer = fluxDirectoryRenderer({ timeoutMs: 20_000 })
    try {
      return await render()
    } finally {
      process.env['PATH'] = PATH
    }
  }

  it('are the same with and without the program', async function () {
    put({ 'app/web.yaml': web, 'app/sub/config.yaml': `# comment\n${config}---\n---\n${local}`, 'app/list.yml': list, 'app/notes.txt': 'no manifest' })
    const without = await alone()
    expect(objects(without)).to.have.length(4)
    renderer = fluxDirectoryRenderer({ timeoutMs: 20_000 })
    if ((await renderer.info()).name === 'flux-directory') {
      console.log('      skipped: no kustomize 5 on PATH to compare with')
      return this.skip()
    }
    expect(objects(await render())).to.deep.equal(objects(without))
  })

  it('say which renderer it was', async () => {
    process.env['PATH'] = '/nonexistent'
    expect(await renderer.info()).to.deep.equal({ name: 'flux-directory', version: '1' })
  })

  for (const [what, files, code, message] of [
    ['the same object twice', { 'app/a.yaml': web, 'app/b.yaml': web }, 'RENDER_FAILED', /b\.yaml: Deployment shop\/web is there twice/],
    ['something that is no object', { 'app/a.yaml': 'a: 1\n' }, 'RENDER_FAILED', /a\.yaml:1: no Kubernetes object/],
    ['a key twice', { 'app/a.yaml': `${web}  replicas: 3\n` }, 'RENDER_FAILED', /a\.yaml:\d+/],
    ['a word that readers differ about', { 'app/a.yaml': `${web}  paused: no\n` }, 'UNSUPPORTED', /a\.yaml: what the plain scalar no means/],
    ['a key that readers differ about', { 'app/a.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\ndata:\n  on: x\n' }, 'UNSUPPORTED', /plain scalar on/],
    ['a label that is no text', { 'app/a.yaml': web.replace('spec:', '  labels: {build: 7}\nspec:') }, 'UNSUPPORTED', /metadata\.labels/],
    ['a kind of kustomize itself', { 'app/a.yaml': 'apiVersion: builtin\nkind: PrefixTransformer\nmetadata: {name: p}\n' }, 'UNSUPPORTED', /needs kustomize/],
  ] as const) it(`without the program are refused for ${what}`, async () => {
    put(files)
    const result = await alone()
    expect(result.ok).to.equal(false)
    expect(objects(result)).to.match(message)
    expect(result.ok ? null : result.blocked?.code).to.equal(code)
  })

  it('without the program need it where a folder below has a kustomization of its own', async () => {
    put({ 'app/web.yaml': web, 'app/sub/kustomization.yaml': 'resources: [c.yaml]\n', 'app/sub/c.yaml': config })
    const error: unknown = await alone().catch((thrown: unknown) => thrown)
    expect(error).to.include({ code: 'render/no-renderer' })
  })
})

import { expect } from 'chai'
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { RenderResult } from '../../../src/flow/ports.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import { applicationSetRenderer } from '../../../src/outside/render/application-set.ts'

const URL = 'https://git.example/x.git'
const SPEC: JsonObject = { generators: [{ git: { repoURL: URL, revision: 'main', files: [{ path: 'envs/*.json' }] } }], template: { metadata: { name: 'shop-{{env}}' }, spec: { project: '{{project}}' } } }

describe('rendering what an ApplicationSet generates', () => {
  const made: string[] = []
  after(() => { for (const folder of made) rmSync(folder, { recursive: true, force: true }) })

  function folder(files: Readonly<Record<string, string>>): string {
    const dir = mkdtempSync(join(tmpdir(), 'writ-set-'))
    made.push(dir)
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(dir, dirname(path)), { recursive: true })
      writeFileSync(join(dir, path), text)
    }
    return dir
  }
  const render = (dir: string, maxFiles = 100): Promise<RenderResult> => applicationSetRenderer({ maxFiles }).render({
    dir, path: '', loadRestrictor: 'root', directory: { recurse: false }, generates: { set: { name: 'all', namespace: 'argocd', spec: SPEC }, url: URL, revision: 'main' },
  })
  const FILES = { 'envs/dev.json': '{"env": "dev", "project": "a"}', 'envs/prod.json': '{"env": "prod", "project": "b"}', 'deep/er/x.txt': '', '.git/objects/x': '' }

  it('gives one Application for each file', async () => {
    const found = await render(folder(FILES))
    expect(found.ok ? found.objects.map(({ object }) => object.metadata['name']) : found.message).to.deep.equal(['shop-dev', 'shop-prod'])
  })
  it('takes a repository with just as many files as it reads, not counting those of .git', async () => {
    expect((await render(folder(FILES), 3)).ok).to.equal(true)
  })
  it('is refused where there are more, and never leaves files out', async () => {
    expect(await render(folder(FILES), 2)).to.deep.equal({ ok: false, message: 'ApplicationSet argocd/all: the repository has more than 2 files, of which its git generators may take any.', blocked: { code: 'UNSUPPORTED', at: 'ApplicationSet argocd/all spec.generators' } })
  })
  it('is refused at a file of more than 2 MB, which it does not read', async () => {
    const dir = folder(FILES)
    truncateSync(join(dir, 'envs/prod.json'), 3 * 2 ** 30)
    const found = await render(dir)
    expect(found.ok ? '' : found.message).to.include('reads envs/prod.json, which cannot be read as one YAML or JSON document of at most 2 MB')
  })
})

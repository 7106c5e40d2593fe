import { expect } from 'chai'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { DirectoryRules } from '../../../src/model/owner.ts'
import type { RenderResult } from '../../../src/flow/ports.ts'
import { directoryRenderer } from '../../../src/outside/render/directory.ts'
import { globPattern } from '../../../src/outside/render/glob.ts'

const SERVICE = (name: string): string => `apiVersion: v1\nkind: Service\nmetadata:\n  name: ${name}\n`

describe('rendering a directory as Argo CD does', () => {
  const made: string[] = []
  after(() => { for (const folder of made) rmSync(folder, { recursive: true, force: true }) })

  function folder(files: Readonly<Record<string, string>>): string {
    const dir = mkdtempSync(join(tmpdir(), 'writ-directory-'))
    made.push(dir)
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(dir, dirname(path)), { recursive: true })
      writeFileSync(join(dir, path), text)
    }
    return dir
  }

  async function render(files: Readonly<Record<string, string>>, rules: Partial<DirectoryRules> = {}, path = 'app'): Promise<RenderResult> {
    return directoryRenderer().render({ dir: folder(files), path, loadRestrictor: 'root', directory: { recurse: false, ...rules } })
  }

  /** `name@file:document` of every object, or the message. */
  function shown(result: RenderResult): readonly string[] | string {
    return result.ok ? result.objects.map(({ object, origin }) => `${String(object.metadata['name'])}@${origin?.path ?? ''}:${origin?.document ?? ''}`) : result.message
  }

  it('reads YAML and JSON files in the order of their names, and nothing else', async () => {
    const json = JSON.stringify({ apiVersion: 'v1', kind: 'Service', metadata: { name: 'j' } })
    expect(shown(await render({ 'app/b.yml': SERVICE('b'), 'app/a.yaml': SERVICE('a'), 'app/c.json': json, 'app/d.txt': SERVICE('d') })))
      .to.deep.equal(['a@app/a.yaml:0', 'b@app/b.yml:0', 'j@app/c.json:0'])
  })

  it('names the document of each object and skips empty ones', async () => {
    expect(shown(await render({ 'app/a.yaml': `${SERVICE('p')}---\n# nothing\n---\n${SERVICE('q')}` }))).to.deep.equal(['p@app/a.yaml:0', 'q@app/a.yaml:2'])
  })

  it('takes lists apart', async () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- ${SERVICE('p').trim().replaceAll('\n', '\n  ')}\n- ${SERVICE('q').trim().replaceAll('\n', '\n  ')}\n`
    expect(shown(await render({ 'app/a.yaml': list }))).to.deep.equal(['p@app/a.yaml:0', 'q@app/a.yaml:0'])
  })

  it('reads subfolders only where it is told to', async () => {
    const files = { 'app/a.yaml': SERVICE('a'), 'app/b/c.yaml': SERVICE('c') }
    expect(shown(await render(files))).to.deep.equal(['a@app/a.yaml:0'])
    expect(shown(await render(files, { recurse: true }))).to.deep.equal(['a@app/a.yaml:0', 'c@app/b/c.yaml:0'])
  })

  it('honours include and exclude, on the path below the directory', async () => {
    const files = { 'app/a.yaml': SERVICE('a'), 'app/b.yaml': SERVICE('b'), 'app/x/b.yaml': SERVICE('xb') }
    expect(shown(await render(files, { recurse: true, include: '{b,x/*}.yaml' }))).to.deep.equal(['b@app/b.yaml:0', 'xb@app/x/b.yaml:0'])
    expect(shown(await render(files, { recurse: true, exclude: '*b.yaml' }))).to.deep.equal(['a@app/a.yaml:0'])
    expect(await render(files, { include: '[a-' })).to.deep.include({ ok: false, blocked: { code: 'UNSUPPORTED', at: 'app' } })
  })

  it('leaves out YAML that is no manifest, and files that ask for it', async () => {
    expect(shown(await render({ 'app/values.yaml': 'replicas: 1\n', 'app/a.yaml': SERVICE('a'), 'app/s.yaml': `# +argocd:skip-file-rendering\n${SERVICE('s')}` }))).to.deep.equal(['a@app/a.yaml:0'])
  })

  it('leaves out a broken manifest too where nobody knows who deploys the directory, but not half a file', async () => {
    const template = 'apiVersion: v1\nkind: Service\nmetadata:\n  name: {{ name }}\n'
    const tolerant = await render({ 'app/a.yaml': SERVICE('a'), 'app/b.yaml': template }, { tolerant: true })
    expect([shown(tolerant), tolerant.ok && tolerant.unread]).to.deep.equal([['a@app/a.yaml:0'], ['app/b.yaml:4: a template ({{ }}) stands where YAML is expected.']])
    expect(shown(await render({ 'app/a.yaml': SERVICE('a'), 'app/b.yaml': template }))).to.be.a('string')
    expect(shown(await render({ 'app/a.yaml': `${SERVICE('a')}---\n${template}` }, { tolerant: true }))).to.be.a('string')
  })

  it('fails on a file that holds a manifest and something else, and on a broken manifest', async () => {
    expect(shown(await render({ 'app/a.yaml': `${SERVICE('a')}---\nx: 1\n` }))).to.match(/^app\/a\.yaml:6: no Kubernetes object/)
    expect(shown(await render({ 'app/a.yaml': `${SERVICE('a')} bad: [\n` }))).to.match(/^app\/a\.yaml:\d+: /)
    expect(shown(await render({ 'app/a.json': '{' }))).to.equal('app/a.json: no valid JSON.')
  })

  it('reads numbers and booleans as Kubernetes does', async () => {
    const result = await render({ 'app/a.yaml': `${SERVICE('a')}spec:\n  mode: 0755\n  on: yes\n  when: 12:30\n  text: "yes"\n  big: 1_000\n` })
    expect(result.ok && result.objects[0]?.object['spec']).to.deep.equal({ mode: 493, true: true, when: '12:30', text: 'yes', big: 1000 })
  })

  it('takes the last of two equal keys, as Argo CD does', async () => {
    const result = await render({ 'app/a.yaml': `${SERVICE('a')}spec:\n  x: 1\n  x: 2\n` })
    expect(result.ok && result.objects[0]?.object['spec']).to.deep.equal({ x: 2 })
  })

  it('says TEMPLATE for Jsonnet and for braces where YAML should stand', async () => {
    expect(await render({ 'app/a.jsonnet': '{}' })).to.deep.include({ ok: false, blocked: { code: 'TEMPLATE', at: 'app/a.jsonnet:1' } })
    expect(await render({ 'app/a.yaml': `${SERVICE('a')}spec:\n  x: {{ .Values.x }}\n` })).to.deep.include({ ok: false, blocked: { code: 'TEMPLATE', at: 'app/a.yaml:6' } })
  })

  it('never reads what lies outside the repository', async () => {
    const dir = folder({ 'app/a.yaml': SERVICE('a') })
    const other = folder({ 'secret.yaml': SERVICE('secret') })
    const job = { dir, loadRestrictor: 'root' as const, directory: { recurse: true } }
    symlinkSync(join(other, 'secret.yaml'), join(dir, 'app/link.yaml'))
    expect(await directoryRenderer().render({ ...job, path: 'app' })).to.deep.include({ ok: false, blocked: { code: 'UNSUPPORTED', at: 'app/link.yaml' } })
    rmSync(join(dir, 'app/link.yaml'))
    symlinkSync(other, join(dir, 'app/folder'))
    expect(shown(await directoryRenderer().render({ ...job, path: 'app' }))).to.deep.equal(['a@app/a.yaml:0'])
    expect(shown(await directoryRenderer().render({ ...job, path: 'app/folder' }))).to.equal('app/folder leads out of the repository.')
    expect(shown(await directoryRenderer().render({ ...job, path: '../' }))).to.equal('../ leads out of the repository.')
  })

  it('follows a symbolic link inside the repository', async () => {
    const dir = folder({ 'app/a.yaml': SERVICE('a'), 'other/b.yaml': SERVICE('b') })
    symlinkSync('../other/b.yaml', join(dir, 'app/b.yaml'))
    expect(shown(await directoryRenderer().render({ dir, path: 'app', loadRestrictor: 'root', directory: { recurse: false } }))).to.deep.equal(['a@app/a.yaml:0', 'b@app/b.yaml:0'])
  })

  it('says that a path is not there', async () => {
    expect(shown(await render({ 'app/a.yaml': SERVICE('a') }, {}, 'gone'))).to.equal('gone does not exist in the repository.')
  })
})

describe('a glob of Argo CD', () => {
  for (const [pattern, text, matches] of [
    ['*.yaml', 'a/b.yaml', true], ['?.yaml', 'ab.yaml', false], ['[ab].yaml', 'b.yaml', true], ['[!ab].yaml', 'b.yaml', false], ['{a,b*}.yaml', 'bcd.yaml', true],
    ['a.yaml', 'aXyaml', false], ['\\*.yaml', '*.yaml', true], ['\\*.yaml', 'a.yaml', false], ['a+b', 'a+b', true], ['**/x.yaml', 'a/b/x.yaml', true],
  ] as const) it(`${pattern} ${matches ? 'matches' : 'does not match'} ${text}`, () => { expect(globPattern(pattern)?.test(text)).to.equal(matches) })
  it('that is not closed is not understood', () => { expect(globPattern('{a')).to.equal(null) })
})

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { expect } from 'chai'
import { matchesGlob } from '../../src/sandbox/argocd/glob.ts'
import { kustomizeBuild, kustomizeProgram } from '../../src/sandbox/render.ts'
import { readObjects } from '../../src/sandbox/yaml-objects.ts'

const config = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`

describe('sandbox rendering', () => {
  it('reads many documents, unrolls lists and skips empty ones', () => {
    const list = `apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: ConfigMap\n  metadata: {name: c}\n`
    const names = readObjects(`---\n${config('a')}---\n# nothing\n---\n${config('b')}---\n${list}`, 'x.yaml').map(object => object.metadata['name'])
    expect(names).to.deep.equal(['a', 'b', 'c'])
  })

  it('reads values as Go does: yes is true, 12:30 and 2024-01-01 are text', () => {
    const [object] = readObjects(`${config('a')}on: yes\ntime: 12:30\nday: 2024-01-01\nport: 0o17\n`, 'x.yaml')
    expect(object).to.deep.include({ time: '12:30', day: '2024-01-01' })
    expect(Object.values(object ?? {})).to.include(true)
  })

  it('names the file of broken YAML and of a document that is no object', () => {
    expect(() => readObjects('a: [1\n', 'bad.yaml')).to.throw(/^bad\.yaml: /)
    expect(() => readObjects('a: 1\n', 'values.yaml')).to.throw('values.yaml: a document is not a Kubernetes object')
  })

  const globs: readonly (readonly [string, string, boolean])[] = [
    ['*.yaml', 'a.yaml', true], ['*.yaml', 'sub/a.yaml', true], ['{config.json,env/*}', 'env/a.yaml', true], ['{config.json,env/*}', 'other/a.yaml', false],
    ['a?.yaml', 'ab.yaml', true], ['[!a].yaml', 'a.yaml', false], ['a.yaml', 'aXyaml', false],
  ]
  for (const [pattern, path, matches] of globs) {
    it(`${pattern} ${matches ? 'matches' : 'does not match'} ${path}`, () => expect(matchesGlob(pattern, path)).to.equal(matches))
  }

  it('builds with each owner\'s load restrictor, and gives the renderer\'s own words', async function () {
    if (await kustomizeProgram() === null) return this.skip()
    const folder = await mkdtemp(join(tmpdir(), 'writ-render-'))
    try {
      const files = { 'shared/a.yaml': config('a'), 'app/kustomization.yaml': 'resources:\n- ../shared/a.yaml\n' }
      for (const [path, text] of Object.entries(files)) {
        await mkdir(dirname(join(folder, path)), { recursive: true })
        await writeFile(join(folder, path), text)
      }
      expect(await kustomizeBuild(join(folder, 'app'), 'LoadRestrictionsNone')).to.have.length(1)
      const failed = await kustomizeBuild(join(folder, 'app'), 'LoadRestrictionsRootOnly').then(() => '', (error: unknown) => String(error))
      expect(failed).to.contain('is not in or below')
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  })
})

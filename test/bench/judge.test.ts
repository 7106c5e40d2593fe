import { expect } from 'chai'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { EditAnswer } from '../../bench/edit/answer.ts'
import { rendererLine } from '../../bench/edit/build.ts'
import type { EditCase } from '../../bench/edit/cases.ts'
import { buildsIn, diffsFit, judge, obstacleOf } from '../../bench/edit/judge.ts'
import type { Verdict } from '../../bench/edit/judge.ts'
import { laidOut } from '../../bench/edit/laid-out.ts'
import type { LaidOut } from '../../bench/edit/laid-out.ts'
import { minimality } from '../../bench/edit/minimal.ts'
import { commitAll, put, workingCopy } from '../../bench/edit/working-copy.ts'
import type { WorkingCopy } from '../../bench/edit/working-copy.ts'

const DEPLOYMENT = `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web   # the shop window
spec:
  replicas: 2
  template:
    spec:
      initContainers:
      - {name: first, image: "example/init:1"}
      - {name: second, image: "example/init:1"}
      containers:
      - name: web
        image: example/web:1.0.0 # kept by hand
        env:
        - name: MODE
          value: "8080"
        - name: LEVEL
          value: info
      - name: side
        image: 'example/side:1'
`
const FILES = {
  'base/deployment.yaml': DEPLOYMENT,
  'base/service.yaml': 'apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  ports:\n  - port: 80\n',
  'base/kustomization.yaml': 'resources:\n- deployment.yaml\n- service.yaml\n',
  'overlays/dev/kustomization.yaml': 'namespace: dev\nresources:\n- ../../base\n',
  'overlays/prod/kustomization.yaml': 'namespace: prod\nresources:\n- ../../base\nimages:\n- name: example/side\n  newTag: "2"\n',
  'overlays/broken/kustomization.yaml': 'resources:\n- ../../base\n- gone.yaml\n',
  'windows/deployment.yaml': DEPLOYMENT.replaceAll('\n', '\r\n'),
  'open/deployment.yaml': DEPLOYMENT.trimEnd(),
  'apps/dev.yaml': 'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: a}\nspec:\n  path: ./flux\n',
  'flux/one/deployment.yaml': DEPLOYMENT,
}
const IMAGE: EditCase = { id: 'a', repo: 'r', engine: 'kustomize', overlayPath: 'overlays/dev', entry: 'root', gvk: 'apps/v1/Deployment', ns: 'dev', name: 'web', container: 'web', field: 'image', oldValue: 'example/web:1.0.0', newValue: 'example/web:1.0.1' }
const BASE: EditCase = { ...IMAGE, overlayPath: 'base', entry: 'referenced', ns: null }
const PLAIN: EditCase = { ...IMAGE, overlayPath: 'windows', engine: 'plain', entry: 'dir', ns: null }
const ENTRY = 'namespace: dev\nresources:\n- ../../base\nimages:\n- name: example/web\n  newTag: 1.0.1\n'
const PROD = [{ path: 'overlays/prod', objects: [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'prod', name: 'web' }] }]
const DEV = [{ path: 'overlays/dev', objects: [{ apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'dev', name: 'web' }] }]
const BOTH = [...DEV, ...PROD]

type Edits = Readonly<Record<string, string | ((text: string) => string)>>
interface Told { readonly one?: EditCase, readonly scope?: 'shared', readonly answer?: Partial<EditAnswer>, readonly edits: Edits }

describe('the judge of the edit benchmark', function () {
  this.timeout(60_000)
  let home: string
  let repository: LaidOut
  let copy: WorkingCopy

  before(async function () {
    if (await rendererLine().catch(() => null) === null) {
      console.log('      skipped: neither kustomize nor kubectl is on PATH')
      return this.skip()
    }
    home = mkdtempSync(join(tmpdir(), 'writ-judge-'))
    for (const [path, text] of Object.entries(FILES)) {
      mkdirSync(dirname(join(home, 'pristine', path)), { recursive: true })
      writeFileSync(join(home, 'pristine', path), text)
    }
    commitAll(join(home, 'pristine'))
    repository = laidOut(join(home, 'pristine'))
    copy = workingCopy(repository.folder, join(home, 'copy'))
  })

  after(() => { if (home !== undefined) rmSync(home, { recursive: true, force: true }) })

  async function judged({ one = IMAGE, scope, answer, edits }: Told): Promise<Verdict> {
    for (const [path, edit] of Object.entries(edits)) put(join(copy.folder, path), Buffer.from(typeof edit === 'string' ? edit : edit(readFileSync(join(copy.folder, path), 'utf8'))))
    const files = copy.touched()
    const said: EditAnswer = {
      status: 'edited', files: files.map(file => ({ path: file.path, diff: '' })), blast: [], evidence: [],
      changes: [{ object: { apiVersion: 'apps/v1', kind: 'Deployment', namespace: one.ns, name: one.name }, path: 'x', before: one.oldValue, after: one.newValue }], ...answer,
    }
    const between = (): void => { copy.restore(copy.touched()) }
    return judge({ one, files, consumers: repository.consumers, scope: scope ?? null, answer: said }, { after: buildsIn(copy.folder), before: repository.before, between })
  }

  async function problems(told: Told): Promise<string> {
    return (await judged(told)).problems.join('\n')
  }

  const swap = (from: string, to: string) => (text: string): string => {
    expect(text).to.include(from)
    return text.replace(from, to)
  }

  it('lets a right edit pass: in place with its radius declared, an entry, and one in a file with other ends of lines', async () => {
    const inPlace = await judged({ one: BASE, scope: 'shared', answer: { blast: BOTH }, edits: { 'base/deployment.yaml': swap('web:1.0.0', 'web:1.0.1') } })
    expect(inPlace).to.deep.equal({ problems: [], form: 'in place', changedLines: 1, addedLines: 0, reordered: [], others: ['overlays/dev', 'overlays/prod'], unknown: ['overlays/broken'] })
    const entry = await judged({ edits: { 'overlays/dev/kustomization.yaml': ENTRY } })
    expect(entry).to.include({ form: 'entry', changedLines: 0, addedLines: 3 }).and.to.have.property('problems').that.is.empty
    expect(await problems({ one: PLAIN, edits: { 'windows/deployment.yaml': swap('web:1.0.0', 'web:1.0.1') } })).to.equal('')
    expect(await problems({ one: { ...PLAIN, overlayPath: 'open', container: 'side', oldValue: 'example/side:1', newValue: 'example/side:2' }, edits: { 'open/deployment.yaml': swap('side:1', 'side:2') } })).to.equal('')
  })

  it('lets an inline patch pass that reorders containers, and says so', async () => {
    const patch = 'patches:\n- target: {group: apps, version: v1, kind: Deployment, name: web}\n  patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata:\n      name: web\n    spec:\n      template:\n        spec:\n          containers:\n          - name: side\n            image: example/side:3\n'
    const verdict = await judged({ one: { ...IMAGE, container: 'side', oldValue: 'example/side:1', newValue: 'example/side:3' }, edits: { 'overlays/dev/kustomization.yaml': text => `${text}${patch}` } })
    expect(verdict).to.include({ form: 'patch', addedLines: 13 }).and.to.have.property('problems').that.is.empty
    expect(verdict.reordered).to.have.length(1)
  })

  it('tells apart an anchor that was handed on from lines that had no reason to change', () => {
    const before = Buffer.from('env:\n  PORT: &port 80 # http\nport: *port\nprobe: *port\n')
    const handedOn = Buffer.from('env:\n  PORT: 81 # http\nport: &port 80\nprobe: *port\n')
    expect(minimality([{ path: 'a.yaml', before, after: handedOn }])).to.deep.equal({ problems: [], form: 'anchor', changedLines: 2, addedLines: 0 })
    const leftOut = Buffer.from('env:\n  PORT: 81\nport: &port 80\nprobe: *port\n')
    expect(minimality([{ path: 'a.yaml', before, after: leftOut }]).problems).to.have.length(1)
    const one = Buffer.from('env:\n  PORT: &port 80 # http\nport: 81\nprobe: *port\n')
    expect(minimality([{ path: 'a.yaml', before, after: one }])).to.deep.equal({ problems: [], form: 'anchor', changedLines: 1, addedLines: 0 })
  })

  it('finds a wrong value, also where only its type is wrong', async () => {
    expect(await problems({ edits: { 'overlays/dev/kustomization.yaml': ENTRY.replace('1.0.1', '1.0.2') } })).to.match(/^E: .*image: "example\/web:1\.0\.1" expected, "example\/web:1\.0\.2" there/)
    const mode: EditCase = { ...PLAIN, field: 'env:MODE', oldValue: '8080', newValue: '9191' }
    expect(await problems({ one: mode, edits: { 'windows/deployment.yaml': swap('"8080"', '9191') } })).to.include('value: "9191" expected, 9191 there')
    const level: EditCase = { ...PLAIN, field: 'env:LEVEL', oldValue: 'info', newValue: 'on' }
    expect(await problems({ one: level, edits: { 'windows/deployment.yaml': swap('value: info', 'value: on') } })).to.include('"on" expected, true there')
  })

  it('finds another object, a second field, an object that goes or comes, and initContainers in another order', async () => {
    expect(await problems({ one: BASE, scope: 'shared', answer: { blast: BOTH }, edits: { 'base/deployment.yaml': swap('side:1', 'side:2') } })).to.match(/E: .*containers\/0\/image/).and.to.include('containers/1/image')
    expect(await problems({ edits: { 'overlays/dev/kustomization.yaml': `${ENTRY}- name: example/side\n  newTag: "9"\n` } })).to.match(/E: .*containers\/1\/image: "example\/side:1" expected, "example\/side:9" there/)
    expect(await problems({ edits: { 'overlays/dev/kustomization.yaml': `${ENTRY}namePrefix: x-\n` } })).to.include('1 times expected, there 0 times')
    const shuffled = swap('      - {name: first, image: "example/init:1"}\r\n      - {name: second, image: "example/init:1"}', '      - {name: second, image: "example/init:1"}\r\n      - {name: first, image: "example/init:1"}')
    expect(await problems({ one: PLAIN, edits: { 'windows/deployment.yaml': text => shuffled(text.replace('web:1.0.0', 'web:1.0.1')) } })).to.include('initContainers/0/name: "first" expected, "second" there')
  })

  it('finds an edit after which nothing renders, or a file is no YAML', async () => {
    expect(await problems({ edits: { 'overlays/dev/kustomization.yaml': ENTRY.replace('../../base', '../base') } })).to.include('E: it does not render any more')
    expect(await problems({ one: PLAIN, edits: { 'windows/deployment.yaml': swap('image: example/web:1.0.0', 'image: "example/web:1.0.1') } })).to.match(/V: windows\/deployment\.yaml: /)
  })

  it('finds another root that changes without the scope, without being declared, or only by words', async () => {
    const edits = { 'base/deployment.yaml': swap('web:1.0.0', 'web:1.0.1') }
    expect(await problems({ edits, answer: { blast: PROD } })).to.equal('I: without the scope for it overlays/prod changes')
    expect(await problems({ one: BASE, scope: 'shared', edits, answer: { blast: PROD } })).to.equal('I: overlays/dev changes and is not declared')
    expect(await problems({ edits: { 'overlays/dev/kustomization.yaml': ENTRY }, answer: { blast: PROD } })).to.equal('I: overlays/prod is declared and does not change')
    expect(await problems({ one: BASE, scope: 'shared', edits, answer: { blast: [...DEV, { path: 'overlays/prod', objects: [] }] } })).to.match(/^I: in overlays\/prod apps\/v1\/Deployment prod\/web changes,  is declared$/)
    expect(await problems({ one: BASE, scope: 'shared', edits, answer: { blast: [...DEV, { path: 'overlays/prod', objects: null, error: 'x' }] } })).to.include('I: overlays/prod is said not to render, and does')
  })

  it('finds what an owner reads below its path, unless the asked path lies below it', async () => {
    const below: EditCase = { ...PLAIN, overlayPath: 'flux/one' }
    const edits = { 'flux/one/deployment.yaml': swap('web:1.0.0', 'web:1.0.1') }
    expect(await problems({ one: below, edits })).to.equal('')
    expect(await problems({ edits: { 'overlays/dev/kustomization.yaml': ENTRY, ...edits } })).to.include('I: without the scope for it flux changes')
  })

  it('finds bytes that change elsewhere: comments, blanks, quotes, ends of lines, the last newline, a byte order mark', async () => {
    const with1 = (more: (text: string) => string) => async (): Promise<string> => problems({ one: PLAIN, edits: { 'windows/deployment.yaml': text => more(text.replace('web:1.0.0', 'web:1.0.1')) } })
    expect(await with1(swap(' # kept by hand', ''))()).to.include('M: windows/deployment.yaml: 1 lines go while others are added')
    expect(await with1(swap('# kept by hand', '# kept by Hand'))()).to.include('M: ')
    expect(await with1(swap('   # the shop window', ' # the shop window'))()).to.include('M: ')
    expect(await with1(swap("'example/side:1'", 'example/side:1'))()).to.include('M: windows/deployment.yaml: a single-quoted-scalar becomes a scalar')
    expect(await with1(text => text.replaceAll('\r\n', '\n'))()).to.include('M: ')
    expect(await with1(swap('replicas: 2\r\n', 'replicas: 2\n'))()).to.include('M: ')
    expect(await with1(text => text.trimEnd())()).to.include('M: windows/deployment.yaml: the last newline is gone')
    expect(await with1(text => `\uFEFF${text}`)()).to.include('M: windows/deployment.yaml: the byte order mark comes or goes')
    expect(await problems({ one: { ...PLAIN, overlayPath: 'open' }, edits: { 'open/deployment.yaml': text => `${text.replace('web:1.0.0', 'web:1.0.1')}\n` } })).to.match(/^M: /)
  })

  it('finds too much: more than three lines, more than twelve for an entry, more than thirty for a patch, a file that goes', async () => {
    const labels = Array.from({ length: 32 }, (_, i) => `    # ${i}`).join('\n')
    expect(await problems({ edits: { 'overlays/dev/kustomization.yaml': `${ENTRY}${Array.from({ length: 10 }, (_, i) => `# ${i}\n`).join('')}` } })).to.include('M: 13 lines are added, at most 12 may')
    expect(await problems({ edits: { 'overlays/dev/kustomization.yaml': text => `${text}# more\npatches:\n- patch: |-\n${labels}\n    {apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: [{name: web, image: "example/web:1.0.1"}]}}}}\n` } })).to.include('lines are added, at most 30 may')
    expect(await problems({ one: PLAIN, edits: { 'windows/deployment.yaml': text => text.replace('web:1.0.0', 'web:1.0.1').replaceAll('name: ', 'name:  ') } })).to.match(/M: \d+ lines change, at most 3 may/)
    expect(await problems({ edits: { 'overlays/dev/kustomization.yaml': ENTRY, 'overlays/dev/more.yaml': 'a: b\n' } })).to.equal('')
  })

  it('finds fields of a kustomization that nobody should add, and a second entry for one image', async () => {
    const legacy = 'patchesStrategicMerge:\n- |-\n  {apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: [{name: web, image: "example/web:1.0.1"}]}}}}\n'
    expect(await problems({ edits: { 'overlays/dev/kustomization.yaml': text => `${text}${legacy}` } })).to.equal('V: overlays/dev/kustomization.yaml: the field patchesStrategicMerge is new, and deprecated or unknown')
    const side: EditCase = { ...IMAGE, overlayPath: 'overlays/prod', ns: 'prod', container: 'side', oldValue: 'example/side:2', newValue: 'example/side:3' }
    expect(await problems({ one: side, edits: { 'overlays/prod/kustomization.yaml': text => `${text}- name: example/side\n  newTag: "3"\n` } })).to.include('V: overlays/prod/kustomization.yaml: images has a second entry for example/side')
  })

  it('finds an answer that says other than what is so', async () => {
    const edits = { 'overlays/dev/kustomization.yaml': ENTRY }
    const object = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'dev', name: 'web' }
    expect(await problems({ edits, answer: { changes: [] } })).to.equal('J: 0 changes are reported')
    expect(await problems({ edits, answer: { changes: [{ object: { ...object, name: 'other' }, path: 'x', before: IMAGE.oldValue, after: IMAGE.newValue }] } })).to.include('J: the change of ')
    expect(await problems({ edits, answer: { changes: [{ object, path: 'x', before: IMAGE.oldValue, after: 'example/web:9' }] } })).to.include('J: "example/web:1.0.0" → "example/web:9" is reported')
    expect(await problems({ edits, answer: { files: [] } })).to.equal('J:  is reported, overlays/dev/kustomization.yaml is touched')
    expect(diffsFit(repository.folder, ['--- a/base/service.yaml\n+++ b/base/service.yaml\n@@ -1,2 +1,2 @@\n-apiVersion: v2\n+apiVersion: v1\n kind: Service\n'])).to.equal(true)
    expect(diffsFit(repository.folder, ['--- a/base/service.yaml\n+++ b/base/service.yaml\n@@ -1,2 +1,2 @@\n-apiVersion: v1\n+apiVersion: v2\n kind: Service\n'])).to.equal(false)
  })

  it('sets cases apart that are none', () => {
    expect(obstacleOf(IMAGE, null)).to.equal('does not render')
    expect(obstacleOf(PLAIN, DEPLOYMENT)).to.equal(null)
    expect(obstacleOf(PLAIN, `${DEPLOYMENT}---\n${DEPLOYMENT}`)).to.equal('duplicate')
    expect(obstacleOf({ ...PLAIN, name: 'other' }, DEPLOYMENT)).to.equal('absent')
    expect(obstacleOf({ ...PLAIN, oldValue: 'x' }, DEPLOYMENT)).to.equal('other value')
  })

  it('notices every file that is not as it was, and refuses to go on where it cannot put it back', () => {
    put(join(copy.folder, 'new/file.txt'), Buffer.from('x'))
    put(join(copy.folder, 'base/service.yaml'), null)
    expect(copy.touched().map(file => file.path)).to.deep.equal(['base/service.yaml', 'new/file.txt'])
    expect(() => { copy.restore([]) }).to.throw('the working copy is not as it was: base/service.yaml, new/file.txt')
    copy.restore(copy.touched())
    expect(copy.touched()).to.deep.equal([])
  })
})

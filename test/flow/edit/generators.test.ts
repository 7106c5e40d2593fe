import { expect } from 'chai'
import type { Json } from '../../../src/model/json.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import { generatorLooks, generatorsOf, withoutHash } from '../../../src/flow/edit/generators.ts'
import type { Look, Sought } from '../../../src/flow/edit/look.ts'

const TARGET = { group: '', version: 'v1', kind: 'ConfigMap', namespace: null, name: 'dev-app-4d76m42khf' }

function looks(entry: JsonObject, files: Readonly<Record<string, string>>, of: { readonly key: string, readonly before: Json | undefined, readonly after: Json | undefined }): readonly Look[] {
  const kustomization = { path: 'k/kustomization.yaml', document: 0, value: { configMapGenerator: [{ name: 'other' }, entry] }, depth: 0, home: true }
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: TARGET.name } }
  const sought: Sought = { target: TARGET, path: ['data', of.key], before: of.before, after: of.after, object, objects: [object], edits: [] }
  return generatorLooks(generatorsOf(kustomization, { target: TARGET, file: path => ({ path: `k/${path}`, text: files[path] ?? null }) }), sought)
}

/** The new text of the one file that changes, or the value that the one literal gets. */
function result(found: readonly Look[]): unknown {
  const [look, ...more] = found
  expect(more).to.deep.equal([])
  if (look?.kind !== 'candidate') return look?.code
  const [change] = look.candidate.changes
  if (change !== undefined && 'text' in change) return change.text
  const edit = change?.edits[0]
  return edit?.op === 'remove' ? 'removed' : edit?.value
}

describe('generatorLooks', () => {
  for (const [literal, value, after, expected] of [
    ['LEVEL=info', 'info', 'debug', 'LEVEL=debug'],
    ['LEVEL="a b"', 'a b', 'c', 'LEVEL="c"'],
    ['LEVEL=\'a b\'', 'a b', 'it\'s', 'LEVEL=\'it\'s\''],
    ['LEVEL=info', 'info', '"quoted"', 'LEVEL=""quoted""'],
    ['LEVEL=a=b', 'a=b', 'c=d', 'LEVEL=c=d'],
    ['LEVEL=', '', 'x', 'LEVEL=x'],
  ] as const) {
    it(`writes ${JSON.stringify(after)} for the literal ${literal}`, () => {
      expect(result(looks({ name: 'app', literals: ['OTHER=1', literal] }, {}, { key: 'LEVEL', before: value, after }))).to.equal(expected)
    })
  }

  for (const [what, text, of, expected] of [
    ['keeps everything but the value', '# x\nA=1\n  LEVEL=info\r\nB=2', { before: 'info', after: 'debug' }, '# x\nA=1\n  LEVEL=debug\r\nB=2'],
    ['keeps spaces, which belong to the value', 'LEVEL= info \n', { before: ' info ', after: 'debug' }, 'LEVEL=debug\n'],
    ['takes no comment for a line', '#LEVEL=info\nLEVEL=info\n', { before: 'info', after: 'x' }, '#LEVEL=info\nLEVEL=x\n'],
    ['takes a line away', 'A=1\nLEVEL=info\nB=2\n', { before: 'info', after: undefined }, 'A=1\nB=2\n'],
    ['keeps a byte order mark', '\uFEFFLEVEL=info\n', { before: 'info', after: 'x' }, '\uFEFFLEVEL=x\n'],
  ] as const) {
    it(`${what} in an env file`, () => {
      expect(result(looks({ name: 'app', envs: ['a.env'] }, { 'a.env': text }, { key: 'LEVEL', ...of }))).to.equal(expected)
    })
  }

  it('writes no value of several lines into an env file', () => {
    expect(looks({ name: 'app', envs: ['a.env'] }, { 'a.env': 'LEVEL=info\n' }, { key: 'LEVEL', before: 'info', after: 'a\nb' })).to.deep.equal([])
  })

  it('replaces a file that is taken whole, under its own name or another', () => {
    expect(result(looks({ name: 'app', files: ['sub/a.yaml'] }, { 'sub/a.yaml': 'x: 1\n' }, { key: 'a.yaml', before: 'x: 1\n', after: 'x: 2\n' }))).to.equal('x: 2\n')
    expect(result(looks({ name: 'app', files: ['conf=sub/a.yaml'] }, { 'sub/a.yaml': 'x: 1\n' }, { key: 'conf', before: 'x: 1\n', after: 'x: 2\n' }))).to.equal('x: 2\n')
  })

  it('does not touch what SOPS encrypts', () => {
    const text = 'LEVEL=info\nsops_version=3.8.1\n'
    expect(result(looks({ name: 'app', envs: ['a.env'] }, { 'a.env': text }, { key: 'LEVEL', before: 'info', after: 'x' }))).to.equal('ENCRYPTED')
  })

  it('leaves a literal that holds another value alone', () => {
    expect(looks({ name: 'app', literals: ['LEVEL=warn'] }, {}, { key: 'LEVEL', before: 'info', after: 'x' })).to.deep.equal([])
  })

  it('adds a literal for a key that is not there', () => {
    expect(result(looks({ name: 'app', literals: ['A=1'] }, {}, { key: 'LEVEL', before: undefined, after: 'x' }))).to.equal('LEVEL=x')
  })
})

describe('withoutHash', () => {
  it('takes away what kustomize puts behind a generated name, and nothing else', () => {
    expect(withoutHash('dev-app-4d76m42khf')).to.equal('dev-app')
    // The letters of other words are not those of the hash.
    for (const name of ['app', 'app-controller', 'app-4d76m42kh', 'app-4d76m42khfa', 'kube-apiserver0']) expect(withoutHash(name)).to.equal(name)
  })
})

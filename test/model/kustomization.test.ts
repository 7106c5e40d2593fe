import { expect } from 'chai'
import { kustomizationProblem, kustomizationReferences, looksRemote, pluginProblem, pluginReferences } from '../../src/model/kustomization.ts'

describe('a path in a kustomization', () => {
  for (const path of [
    'https://github.com/acme/base', 'http://example.com/x.yaml', 'git::https://example.com/x', 'git@github.com:acme/base.git', 'ssh://git@example.com/x', 'file:///etc/passwd',
    'github.com/acme/base//deploy?ref=v1', 'GitHub.com/acme/base', 'gh:acme/base', 'gitlab.com/acme/base//deploy?ref=main', 'user@host.example:path', 'FTP://x/y',
  ]) it(`${path} is remote`, () => { expect(looksRemote(path)).to.equal(true) })
  for (const path of ['../base', 'web.yaml', './a/b', 'my@file.yaml', 'dir/github.com/x', 'a:b.yaml']) {
    it(`${path} is local`, () => { expect(looksRemote(path)).to.equal(false) })
  }
})

describe('the references of a kustomization', () => {
  it('are found in every key that takes a path, inline texts left out', () => {
    const found = kustomizationReferences({
      resources: ['a.yaml'], bases: ['../b'], components: ['../c'], patchesStrategicMerge: ['d.yaml', 'kind: X\nmetadata: {}\n'],
      patches: [{ path: 'e.yaml' }, { patch: '- op: add' }], patchesJson6902: [{ path: 'f.yaml' }], generators: ['g.yaml'], transformers: ['h.yaml', 'apiVersion: builtin\n'],
      validators: ['i.yaml'], replacements: [{ path: 'j.yaml' }, { source: {} }], crds: ['k.yaml'], configurations: ['l.yaml'], openapi: { path: 'm.json' },
      configMapGenerator: [{ files: ['n.txt', 'key=o.txt'], envs: ['p.env'], env: 'q.env', literals: ['x=y.yaml'] }], secretGenerator: [{ files: ['r'] }],
    })
    expect(found.map(reference => reference.path)).to.deep.equal(
      ['a.yaml', '../b', '../c', 'd.yaml', 'e.yaml', 'f.yaml', 'g.yaml', 'h.yaml', 'i.yaml', 'j.yaml', 'k.yaml', 'l.yaml', 'm.json', 'n.txt', 'o.txt', 'p.env', 'q.env', 'r'])
  })

  it('are found in the configuration of builtin plugins, but fields are no files', () => {
    const found = pluginReferences({ kind: 'PatchTransformer', path: 'a.yaml', fieldSpecs: [{ path: 'spec/replicas' }], files: ['k=b'], nested: [{ paths: ['c.yaml'] }] })
    expect(found.map(reference => reference.path)).to.deep.equal(['a.yaml', 'b', 'c.yaml'])
  })
})

describe('what a kustomization may not hold', () => {
  it('is a chart, as something remote', () => {
    expect(kustomizationProblem({ helmCharts: [] })).to.include({ remote: true })
    expect(kustomizationProblem({ helmChartInflationGenerator: [] })).to.include({ remote: true })
  })
  it('is a key that kustomize would read under another spelling', () => {
    expect(kustomizationProblem({ Resources: ['https://example.com'] })).to.include({ remote: false })
    expect(kustomizationProblem({ patches: [{ Path: 'https://example.com' }] })?.sentence).to.match(/patches\[0\]\.Path/)
  })
  it('is any plugin but kustomize\'s own, and functions even there', () => {
    expect(pluginProblem({ apiVersion: 'builtin', kind: 'PrefixTransformer', metadata: { name: 'x' } })).to.equal(null)
    expect(pluginProblem({ apiVersion: 'builtin', kind: 'HelmChartInflationGenerator' })).to.be.a('string')
    expect(pluginProblem({ apiVersion: 'example.com/v1', kind: 'PrefixTransformer' })).to.be.a('string')
    expect(pluginProblem({ apiVersion: 'builtin', kind: 'PrefixTransformer', metadata: { annotations: { 'config.kubernetes.io/function': 'exec: {path: x}' } } })).to.be.a('string')
    expect(pluginProblem(['x'])).to.be.a('string')
  })
  it('is nothing else that kustomize knows', () => {
    expect(kustomizationProblem({ apiVersion: 'x', kind: 'Kustomization', namePrefix: 'a', images: [], labels: [], buildMetadata: [] })).to.equal(null)
  })
})

import { expect } from 'chai'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { WritError } from '../../../src/model/error.ts'
import { environments } from '../../../src/outside/config/environments.ts'
import { common, matches } from '../../../src/outside/config/glob.ts'
import { loadConfig } from '../../../src/outside/config/load-config.ts'
import { WRIT, withFolder } from './folder.ts'

function file(name: string, kind: string, ...covers: readonly string[]): string {
  return `name: ${name}\nclass: ${kind}\ncovers:\n${covers.map(line => `  - {cluster: main${line}}\n`).join('')}`
}

function load(files: Readonly<Record<string, string>>): ReturnType<typeof environments> {
  return withFolder({ 'writ.yaml': `${WRIT}  - {name: edge, context: edge}\n`, ...files }, dir => environments(loadConfig(dir)))
}

function overlap(files: Readonly<Record<string, string>>): string {
  try {
    load(files)
  } catch (error) {
    if (error instanceof WritError) return error.message
    throw error
  }
  return ''
}

function namespace(labels: Readonly<Record<string, string>>): KubernetesObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'x', labels } }
}

describe('environments', () => {
  const found = load({
    'dev.yaml': file('dev', 'dev', ', namespaces: ["*-dev", play]'),
    'labelled.yaml': file('labelled', 'test', ', namespaces: ["team-*"], labels: {stage: test}'),
    'exact.yaml': file('exact', 'staging', ', namespaces: [special-dev]'),
    'rest.yaml': file('rest', 'prod', ''),
  })
  const cases: readonly { readonly cluster?: string, readonly namespace: string | null, readonly labels?: Readonly<Record<string, string>> | null, readonly is: string }[] = [
    { namespace: 'shop-dev', is: 'dev' },
    { namespace: 'play', is: 'dev' },
    { namespace: 'special-dev', is: 'exact' },
    { namespace: 'shop', is: 'rest' },
    { namespace: 'shop-dev-2', is: 'rest' },
    { namespace: 'team-a', labels: { stage: 'test' }, is: 'labelled' },
    { namespace: 'team-a', labels: { stage: 'prod' }, is: 'rest' },
    { namespace: 'team-a', labels: {}, is: 'rest' },
    { namespace: 'team-a', labels: null, is: 'unknown (treated as prod)' },
    { namespace: 'team-dev', labels: { stage: 'test' }, is: 'labelled' },
    { namespace: null, is: 'rest' },
    { cluster: 'edge', namespace: 'shop-dev', is: 'unknown (treated as prod)' },
    { cluster: 'edge', namespace: null, is: 'unknown (treated as prod)' },
  ]
  for (const one of cases) {
    it(`puts ${one.namespace ?? 'a cluster-scoped object'} of ${one.cluster ?? 'main'}${one.labels === undefined ? '' : ` with labels ${JSON.stringify(one.labels)}`} into ${one.is}`, () => {
      const object = one.labels === null ? null : namespace(one.labels ?? {})
      expect(found.of(one.cluster ?? 'main', one.namespace, one.namespace === null ? null : object).name).to.equal(one.is)
    })
  }

  it('treats what no file covers as prod with all that prod demands', () => {
    const unknown = load({}).of('main', 'shop-dev', null)
    expect(unknown).to.deep.include({ class: 'prod', known: false, approvals: 1, merge: 'person', seniors: 'senior' })
    expect(unknown.rules).to.deep.include({ gitopsRequired: true, requiresSeniorApproval: true, mayMergeItself: false })
  })

  it('takes the rules of the class, and more approvals where the file asks for them', () => {
    const { all } = load({ 'a.yaml': `${file('a', 'staging', '')}approvals: 3\n`, 'b.yaml': file('b', 'dev', ', namespaces: [b]') })
    expect(all.map(({ name, approvals, known }) => ({ name, approvals, known }))).to.deep.equal([{ name: 'a', approvals: 3, known: true }, { name: 'b', approvals: 0, known: true }])
  })

  it('does not take a label of the prototype for a label', () => {
    const { of } = load({ 'a.yaml': file('a', 'dev', ', labels: {constructor: x}') })
    expect(of('main', 'shop', namespace({})).known).to.equal(false)
  })

  const overlaps: readonly { readonly name: string, readonly a: string, readonly b: string, readonly says: string | null }[] = [
    { name: 'one name twice', a: ', namespaces: [shop]', b: ', namespaces: [shop]', says: 'namespace "shop"' },
    { name: 'two globs with a common name', a: ', namespaces: ["*-dev"]', b: ', namespaces: ["shop-*"]', says: 'covers namespaces "shop-*" of cluster main just as exactly as a covers "*-dev" (' },
    { name: 'one glob twice', a: ', namespaces: ["*-dev"]', b: ', namespaces: ["*-dev"]', says: 'covers namespaces "*-dev" of cluster main just as exactly as a does (' },
    { name: 'two whole clusters', a: '', b: '', says: 'the same namespaces' },
    { name: 'labels that one namespace can carry together', a: ', labels: {a: x}', b: ', labels: {b: x}', says: 'the same namespaces' },
    { name: 'labels that exclude each other', a: ', labels: {a: x}', b: ', labels: {a: y}', says: null },
    { name: 'a name and a glob', a: ', namespaces: [shop-dev]', b: ', namespaces: ["shop-*"]', says: null },
    { name: 'a glob and a whole cluster', a: ', namespaces: ["*"]', b: '', says: null },
    { name: 'globs without a common name', a: ', namespaces: ["*-dev"]', b: ', namespaces: ["*-test"]', says: null },
    { name: 'labels over none', a: ', labels: {a: x}', b: '', says: null },
  ]
  for (const { name, a, b, says } of overlaps) {
    it(`${says === null ? 'accepts' : 'refuses'} ${name}`, () => {
      const message = overlap({ 'a.yaml': file('a', 'dev', a), 'b.yaml': file('b', 'prod', b) })
      if (says === null) expect(message).to.equal('')
      else expect(message).to.contain(says).and.match(/b\.yaml:\d+:\d+: covers .* just as exactly as a (?:does|covers "[^"]+") \(.*a\.yaml:\d+:\d+\)/)
    })
  }

  it('finds a name that two globs share exactly where there is one', () => {
    const table: readonly (readonly [string, string, boolean])[] = [
      ['*', '*', true], ['a*', '*b', true], ['a*b', 'a*c', false], ['?', 'ab', false], ['?b', 'a?', true], ['*x', 'y*', true], ['a', 'a', true], ['a', 'b', false],
      ['*a*', '*b*', true], ['a*a', 'a', false], ['**', 'abc', true], ['a?c*', 'ab*d', true], ['*-dev', 'dev', false],
    ]
    for (const [a, b, is] of table) {
      const example = common(a, b)
      expect(example !== null, `${a} ${b}`).to.equal(is)
      expect(common(b, a) !== null, `${b} ${a}`).to.equal(is)
      if (example !== null) expect([matches(a, example), matches(b, example)], `${a} ${b} ${example}`).to.deep.equal([true, true])
    }
  })

  it('compares long globs fast', () => {
    const start = performance.now()
    common('*a'.repeat(31), 'a*'.repeat(31))
    common(`${'*a'.repeat(30)}b`, `${'a*'.repeat(30)}c`)
    expect(performance.now() - start).to.be.lessThan(200)
  })
})

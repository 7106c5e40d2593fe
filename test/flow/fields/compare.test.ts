import { expect } from 'chai'
import { compareRenders } from '../../../src/flow/fields/compare.ts'
import { showPath } from '../../../src/model/field.ts'
import type { Json } from '../../../src/model/json.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'

/** `path: before → after` of all that differs between two pod specs, and what is only reordered. */
function differences(before: Json, after: Json): { readonly fields: readonly string[], readonly reordered: readonly string[] } {
  const [change] = compareRenders([pod(before)], [pod(after)])
  return {
    fields: (change?.fields ?? []).map(field => `${showPath(field.path)}: ${JSON.stringify(field.before)} → ${JSON.stringify(field.after)}`),
    reordered: change?.reordered ?? [],
  }
}

function pod(spec: Json, name = 'web', apiVersion = 'v1'): KubernetesObject {
  return { apiVersion, kind: 'Pod', metadata: { name, namespace: 'shop' }, spec }
}

describe('comparing two renders', () => {
  it('finds nothing where nothing differs, whatever the order of keys', () => {
    expect(compareRenders([pod({ a: 1, b: [1, { c: null }] })], [pod({ b: [1, { c: null }], a: 1 })])).to.deep.equal([])
  })

  it('names list items by their merge key', () => {
    const containers = (image: string): Json => ({ containers: [{ name: 'a', image: 'x' }, { name: 'b', image }] })
    expect(differences(containers('y:1'), containers('y:2'))).to.deep.equal({ fields: ['spec.containers[name=b].image: "y:1" → "y:2"'], reordered: [] })
  })

  it('compares quantities as they are written', () => {
    expect(differences({ cpu: '1' }, { cpu: 1 }).fields).to.deep.equal(['spec.cpu: "1" → 1'])
    expect(differences({ cpu: '1000m' }, { cpu: '1' }).fields).to.deep.equal(['spec.cpu: "1000m" → "1"'])
  })

  it('shows a key that comes or goes, and tells null from absent', () => {
    expect(differences({ a: null }, {}).fields).to.deep.equal(['spec.a: null → undefined'])
    expect(differences({}, { a: 1 }).fields).to.deep.equal(['spec.a: undefined → 1'])
  })

  const items = { one: { name: 'a', image: 'x' }, two: { name: 'b', image: 'y' } }
  for (const list of ['containers', 'volumes']) {
    it(`shows ${list} in another order as reordered, because order means nothing there`, () => {
      expect(differences({ [list]: [items.one, items.two] }, { [list]: [items.two, items.one] })).to.deep.equal({ fields: [], reordered: [`spec.${list}`] })
    })
  }

  for (const list of ['initContainers', 'args', 'command', 'unknown']) {
    it(`takes ${list} in another order for a change`, () => {
      const [one, two]: readonly Json[] = list === 'args' || list === 'command' ? ['a', 'b'] : [items.one, items.two]
      const { fields, reordered } = differences({ [list]: [one ?? null, two ?? null] }, { [list]: [two ?? null, one ?? null] })
      expect(fields).to.have.length.greaterThan(0)
      expect(reordered).to.deep.equal([])
    })
  }

  it('takes env in another order for a change where a value refers to another', () => {
    const [plain, other, referring]: readonly Json[] = [{ name: 'A', value: '1' }, { name: 'B', value: '2' }, { name: 'C', value: '$(A)/x' }]
    expect(differences({ env: [plain ?? null, other ?? null] }, { env: [other ?? null, plain ?? null] }).reordered).to.deep.equal(['spec.env'])
    expect(differences({ env: [plain ?? null, referring ?? null] }, { env: [referring ?? null, plain ?? null] }).fields).to.have.lengthOf(1)
  })

  it('compares by index where a key is not unique', () => {
    const ports = (protocol: string): Json => ({ ports: [{ containerPort: 53, protocol: 'UDP' }, { containerPort: 53, protocol }] })
    expect(differences(ports('TCP'), ports('SCTP')).fields).to.deep.equal(['spec.ports.1.protocol: "TCP" → "SCTP"'])
  })

  it('takes a list without key and of another length whole', () => {
    expect(differences({ args: ['a'] }, { args: ['a', 'b'] }).fields).to.deep.equal(['spec.args: ["a"] → ["a","b"]'])
  })

  it('tells added and removed objects, and pairs doubles in their order', () => {
    expect(compareRenders([pod(1), pod(2)], [pod(1)]).map(change => change.kind)).to.deep.equal(['removed'])
    expect(compareRenders([], [pod(1)]).map(change => change.kind)).to.deep.equal(['added'])
    expect(compareRenders([pod(1, 'a')], [pod(1, 'b')]).map(change => change.kind)).to.deep.equal(['removed', 'added'])
  })

  it('knows an object again under another version of its group', () => {
    const [change] = compareRenders([pod(1, 'a', 'apps/v1beta1')], [pod(1, 'a', 'apps/v1')])
    expect(change?.fields.map(field => showPath(field.path))).to.deep.equal(['apiVersion'])
  })

  it('is not fooled by keys of the prototype', () => {
    expect(differences({}, { constructor: 1 }).fields).to.deep.equal(['spec.constructor: undefined → 1'])
  })
})

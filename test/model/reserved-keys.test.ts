import { expect } from 'chai'
import { asked } from '../../src/flow/fields/asked-value.ts'
import { editsOf } from '../../src/flow/fields/edits-of.ts'
import { fieldPath } from '../../src/flow/fields/field-path.ts'
import { readManifests } from '../../src/flow/manifest/read-manifests.ts'
import { patchEdits } from '../../src/flow/patch/patch-edits.ts'
import { WritError } from '../../src/model/error.ts'

const WEB = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { template: { spec: { containers: [{ name: 'web', image: 'web:1' }] } } } }
const patch = (type: 'merge' | 'json' | 'strategic', text: string): (() => unknown) => () => patchEdits(WEB, { kind: 'patch', type, patch: text })
const json = (text: string): (() => unknown) => () => asked(text, 'json', { before: undefined, either: false })
const manifest = (text: string): (() => unknown) => () => readManifests(`apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n${text}\n`)

describe('names that mean something to the language', () => {
  const never: readonly (readonly [string, () => unknown])[] = [
    ...['__proto__', 'constructor', 'prototype'].flatMap((name): readonly (readonly [string, () => unknown])[] => [
      [`the path ${name}.x`, () => fieldPath(`${name}.x`, WEB)],
      [`the path spec.${name}`, () => fieldPath(`spec.${name}`, WEB, true)],
      [`the path spec["${name}"]`, () => fieldPath(`spec["${name}"]`, WEB)],
      [`the pointer /spec/${name}/x`, () => fieldPath(`/spec/${name}/x`, WEB)],
      [`an operation at /${name}`, patch('json', `[{"op":"add","path":"/${name}","value":1}]`)],
      [`an operation from /spec/${name}`, patch('json', `[{"op":"copy","from":"/spec/${name}","path":"/spec/a"}]`)],
      [`a merge patch with ${name}`, patch('merge', `{"spec":{"${name}":{"x":1}}}`)],
      [`a strategic merge patch with ${name}`, patch('strategic', `spec:\n  template:\n    spec:\n      containers:\n      - name: web\n        ${name}: 1\n`)],
    ]),
    ['the path spec[__proto__=x].a', () => fieldPath('spec.template.spec.containers[constructor=x].a', WEB)],
    ['an escaped one', () => fieldPath('spec.__pro\\to__', WEB)],
    ['the resource constructor', () => editsOf(WEB, { kind: 'resource', container: 'web', section: 'limits', resource: 'constructor', value: '1' })],
    ['__proto__ in a value', json('{"a":[{"__proto__":{"x":1}}]}')],
    ['__proto__ in a manifest', manifest('data: {__proto__: {x: y}}')],
  ]
  for (const [name, work] of never) {
    it(`${name} is refused, and nothing is changed by it`, () => {
      expect(work).to.throw(WritError).with.property('code', 'usage/bad-argument')
      expect(Object.keys(Object.prototype)).to.deep.equal([])
      expect(({} as Record<string, unknown>)['x']).to.equal(undefined)
    })
  }

  it('are data where they are no step on the way to a field', () => {
    expect(json('{"constructor":1}')()).to.deep.equal({ value: { constructor: 1 } })
    expect(manifest('data: {constructor: x, prototype: y}')()).to.have.length(1)
    expect(editsOf(WEB, { kind: 'env', container: 'web', name: 'constructor', value: '1' })).to.have.length(1)
    expect(fieldPath('metadata.annotations["example.com/constructor"]', WEB)).to.have.length(3)
  })
})

import { expect } from 'chai'
import type { FieldPath } from '../../../src/model/field.ts'
import { fieldAt } from '../../../src/model/field.ts'
import type { Json } from '../../../src/model/json.ts'
import { refOf } from '../../../src/model/resource.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { jsonPatch } from '../../../src/flow/edit/json-patch.ts'
import type { Sought } from '../../../src/flow/edit/look.ts'
import { mergesByName } from '../../../src/flow/edit/strategic-merge.ts'

const OBJECT: KubernetesObject = {
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' },
  spec: {
    template: {
      spec: {
        initContainers: [{ name: 'wait' }, { name: 'migrate', image: 'm:1' }],
        containers: [{ name: 'log' }, { name: 'web', image: 'nginx:1', args: ['-a', '-b'], env: [{ name: 'A', value: '1' }], resources: null }],
      },
    },
  },
}
const POD: FieldPath = ['spec', 'template', 'spec']
const WEB: FieldPath = [...POD, 'containers', { key: 'name', value: 'web' }]

function sought(path: FieldPath, after: Json | undefined, object = OBJECT): Sought {
  const before = fieldAt(object, path)
  return { target: refOf(object), path, before, after, object, objects: [object], edits: [{ path, before, after }] }
}

describe('jsonPatch', () => {
  it('tests the name of every item that it passes by index', () => {
    expect(jsonPatch(sought([...WEB, 'env', { key: 'name', value: 'A' }, 'value'], '2'))).to.deep.equal([
      { op: 'test', path: '/spec/template/spec/containers/1/name', value: 'web' },
      { op: 'test', path: '/spec/template/spec/containers/1/env/0/name', value: 'A' },
      { op: 'replace', path: '/spec/template/spec/containers/1/env/0/value', value: '2' },
    ])
  })

  it('tests the old value of an item without a name', () => {
    expect(jsonPatch(sought([...WEB, 'args', '1'], '-c'))?.slice(1)).to.deep.equal([
      { op: 'test', path: '/spec/template/spec/containers/1/args/1', value: '-b' },
      { op: 'replace', path: '/spec/template/spec/containers/1/args/1', value: '-c' },
    ])
  })

  for (const [what, path, after, last] of [
    ['a key that is not there', [...WEB, 'workingDir'], '/', { op: 'add', path: '/spec/template/spec/containers/1/workingDir', value: '/' }],
    ['a subtree whose top is not there', [...WEB, 'securityContext', 'runAsUser'], 1, { op: 'add', path: '/spec/template/spec/containers/1/securityContext', value: { runAsUser: 1 } }],
    ['a key below nothing', [...WEB, 'resources', 'limits', 'cpu'], '1', { op: 'replace', path: '/spec/template/spec/containers/1/resources', value: { limits: { cpu: '1' } } }],
    ['a new item', [...WEB, 'env', { key: 'name', value: 'B' }], { name: 'B', value: '1' }, { op: 'add', path: '/spec/template/spec/containers/1/env/-', value: { name: 'B', value: '1' } }],
    ['an annotation with a slash', ['metadata', 'annotations', 'a/b~c'], 'x', { op: 'add', path: '/metadata/annotations', value: { 'a/b~c': 'x' } }],
    ['what shall go', [...WEB, 'image'], undefined, { op: 'remove', path: '/spec/template/spec/containers/1/image' }],
  ] satisfies readonly (readonly [string, FieldPath, Json | undefined, Json])[]) {
    it(`writes ${what}`, () => { expect(jsonPatch(sought(path, after))?.at(-1)).to.deep.equal(last) })
  }

  it('makes no item that a path only leads through', () => {
    expect(jsonPatch(sought([...POD, 'containers', { key: 'name', value: 'none' }, 'image'], 'x'))).to.equal(null)
  })
})

describe('mergesByName', () => {
  const crd: KubernetesObject = { ...OBJECT, apiVersion: 'argoproj.io/v1alpha1', kind: 'Rollout' }
  const references: KubernetesObject = { ...OBJECT, spec: { template: { spec: { containers: [{ name: 'web', env: [{ name: 'A', value: '1' }, { name: 'B', value: '$(A)' }] }] } } } }
  for (const [what, one, is] of [
    ['a container that moves to the front', sought([...WEB, 'image'], 'x'), true],
    ['an init container that would move to the front', sought([...POD, 'initContainers', { key: 'name', value: 'migrate' }, 'image'], 'x'), false],
    ['an init container that is the first', sought([...POD, 'initContainers', { key: 'name', value: 'wait' }, 'image'], 'x'), true],
    ['an init container that goes', sought([...POD, 'initContainers', { key: 'name', value: 'migrate' }], undefined), true],
    ['variables that refer to each other', sought([...WEB, 'env', { key: 'name', value: 'B' }, 'value'], 'x', references), false],
    ['an item without a name', sought([...WEB, 'args', '1'], '-c'), false],
    ['a list as a whole', sought([...WEB, 'args'], ['-c']), true],
    ['a list that would be merged into the old one', sought([...WEB, 'env'], [{ name: 'C', value: '1' }]), false],
    ['a custom kind with a list on the way', sought([...WEB, 'image'], 'x', crd), false],
    ['a custom kind without a list on the way', sought(['spec', 'replicas'], 2, crd), true],
    ['nothing as a value', sought(['spec', 'paused'], null), false],
  ] satisfies readonly (readonly [string, Sought, boolean])[]) {
    it(`${is ? 'is true for' : 'is false for'} ${what}`, () => { expect(mergesByName(one)).to.equal(is) })
  }
})

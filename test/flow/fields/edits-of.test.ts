import { expect } from 'chai'
import { editsOf } from '../../../src/flow/fields/edits-of.ts'
import { imageReference } from '../../../src/flow/fields/image-reference.ts'
import { WritError } from '../../../src/model/error.ts'
import { showPath } from '../../../src/model/field.ts'
import type { FieldAsk } from '../../../src/model/request.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'

const pods = { containers: [{ name: 'web', image: 'web:1' }, { name: 'proxy', image: 'proxy:1' }], initContainers: [{ name: 'migrate', image: 'web:1' }] }
const deployment: KubernetesObject = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec: { template: { spec: pods } } }
const cronJob: KubernetesObject = { apiVersion: 'batch/v1', kind: 'CronJob', metadata: { name: 'tidy', namespace: 'shop' }, spec: { jobTemplate: { spec: { template: { spec: pods } } } } }
const configMap: KubernetesObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'settings', namespace: 'shop' } }
const daemonSet: KubernetesObject = { ...deployment, kind: 'DaemonSet' }

function paths(live: KubernetesObject, ask: FieldAsk): readonly string[] {
  return editsOf(live, ask).map(edit => showPath(edit.path))
}

function codeOf(live: KubernetesObject, ask: FieldAsk): string {
  try {
    editsOf(live, ask)
    return 'none'
  } catch (error) {
    return error instanceof WritError ? error.code : 'another error'
  }
}

describe('the fields that an ask means', () => {
  it('are named by container, wherever the kind keeps its pod template', () => {
    expect(paths(deployment, { kind: 'image', container: 'web', value: 'web:2' })).to.deep.equal(['spec.template.spec.containers[name=web].image'])
    expect(paths(cronJob, { kind: 'image', container: 'web', value: 'web:2' })).to.deep.equal(['spec.jobTemplate.spec.template.spec.containers[name=web].image'])
    expect(paths(deployment, { kind: 'image', container: 'migrate', value: 'web:2' })).to.deep.equal(['spec.template.spec.initContainers[name=migrate].image'])
  })
  it('are those of every container for *, init containers too, as kubectl has it', () => {
    expect(paths(deployment, { kind: 'resource', container: '*', section: 'limits', resource: 'memory', value: '1Gi' })).to.deep.equal([
      'spec.template.spec.containers[name=web].resources.limits.memory',
      'spec.template.spec.containers[name=proxy].resources.limits.memory',
      'spec.template.spec.initContainers[name=migrate].resources.limits.memory',
    ])
  })
  it('leave the value before to the render', () => {
    expect(editsOf(deployment, { kind: 'replicas', value: 4 })).to.deep.equal([{ path: ['spec', 'replicas'], before: undefined, after: 4 }])
  })
  const wrong: readonly [string, KubernetesObject, FieldAsk, string][] = [
    ['a container that is not there', deployment, { kind: 'image', container: 'wbe', value: 'web:2' }, 'classify/no-container'],
    ['containers of a kind without pods', configMap, { kind: 'image', container: 'web', value: 'web:2' }, 'classify/no-field'],
    ['replicas of a DaemonSet', daemonSet, { kind: 'replicas', value: 2 }, 'classify/no-field'],
    ['a negative number of replicas', deployment, { kind: 'replicas', value: -1 }, 'usage/bad-argument'],
    ['half a replica', deployment, { kind: 'replicas', value: 1.5 }, 'usage/bad-argument'],
    ['an image with a blank', deployment, { kind: 'image', container: 'web', value: 'web: 2' }, 'usage/bad-argument'],
    ['an image that is a flag', deployment, { kind: 'image', container: 'web', value: '--help' }, 'usage/bad-argument'],
    ['memory in words', deployment, { kind: 'resource', container: 'web', section: 'limits', resource: 'memory', value: 'much' }, 'usage/bad-argument'],
    ['negative memory', deployment, { kind: 'resource', container: 'web', section: 'limits', resource: 'memory', value: '-1Gi' }, 'usage/bad-argument'],
    ['a resource with a strange name', deployment, { kind: 'resource', container: 'web', section: 'limits', resource: 'a b', value: '1' }, 'usage/bad-argument'],
  ]
  for (const [name, live, ask, code] of wrong) {
    it(`refuse ${name} with ${code}`, () => { expect(codeOf(live, ask)).to.equal(code) })
  }
  it('are no maps below a label or an annotation: a key with dots is quoted', () => {
    for (const [field, hint] of [
      ['metadata.annotations.a.b/c', 'metadata.annotations["a.b/c"]'], ['metadata.labels.example.com/team.x', 'metadata.labels["example.com/team.x"]'],
      ['spec.template.metadata.annotations.a.b', 'spec.template.metadata.annotations["a.b"]'],
    ] as const) {
      expect(() => editsOf(deployment, { kind: 'field', container: null, field, value: '1', as: 'field' })).to.throw(WritError).that.includes({ code: 'usage/bad-argument', hint: `A key with dots is written ${hint}.` })
    }
    expect(paths(deployment, { kind: 'field', container: null, field: 'metadata.annotations["a.b/c"]', value: '1', as: 'field' })).to.deep.equal(['metadata.annotations["a.b/c"]'])
    expect(paths(deployment, { kind: 'field', container: null, field: 'spec.metadata.labels.a.b', value: '1', as: 'field' })).to.have.length(1)
  })
  it('name the containers there are where one is misspelt', () => {
    expect(() => editsOf(deployment, { kind: 'image', container: 'wbe', value: 'web:2' })).to.throw(WritError).with.property('hint').that.includes('web, proxy, migrate')
  })
})

describe('an image reference', () => {
  for (const text of ['nginx', 'nginx:1.27', 'library/nginx', 'registry.example/team/web:1.2.3', 'localhost:5000/web', 'localhost/web', '[::1]:5000/web:1', 'web@sha256:' + 'a'.repeat(64), 'ghcr.io/a/b__c/d-e:v1@sha256:' + '0'.repeat(64), 'REGISTRY.example/web']) {
    it(`can be ${text.slice(0, 40)}`, () => { expect(imageReference(text)).to.equal(true) })
  }
  for (const text of ['', ':1', 'web:', 'Web', 'web:1:2', 'web@sha256:short', 'web//a', '/web', 'web/', 'web:1 2', 'https://registry.example/web', 'web:-1', 'a'.repeat(2000), 'web:${TAG}', 'we\nb']) {
    it(`cannot be '${text.slice(0, 30)}'`, () => { expect(imageReference(text)).to.equal(false) })
  }
})

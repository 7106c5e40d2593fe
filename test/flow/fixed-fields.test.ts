import { expect } from 'chai'
import { fixedFields } from '../../src/flow/fixed-fields.ts'
import { WritError } from '../../src/model/error.ts'
import { showPath } from '../../src/model/field.ts'
import type { FieldPath } from '../../src/model/field.ts'
import type { Json } from '../../src/model/json.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { refOf } from '../../src/model/resource.ts'

const of = (apiVersion: string, kind: string, more: object = {}): KubernetesObject => ({ apiVersion, kind, metadata: { name: 'x', namespace: 'shop' }, ...more })
function said(object: KubernetesObject, path: FieldPath, after: Json | undefined): string {
  try {
    return fixedFields(object, refOf(object), [{ path, before: undefined, after }])?.refused ?? 'free'
  } catch (error) {
    if (error instanceof WritError) return error.code
    throw error
  }
}

describe('fields that no edit changes in place', () => {
  const rows: readonly (readonly [KubernetesObject, FieldPath, string])[] = [
    [of('apps/v1', 'Deployment'), ['spec', 'replicas'], 'free'],
    [of('apps/v1', 'Deployment'), ['spec', 'selector', 'matchLabels', 'app'], 'UNSUPPORTED'],
    [of('apps/v1', 'StatefulSet'), ['spec', 'volumeClaimTemplates'], 'UNSUPPORTED'],
    [of('apps/v1', 'StatefulSet'), ['spec', 'template', 'spec', 'serviceAccountName'], 'free'],
    [of('example.com/v1', 'Deployment'), ['spec', 'selector'], 'free'],
    [of('v1', 'Service'), ['spec', 'selector', 'app'], 'free'],
    [of('v1', 'Service'), ['spec', 'clusterIP'], 'UNSUPPORTED'],
    [of('v1', 'PersistentVolumeClaim'), ['spec', 'resources', 'requests', 'storage'], 'free'],
    [of('v1', 'PersistentVolumeClaim'), ['spec', 'storageClassName'], 'UNSUPPORTED'],
    [of('rbac.authorization.k8s.io/v1', 'RoleBinding'), ['roleRef', 'name'], 'UNSUPPORTED'],
    [of('v1', 'Pod'), ['spec', 'containers', { key: 'name', value: 'web' }, 'image'], 'free'],
    [of('v1', 'Pod'), ['spec', 'containers', { key: 'name', value: 'web' }, 'args'], 'UNSUPPORTED'],
    [of('batch/v1', 'Job'), ['spec', 'template', 'spec'], 'UNSUPPORTED'],
    [of('batch/v1', 'Job', { metadata: { name: 'x', namespace: 'shop', annotations: { 'argocd.argoproj.io/hook': 'PreSync' } } }), ['spec', 'template', 'spec'], 'free'],
    [of('batch/v1', 'Job', { metadata: { name: 'x', namespace: 'shop', annotations: { 'argocd.argoproj.io/sync-options': 'Prune=false, Replace=true' } } }), ['spec', 'template', 'spec'], 'free'],
    [of('batch/v1', 'Job', { metadata: { name: 'x', namespace: 'shop', annotations: { 'kustomize.toolkit.fluxcd.io/force': 'Enabled' } } }), ['spec', 'template', 'spec'], 'free'],
    [of('v1', 'ConfigMap'), ['data', 'a'], 'free'],
    [of('v1', 'ConfigMap', { immutable: true }), ['data', 'a'], 'UNSUPPORTED'],
    [of('v1', 'ConfigMap', { immutable: true }), ['metadata', 'labels', 'a'], 'free'],
    [of('v1', 'ConfigMap'), ['metadata', 'name'], 'usage/bad-argument'],
    [of('v1', 'ConfigMap'), ['metadata', 'namespace'], 'usage/bad-argument'],
    [of('v1', 'ConfigMap'), ['kind'], 'usage/bad-argument'],
    [of('v1', 'ConfigMap'), ['metadata', 'managedFields'], 'usage/bad-argument'],
    [of('apps/v1', 'Deployment'), ['status', 'replicas'], 'usage/bad-argument'],
    [of('apps/v1', 'Deployment'), ['spec', 'template', 'metadata', 'name'], 'free'],
  ]
  for (const [object, path, expected] of rows) {
    it(`are told apart: ${object.kind} ${showPath(path)}${object['immutable'] === true ? ', immutable' : ''} ${JSON.stringify(object.metadata['annotations'] ?? '')} is ${expected}`, () => { expect(said(object, path, 1)).to.equal(expected) })
  }

  const web = of('apps/v1', 'Deployment', { spec: { replicas: 1, selector: { matchLabels: { app: 'web' } } } })
  const around: readonly (readonly [string, FieldPath, Json | undefined, string])[] = [
    ['lacks one', ['spec'], { replicas: 2 }, 'UNSUPPORTED'],
    ['has another value of one', ['spec'], { replicas: 1, selector: { matchLabels: { app: 'shop' } } }, 'UNSUPPORTED'],
    ['keeps them', ['spec'], { replicas: 2, selector: { matchLabels: { app: 'web' } } }, 'free'],
    ['goes with them', ['spec'], undefined, 'UNSUPPORTED'],
    ['names another object', ['metadata'], { name: 'y', namespace: 'shop' }, 'usage/bad-argument'],
    ['goes with the name', ['metadata'], undefined, 'usage/bad-argument'],
    ['sets what the server writes', ['metadata'], { name: 'x', namespace: 'shop', uid: '1' }, 'usage/bad-argument'],
    ['keeps the name', ['metadata'], { name: 'x', namespace: 'shop', labels: { a: 'b' } }, 'free'],
  ]
  for (const [what, path, after, expected] of around) {
    it(`are seen in a whole map that is asked: ${showPath(path)} that ${what} is ${expected}`, () => { expect(said(web, path, after)).to.equal(expected) })
  }
})

import { expect } from 'chai'
import { fixedFields } from '../../../src/flow/fields/fixed-fields.ts'
import { WritError } from '../../../src/model/error.ts'
import { showPath } from '../../../src/model/field.ts'
import type { FieldPath } from '../../../src/model/field.ts'
import type { Json } from '../../../src/model/json.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { refOf } from '../../../src/model/resource.ts'

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
  const pod = { containers: [{ name: 'web', image: 'web:1', args: ['a'] }] }
  const live = (apiVersion: string, kind: string, spec: object): KubernetesObject => of(apiVersion, kind, {
    metadata: { name: 'x', namespace: 'shop', uid: '1', resourceVersion: '7', creationTimestamp: '2026-01-01T00:00:00Z', generation: 2, managedFields: [{ manager: 'kubectl' }] }, spec, status: { a: 1 },
  })
  const service = live('v1', 'Service', { clusterIP: '10.0.0.1', clusterIPs: ['10.0.0.1'], ipFamilies: ['IPv4'], ports: [{ port: 80, protocol: 'TCP' }] })
  const claim = live('v1', 'PersistentVolumeClaim', { accessModes: ['ReadWriteOnce'], storageClassName: 'standard', volumeMode: 'Filesystem', volumeName: 'pv-1', resources: { requests: { storage: '1Gi' } } })
  const job = live('batch/v1', 'Job', { completionMode: 'NonIndexed', selector: { matchLabels: { 'batch.kubernetes.io/controller-uid': '1' } }, suspend: false, template: { metadata: { labels: { 'job-name': 'x', app: 'web' } }, spec: { ...pod, dnsPolicy: 'ClusterFirst' } } })
  const running = live('v1', 'Pod', { nodeName: 'n1', serviceAccountName: 'default', containers: [{ name: 'web', image: 'web:1', args: ['a'], terminationMessagePath: '/dev/termination-log' }] })
  const sets = live('apps/v1', 'StatefulSet', { replicas: 1, selector: { matchLabels: { app: 'x' } }, podManagementPolicy: 'OrderedReady', volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], volumeMode: 'Filesystem' }, status: { phase: 'Pending' } }] })
  const claims = (mode: string): Json => ({ replicas: 2, selector: { matchLabels: { app: 'x' } }, volumeClaimTemplates: [{ metadata: { name: 'data' }, spec: { accessModes: [mode] } }] })
  const omitted: readonly (readonly [string, KubernetesObject, FieldPath, Json | undefined, string])[] = [
    ['leaves out what the server writes', service, ['metadata'], { name: 'x', namespace: 'shop', labels: { a: 'b' } }, 'free'],
    ['states it as it is', service, ['metadata'], { name: 'x', namespace: 'shop', uid: '1', resourceVersion: '7', labels: { a: 'b' } }, 'free'],
    ['states it otherwise', service, ['metadata'], { name: 'x', namespace: 'shop', uid: '2' }, 'usage/bad-argument'],
    ['goes whole, with the name', service, ['metadata'], undefined, 'usage/bad-argument'],
    ['leaves out the name', service, ['metadata'], { namespace: 'shop' }, 'usage/bad-argument'],
    ['leaves out the assigned address', service, ['spec'], { ports: [{ port: 8080 }] }, 'free'],
    ['states another address', service, ['spec'], { clusterIP: '10.0.0.2', ports: [{ port: 80 }] }, 'UNSUPPORTED'],
    ['goes whole, with the address', service, ['spec'], undefined, 'UNSUPPORTED'],
    ['leaves out the address that Git states', of('v1', 'Service', { spec: { clusterIP: 'None', ports: [] } }), ['spec'], { ports: [] }, 'UNSUPPORTED'],
    ['leaves out the volume', claim, ['spec'], { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '2Gi' } } }, 'free'],
    ['states another class', claim, ['spec'], { accessModes: ['ReadWriteOnce'], storageClassName: 'fast', resources: { requests: { storage: '2Gi' } } }, 'UNSUPPORTED'],
    ['leaves out the access modes', claim, ['spec'], { resources: { requests: { storage: '2Gi' } } }, 'UNSUPPORTED'],
    ['leaves out what the Job was given', job, ['spec'], { suspend: true, template: { metadata: { labels: { app: 'web' } }, spec: pod } }, 'free'],
    ['has another template', job, ['spec'], { suspend: true, template: { metadata: { labels: { app: 'web' } }, spec: { containers: [{ name: 'web', image: 'web:2' }] } } }, 'UNSUPPORTED'],
    ['leaves out where the Pod runs, with another image', running, ['spec'], { containers: [{ name: 'web', image: 'web:2', args: ['a'] }] }, 'free'],
    ['has other arguments', running, ['spec'], { containers: [{ name: 'web', image: 'web:1', args: ['b'] }] }, 'UNSUPPORTED'],
    ['has another container', running, ['spec'], { containers: [{ name: 'web', image: 'web:1', args: ['a'] }, { name: 'more', image: 'more:1' }] }, 'UNSUPPORTED'],
    ['leaves out defaults of the claims', sets, ['spec'], claims('ReadWriteOnce'), 'free'],
    ['has other claims', sets, ['spec'], claims('ReadWriteMany'), 'UNSUPPORTED'],
    ['leaves out the selector', sets, ['spec'], { replicas: 2 }, 'UNSUPPORTED'],
  ]
  for (const [what, object, path, after, expected] of omitted) {
    it(`are not asked for by what is left out: ${showPath(path)} of a ${object.kind} that ${what} is ${expected}`, () => { expect(said(object, path, after)).to.equal(expected) })
  }
  for (const [what, path, after, expected] of around) {
    it(`are seen in a whole map that is asked: ${showPath(path)} that ${what} is ${expected}`, () => { expect(said(web, path, after)).to.equal(expected) })
  }
})

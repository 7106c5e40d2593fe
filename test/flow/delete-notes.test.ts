import { expect } from 'chai'
import { deleteNotes } from '../../src/flow/delete-notes.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { refOf } from '../../src/model/resource.ts'

const of = (apiVersion: string, kind: string, { metadata = {}, ...more }: { readonly metadata?: JsonObject, readonly spec?: JsonObject } = {}): KubernetesObject => ({ apiVersion, kind, metadata: { name: 'x', namespace: 'shop', ...metadata }, ...more })
const notes = (object: KubernetesObject, ...others: readonly KubernetesObject[]): readonly string[] => deleteNotes(refOf(object), object, [object, ...others])
const pod = (spec: JsonObject): KubernetesObject => of('apps/v1', 'Deployment', { spec: { template: { spec } }, metadata: { name: 'web' } })

describe('what is said about a deletion', () => {
  it('is nothing where nothing goes along', () => { expect(notes(of('v1', 'ConfigMap'), pod({ containers: [{ name: 'x', image: 'x' }] }))).to.deep.equal([]) })
  it('names finalizers', () => { expect(notes(of('v1', 'ConfigMap', { metadata: { finalizers: ['a/b', 'c'] } }))).to.deep.equal(['Finalizers delay its end until their controllers are done: a/b, c']) })
  it('warns of data', () => {
    expect(notes(of('v1', 'PersistentVolumeClaim', { spec: { volumeName: 'pv-1' } }))[0]).to.match(/^DATA: the claim goes, and with it its volume pv-1/)
    expect(notes(of('v1', 'PersistentVolume'))[0]).to.match(/^DATA: /)
    expect(notes(of('apps/v1', 'StatefulSet', { spec: { volumeClaimTemplates: [{}] } }))).to.deep.equal(['The claims of its pods stay, with their data'])
    expect(notes(of('apps/v1', 'StatefulSet', { spec: { volumeClaimTemplates: [{}], persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Delete' } } }))[0]).to.match(/^DATA: the claims of its pods go/)
  })
  const users: readonly (readonly [KubernetesObject, KubernetesObject, string])[] = [
    [of('v1', 'ConfigMap'), pod({ containers: [{ name: 'c', envFrom: [{ configMapRef: { name: 'x' } }] }] }), 'Deployment shop/web (spec.template.spec.containers'],
    [of('v1', 'ConfigMap'), pod({ volumes: [{ name: 'v', configMap: { name: 'x' } }] }), 'Deployment shop/web (spec.template.spec.volumes'],
    [of('v1', 'Service'), of('networking.k8s.io/v1', 'Ingress', { spec: { rules: [{ http: { paths: [{ backend: { service: { name: 'x' } } }] } }] }, metadata: { name: 'web' } }), 'Ingress shop/web (spec.rules'],
    [of('v1', 'ServiceAccount'), pod({ serviceAccountName: 'x' }), 'Deployment shop/web (spec.template.spec.serviceAccountName)'],
    [of('v1', 'PersistentVolumeClaim'), pod({ volumes: [{ name: 'v', persistentVolumeClaim: { claimName: 'x' } }] }), 'Deployment shop/web (spec.template.spec.volumes'],
    [of('apps/v1', 'Deployment'), of('autoscaling/v2', 'HorizontalPodAutoscaler', { spec: { scaleTargetRef: { kind: 'Deployment', name: 'x' } }, metadata: { name: 'web' } }), 'HorizontalPodAutoscaler shop/web (spec.scaleTargetRef)'],
  ]
  for (const [object, user, expected] of users) {
    it(`names what in Git still refers to a ${object.kind}: ${user.kind}`, () => { expect(notes(object, user).at(-1)).to.contain('Git still refers to it: ').and.contain(expected) })
  }
  it('does not take another kind of the same name for a reference', () => {
    expect(notes(of('apps/v1', 'StatefulSet'), of('autoscaling/v2', 'HorizontalPodAutoscaler', { spec: { scaleTargetRef: { kind: 'Deployment', name: 'x' } }, metadata: { name: 'web' } }))).to.deep.equal([])
  })
})

import { expect } from 'chai'
import { textAt, valueAt } from '../../../src/model/json.ts'
import { baseEnvironment, killGroup, start } from '../../../src/outside/run.ts'
import { web, webIn } from '../owners.ts'
import { scenario, shown, V1, V2 } from '../scenario.ts'

describe('the live object', () => {
  scenario('is edited by hand while the change is followed: only what Git says ends verified', { name: 'heal' }, async scene => {
    const id = await scene.merged(V2)
    await scene.cluster.api.patch(
      { group: 'apps', version: 'v1', kind: 'Deployment', namespace: scene.namespace, name: 'web' }, { spec: { replicas: 1, template: { spec: { containers: [{ name: 'web', image: 'registry.example.com/web:by-hand' }] } } } }, { manager: 'kubectl-edit' })
    const followed = await scene.writ('get', `change/${id}`, '--wait')
    expect([followed.exit, textAt(followed.answer, 'status')], shown(followed)).to.deep.equal([0, 'verified'])
    expect(await scene.image()).to.equal(V2)
  })

  scenario('is deleted in Git, and verified once it is gone from the cluster', {
    name: 'prune', files: { 'apps/web/web.yaml': web(V1), 'apps/web/other.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: other\n  namespace: NAMESPACE\ndata:\n  a: b\n' },
  }, async scene => {
    const asked = await scene.writ('delete', 'configmap/other', '-n', scene.namespace, '--reason', 'a scenario')
    expect(asked.exit, shown(asked)).to.equal(4)
    const id = textAt(asked.answer, 'id') ?? ''
    await scene.writ('approve', `change/${id}`, '--key', scene.keys.peer)
    const followed = await scene.writ('merge', `change/${id}`, '--wait')
    expect([followed.exit, textAt(followed.answer, 'status')], shown(followed)).to.deep.equal([0, 'verified'])
    expect(await scene.get({ group: '', version: 'v1', kind: 'ConfigMap', name: 'other' })).to.equal(null)
    expect(valueAt(await scene.seen(webIn(scene), () => true, 'the Deployment'), 'metadata', 'deletionTimestamp')).to.equal(undefined)
  })
})

describe('a Writ that is killed while it follows a change', () => {
  scenario('leaves nothing that the next one cannot take up', { name: 'killed' }, async scene => {
    const id = await scene.merged(V2)
    const child = start({ program: 'node', args: [...scene.command, 'get', `change/${id}`, '--wait'], env: { ...baseEnvironment(), ...scene.env } })
    await new Promise<void>((resolve, reject) => {
      child.stderr?.once('data', () => { resolve() })
      child.once('close', () => { reject(new Error('it ended before it was killed')) })
    })
    killGroup(child)
    const followed = await scene.writ('get', `change/${id}`, '--wait')
    expect([followed.exit, textAt(followed.answer, 'status')], shown(followed)).to.deep.equal([0, 'verified'])
  })
})

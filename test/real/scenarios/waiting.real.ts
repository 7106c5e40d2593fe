import { expect } from 'chai'
import { textAt } from '../../../src/model/json.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import { scenario, shown, V2 } from '../scenario.ts'
import type { Played } from '../scenario.ts'

const PAUSE: Readonly<Record<'argocd' | 'flux', { readonly on: JsonObject, readonly off: JsonObject }>> = {
  argocd: { on: { metadata: { annotations: { 'argocd.argoproj.io/skip-reconcile': 'true' } } }, off: { metadata: { annotations: { 'argocd.argoproj.io/skip-reconcile': null } } } },
  flux: { on: { spec: { suspend: true } }, off: { spec: { suspend: null } } },
}

/** The change waits for people, and says for what; then it ends verified. */
async function waits(scene: Played, id: string, how: { readonly says: RegExp, readonly lift: () => Promise<unknown> }): Promise<void> {
  const waiting = await scene.writ('work', '--once').then(() => scene.writ('get', `change/${id}`))
  expect(textAt(waiting.answer, 'waiting', 'for'), shown(waiting)).to.equal('people')
  expect(textAt(waiting.answer, 'waiting', 'sentence')).to.match(how.says)
  await how.lift()
  const followed = await scene.writ('get', `change/${id}`, '--wait')
  expect([followed.exit, textAt(followed.answer, 'status')], shown(followed)).to.deep.equal([0, 'verified'])
  expect(await scene.image()).to.equal(V2)
}

describe('an owner that waits for people', () => {
  scenario('is suspended in the middle: the change waits, and goes on when it is resumed', { name: 'suspend' }, async scene => {
    const asked = await scene.ask(V2)
    const id = textAt(asked.answer, 'id') ?? ''
    await scene.writ('approve', `change/${id}`, '--key', scene.keys.peer)
    await scene.changeOwner(PAUSE[scene.owner.tool].on)
    await scene.writ('merge', `change/${id}`)
    await waits(scene, id, { says: /suspend|skip-reconcile/i, lift: () => scene.changeOwner(PAUSE[scene.owner.tool].off) })
  })

  scenario('is refused as an owner while it is suspended', { name: 'suspended' }, async scene => {
    await scene.changeOwner(PAUSE[scene.owner.tool].on)
    const asked = await scene.ask(V2)
    expect([asked.exit, textAt(asked.answer, 'code')], shown(asked)).to.deep.equal([3, 'SUSPENDED'])
  })

  scenario('syncs by hand only: the change waits until somebody syncs', {
    name: 'manual', tools: ['argocd'],
  }, async scene => {
    await scene.changeOwner({ spec: { syncPolicy: { automated: null } } })
    const id = await scene.merged(V2)
    const sync = { operation: { initiatedBy: { username: 'somebody' }, sync: { revision: await scene.git.head('apps'), prune: true } } }
    await waits(scene, id, { says: /manual|by hand|automated/i, lift: () => scene.changeOwner(sync) })
  })

  scenario('is in a closed sync window: the change waits until it opens', { name: 'window', tools: ['argocd'] }, async scene => {
    const project = { apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', metadata: { name: scene.namespace, namespace: 'argocd' } }
    const spec = { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }], clusterResourceWhitelist: [{ group: '*', kind: '*' }] }
    await scene.apply({ ...project, spec: { ...spec, syncWindows: [{ kind: 'deny', schedule: '* * * * *', duration: '24h', applications: ['*'], timeZone: 'UTC' }] } })
    await scene.changeOwner({ spec: { project: scene.namespace } })
    const id = await scene.merged(V2)
    await waits(scene, id, { says: /window/i, lift: () => scene.apply({ ...project, spec }) })
    await scene.cluster.api.remove({ group: 'argoproj.io', version: 'v1alpha1', kind: 'AppProject', namespace: 'argocd', name: scene.namespace })
  })
})

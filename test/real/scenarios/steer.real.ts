import { expect } from 'chai'
import { textAt, valueAt } from '../../../src/model/json.ts'
import type { Json } from '../../../src/model/json.ts'
import { web } from '../owners.ts'
import { scenario, settled, shown, V1, V2, V3 } from '../scenario.ts'
import type { Played } from '../scenario.ts'

const ROLES = ['writ', 'writ-steer']
const WEB = 'apps/web/web.yaml'
const ASK: Readonly<Record<'argocd' | 'flux', readonly string[]>> = { argocd: ['argocd.argoproj.io/refresh', 'normal'], flux: ['reconcile.fluxcd.io/requestedAt', 'scenario'] }

function ownerArgs(scene: Played): readonly string[] {
  const { kind, name, namespace } = scene.owner.owner
  return [`${kind.toLowerCase()}/${name}`, '-n', namespace]
}

/** What pauses the owner, as it stands. */
async function pauseFields(scene: Played): Promise<Json> {
  const owner = await scene.ownerNow()
  return scene.owner.tool === 'argocd' ? valueAt(owner, 'spec', 'syncPolicy', 'automated') ?? null : valueAt(owner, 'spec', 'suspend') ?? null
}

/** Asks the controllers to look at Git now, and waits until they have: Flux' source, too. */
async function look(scene: Played): Promise<void> {
  const tip = await scene.git.head('apps') ?? ''
  const [key = '', value = ''] = ASK[scene.owner.tool]
  if (scene.owner.tool === 'argocd') {
    await scene.changeOwner({ metadata: { annotations: { [key]: value } } })
    await scene.seen(scene.owner.object, object => textAt(object, 'status', 'sync', 'revision') === tip, 'Argo CD has compared the newest commit')
    return
  }
  const source = { group: 'source.toolkit.fluxcd.io', version: 'v1', namespace: scene.namespace, name: 'apps' }
  const asked = `${value}-${Date.now()}`
  await scene.cluster.api.patch({ ...source, kind: 'GitRepository' }, { metadata: { annotations: { [key]: asked } } }, { manager: 'scenario' })
  await scene.seen({ ...source, plural: 'gitrepositories' }, object => textAt(object, 'status', 'artifact', 'revision') === `main@sha1:${tip}`, 'the source has the newest commit')
  await scene.changeOwner({ metadata: { annotations: { [key]: asked } } })
}

function pushImage(scene: Played, image: string): Promise<string> {
  return scene.push({ [WEB]: web(image) }, `Go to ${image}`)
}

describe('a sync that somebody asks for', () => {
  scenario('brings the tip of the branch, and is verified by what was synced', {
    name: 'sync', class: 'dev', roles: ROLES,
  }, async scene => {
    await settled(scene)
    if (scene.owner.tool === 'argocd') await scene.changeOwner({ spec: { syncPolicy: null } })
    const tip = await pushImage(scene, V2)
    const dry = await scene.writ('sync', 'deployment/web', '-n', scene.namespace, '--dry-run')
    expect(dry.exit, shown(dry)).to.equal(0)
    expect(JSON.stringify(valueAt(dry.answer, 'plan', 'steer', 'commits') ?? dry.answer)).to.include(V2)
    expect(await scene.image()).to.equal(V1)
    const synced = await scene.writ('sync', ...ownerArgs(scene), '--wait')
    expect([synced.exit, textAt(synced.answer, 'status')], shown(synced)).to.deep.equal([0, 'verified'])
    expect(textAt(synced.answer, 'facts', 'verified', 'revision'), shown(synced)).to.equal(tip)
    expect(await scene.image()).to.equal(V2)
  })
})

describe('a pause', () => {
  scenario('stops the owner, holds against new commits, and is ended by hand with what stood there before', { name: 'pause', class: 'dev', roles: ROLES }, async scene => {
    await settled(scene)
    const before = await pauseFields(scene)
    const paused = await scene.writ('suspend', ...ownerArgs(scene), '--for', '2h', '--reason', 'a scenario')
    expect(paused.exit, shown(paused)).to.equal(0)
    await pushImage(scene, V2)
    await look(scene)
    await new Promise(resolve => { setTimeout(resolve, 3000) })
    expect(await scene.image()).to.equal(V1)
    const resumed = await scene.writ('resume', ...ownerArgs(scene), '--reason', 'over', '--wait')
    expect([resumed.exit, textAt(resumed.answer, 'status')], shown(resumed)).to.deep.equal([0, 'verified'])
    expect(await pauseFields(scene)).to.deep.equal(before)
    await look(scene)
    await scene.seen({ group: 'apps', version: 'v1', plural: 'deployments', namespace: scene.namespace, name: 'web' }, object => JSON.stringify(object).includes(V2), 'the new image')
  })

  scenario('ends by itself at the time that was named, where the loop runs, and not before', { name: 'expiry', class: 'dev', roles: ROLES }, async scene => {
    await settled(scene)
    const before = await pauseFields(scene)
    const past = await scene.writ('suspend', ...ownerArgs(scene), '--until', '2026-01-01T00:00:00Z', '--reason', 'a scenario')
    expect([past.exit, await pauseFields(scene)], shown(past)).to.deep.equal([2, before])
    const until = Math.ceil(Date.now() / 1000) * 1000 + 20_000
    // As somebody two hours east of UTC writes it.
    const paused = await scene.writ('suspend', ...ownerArgs(scene), '--until', new Date(until + 7_200_000).toISOString().replace(/\.\d+Z$/, '+02:00'), '--reason', 'a scenario')
    expect(paused.exit, shown(paused)).to.equal(0)
    const id = textAt(paused.answer, 'id') ?? ''
    expect(await pauseFields(scene)).not.to.deep.equal(before)
    await pushImage(scene, V3)
    for (let tries = 0; tries < 60; tries++) {
      await scene.writ('work', '--once')
      const now = await scene.writ('get', `change/${id}`)
      if (textAt(now.answer, 'status') !== 'open') break
    }
    const ended = await scene.writ('get', `change/${id}`)
    expect([textAt(ended.answer, 'status'), Date.now() >= until], shown(ended)).to.deep.equal(['verified', true])
    expect(await pauseFields(scene)).to.deep.equal(before)
    await look(scene)
    await scene.seen({ group: 'apps', version: 'v1', plural: 'deployments', namespace: scene.namespace, name: 'web' }, object => JSON.stringify(object).includes(V3), 'the new image')
  })

  scenario('waits for another person in staging, and nothing is paused before', { name: 'agreed', roles: ROLES }, async scene => {
    await settled(scene)
    const before = await pauseFields(scene)
    const asked = await scene.writ('suspend', ...ownerArgs(scene), '--for', '1h', '--reason', 'a scenario')
    expect([asked.exit, textAt(asked.answer, 'waiting', 'for')], shown(asked)).to.deep.equal([4, 'people'])
    expect(await pauseFields(scene)).to.deep.equal(before)
    const agreed = await scene.writ('approve', `change/${textAt(asked.answer, 'id') ?? ''}`, '--key', scene.keys.peer)
    expect(agreed.exit, shown(agreed)).to.equal(0)
    expect(await pauseFields(scene)).not.to.deep.equal(before)
    const back = await scene.writ('resume', ...ownerArgs(scene), '--reason', 'over')
    expect([back.exit, textAt(back.answer, 'waiting', 'for')], shown(back)).to.deep.equal([4, 'people'])
    expect(await pauseFields(scene)).not.to.deep.equal(before)
    const over = await scene.writ('approve', `change/${textAt(back.answer, 'id') ?? ''}`, '--key', scene.keys.peer, '--wait')
    expect([over.exit, textAt(over.answer, 'status')], shown(over)).to.deep.equal([0, 'verified'])
    expect(await pauseFields(scene)).to.deep.equal(before)
  })
})

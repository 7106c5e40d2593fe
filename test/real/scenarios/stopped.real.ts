import { expect } from 'chai'
import { textAt } from '../../../src/model/json.ts'
import { scenario, shown, V2, V3 } from '../scenario.ts'
import type { Played } from '../scenario.ts'

/** The controller that applies what this owner says. */
function controllerOf(scene: Played): string {
  return scene.owner.tool === 'argocd' ? 'argocd' : 'kustomize-controller'
}

/** What happens while the controller is away, with the change already merged. */
async function away(scene: Played, play: (id: string) => Promise<void>): Promise<string> {
  await scene.control(controllerOf(scene), 'stop')
  try {
    const id = await scene.merged(V2)
    await play(id)
    return id
  } finally {
    await scene.control(controllerOf(scene), 'start')
  }
}

/** What a webhook of the forge does for Flux: the source takes the newest commit. */
async function announce(scene: Played): Promise<void> {
  const source = { group: 'source.toolkit.fluxcd.io', version: 'v1', namespace: scene.namespace, name: 'apps' }
  await scene.cluster.api.patch({ ...source, kind: 'GitRepository' }, { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': `scenario-${Date.now()}` } } }, { manager: 'scenario' })
  const tip = await scene.git.head('apps')
  await scene.seen({ ...source, plural: 'gitrepositories' }, object => textAt(object, 'status', 'artifact', 'revision') === `main@sha1:${tip ?? ''}`, 'the source has the newest commit')
}

// One file: these take the controller away from all other scenarios for a moment.
describe('while the controller is away', () => {
  scenario('a change waits for it, and is verified after it came back', { name: 'away' }, async scene => {
    const id = await away(scene, async change => {
      const waiting = await scene.writ('get', `change/${change}`)
      expect([waiting.exit, textAt(waiting.answer, 'waiting', 'for')], shown(waiting)).to.deep.equal([0, 'controller'])
    })
    const followed = await scene.writ('get', `change/${id}`, '--wait')
    expect([followed.exit, textAt(followed.answer, 'status')], shown(followed)).to.deep.equal([0, 'verified'])
    expect(await scene.image()).to.equal(V2)
  })

  scenario('somebody breaks the folder: the change has failed in the renderer\'s words', { name: 'broken' }, async scene => {
    const id = await away(scene, async () => {
      await scene.push({ 'apps/web/broken.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [\n' })
      if (scene.owner.tool === 'flux') await announce(scene)
    })
    const followed = await scene.writ('get', `change/${id}`, '--wait')
    expect([followed.exit, textAt(followed.answer, 'status')], shown(followed)).to.deep.equal([1, 'failed'])
    expect(textAt(followed.answer, 'ended', 'message')).to.match(/broken\.yaml|yaml:|YAML/)
  })

  scenario('somebody gives the field another value: the change is superseded, and the commit is named', { name: 'superseded' }, async scene => {
    const id = await away(scene, async () => {
      const text = await scene.git.read('apps', 'main', 'apps/web/web.yaml')
      await scene.push({ 'apps/web/web.yaml': text?.replace(V2, V3) ?? '' }, 'Go on to 1.2.0')
    })
    const followed = await scene.writ('get', `change/${id}`, '--wait')
    expect([followed.exit, textAt(followed.answer, 'status')], shown(followed)).to.deep.equal([1, 'superseded'])
    expect(textAt(followed.answer, 'ended', 'message')).to.include('Go on to 1.2.0')
  })

  scenario('somebody takes the change back: it is said so, and nothing is called verified', { name: 'reverted' }, async scene => {
    const before = await scene.git.read('apps', 'main', 'apps/web/web.yaml')
    const id = await away(scene, async () => { await scene.push({ 'apps/web/web.yaml': before }, 'Revert the new image') })
    const followed = await scene.writ('get', `change/${id}`, '--wait')
    expect([followed.exit, textAt(followed.answer, 'ended', 'code')], shown(followed)).to.deep.equal([1, 'verify/reverted'])
    expect(textAt(followed.answer, 'ended', 'message')).to.include('Revert the new image')
  })
})

import { expect } from 'chai'
import { textAt, valueAt } from '../../../src/model/json.ts'
import type { CliAnswer } from '../../../src/sandbox/writ-cli.ts'
import { webIn } from '../owners.ts'
import { scenario, shown, sweep, V1, V2 } from '../scenario.ts'
import type { Played } from '../scenario.ts'
import { openScene, realRuns } from '../scene.ts'
import { ARGO_WAYS, FLUX_WAYS } from '../ways.ts'

/** Rollbacks of what an owner's own manifest decides, and of an overlay. */
const WAYS = [...ARGO_WAYS, ...FLUX_WAYS].filter(({ name }) => ['way-overlay', 'way-apps', 'way-set', 'way-chain', 'way-release'].includes(name))

describe('a rollback', () => {
  scenario('takes a verified change back, with the approval that any change needs', { name: 'back' }, async scene => {
    const id = await scene.merged(V2)
    const followed = await scene.writ('get', `change/${id}`, '--wait')
    expect([followed.exit, await scene.image()], shown(followed)).to.deep.equal([0, V2])
    const listed = await scene.writ('rollback', 'deployment/web', '-n', scene.namespace, '--list')
    expect([listed.exit, JSON.stringify(listed.answer['items'])], shown(listed)).to.satisfy(([exit, items]: unknown[]) => exit === 0 && String(items).includes(V1) && String(items).includes(id))
    await backIn(scene, await scene.writ('rollback', `change/${id}`))
  })

  scenario('is offered by a change whose image cannot be pulled', { name: 'offer' }, async scene => {
    const id = await scene.merged('registry.example.com/web:does-not-exist')
    const followed = await scene.writ('get', `change/${id}`, '--wait')
    expect([followed.exit, textAt(followed.answer, 'status'), followed.answer['next']], shown(followed)).to.deep.equal([1, 'failed', `writ rollback change/${id}`])
    await backIn(scene, await scene.writ(...String(followed.answer['next']).split(' ').slice(1)))
  })

  scenario('brings the state before the last commit back, whoever made that', { name: 'state', class: 'dev' }, async scene => {
    await scene.push({ 'apps/web/web.yaml': (await scene.git.read('apps', 'main', 'apps/web/web.yaml') ?? '').replace(V1, V2) }, 'By hand')
    const back = await scene.writ('rollback', 'deployment/web', '-n', scene.namespace, '--wait')
    expect([back.exit, textAt(back.answer, 'status'), await scene.image()], shown(back)).to.deep.equal([0, 'verified', V1])
  })

  for (const way of WAYS) {
    it(`takes a change back in ${way.file} of ${way.title}`, async function () {
      if (!realRuns()) this.skip()
      const scene = await openScene({ name: `back-${way.name}`, class: 'dev', files: way.files, ...way.roles === undefined ? {} : { roles: way.roles } })
      const objects = way.objects(scene)
      try {
        await scene.apply(...objects)
        await scene.seen(webIn(scene), object => valueAt(object, 'status', 'availableReplicas') === 1, 'the Deployment is rolled out')
        const changed = await scene.writ('set', 'image', 'deployment/web', `web=${V2}`, '-n', scene.namespace, '--wait')
        expect([changed.exit, textAt(changed.answer, 'status')], shown(changed)).to.deep.equal([0, 'verified'])
        const back = await scene.writ('rollback', `change/${textAt(changed.answer, 'id') ?? ''}`, '--wait')
        expect([back.exit, textAt(back.answer, 'status')], shown(back)).to.deep.equal([0, 'verified'])
        expect(await scene.git.read('apps', 'main', way.file)).to.match(/1\.0\.0/).and.not.match(/1\.1\.0/)
        // What stands in the manifest of an owner is part of what the object was; what an ApplicationSet makes is taken as it is today.
        const before = await scene.writ('rollback', 'deployment/web', '-n', scene.namespace, '--dry-run')
        expect([before.exit, JSON.stringify(valueAt(before.answer, 'diff') ?? before.answer['code']).includes('1.1.0')], shown(before)).to.deep.equal(way.name === 'way-set' ? [3, false] : [0, true])
      } catch (cause) {
        throw new Error(`${cause instanceof Error ? cause.message : String(cause)}\nprogress:\n${scene.progress.slice(-10).join('\n')}`, { cause })
      } finally {
        await sweep(scene, objects)
        await scene.close()
      }
    })
  }
})

/** Approved by another person, merged, and verified with the image of before. */
async function backIn(scene: Played, asked: CliAnswer): Promise<void> {
  expect([asked.exit, valueAt(asked.answer, 'waiting', 'for')], shown(asked)).to.deep.equal([4, 'people'])
  const id = textAt(asked.answer, 'id') ?? ''
  const approved = await scene.writ('approve', `change/${id}`, '--key', scene.keys.peer)
  expect(approved.exit, shown(approved)).to.equal(4)
  const merged = await scene.writ('merge', `change/${id}`, '--wait')
  expect([merged.exit, textAt(merged.answer, 'status'), await scene.image()], shown(merged)).to.deep.equal([0, 'verified', V1])
}

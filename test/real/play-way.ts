import { expect } from 'chai'
import { isObject, objectsAt, textAt, valueAt } from '../../src/model/json.ts'
import { webIn } from './owners.ts'
import { shown, sweep, V2 } from './scenario.ts'
import { openScene, realRuns } from './scene.ts'
import type { Scene } from './scene.ts'
import type { Way } from './ways.ts'

/** For each way: the owner is proven, from the Deployment and from its pod, and a change of the image is made in the right file and verified. */
export function waysOf(ways: readonly Way[]): void {
  for (const way of ways) {
    it(`of ${way.title} is proven, and its image changed in ${way.file}`, async function () {
      if (!realRuns()) this.skip()
      const scene = await openScene({ name: way.name, class: 'dev', files: way.files, ...way.roles === undefined ? {} : { roles: way.roles } })
      const objects = way.objects(scene)
      try {
        await scene.apply(...objects)
        await scene.seen(webIn(scene), object => valueAt(object, 'status', 'availableReplicas') === 1, 'the Deployment is rolled out')
        await played(scene, way)
      } catch (cause) {
        throw new Error(`${cause instanceof Error ? cause.message : String(cause)}\nprogress:\n${scene.progress.slice(-10).join('\n')}`, { cause })
      } finally {
        await sweep(scene, objects)
        await scene.close()
      }
    })
  }
}

/** On what is rolled out: the owner is proven, and the image is changed. */
export async function played(scene: Scene, way: Pick<Way, 'owner' | 'file' | 'evidence' | 'says'>): Promise<void> {
  for (const asked of ['deployment/web', `pod/${await podOf(scene)}`]) await proven(scene, asked, way)
  const changed = await scene.writ('set', 'image', 'deployment/web', `web=${V2}`, '-n', scene.namespace, '--reason', 'a scenario', '--wait')
  expect([changed.exit, textAt(changed.answer, 'status')], shown(changed)).to.deep.equal([0, 'verified'])
  expect(await scene.git.read('apps', 'main', way.file)).to.match(/1\.1\.0/)
  if (way.says !== undefined) expect(scene.progress.join('\n')).to.match(way.says)
}

async function podOf(scene: Scene): Promise<string> {
  const { body } = await scene.cluster.request('GET', `/api/v1/namespaces/${scene.namespace}/pods`)
  return textAt(objectsAt(isObject(body) ? body : {}, 'items')[0], 'metadata', 'name') ?? ''
}

async function proven(scene: Scene, asked: string, way: Pick<Way, 'owner' | 'evidence'>): Promise<void> {
  const owner = await scene.writ('owner', asked, '-n', scene.namespace)
  expect(owner.exit, shown(owner)).to.equal(0)
  const found = valueAt(owner.answer, 'owner')
  expect(`${textAt(found, 'kind')} ${textAt(found, 'namespace')}/${textAt(found, 'name')}`, asked).to.equal(way.owner(scene))
  expect(valueAt(owner.answer, 'level'), shown(owner)).to.equal('proven')
  for (const sentence of way.evidence ?? []) expect(JSON.stringify(valueAt(owner.answer, 'evidence')), asked).to.match(sentence)
}

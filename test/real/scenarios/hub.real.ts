import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import { parse, stringify } from 'yaml'
import { objectsAt, textAt, valueAt } from '../../../src/model/json.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import { HUB, startHub } from '../hub.ts'
import type { Hub } from '../hub.ts'
import { web, webIn } from '../owners.ts'
import { played } from '../play-way.ts'
import { shown, sweep, V1, V3 } from '../scenario.ts'
import { openScene, realAddress, realRuns, seenIn } from '../scene.ts'
import type { Scene } from '../scene.ts'
import { application, from } from '../ways.ts'

const APPLICATION = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', plural: 'applications', namespace: 'argocd' }
const WAY = { file: 'apps/web/web.yaml', owner: (scene: Scene) => `Application argocd/${scene.namespace}`, evidence: [/status\.resources lists it/, /tracking id names the Application instance/] }

describe('a hub on an API server of its own', () => {
  const hubs: Hub[] = []
  before(async function () {
    const real = realAddress()
    if (!realRuns() || real === null) return this.skip()
    hubs.push(await startHub(real))
  })
  after(async () => { for (const hub of hubs) await hub.stop() })

  /** Plays it in a scene whose Application lives on the hub and deploys here. */
  function hubbed(title: string, name: string, act: (scene: Scene, hub: Hub) => Promise<void>): void {
    it(title, async () => {
      const [hub] = hubs
      if (hub === undefined) throw new Error('no hub')
      const scene = await openScene({
        name, class: 'dev', files: { 'apps/web/web.yaml': web(V1), 'apps/hub/web.yaml': web(V3) }, kubeconfig: hub.kubeconfig,
        argocd: ({ real }) => ({ context: HUB, namespace: 'argocd', destinations: [real.url] }),
      })
      try {
        await hub.cluster.api.apply(application({ name: scene.namespace, destination: scene.namespace, spec: { source: from(scene, 'apps/web'), destination: { server: scene.real.url, namespace: scene.namespace } } }), 'scenario')
        await scene.seen(webIn(scene), object => valueAt(object, 'status', 'availableReplicas') === 1, 'the Deployment is rolled out')
        await act(scene, hub)
      } catch (cause) {
        const now = await hub.cluster.api.get({ ...APPLICATION, name: scene.namespace })
        throw new Error(`${cause instanceof Error ? cause.message : String(cause)}\nprogress:\n${scene.progress.slice(-10).join('\n')}\nApplication: ${JSON.stringify(valueAt(now ?? undefined, 'status') ?? null).slice(0, 2500)}`, { cause })
      } finally {
        for (const made of [scene.namespace, namesakeOf(scene)]) await hub.cluster.api.remove({ ...APPLICATION, name: made }).catch(() => undefined)
        await sweep(scene, [])
        await scene.close()
      }
    })
  }

  hubbed('deploys to its member: the owner is proven, a change is verified, and a wrong image has failed in the words of its pod', 'hub', async scene => {
    await played(scene, WAY)
    const wrong = await scene.writ('set', 'image', 'deployment/web', 'web=registry.example.com/web:does-not-exist', '-n', scene.namespace, '--reason', 'a scenario', '--wait')
    expect([wrong.exit, textAt(wrong.answer, 'status')], shown(wrong)).to.deep.equal([1, 'failed'])
    expect(textAt(wrong.answer, 'ended', 'message')).to.include('ImagePullBackOff')
  })

  hubbed('deploys an object of the same name to itself: each has its own owner', 'hub-twin', async (scene, hub) => {
    await hub.cluster.api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: scene.namespace } }, 'scenario')
    await hub.cluster.api.apply(application({ name: namesakeOf(scene), destination: scene.namespace, spec: { source: from(scene, 'apps/hub') } }), 'scenario')
    const listed = (app: JsonObject): boolean => objectsAt(app, 'status', 'resources').some(entry => entry['kind'] === 'Deployment' && entry['status'] === 'Synced')
    await seenIn(hub.cluster, { ...APPLICATION, name: namesakeOf(scene) }, { as: listed, what: 'the namesake is synced' })
    expect(await ownerOf(scene)).to.equal(scene.namespace)
    await nameHub(scene)
    expect([await ownerOf(scene), await ownerOf(scene, '--cluster', 'control')]).to.deep.equal([scene.namespace, namesakeOf(scene)])
  })

  hubbed('has its Applications steered and told of by their names, though they are not in the cluster', 'hub-steer', async (scene, hub) => {
    const named = [`application/${scene.namespace}`, '-n', 'argocd']
    const told = await scene.writ('history', ...named)
    expect([told.exit, JSON.stringify(told.answer).includes('synced as deployment')], shown(told)).to.deep.equal([0, true])
    const same = await scene.writ('diff', '--app', scene.namespace, '-n', 'argocd', '--exit-code')
    expect(same.exit, shown(same)).to.equal(0)
    // Pausing is a patch, which the minimal role has; a sync replaces the Application.
    const refused = await scene.writ('sync', ...named, '--wait')
    expect([refused.exit, textAt(refused.answer, 'code') ?? textAt(refused.answer, 'ended', 'code')], shown(refused)).to.deep.equal([1, 'cluster/unauthorized'])
    await hub.cluster.api.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRoleBinding', metadata: { name: 'writ-steer' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'writ-steer' }, subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'writ' }],
    }, 'scenario')
    const synced = await scene.writ('sync', ...named, '--wait')
    expect([synced.exit, textAt(synced.answer, 'status')], shown(synced)).to.deep.equal([0, 'verified'])
    const paused = await scene.writ('suspend', ...named, '--for', '1h', '--reason', 'a scenario')
    expect([paused.exit, await automated(scene, hub)], shown(paused)).to.deep.equal([0, false])
    const resumed = await scene.writ('resume', ...named, '--reason', 'over', '--wait')
    expect([resumed.exit, textAt(resumed.answer, 'status'), await automated(scene, hub)], shown(resumed)).to.deep.equal([0, 'verified', undefined])
  })
})

function namesakeOf(scene: Scene): string {
  return `${scene.namespace}-hub`
}

/** Gives the hub a name of its own in writ.yaml, so that its own objects can be asked about, too. */
async function nameHub(scene: Scene): Promise<void> {
  const file = join(scene.env['WRIT_CONFIG'] ?? '', 'writ.yaml')
  const config = parse(await readFile(file, 'utf8')) as { readonly clusters: readonly { readonly kubeconfig: string }[] }
  await writeFile(file, stringify({ ...config, clusters: [...config.clusters, { name: 'control', kubeconfig: config.clusters[0]?.kubeconfig, context: HUB, argocd: {} }] }))
}

async function ownerOf(scene: Scene, ...args: readonly string[]): Promise<string | undefined> {
  const answer = await scene.writ('owner', 'deployment/web', '-n', scene.namespace, ...args)
  expect([answer.exit, textAt(answer.answer, 'level')], shown(answer)).to.deep.equal([0, 'proven'])
  return textAt(answer.answer, 'owner', 'name')
}

async function automated(scene: Scene, hub: Hub): Promise<unknown> {
  return valueAt(await hub.cluster.api.get({ ...APPLICATION, name: scene.namespace }) ?? undefined, 'spec', 'syncPolicy', 'automated', 'enabled')
}

import { execFileSync } from 'node:child_process'
import { expect } from 'chai'
import { textAt, valueAt } from '../../../src/model/json.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import { controlPlaneNamespace, startControlPlane } from '../control-plane.ts'
import { web, webIn } from '../owners.ts'
import { shown, sweep, V1, V2 } from '../scenario.ts'
import { openScene, realRuns } from '../scene.ts'
import type { Scene } from '../scene.ts'
import { application } from '../ways.ts'

const SYNCED = 'env/dev'

/** Plays it in a scene whose Application deploys what its hydrator renders of `dry/` into a branch; `hydrateTo` is where that is staged, if anywhere. */
function hydrated(title: string, of: { readonly name: string, readonly staged?: string }, act: (scene: Scene) => Promise<void>): void {
  it(title, async function () {
    if (!realRuns()) this.skip()
    const scene = await openScene({ name: of.name, class: 'dev', files: { 'dry/web.yaml': web(V1) }, argocd: ({ namespace }) => ({ namespace: controlPlaneNamespace(namespace) }) })
    const app = application({
      name: scene.namespace, namespace: controlPlaneNamespace(scene.namespace), destination: scene.namespace,
      spec: {
        sourceHydrator: {
          drySource: { repoURL: scene.url, path: 'dry', targetRevision: 'main' }, syncSource: { targetBranch: SYNCED, path: 'web' },
          ...of.staged === undefined ? {} : { hydrateTo: { targetBranch: of.staged } },
        },
      },
    })
    const plane = await startControlPlane(scene, { settings: {}, member: false, hydrator: true })
    try {
      await scene.apply(app)
      if (of.staged !== undefined) await promoted(scene, of.staged)
      await scene.seen(webIn(scene), object => valueAt(object, 'status', 'availableReplicas') === 1, 'the Deployment is rolled out')
      await act(scene)
    } catch (cause) {
      const now = await scene.get({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: controlPlaneNamespace(scene.namespace), name: scene.namespace })
      throw new Error(`${cause instanceof Error ? cause.message : String(cause)}\nprogress:\n${scene.progress.slice(-10).join('\n')}\nApplication: ${JSON.stringify(valueAt(now ?? undefined, 'status') ?? null).slice(0, 2500)}`, { cause })
    } finally {
      await sweep(scene, [app])
      await plane.stop()
      await scene.close()
    }
  })
}

function place(scene: Scene): { readonly group: string, readonly version: string, readonly plural: string, readonly kind: string, readonly namespace: string, readonly name: string } {
  return { group: 'argoproj.io', version: 'v1alpha1', plural: 'applications', kind: 'Application', namespace: controlPlaneNamespace(scene.namespace), name: scene.namespace }
}

/** What a person does: waits until the newest dry commit stands on the staged branch, and takes that over. */
async function promoted(scene: Scene, staged: string): Promise<void> {
  const dry = await scene.git.head('apps')
  const last = (app: JsonObject, key: string): string | undefined => textAt(app, 'status', 'sourceHydrator', 'lastSuccessfulOperation', key)
  const app = await scene.seen(place(scene), one => last(one, 'drySHA') === dry, 'the newest dry commit is hydrated')
  execFileSync('git', ['update-ref', `refs/heads/${SYNCED}`, last(app, 'hydratedSHA') ?? ''], { cwd: scene.git.folderOf('apps') })
  await scene.cluster.api.patch(place(scene), { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } }, { manager: 'scenario' })
  expect(await scene.git.read('apps', staged, 'web/manifest.yaml')).to.be.a('string')
}

/** The dry commit that the synced branch says it was made of. */
async function dryCommit(scene: Scene): Promise<unknown> {
  const text = await scene.git.read('apps', SYNCED, 'hydrator.metadata')
  return text === null ? null : (JSON.parse(text) as { readonly drySha: unknown }).drySha
}

describe('a source that is hydrated', () => {
  hydrated('is edited where people write it, and a change is verified by what was rendered of its commit', { name: 'hydrated' }, async scene => {
    const owner = await scene.writ('owner', 'deployment/web', '-n', scene.namespace)
    expect([owner.exit, textAt(owner.answer, 'level'), textAt(owner.answer, 'owner', 'source', 'path')], shown(owner)).to.deep.equal([0, 'proven', 'dry'])
    const changed = await scene.writ('set', 'image', 'deployment/web', `web=${V2}`, '-n', scene.namespace, '--reason', 'a scenario', '--wait')
    expect([changed.exit, textAt(changed.answer, 'status')], shown(changed)).to.deep.equal([0, 'verified'])
    expect(await scene.git.read('apps', 'main', 'dry/web.yaml')).to.include(V2)
    const merge = textAt(changed.answer, 'facts', 'mergeCommit')
    expect([textAt(changed.answer, 'facts', 'verified', 'revision'), await dryCommit(scene)]).to.deep.equal([merge, merge])
  })

  hydrated('waits for people where it is staged, and is verified once they have promoted it', { name: 'staged', staged: 'env/dev-next' }, async scene => {
    const asked = await scene.writ('set', 'image', 'deployment/web', `web=${V2}`, '-n', scene.namespace, '--reason', 'a scenario')
    const id = textAt(asked.answer, 'id') ?? ''
    for (let tries = 0; tries < 60; tries++) {
      await scene.writ('work', '--once')
      if (textAt((await scene.writ('get', `change/${id}`)).answer, 'waiting', 'for') === 'people') break
    }
    const waiting = await scene.writ('get', `change/${id}`)
    expect([textAt(waiting.answer, 'waiting', 'for'), textAt(waiting.answer, 'facts', 'verifying', 'state')], shown(waiting)).to.deep.equal(['people', 'BLOCKED_PROMOTION'])
    await promoted(scene, 'env/dev-next')
    const followed = await scene.writ('get', `change/${id}`, '--wait')
    expect([followed.exit, textAt(followed.answer, 'status')], shown(followed)).to.deep.equal([0, 'verified'])
    expect(JSON.stringify(await scene.seen(webIn(scene), () => true, 'the Deployment'))).to.include(V2)
  })
})

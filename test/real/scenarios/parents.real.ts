import { expect } from 'chai'
import { metadataText } from '../../../src/model/resource.ts'
import { textAt, valueAt } from '../../../src/model/json.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import { pause } from '../parts/program.ts'
import { webIn } from '../owners.ts'
import { shown, sweep, V1, V2 } from '../scenario.ts'
import { openScene, realRuns } from '../scene.ts'
import type { Scene, SeenObject } from '../scene.ts'
import { ARGO_WAYS, FLUX_WAYS } from '../ways.ts'
import type { Way } from '../ways.ts'

type Named = SeenObject & { readonly kind: string }

const ARGO = { group: 'argoproj.io', version: 'v1alpha1', namespace: 'argocd' }
const KUSTOMIZATION = { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', plural: 'kustomizations', kind: 'Kustomization' }
const application = (name: string): Named => ({ ...ARGO, plural: 'applications', kind: 'Application', name })

/** An owner that something else deploys or makes, and what that does to a pause of it. */
interface Case {
  readonly title: string
  readonly name: string
  readonly way: string
  /** Laid over the way's own file. */
  readonly edit?: readonly [file: string, from: string, to: string]
  readonly child: (scene: Scene) => Named
  readonly parent: (scene: Scene) => Named
  /** What pauses the child, for somebody who does it by hand. */
  readonly paused: JsonObject
  readonly lasts: boolean
}

const ENABLED_FALSE = { spec: { syncPolicy: { automated: { enabled: false } } } }
const CASES: readonly Case[] = [
  {
    title: 'an Application whose Application says nothing of it', name: 'child-app', way: 'way-apps', lasts: true, paused: ENABLED_FALSE,
    child: scene => application(`${scene.namespace}-child`), parent: scene => application(scene.namespace),
  },
  {
    title: 'an Application whose Application states that it syncs', name: 'stated-app', way: 'way-apps', lasts: false, paused: ENABLED_FALSE,
    edit: ['apps/child.yaml', 'selfHeal: true}', 'selfHeal: true, enabled: true}'], child: scene => application(`${scene.namespace}-child`), parent: scene => application(scene.namespace),
  },
  {
    title: 'an Application of an ApplicationSet', name: 'made-app', way: 'way-set', lasts: false, paused: ENABLED_FALSE,
    child: scene => application(`${scene.namespace}-one`), parent: scene => ({ ...application(scene.namespace), plural: 'applicationsets', kind: 'ApplicationSet' }),
  },
  {
    title: 'an Application of an ApplicationSet that leaves the policy alone', name: 'left-app', way: 'way-set', lasts: true, paused: ENABLED_FALSE,
    edit: ['sets/web.yaml', '  goTemplate: true\n', '  goTemplate: true\n  ignoreApplicationDifferences:\n    - jsonPointers: [/spec/syncPolicy]\n'],
    child: scene => application(`${scene.namespace}-one`), parent: scene => ({ ...application(scene.namespace), plural: 'applicationsets', kind: 'ApplicationSet' }),
  },
  {
    title: 'a Kustomization whose Kustomization says nothing of it', name: 'child-kust', way: 'way-chain', lasts: true, paused: { spec: { suspend: true } },
    child: scene => ({ ...KUSTOMIZATION, namespace: scene.namespace, name: 'child' }), parent: scene => ({ ...KUSTOMIZATION, namespace: scene.namespace, name: scene.namespace }),
  },
  {
    title: 'a Kustomization whose Kustomization states that it is not suspended', name: 'stated-kust', way: 'way-chain', lasts: false, paused: { spec: { suspend: true } },
    edit: ['cluster/child.yaml', '  prune: true\n', '  prune: true\n  suspend: false\n'],
    child: scene => ({ ...KUSTOMIZATION, namespace: scene.namespace, name: 'child' }), parent: scene => ({ ...KUSTOMIZATION, namespace: scene.namespace, name: scene.namespace }),
  },
]

function wayOf(of: Pick<Case, 'way' | 'edit'>): Way {
  const way = [...ARGO_WAYS, ...FLUX_WAYS].find(one => one.name === of.way)
  if (way === undefined) throw new Error(`no way ${of.way}`)
  if (of.edit === undefined) return way
  const [file, from, to] = of.edit
  const text = way.files[file] ?? ''
  expect(text).to.include(from)
  return { ...way, files: { ...way.files, [file]: text.replace(from, to) } }
}

/** Asks the parent to look, and waits until it has. */
async function wake(scene: Scene, parent: Named): Promise<void> {
  const asked = `scenario-${Date.now()}`
  const key = parent.kind === 'ApplicationSet' ? 'argocd.argoproj.io/application-set-refresh' : parent.kind === 'Application' ? 'argocd.argoproj.io/refresh' : 'reconcile.fluxcd.io/requestedAt'
  const value = parent.kind === 'ApplicationSet' ? 'true' : parent.kind === 'Application' ? 'normal' : asked
  await scene.cluster.api.patch(parent, { metadata: { annotations: { [key]: value } } }, { manager: 'scenario' })
  await scene.seen(parent, object => key.startsWith('argocd') ? metadataText(object, 'annotations', key) === undefined : textAt(object, 'status', 'lastHandledReconcileAt') === asked, `${parent.kind} has looked`)
}

function isPaused(object: JsonObject): boolean {
  return valueAt(object, 'spec', 'suspend') === true || valueAt(object, 'spec', 'syncPolicy', 'automated', 'enabled') === false
}

async function play(of: Pick<Case, 'name' | 'way' | 'edit'>, act: (scene: Scene) => Promise<void>): Promise<void> {
  const way = wayOf(of)
  const scene = await openScene({ name: of.name, class: 'dev', files: way.files, roles: ['writ', 'writ-steer'] })
  const objects = way.objects(scene)
  try {
    await scene.apply(...objects)
    await scene.seen(webIn(scene), object => valueAt(object, 'status', 'availableReplicas') === 1, 'the Deployment is rolled out')
    await act(scene)
  } catch (cause) {
    throw new Error(`${cause instanceof Error ? cause.message : String(cause)}\nprogress:\n${scene.progress.slice(-10).join('\n')}`, { cause })
  } finally {
    await sweep(scene, objects)
    await scene.close()
  }
}

describe('a pause of', () => {
  for (const one of CASES) {
    it(`${one.title} ${one.lasts ? 'lasts' : 'is refused, since it would be put back'}`, async function () {
      if (!realRuns()) this.skip()
      await play(one, async scene => {
        const [child, parent] = [one.child(scene), one.parent(scene)]
        const asked = await scene.writ('suspend', `${child.kind.toLowerCase()}/${child.name}`, '-n', child.namespace, '--for', '1h', '--reason', 'a scenario')
        if (!one.lasts) {
          expect([asked.exit, textAt(asked.answer, 'code')], shown(asked)).to.deep.equal([3, 'PARENT_REVERTS'])
          // What is refused is true: done by hand, it is undone.
          await scene.cluster.api.patch(child, one.paused, { manager: 'somebody' })
          await wake(scene, parent)
          await scene.seen(child, object => !isPaused(object), 'the pause is undone')
          return
        }
        expect(asked.exit, shown(asked)).to.be.oneOf([0, 4])
        await wake(scene, parent)
        await pause(3000)
        expect(isPaused(await scene.seen(child, () => true, 'the child'))).to.equal(true)
      })
    })
  }

  it('a HelmRelease keeps the release as it is, whatever its values become, until it is resumed', async function () {
    if (!realRuns()) this.skip()
    await play({ name: 'child-release', way: 'way-release' }, async scene => {
      const release: Named = { group: 'helm.toolkit.fluxcd.io', version: 'v2', plural: 'helmreleases', kind: 'HelmRelease', namespace: scene.namespace, name: 'web' }
      const parent: Named = { ...KUSTOMIZATION, namespace: scene.namespace, name: scene.namespace }
      const paused = await scene.writ('suspend', 'helmrelease/web', '-n', scene.namespace, '--for', '1h', '--reason', 'a scenario')
      expect(paused.exit, shown(paused)).to.be.oneOf([0, 4])
      const text = await scene.git.read('apps', 'main', 'releases/web.yaml')
      await scene.push({ 'releases/web.yaml': text?.replace(V1, V2) ?? '' })
      await wake(scene, { group: 'source.toolkit.fluxcd.io', version: 'v1', plural: 'gitrepositories', kind: 'GitRepository', namespace: scene.namespace, name: 'apps' })
      await wake(scene, parent)
      await scene.seen(release, object => textAt(object, 'spec', 'values', 'image') === V2, 'the new value')
      await pause(2000)
      expect(JSON.stringify(await scene.seen(webIn(scene), () => true, 'the Deployment'))).to.include(V1).and.not.include(V2)
      const resumed = await scene.writ('resume', 'helmrelease/web', '-n', scene.namespace, '--reason', 'over', '--wait')
      expect([resumed.exit, textAt(resumed.answer, 'status')], shown(resumed)).to.deep.equal([0, 'verified'])
      await scene.seen(webIn(scene), object => JSON.stringify(object).includes(V2), 'the new image')
    })
  })
})

import { expect } from 'chai'
import { objectsAt, textAt, valueAt } from '../../../src/model/json.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import { CHART, helmRelease } from '../chart.ts'
import { webIn } from '../owners.ts'
import { shown, sweep, V1, V2 } from '../scenario.ts'
import { openScene, realRuns } from '../scene.ts'
import type { Scene, SeenObject } from '../scene.ts'

const MISSING = 'registry.example.com/web:does-not-exist'
const FILES: Readonly<Record<string, string>> = { ...CHART, 'charts/web/values.schema.json': '{"type": "object", "properties": {"replicas": {"type": "integer", "maximum": 5}}}\n' }

/** A HelmRelease that waits for what it installs; `more` is its handling of failures, in YAML. */
function release(of: { readonly image?: string, readonly more?: string }): string {
  return helmRelease({ ...of, more: `  timeout: 8s\n${of.more ?? ''}`, values: '    replicas: 1\n' })
}

interface Play extends Scene { readonly release: SeenObject }

function ready(object: JsonObject): JsonObject | undefined {
  return objectsAt(object, 'status', 'conditions').find(one => one['type'] === 'Ready')
}

/** Plays it in a scene whose Kustomization has applied the HelmRelease; `until` is what its first state must be. */
function releasing(title: string, of: { readonly name: string, readonly file: string, readonly until: 'True' | 'False' }, play: (scene: Play) => Promise<void>): void {
  it(title, async function () {
    if (!realRuns()) this.skip()
    const scene = await openScene({ name: of.name, class: 'dev', files: { ...FILES, 'releases/web.yaml': of.file } })
    const helm = { group: 'helm.toolkit.fluxcd.io', version: 'v2', plural: 'helmreleases', kind: 'HelmRelease', namespace: scene.namespace, name: 'web' }
    const objects = [
      { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata: { name: 'apps', namespace: scene.namespace }, spec: { url: scene.url, interval: '10m', ref: { branch: 'main' } } },
      {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata: { name: scene.namespace, namespace: scene.namespace },
        spec: { sourceRef: { kind: 'GitRepository', name: 'apps' }, path: './releases', interval: '10m', retryInterval: '5s', timeout: '60s', prune: true },
      }]
    try {
      await scene.apply(...objects)
      // It writes that it is ready before it writes what the release holds, and some of these scenarios end the controller then.
      const recorded = (object: JsonObject): boolean => of.until === 'False' || objectsAt(object, 'status', 'history').length > 0
      await scene.seen(helm, object => ready(object)?.['status'] === of.until && recorded(object), `the first release is ${of.until === 'True' ? 'ready' : 'failed'}`)
      await play({ ...scene, release: helm })
    } catch (cause) {
      const now = await scene.get(helm)
      throw new Error(`${cause instanceof Error ? cause.message : String(cause)}\nprogress:\n${scene.progress.slice(-12).join('\n')}\nHelmRelease: ${JSON.stringify(valueAt(now ?? undefined, 'status') ?? null).slice(0, 3000)}`, { cause })
    } finally {
      await sweep(scene, objects)
      await scene.close()
    }
  })
}

async function image(scene: Scene): Promise<string> {
  return JSON.stringify(valueAt(await scene.seen(webIn(scene), () => true, 'the Deployment'), 'spec', 'template', 'spec', 'containers'))
}

function set(scene: Scene, to: string, ...args: readonly string[]): ReturnType<Scene['writ']> {
  return scene.writ('set', 'image', 'deployment/web', `web=${to}`, '-n', scene.namespace, '--reason', 'a scenario', ...args)
}

/** The change merged while helm-controller is away, what somebody else pushes then, and how it ended. */
async function brokenBehind(scene: Scene, files: Readonly<Record<string, string | null>>): ReturnType<Scene['writ']> {
  await scene.control('helm-controller', 'stop')
  let id: string
  try {
    const asked = await set(scene, V2)
    id = textAt(asked.answer, 'id') ?? ''
    expect([asked.exit, textAt(asked.answer, 'waiting', 'for')], shown(asked)).to.deep.equal([4, 'controller'])
    await scene.push(files)
    const source = { group: 'source.toolkit.fluxcd.io', version: 'v1', kind: 'GitRepository', namespace: scene.namespace, name: 'apps' }
    await scene.cluster.api.patch(source, { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': `scenario-${Date.now()}` } } }, { manager: 'scenario' })
    const tip = await scene.git.head('apps') ?? ''
    const kustomization = { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', plural: 'kustomizations', namespace: scene.namespace, name: scene.namespace }
    await scene.seen(kustomization, object => textAt(object, 'status', 'lastAppliedRevision') === `main@sha1:${tip}`, 'the newest commit is applied')
  } finally {
    await scene.control('helm-controller', 'start')
  }
  return scene.writ('get', `change/${id}`, '--wait')
}

describe('a release of Helm', () => {
  releasing('that cannot be upgraded has failed', { name: 'hr-stuck', file: release({}), until: 'True' }, async scene => {
    const changed = await set(scene, MISSING, '--wait')
    expect([changed.exit, textAt(changed.answer, 'status')], shown(changed)).to.deep.equal([1, 'failed'])
    expect(textAt(changed.answer, 'ended', 'message'), shown(changed)).to.include('ImagePullBackOff').and.match(/UpgradeFailed/)
  })

  releasing('that is rolled back is never verified', { name: 'hr-back', until: 'True', file: release({ more: '  upgrade:\n    remediation: {retries: 0, remediateLastFailure: true, strategy: rollback}\n' }) }, async scene => {
    const changed = await set(scene, `${V2}-hang`, '--wait')
    expect([changed.exit, textAt(changed.answer, 'status')], shown(changed)).to.deep.equal([1, 'failed'])
    await scene.seen(scene.release, object => JSON.stringify(ready(object) ?? null).includes('Rollback'), 'the release was rolled back')
    expect(await image(scene)).to.include(V1)
    expect([textAt(changed.answer, 'ended', 'code'), textAt(changed.answer, 'ended', 'message')?.includes('RollbackSucceeded')], shown(changed)).to.deep.equal(['verify/rolled-back', true])
    const later = await scene.writ('get', `change/${textAt(changed.answer, 'id') ?? ''}`)
    expect(textAt(later.answer, 'status')).to.equal('failed')
  })

  releasing('whose first installation failed is told so, and can be put right', { name: 'hr-first', file: release({ image: MISSING }), until: 'False' }, async scene => {
    const worse = await scene.writ('set', 'field', 'helmrelease/web', 'spec.values.replicas=2', '-n', scene.namespace, '--reason', 'a scenario', '--wait')
    expect([worse.exit, textAt(worse.answer, 'status')], shown(worse)).to.deep.equal([1, 'failed'])
    expect(textAt(worse.answer, 'ended', 'message')).to.include('UpgradeFailed').and.include('timeout waiting for')
    const changed = await set(scene, V2, '--wait')
    expect([changed.exit, textAt(changed.answer, 'status')], shown(changed)).to.deep.equal([0, 'verified'])
    expect(await image(scene)).to.include(V2)
  })

  releasing('whose values the chart does not take is refused before anything is written', { name: 'hr-schema', file: release({}), until: 'True' }, async scene => {
    const head = await scene.git.head('apps')
    const asked = await scene.writ('scale', 'deployment/web', '--replicas', '9', '-n', scene.namespace, '--reason', 'a scenario')
    expect(asked.exit, shown(asked)).to.equal(3)
    expect(JSON.stringify(asked.answer)).to.match(/maximum|less than or equal/)
    expect(await scene.git.head('apps')).to.equal(head)
  })

  releasing('whose chart somebody breaks has failed in the words of the chart', { name: 'hr-chart', file: release({}), until: 'True' }, async scene => {
    const followed = await brokenBehind(scene, { 'charts/web/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 0.2.0\n', 'charts/web/templates/broken.yaml': '{{ fail "this chart is broken" }}\n' })
    expect([followed.exit, textAt(followed.answer, 'status')], shown(followed)).to.deep.equal([1, 'failed'])
    expect(textAt(followed.answer, 'ended', 'message'), shown(followed)).to.include('this chart is broken')
  })

  releasing('whose values are not there has failed in the controller\'s words', { name: 'hr-values', file: release({}), until: 'True' }, async scene => {
    const file = release({ image: V2, more: '  valuesFrom:\n    - {kind: ConfigMap, name: absent}\n' })
    const followed = await brokenBehind(scene, { 'releases/web.yaml': file })
    expect([followed.exit, textAt(followed.answer, 'status')], shown(followed)).to.deep.equal([1, 'failed'])
    expect(textAt(followed.answer, 'ended', 'message'), shown(followed)).to.include('absent')
  })
})

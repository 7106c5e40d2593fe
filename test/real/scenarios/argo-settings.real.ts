import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'chai'
import type { JsonObject } from '../../../src/model/json.ts'
import { objectsAt, textAt, valueAt } from '../../../src/model/json.ts'
import { metadataText } from '../../../src/model/resource.ts'
import { controlPlaneNamespace, MEMBER, startControlPlane } from '../control-plane.ts'
import { web, webIn } from '../owners.ts'
import type { RealAddress } from '../parts/up.ts'
import { played } from '../play-way.ts'
import { shown, sweep, V1 } from '../scenario.ts'
import { openScene, realRuns } from '../scene.ts'
import type { Scene, SeenObject } from '../scene.ts'
import { application, from } from '../ways.ts'

const ID = 'argocd.argoproj.io/tracking-id'
const INSTALLATION = 'argocd.argoproj.io/installation-id'
const LABEL = 'app.kubernetes.io/instance'
const OWN = 'example.com/application'
const IN_CLUSTER = { server: 'https://kubernetes.default.svc' }

/** An object that is in no source and looks as if it were; `listed`: Argo CD names it in status.resources nevertheless. */
interface Stranger { readonly name: string, readonly metadata: (scene: Scene) => JsonObject, readonly listed?: { readonly pruned: boolean }, readonly code: 'UNMANAGED' | 'OWNER_NOT_FOUND' }

interface Setting {
  readonly title: string
  readonly name: string
  readonly settings: Readonly<Record<string, string>>
  readonly evidence: readonly RegExp[]
  readonly strangers: readonly Stranger[]
  readonly destination?: (real: RealAddress) => JsonObject
  /** Default: the names under which Argo CD knows its own cluster. */
  readonly destinations?: (real: RealAddress) => readonly string[]
  /** The control plane that writ.yaml names, where that is another one. */
  readonly named?: string
}

const byLabel = (key: string): Stranger => ({ name: 'labelled', metadata: scene => ({ labels: { [key]: scene.namespace } }), listed: { pruned: true }, code: 'OWNER_NOT_FOUND' })
const copiedLabel: Stranger = { name: 'copied-label', metadata: scene => ({ labels: { [LABEL]: scene.namespace } }), code: 'UNMANAGED' }
const idOf = (scene: Scene, name: string): string => `${scene.namespace}:/ConfigMap:${scene.namespace}/${name}`
const copiedId = (more: JsonObject = {}): Stranger => ({
  name: 'copied-id', metadata: scene => ({ labels: { [LABEL]: scene.namespace }, annotations: { [ID]: `${scene.namespace}:apps/Deployment:${scene.namespace}/web`, ...more } }), listed: { pruned: false }, code: 'UNMANAGED',
})
const ownId = (more: Partial<Stranger> = {}, annotations: JsonObject = {}): Stranger => ({
  name: 'own-id', metadata: scene => ({ annotations: { [ID]: idOf(scene, more.name ?? 'own-id'), ...annotations } }), listed: { pruned: true }, code: 'OWNER_NOT_FOUND', ...more,
})

const METHOD = 'application.resourceTrackingMethod'
const INSTANCE = /tracking id names the Application instance/
const LISTS = /status\.resources lists it/

const SETTINGS: readonly Setting[] = [
  {
    title: 'labels', name: 'by-label', settings: { [METHOD]: 'label' }, evidence: [LISTS, /the label app\.kubernetes\.io\/instance is/],
    strangers: [byLabel(LABEL), { ...without(ownId()), code: 'UNMANAGED' }],
  },
  {
    title: 'labels, of a controller that writ.yaml does not name', name: 'by-other', settings: { [METHOD]: 'label' }, evidence: [LISTS, /the label app\.kubernetes\.io\/instance is/], named: 'argocd',
    strangers: [byLabel(LABEL)],
  },
  {
    title: 'labels of a key of its own, and an installation id that labels do not know', name: 'by-key', settings: { [METHOD]: 'label', 'application.instanceLabelKey': OWN, installationID: 'blue' }, evidence: [LISTS, /the label example\.com\/application is/],
    strangers: [byLabel(OWN), copiedLabel],
  },
  {
    title: 'annotations', name: 'by-annotation', settings: { [METHOD]: 'annotation' }, evidence: [LISTS, INSTANCE],
    strangers: [copiedLabel, copiedId(), ownId()],
  },
  {
    title: 'annotations and labels', name: 'by-both', settings: { [METHOD]: 'annotation+label' }, evidence: [LISTS, INSTANCE],
    strangers: [copiedLabel, copiedId(), ownId()],
  },
  {
    title: 'an installation id', name: 'by-id', settings: { installationID: 'blue' }, evidence: [LISTS, INSTANCE],
    strangers: [copiedId({ [INSTALLATION]: 'blue' }), ownId({}, { [INSTALLATION]: 'blue' }), { ...without(ownId({ name: 'of-green' }, { [INSTALLATION]: 'green' })), code: 'OWNER_NOT_FOUND' }, { ...without(ownId({ name: 'of-none' })), code: 'UNMANAGED' }],
  },
  {
    title: 'no installation id', name: 'by-none', settings: {}, evidence: [LISTS, INSTANCE],
    strangers: [{ ...without(ownId({ name: 'of-green' }, { [INSTALLATION]: 'green' })), code: 'OWNER_NOT_FOUND' }],
  },
  {
    title: 'a member of a hub, by its URL', name: 'by-url', settings: {}, evidence: [LISTS, INSTANCE], strangers: [copiedId()],
    destination: real => ({ server: real.url }), destinations: real => [real.url],
  },
  {
    title: 'a member of a hub, by its name', name: 'by-name', settings: {}, evidence: [LISTS, INSTANCE], strangers: [],
    destination: () => ({ name: MEMBER }), destinations: () => [MEMBER],
  },
]

/** Made so that Argo CD does not list it. */
function without({ listed: _listed, ...stranger }: Stranger): Stranger {
  return stranger
}

async function play(setting: Setting, scene: Scene): Promise<void> {
  const place = { group: 'argoproj.io', version: 'v1alpha1', plural: 'applications', namespace: controlPlaneNamespace(scene.namespace), name: scene.namespace }
  await scene.seen(webIn(scene), object => valueAt(object, 'status', 'availableReplicas') === 1, 'the Deployment is rolled out')
  await played(scene, { file: 'apps/web/web.yaml', owner: () => `Application ${place.namespace}/${place.name}`, evidence: setting.evidence })
  await withStrangers(setting, scene, place)
  if (setting.destinations !== undefined) await elsewhere(scene)
}

/** None of them is proven, whether Argo CD lists it or not. */
async function withStrangers({ strangers }: Setting, scene: Scene, place: SeenObject): Promise<void> {
  for (const { name, metadata } of strangers) await scene.apply({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { ...metadata(scene), name, namespace: scene.namespace } })
  await scene.cluster.api.patch({ ...place, kind: 'Application' }, { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } }, { manager: 'scenario' })
  const app = await scene.seen(place, object => metadataText(object, 'annotations', 'argocd.argoproj.io/refresh') === undefined && strangers.every(({ name, listed }) => listed === undefined || entryOf(object, name) !== undefined), 'the strangers are listed')
  for (const { name, listed, code } of strangers) {
    const entry = entryOf(app, name)
    if (listed === undefined) expect(entry, name).to.equal(undefined)
    else expect([entry?.['requiresPruning'] === true, textAt(entry, 'status')], name).to.deep.equal(listed.pruned ? [true, 'OutOfSync'] : [false, undefined])
    const owner = await scene.writ('owner', `configmap/${name}`, '-n', scene.namespace)
    expect([owner.answer['kind'], owner.answer['code']], `${name}: ${shown(owner)}`).to.deep.equal(['Refusal', code])
  }
}

function entryOf(app: JsonObject, name: string): JsonObject | undefined {
  return objectsAt(app, 'status', 'resources').find(entry => entry['kind'] === 'ConfigMap' && entry['name'] === name)
}

/** Where writ.yaml gives the cluster other names, the Application deploys to somewhere else. */
async function elsewhere(scene: Scene): Promise<void> {
  const file = join(scene.env['WRIT_CONFIG'] ?? '', 'writ.yaml')
  await writeFile(file, (await readFile(file, 'utf8')).replace(/destinations:\n\s+- .*\n/, 'destinations: [https://other.example.com]\n'))
  const owner = await scene.writ('owner', 'deployment/web', '-n', scene.namespace)
  expect(owner.answer['code'], shown(owner)).to.equal('OWNER_NOT_FOUND')
  expect(JSON.stringify(owner.answer)).to.include('add it to its argocd.destinations')
}

describe('an Argo CD that knows what it deploys by', () => {
  for (const setting of SETTINGS) {
    it(`${setting.title}: its owner is proven, and what only looks like it is not`, async function () {
      if (!realRuns()) this.skip()
      const scene = await openScene({
        name: setting.name, class: 'dev', files: { 'apps/web/web.yaml': web(V1) },
        argocd: ({ namespace, real }) => ({ namespace: setting.named ?? controlPlaneNamespace(namespace), ...(setting.destinations === undefined ? {} : { destinations: setting.destinations(real) }) }),
      })
      const namespace = controlPlaneNamespace(scene.namespace)
      // What Argo CD may not prune stays, so that it can be asked about.
      const app = application({
        name: scene.namespace, namespace, destination: scene.namespace,
        spec: { source: from(scene, 'apps/web'), destination: { ...setting.destination?.(scene.real) ?? IN_CLUSTER, namespace: scene.namespace }, syncPolicy: { automated: { prune: false, selfHeal: true } } },
      })
      const plane = await startControlPlane(scene, { settings: setting.settings, member: setting.destination !== undefined })
      try {
        await scene.apply(app)
        await play(setting, scene)
      } catch (cause) {
        throw new Error(`${cause instanceof Error ? cause.message : String(cause)}\nprogress:\n${scene.progress.slice(-10).join('\n')}`, { cause })
      } finally {
        await sweep(scene, [app])
        await plane.stop()
        await scene.close()
      }
    })
  }
})

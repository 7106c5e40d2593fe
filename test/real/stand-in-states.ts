import { objectsAt, textAt, valueAt } from '../../src/model/json.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { BEHAVIOURS } from '../../src/sandbox/behaviour.ts'
import type { Behaviour } from '../../src/sandbox/behaviour.ts'
import { application, gitRepository, kustomization } from '../../src/sandbox/example/owners.ts'
import { chartFiles, helmRelease } from '../contracts/chart.ts'
import { configMap, REFUSED } from '../contracts/controller-ground.ts'
import { startStand, until } from '../sandbox/stand.ts'
import type { Stand } from '../sandbox/stand.ts'

const GROUPS = /^(?:argoproj\.io|(?:source|kustomize|helm)\.toolkit\.fluxcd\.io)\//

/** Every state that the stand-ins write of owners, sources and projects while they deploy, fail, mend, prune, roll back, and misbehave in each way that they can. */
export async function standInStates(): Promise<readonly KubernetesObject[]> {
  const states: KubernetesObject[] = []
  const stand = oneAtATime(await startStand({
    poll: 3_600_000, files: { ...chartFiles('1.0.0'), ...Object.fromEntries(behaviours().flatMap(name => ['app', 'ks'].map(kind => [`${kind}-${name.toLowerCase()}/map.yaml`, configMap(`${kind}-${name.toLowerCase()}`, 'shop', 'one')]))) },
    written: object => { if (GROUPS.test(object.apiVersion)) states.push(object) },
  }))
  try {
    await stand.api.apply(gitRepository('apps', stand.url), 'test')
    await stand.api.apply({ ...gitRepository('apps', stand.url), metadata: { name: 'contract', namespace: 'shop' } }, 'test')
    await Promise.all([...behaviours().flatMap(name => [anApplication(stand, name), aKustomization(stand, name)]), releases(stand)])
    await broken(stand)
  } finally {
    await stand.stop()
  }
  return states
}

// Two pushes at once would be in each other's way.
function oneAtATime(stand: Stand): Stand {
  let last: Promise<unknown> = Promise.resolve()
  return {
    ...stand,
    push: files => {
      const pushed = last.then(() => stand.push(files))
      last = pushed.catch(() => undefined)
      return pushed
    },
  }
}

function behaviours(): readonly Behaviour[] {
  return Object.keys(BEHAVIOURS) as Behaviour[]
}

async function anApplication(stand: Stand, behaviour: Behaviour): Promise<void> {
  const name = `app-${behaviour.toLowerCase()}`
  const owner = application({ name, namespace: 'shop', url: stand.url, path: name })
  await stand.api.apply({ ...owner, spec: { ...Object(owner['spec']), syncPolicy: { automated: { prune: true, selfHeal: true }, retry: { limit: 1, backoff: { duration: '1s', factor: 2, maxDuration: '1s' } } } } }, 'test')
  await until(async () => textAt(await stand.app(name), 'status', 'sync', 'status') === 'Synced', `${name} Synced`, 60_000)
  stand.behaviours.set(`Application argocd/${name}`, behaviour)
  for (const files of [{ [`${name}/map.yaml`]: configMap(name, 'shop', 'two'), [`${name}/more.yaml`]: configMap(`${name}-more`, 'shop', 'x') }, { [`${name}/more.yaml`]: null }]) {
    await stand.push(files)
    await stand.api.patch({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd', name }, { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } }, { manager: 'test' })
    await pause(2500)
  }
  // Somebody changes what is live, and starts a sync.
  await stand.api.patch({ group: '', version: 'v1', kind: 'ConfigMap', namespace: 'shop', name }, { data: { value: 'another' } }, { manager: 'test' })
  await pause(1000)
  await stand.api.patch({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd', name }, { operation: { info: [{ name: 'writ.dev/change', value: 'abcdefgh' }], initiatedBy: { username: 'ada' }, sync: { prune: true } } }, { manager: 'test' })
  await pause(1000)
}

async function aKustomization(stand: Stand, behaviour: Behaviour): Promise<void> {
  const name = `ks-${behaviour.toLowerCase()}`
  const ref = { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', kind: 'Kustomization', namespace: 'flux-system', name }
  await stand.api.apply(kustomization({ name, path: `./${name}` }), 'test')
  await until(async () => textAt(await stand.kustomization(name), 'status', 'lastAppliedRevision') !== undefined, `${name} applied`, 60_000)
  stand.behaviours.set(`Kustomization flux-system/${name}`, behaviour)
  await stand.push({ [`${name}/map.yaml`]: configMap(name, 'shop', 'two') })
  await ask(stand, name)
  await stand.api.patch(ref, { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': `${name}-2` } } }, { manager: 'test' })
  await pause(2500)
}

async function ask(stand: Stand, token: string): Promise<void> {
  for (const [namespace, name] of [['flux-system', 'apps'], ['shop', 'contract']] as const) {
    await stand.api.patch({ group: 'source.toolkit.fluxcd.io', version: 'v1', kind: 'GitRepository', namespace, name }, { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': token } } }, { manager: 'test' })
  }
}

/** A release that is installed, upgraded, rolled back, mended, and one whose chart is not there. */
async function releases(stand: Stand): Promise<void> {
  const apply = (name: string, values: JsonObject, more: JsonObject = {}): Promise<KubernetesObject> => stand.api.apply(helmRelease({ name, namespace: 'shop', source: 'contract', values, more: { timeout: '20s', upgrade: { remediation: { remediateLastFailure: true, retries: 0 } }, ...more } }), 'test')
  const release = async (is: (found: KubernetesObject) => boolean, what: string): Promise<void> => {
    await until(async () => {
      const found = await stand.api.get({ group: 'helm.toolkit.fluxcd.io', version: 'v2', kind: 'HelmRelease', namespace: 'shop', name: 'web' })
      return found !== null && is(found)
    }, what, 60_000)
  }
  const reason = (type: string) => (found: KubernetesObject): string => textAt(objectsAt(found, 'status', 'conditions').find(one => one['type'] === type), 'reason') ?? ''
  const done = (found: KubernetesObject): boolean => valueAt(found, 'status', 'observedGeneration') === found.metadata['generation']
  await apply('gone', {}, { chart: { spec: { chart: './nowhere', sourceRef: { kind: 'GitRepository', name: 'contract' } } } })
  await apply('web', { image: 'web:1', replicas: 0 })
  await release(found => done(found) && reason('Ready')(found) === 'InstallSucceeded', 'the installation')
  await apply('web', { image: 'web:2', replicas: 0 })
  await release(found => done(found) && reason('Ready')(found) === 'UpgradeSucceeded', 'the upgrade')
  await apply('web', { image: 'NOT AN IMAGE', replicas: -1 })
  await release(found => done(found) && reason('Stalled')(found) === 'RetriesExceeded', 'the rollback')
  await apply('web', { image: 'web:2', replicas: 0 })
  await release(found => done(found) && reason('Ready')(found) === 'UpgradeSucceeded', 'what the rollback left')
  await apply('web', { image: 'web:2', replicas: 0 }, { suspend: true })
  await release(done, 'suspended')
}

/** Sources that do not render, cannot be applied, or are not there; a request while suspended; an owner that waits. */
async function broken(stand: Stand): Promise<void> {
  await stand.push({ 'app-normal/broken.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [\n', 'ks-normal/broken.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: [\n', 'app-silent/refused.yaml': configMap(REFUSED, 'shop', 'x'), 'ks-silent/refused.yaml': configMap(REFUSED, 'shop', 'x') })
  stand.behaviours.clear()
  await stand.api.apply({ ...application({ name: 'odd', namespace: 'shop', url: stand.url, path: 'nowhere' }), spec: { project: 'default', sources: [{ repoURL: stand.url, path: 'a' }], destination: { server: 'https://kubernetes.default.svc' } } }, 'test')
  await stand.api.apply(gitRepository('none', `${stand.url}-not-there`), 'test')
  await stand.api.apply(kustomization({ name: 'waits', path: './nowhere' }), 'test')
  await stand.api.apply({ ...kustomization({ name: 'depends', path: './ks-normal' }), spec: { ...Object(kustomization({ name: 'depends', path: './ks-normal' })['spec']), dependsOn: [{ name: 'waits' }] } }, 'test')
  await ask(stand, 'broken')
  for (const name of ['app-normal', 'app-silent']) await stand.api.patch({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd', name }, { metadata: { annotations: { 'argocd.argoproj.io/refresh': 'normal' } } }, { manager: 'test' })
  await until(async () => textAt(await stand.app('app-normal'), 'status', 'sync', 'status') === 'Unknown', 'Unknown', 60_000)
  await until(async () => objectsAt(await stand.app('app-silent'), 'status', 'conditions').some(one => one['type'] === 'SyncError'), 'SyncError', 60_000)
  for (const name of ['ks-normal', 'ks-silent', 'waits', 'depends']) await until(async () => objectsAt(await stand.kustomization(name), 'status', 'conditions').some(one => one['type'] === 'Ready' && one['status'] === 'False'), `${name} failing`, 60_000)
}

function pause(ms: number): Promise<void> {
  return new Promise(resolve => { setTimeout(resolve, ms) })
}

import { objectsAt, textAt, valueAt } from '../../src/model/json.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Observation } from '../../src/model/observation.ts'
import type { Owner } from '../../src/model/owner.ts'
import type { KubernetesObject, Target } from '../../src/model/resource.ts'
import { configMap } from './controller-ground.ts'
import type { Ground } from './controller-ground.ts'
import type { Place, Recording } from './recording.ts'

export const conditionOf = (object: KubernetesObject, type: string): JsonObject | undefined => objectsAt(object, 'status', 'conditions').find(one => one['type'] === type)
/** A condition's status and reason; a blank where it is not there. */
export const is = (object: KubernetesObject, type: string): string => `${textAt(conditionOf(object, type), 'status') ?? ''} ${textAt(conditionOf(object, type), 'reason') ?? ''}`
export const applied = (object: KubernetesObject): string => (textAt(object, 'status', 'lastAppliedRevision') ?? '').slice(-40)
export const attempted = (object: KubernetesObject): string => (textAt(object, 'status', 'lastAttemptedRevision') ?? '').slice(-40)
export const observed = (object: KubernetesObject): boolean => valueAt(object, 'status', 'observedGeneration') === object.metadata['generation']

/** What Writ sees of an owner once nothing is under way. A source that moved or was asked may lead to one more run of what is applied already: that is all it may wait for. */
export async function seenAtRest({ world }: Ground, owner: Owner, target: Target): Promise<Observation> {
  for (let tries = 100; ; tries--) {
    const now = await world.tool.observe(owner, target)
    if (tries === 0 || now.unmet.length !== 1 || now.unmet[0]?.endsWith('Ready is Unknown: Progressing Reconciliation in progress') !== true) return now
    await new Promise(resolve => { setTimeout(resolve, 100) })
  }
}

/** The source of all that the suite makes; charts have one in their own namespace. */
export function gitRepository({ world }: Ground, namespace = world.owners): Place {
  return { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', plural: 'gitrepositories', namespace, name: 'contract' }
}

/** Asks a controller to look; gives what it is to answer with. */
export async function askFor(ground: Ground, place: Place): Promise<string> {
  const token = ground.name('contract')
  await ground.hand.patch(place, { metadata: { annotations: { 'reconcile.fluxcd.io/requestedAt': token } } })
  return token
}

export interface Kustomization {
  readonly name: string
  readonly map: string
  readonly file: string
  readonly place: Place
  readonly seen: Recording
  /** Commits a value of its ConfigMap, and asks the source to look. */
  push(value: string): Promise<string>
  /** The first state that is to be accepted: Ready, of the generation, with the revision named. */
  ready(commit?: string): Promise<KubernetesObject>
}

/** A Kustomization of a folder of its own, with one ConfigMap. */
export async function newKustomization(ground: Ground, spec: JsonObject, files: (name: string) => Readonly<Record<string, string>>): Promise<Kustomization> {
  const { world } = ground
  const its = ground.name('ks')
  const [map, file] = [`${its}-map`, `${its}/config.yaml`]
  const place: Place = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', plural: 'kustomizations', namespace: world.owners, name: its }
  await world.push({ [file]: configMap(map, world.workloads, 'one'), ...files(its) })
  await askFor(ground, gitRepository(ground))
  const seen = await ground.record(place)
  await ground.make(place, { sourceRef: { kind: 'GitRepository', name: 'contract' }, path: `./${its}`, interval: '1h', retryInterval: '2s', timeout: '30s', prune: true, wait: true, ...spec })
  return {
    name: its, map, file, place, seen,
    push: async value => {
      const commit = await world.push({ [file]: configMap(map, world.workloads, value) })
      await askFor(ground, gitRepository(ground))
      return commit
    },
    ready: commit => seen.until(object => is(object, 'Ready') === 'True ReconciliationSucceeded' && observed(object) && applied(object) !== '' && (commit === undefined || applied(object) === commit), `${its} Ready at ${commit ?? 'any commit'}`),
  }
}

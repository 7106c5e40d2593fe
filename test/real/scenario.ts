import { expect } from 'chai'
import { fieldAt } from '../../src/model/field.ts'
import type { Json, JsonObject } from '../../src/model/json.ts'
import { objectsAt, textAt, valueAt } from '../../src/model/json.ts'
import type { EnvironmentClass } from '../../src/model/environment.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { nameOf } from '../../src/sandbox/api.ts'
import type { CliAnswer } from '../../src/sandbox/writ-cli.ts'
import { deploying, TOOLS, web, webIn } from './owners.ts'
import type { Deploying } from './owners.ts'
import { openScene, realRuns } from './scene.ts'
import type { Scene } from './scene.ts'

export const V1 = 'registry.example.com/web:1.0.0'
export const V2 = 'registry.example.com/web:1.1.0'
export const V3 = 'registry.example.com/web:1.2.0'

const IMAGE = ['spec', 'template', 'spec', 'containers', { key: 'name', value: 'web' }, 'image'] as const

export interface ScenarioStart {
  readonly name: string
  readonly class?: EnvironmentClass
  /** Default: one Deployment `web` at V1 in apps/web. */
  readonly files?: Readonly<Record<string, string>>
  readonly tools?: readonly Deploying['tool'][]
  readonly roles?: readonly string[]
  /** Laid over the owner's spec, by tool. */
  readonly more?: Readonly<Record<Deploying['tool'], JsonObject>>
}

/** What plays on the parts: a scene in which the owner has deployed apps/web. */
export interface Played extends Scene {
  readonly owner: Deploying
  live(): Promise<KubernetesObject>
  image(): Promise<Json | undefined>
  /** Asks for the image and gives the answer. */
  ask(image: string, ...args: readonly string[]): Promise<CliAnswer>
  /** The same through approval and the push of the merge, without waiting for the controller; gives the change's id. */
  merged(image: string): Promise<string>
  ownerNow(): Promise<KubernetesObject>
  changeOwner(patch: JsonObject): Promise<void>
}

/** Plays it once for each tool, in a namespace and a repository of its own; a second try begins from nothing. */
export function scenario(title: string, start: ScenarioStart, play: (scene: Played) => Promise<void>): void {
  for (const tool of start.tools ?? TOOLS) {
    it(`${title} (${tool})`, async function () {
      if (!realRuns()) this.skip()
      const scene = await openScene({ name: `${start.name}-${tool}`, class: start.class ?? 'staging', files: start.files ?? { 'apps/web/web.yaml': web(V1) }, ...(start.roles === undefined ? {} : { roles: start.roles }) })
      const more = start.more?.[tool]
      const owner = deploying(scene, tool, { path: 'apps/web', ...(more === undefined ? {} : { more }) })
      const played = { ...scene, ...acts(scene, owner), owner }
      try {
        await scene.apply(...owner.objects)
        await scene.seen(webIn(scene), object => valueAt(object, 'status', 'availableReplicas') === 1, 'the Deployment is rolled out')
        await play(played)
      } catch (error) {
        throw await failure(error, played)
      } finally {
        await sweep(scene, owner.objects)
        await scene.close()
      }
    })
  }
}

function acts(scene: Scene, owner: Deploying): Omit<Played, keyof Scene | 'owner'> {
  const must = async (object: Promise<KubernetesObject | null>): Promise<KubernetesObject> => {
    const found = await object
    if (found === null) throw new Error('an object of the scenario is gone')
    return found
  }
  const live = (): Promise<KubernetesObject> => must(scene.get({ group: 'apps', version: 'v1', kind: 'Deployment', name: 'web' }))
  const ref = { ...owner.object, kind: owner.owner.kind }
  const ask: Played['ask'] = (image, ...args) => scene.writ('set', 'image', 'deployment/web', `web=${image}`, '-n', scene.namespace, '--reason', 'a scenario', ...args)
  return {
    live, ask,
    image: async () => fieldAt(await live(), IMAGE),
    merged: async image => {
      const asked = await ask(image)
      expect([asked.exit, textAt(asked.answer, 'waiting', 'for')], shown(asked)).to.deep.equal([4, 'people'])
      const id = textAt(asked.answer, 'id') ?? ''
      const approved = await scene.writ('approve', `change/${id}`, '--key', scene.keys.peer)
      expect(approved.exit, shown(approved)).to.equal(4)
      const merged = await scene.writ('merge', `change/${id}`)
      expect(merged.exit, shown(merged)).to.be.oneOf([0, 4])
      expect(textAt(merged.answer, 'waiting', 'for'), shown(merged)).to.not.equal('people')
      return id
    },
    ownerNow: () => must(scene.get(ref)),
    changeOwner: async patch => { await scene.cluster.api.patch(ref, patch, { manager: 'scenario' }) },
  }
}

/** Waits until nothing of the owner is under way. */
export async function settled(scene: Played): Promise<void> {
  await scene.seen(scene.owner.object, object => scene.owner.tool === 'argocd'
    ? textAt(object, 'status', 'operationState', 'phase') === 'Succeeded' && textAt(object, 'status', 'sync', 'status') === 'Synced'
    : objectsAt(object, 'status', 'conditions').some(one => one['type'] === 'Ready' && one['status'] === 'True'), 'the owner is settled')
}

/** An answer, short enough for a failure's message. */
export function shown(answer: CliAnswer): string {
  return `exit ${answer.exit}: ${JSON.stringify({ ...answer.answer, plan: undefined }).slice(0, 3000)}`
}

async function failure(cause: unknown, scene: Played): Promise<Error> {
  const owner = await scene.get({ ...scene.owner.object, kind: scene.owner.owner.kind })
  const words = cause instanceof Error ? cause.message : String(cause)
  return new Error(`${words}\nprogress:\n${scene.progress.slice(-15).join('\n')}\n${scene.owner.owner.kind}: ${JSON.stringify(valueAt(owner ?? undefined, 'status') ?? null).slice(0, 2500)}`, { cause })
}

/** Takes away what a scenario brought: its owners first, so that they do not make anew what goes; the namespace takes the rest with it. */
export async function sweep(scene: Scene, objects: readonly KubernetesObject[]): Promise<void> {
  const { api } = scene.cluster
  for (const object of objects.toReversed()) await api.remove(nameOf(object)).catch(() => undefined)
  const argo = { group: 'argoproj.io', version: 'v1alpha1' }
  const sets = (await api.list({ ...argo, kind: 'ApplicationSet' })).filter(set => textAt(set, 'metadata', 'name')?.startsWith(scene.namespace) === true)
  const applications = async (): Promise<readonly KubernetesObject[]> => (await api.list({ ...argo, kind: 'Application' })).filter(one => textAt(one, 'spec', 'destination', 'namespace') === scene.namespace)
  for (const object of [...sets, ...await applications()]) {
    await api.patch(nameOf(object), { metadata: { finalizers: null } }, { manager: 'scenario' }).catch(() => undefined)
    await api.remove(nameOf(object)).catch(() => undefined)
  }
  await api.remove({ group: '', version: 'v1', kind: 'Namespace', namespace: null, name: scene.namespace }).catch(() => undefined)
}

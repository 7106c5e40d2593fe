import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { operations } from '../../../src/operations/index.ts'
import type { Answer } from '../../../src/operations/operation.ts'
import type { World } from '../../../src/flow/world.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import { isObject } from '../../../src/model/json.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { redact } from '../../../src/outside/redact.ts'
import { application, gitRepository, kustomization } from '../../../src/sandbox/example/owners.ts'
import type { Scenario } from '../../../src/sandbox/scenario.ts'
import { startSandbox } from '../../../src/sandbox/up.ts'
import type { Sandbox } from '../../../src/sandbox/up.ts'
import { connect } from '../../../src/wire.ts'
import type { Connected } from '../../../src/wire.ts'

/** A ConfigMap: nothing has to roll out. */
export function settings(mode: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: settings\ndata:\n  mode: ${mode}\n`
}

const NAMESPACES = ['app-dev', 'app-prod', 'flux-dev', 'flux-prod'] as const

function scenario(): Scenario {
  const inNamespace = (namespace: string): string => settings('one').replace('name: settings', `name: settings\n  namespace: ${namespace}`)
  return {
    repository: { name: 'apps', files: NAMESPACES.map(name => ({ path: `${name}/settings.yaml`, content: inNamespace(name) })) },
    namespaces: NAMESPACES,
    environments: [{ name: 'dev', class: 'dev', namespaces: ['*-dev'] }, { name: 'prod', class: 'prod', namespaces: ['*-prod'] }],
    sources: url => [gitRepository('apps', url)],
    owners: url => NAMESPACES.map(name => ({
      format: 'plain' as const,
      object: name.startsWith('app') ? application({ name, namespace: name, url, path: name }) : kustomization({ name, path: `./${name}` }),
    })),
  }
}

/** A sandbox with two Applications and two Kustomizations, in dev and prod, and Writ over it with a clock that the test moves. */
export class SteerStage {
  readonly sandbox: Sandbox
  skew = 0
  #connected: Connected

  private constructor(sandbox: Sandbox, connected: Connected) {
    this.sandbox = sandbox
    this.#connected = connected
  }

  static async open(): Promise<SteerStage> {
    const sandbox = await startSandbox({ scenario: scenario(), stability: '0s', interval: 50, poll: 3_600_000 })
    return new SteerStage(sandbox, await connect({ dir: sandbox.config }))
  }

  /** Ends the process's hold on everything but the store, and begins again: what a restart does. */
  async restart({ newStore = false, again = false }: { readonly newStore?: boolean, readonly again?: boolean } = {}): Promise<void> {
    await this.#connected.close()
    this.#connected = await connect({ dir: newStore ? this.#other(again) : this.sandbox.config })
  }

  /** The same configuration over a store of its own. */
  #other(again: boolean): string {
    const dir = join(this.sandbox.folder, 'other')
    if (!again) {
      rmSync(dir, { recursive: true, force: true })
      cpSync(this.sandbox.config, dir, { recursive: true })
      const file = join(dir, 'writ.yaml')
      writeFileSync(file, readFileSync(file, 'utf8').replace(/(path: *)\S*writ\.db\S*/, `$1${join(dir, 'writ.db')}`))
    }
    return dir
  }

  async close(): Promise<void> {
    await this.#connected.close()
    await this.sandbox.stop()
  }

  get world(): World {
    const { world } = this.#connected
    return { ...world, clock: { ...world.clock, now: () => world.clock.now() + this.skew, sleep: (ms, signal) => world.clock.sleep(Math.min(ms, 60), signal) } }
  }

  /** One entry of the menu, as the caller or with parts of the world laid over. */
  async ask(name: string, input: JsonObject, over: Partial<World> = {}): Promise<Answer & JsonObject> {
    const operation = operations.find(one => one.name === name)
    if (operation === undefined) throw new Error(`no operation ${name}`)
    const caller = { world: { ...this.world, ...over }, identity: this.#connected.identity, progress: () => undefined, looking: <T>(work: () => Promise<T>) => work(), signal: new AbortController().signal, redact }
    const { answer } = await operation.call(caller, input, { wide: false, columns: null })
    const plain: unknown = JSON.parse(JSON.stringify(answer))
    if (!isObject(plain)) throw new Error('no answer')
    return { ...plain, kind: answer.kind }
  }

  /** The same, stopped at what makes it end. */
  suspend(owner: string, more: JsonObject = {}): Promise<Answer & JsonObject> {
    return this.ask('suspend', { target: target(owner), end: { after: '2h' }, until: 'end', ...more })
  }

  resume(owner: string, more: JsonObject = {}): Promise<Answer & JsonObject> {
    return this.ask('resume', { target: target(owner), until: 'end', ...more })
  }

  sync(owner: string, more: JsonObject = {}): Promise<Answer & JsonObject> {
    return this.ask('sync', { target: target(owner), until: 'end', ...more })
  }

  work(): Promise<Answer & JsonObject> {
    return this.ask('work', { once: true })
  }

  async owner(name: string): Promise<KubernetesObject> {
    const argo = name.startsWith('app')
    const object = await this.sandbox.api.get({ group: argo ? 'argoproj.io' : 'kustomize.toolkit.fluxcd.io', version: argo ? 'v1alpha1' : 'v1', kind: argo ? 'Application' : 'Kustomization', namespace: argo ? 'argocd' : 'flux-system', name })
    if (object === null) throw new Error(`no owner ${name}`)
    return object
  }

  /** Merge-patches an owner as another program. */
  async patch(name: string, patch: JsonObject, manager = 'somebody'): Promise<void> {
    const path = name.startsWith('app') ? `/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/${name}` : `/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/${name}`
    const { status, body } = await this.sandbox.kube.request('PATCH', `${path}?fieldManager=${manager}`, patch, 'application/merge-patch+json')
    if (status !== 200) throw new Error(`patch: ${status} ${JSON.stringify(body)}`)
  }

  /** Another person's commit. */
  push(name: string, mode: string): Promise<string> {
    const content = settings(mode).replace('name: settings', `name: settings\n  namespace: ${name}`)
    return this.sandbox.git.commit('apps', { branch: 'main', author: { name: 'Other', email: 'other@example.com' }, message: `Mode ${mode}`, files: [{ path: `${name}/settings.yaml`, content }] })
  }

  async mode(name: string): Promise<unknown> {
    const object = await this.sandbox.api.get({ group: '', version: 'v1', kind: 'ConfigMap', namespace: name, name: 'settings' })
    return isObject(object?.['data']) ? object['data']['mode'] : undefined
  }

  async until(done: () => Promise<boolean>, what: string): Promise<void> {
    for (let i = 0; i < 200; i++) {
      if (await done()) return
      await new Promise(resolve => { setTimeout(resolve, 50) })
    }
    throw new Error(`never: ${what}`)
  }
}

/** `application/x` and `kustomization/x`, wherever they are; `configmap/x@ns` for an object. */
export function target(owner: string): JsonObject {
  const [named = '', namespace] = owner.split('@')
  const [type = '', name = ''] = named.split('/')
  return { cluster: null, namespace: namespace ?? null, type, name }
}

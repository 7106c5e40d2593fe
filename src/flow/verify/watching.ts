import type { Change } from '../../model/change.ts'
import type { OwnerRef } from '../../model/owner.ts'
import type { ObjectRef } from '../../model/resource.ts'
import { liveTarget } from './live-target.ts'
import type { AbortSignalLike } from '../ports.ts'
import type { World } from '../world.ts'

/** An object whose changes are a reason to look again. */
interface Watched extends Pick<ObjectRef, 'group' | 'kind' | 'namespace' | 'name'> { readonly cluster: string }

const GROUPS: Readonly<Record<OwnerRef['kind'], string>> = {
  Application: 'argoproj.io', ApplicationSet: 'argoproj.io', Kustomization: 'kustomize.toolkit.fluxcd.io', HelmRelease: 'helm.toolkit.fluxcd.io', ResourceSet: 'fluxcd.controlplane.io', FluxInstance: 'fluxcd.controlplane.io',
}
const SOURCES = 'source.toolkit.fluxcd.io'

/** What a change that waits for its owner is woken by: the owner, its source, and the object itself. */
function watchedBy({ status, step, plan }: Change): readonly Watched[] {
  if (status !== 'open' || step !== 'verify') return []
  const { owner } = plan
  const { cluster, group, kind, namespace, name } = liveTarget(plan)
  const source = owner.sourceObject
  return [
    { cluster, group, kind, namespace, name },
    { cluster: owner.cluster, group: GROUPS[owner.kind], kind: owner.kind, namespace: owner.namespace, name: owner.name },
    ...source === null ? [] : [{ cluster: owner.cluster, group: SOURCES, kind: source.kind, namespace: source.namespace, name: source.name }],
  ]
}

/** After a first event others follow: they are taken together. Looks are never closer than that, whatever happens in a cluster. */
const SETTLE = 150
/** So many changes are watched at once, the newest first; an API server is not asked for thousands of watches, the others are polled. */
const MOST = 40

/**
 * Watches of changes that wait (argocd-flux.md 7.1): a hint to look again, never truth. Where nothing may be watched, `sleep` takes its whole
 * time and the change is polled. Nothing is left open after `close`.
 */
export class Watching {
  readonly #world: World
  readonly #open = new Map<string, { readonly change: string, readonly stop: Promise<(() => void) | null> }>()
  readonly #woken = new Set<string>()
  #wake: () => void = () => undefined
  #closed = false

  constructor(world: World) {
    this.#world = world
  }

  /** Watches what these changes wait for, and nothing else any more. */
  follow(changes: readonly Change[]): void {
    const wanted = new Map<string, { readonly change: string, readonly one: Watched }>(changes.filter(change => watchedBy(change).length > 0).slice(0, MOST).flatMap(change => watchedBy(change).map(one => [`${change.id} ${JSON.stringify(one)}`, { change: change.id, one }])))
    for (const [key, { stop }] of this.#open) {
      if (wanted.has(key)) continue
      this.#open.delete(key)
      end(stop)
    }
    for (const [key, { change, one }] of wanted) {
      if (!this.#open.has(key)) this.#open.set(key, { change, stop: this.#begin(change, one) })
    }
  }

  /** Sleeps until something that is followed has changed, or the time is over; gives the changes that it concerns. Rejects with the signal's reason. */
  async sleep(ms: number, signal: AbortSignalLike): Promise<ReadonlySet<string>> {
    const nap = new Nap(signal)
    this.#wake = () => { nap.end() }
    try {
      if (this.#woken.size === 0) await this.#world.clock.sleep(ms, nap).catch((error: unknown) => { if (!nap.ended) throw error })
      if (this.#woken.size > 0) await this.#world.clock.sleep(Math.min(ms, SETTLE), signal)
    } finally {
      this.#wake = () => undefined
      nap.forget()
    }
    const woken = new Set(this.#woken)
    this.#woken.clear()
    return woken
  }

  close(): void {
    this.#closed = true
    this.follow([])
  }

  async #begin(change: string, { cluster, group, kind, namespace, name }: Watched): Promise<(() => void) | null> {
    const wake = (): void => {
      if (this.#closed) return
      this.#woken.add(change)
      this.#wake()
    }
    try {
      const from = this.#world.clusters.named(cluster)
      const served = await from.served(group, kind)
      if (served === null || this.#closed) return null
      const stop = await from.watch(served, namespace, name, wake)
      // What happened between the last look and now was not watched.
      wake()
      return stop
    } catch {
      // Forbidden, or the server is away: the poll goes on.
      return null
    }
  }
}

function end(stop: Promise<(() => void) | null>): void {
  void finish(stop)
}

async function finish(stop: Promise<(() => void) | null>): Promise<void> {
  const done = await stop
  done?.()
}

/** A signal that ends early by itself, and with the one around it. */
class Nap implements AbortSignalLike {
  readonly #around: AbortSignalLike
  readonly #listeners = new Set<() => void>()
  readonly #pass = (): void => { this.#tell() }
  ended = false

  constructor(around: AbortSignalLike) {
    this.#around = around
    around.addEventListener('abort', this.#pass)
  }

  get aborted(): boolean { return this.ended || this.#around.aborted }
  get reason(): unknown { return this.#around.reason }

  end(): void {
    this.ended = true
    this.#tell()
  }

  forget(): void {
    this.#around.removeEventListener('abort', this.#pass)
    this.#listeners.clear()
  }

  addEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.add(listener)
  }

  removeEventListener(_type: 'abort', listener: () => void): void {
    this.#listeners.delete(listener)
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
    this.#listeners.clear()
  }
}

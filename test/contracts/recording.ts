import { KubeConfig, KubernetesObjectApi, PatchStrategy, Watch } from '@kubernetes/client-node'
import { isObject } from '../../src/model/json.ts'
import type { Json, JsonObject } from '../../src/model/json.ts'
import { isKubernetesObject } from '../../src/model/resource.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'

/** An object's address on an API server. */
export interface Place { readonly apiVersion: string, readonly kind: string, readonly plural: string, readonly namespace: string, readonly name: string }

/** What a person and a watcher do with one API server: the same requests to a real one and to the embedded one. */
export interface Hand {
  get(place: Place): Promise<KubernetesObject | null>
  apply(object: KubernetesObject): Promise<void>
  patch(place: Place, patch: JsonObject): Promise<void>
  remove(place: Place): Promise<void>
  /** Every state of the object from now on, in the order in which it was written. */
  record(place: Place): Promise<Recording>
}

/** The states of one object since the recording began. */
export interface Recording {
  readonly states: readonly KubernetesObject[]
  /** When each state arrived, in milliseconds. */
  readonly times: readonly number[]
  /** The first state, from the beginning or a given place in it, that fits; waits for it by the watch. */
  until(fits: (object: KubernetesObject) => boolean, what: string, from?: number): Promise<KubernetesObject>
  /** Waits until nothing has been written for so many milliseconds. */
  quiet(ms: number): Promise<void>
  stop(): void
}

/** Opens the server of a kubeconfig's text. `patience`: milliseconds until what is waited for counts as never coming. */
export function handOn(kubeconfig: string, patience: number): Hand {
  const config = new KubeConfig()
  config.loadFromString(kubeconfig)
  const api = KubernetesObjectApi.makeApiClient(config)
  const header = (place: Place) => ({ apiVersion: place.apiVersion, kind: place.kind, metadata: { name: place.name, namespace: place.namespace } })
  return {
    get: async place => {
      try {
        return objectOf(await api.read(header(place)))
      } catch (error) {
        if (codeOf(error) === 404) return null
        throw error
      }
    },
    apply: async object => { await api.patch({ ...object } as never, undefined, undefined, 'contract', true, PatchStrategy.ServerSideApply) },
    patch: async (place, patch) => { await api.patch({ ...header(place), ...patch, metadata: { ...Object(patch['metadata']), name: place.name, namespace: place.namespace } } as never, undefined, undefined, 'contract', undefined, PatchStrategy.MergePatch) },
    remove: async place => {
      await api.delete(header(place)).catch((error: unknown) => { if (codeOf(error) !== 404) throw error })
    },
    record: place => record(config, place, patience),
  }
}

async function record(config: KubeConfig, place: Place, patience: number): Promise<Recording> {
  const states: KubernetesObject[] = []
  const times: number[] = []
  let wake = (): void => undefined
  const path = `${place.apiVersion.includes('/') ? '/apis' : '/api'}/${place.apiVersion}/namespaces/${place.namespace}/${place.plural}`
  // From a revision: a watch from "now" must first wait for the server's cache, which a quiet kind on an old etcd keeps behind.
  const fieldSelector = `metadata.name=${place.name}`
  const there = await KubernetesObjectApi.makeApiClient(config).list(place.apiVersion, place.kind, place.namespace, undefined, undefined, undefined, fieldSelector)
  for (const object of there.items) states.push(objectOf({ apiVersion: place.apiVersion, kind: place.kind, ...plainObject(object) }))
  times.push(...states.map(() => Date.now()))
  const open = await new Watch(config).watch(path, { fieldSelector, resourceVersion: there.metadata?.resourceVersion ?? '' }, (_type, object: unknown) => {
    states.push(objectOf(object))
    times.push(Date.now())
    wake()
  }, () => undefined)
  return {
    states, times,
    stop: () => { open.abort() },
    quiet: async ms => {
      const end = Date.now() + patience
      for (let last = -1; last !== states.length;) {
        last = states.length
        await new Promise(resolve => { setTimeout(resolve, ms) })
        if (Date.now() > end) throw new Error(`never quiet for ${ms} ms: ${JSON.stringify(states.at(-1)?.['status'] ?? null).slice(0, 1500)}`)
      }
    },
    until: async (fits, what, from = 0) => {
      const end = Date.now() + patience
      for (;;) {
        const found = states.slice(from).find(fits)
        if (found !== undefined) return found
        if (Date.now() > end) throw new Error(`never seen by a watch: ${what}; last: ${JSON.stringify(states.at(-1)?.['status'] ?? null).slice(0, 1500)}`)
        await new Promise<void>(resolve => {
          const timer = setTimeout(resolve, 500)
          wake = () => { clearTimeout(timer); resolve() }
        })
      }
    },
  }
}

function plainObject(value: unknown): JsonObject {
  const object = plain(value)
  return isObject(object) ? object : {}
}

/** The client reads times as dates: back to JSON. */
function plain(value: unknown): Json {
  return JSON.parse(JSON.stringify(value))
}

function objectOf(value: unknown): KubernetesObject {
  const object = plain(value)
  if (!isKubernetesObject(object)) throw new Error('the API server answered with something that is no object')
  return object
}

function codeOf(error: unknown): number {
  return typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'number' ? error.code : 0
}

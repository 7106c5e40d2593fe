import type { Cluster, KindReader, ServedKind } from '../../flow/ports.ts'
import { WritError } from '../../model/error.ts'
import { textAt } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'

/** What has to do with a question among the owners of a kind, read anew. */
export interface Concerned {
  readonly owners: readonly KubernetesObject[]
  /** Why only one namespace was looked at; null where all were. */
  readonly partly: string | null
}

/** The owners of one kind in one cluster, found by what they list. Throws as a list does. */
export interface OwnerIndex {
  /** Those that have one of the keys, each read anew: the index only says where to look. */
  concerning(keys: readonly string[]): Promise<Concerned>
  /** Follows the kind from now on, so that a look-up reads only what it finds. */
  hold(): Promise<void>
  release(): void
  readonly size: () => IndexSize
}

/** Owners, keys and the bytes that the keys take. */
export interface IndexSize { readonly owners: number, readonly keys: number, readonly bytes: number }

/** What an index needs. `keysOf` are all that an owner can be found by; `fallback`: the only namespace that is looked at where not all may be. */
export interface IndexAsk {
  readonly cluster: Cluster
  readonly kinds: KindReader
  readonly group: string
  readonly kind: string
  readonly keysOf: (owner: KubernetesObject) => readonly string[]
  readonly fallback?: string
  /** A list that was made for one question serves those that come with it, for so many milliseconds. */
  readonly life: number
}

/** A kind that is not served while others are held is looked for again after so many milliseconds. */
const RARELY = 60_000

interface Entry { readonly namespace: string, readonly name: string, /** Sorted hashes of its keys. */ readonly keys: Uint32Array }
interface Held { readonly entries: ReadonlyMap<string, Entry>, readonly partly: string | null }

/**
 * An index keeps 4 bytes for each key: a hash, since whatever it finds is read anew and looked at. Held by a watch it answers from memory; without one, or while
 * the watch is broken, it is built by one paged list, of which nothing else is kept.
 */
export function ownerIndex(ask: IndexAsk): OwnerIndex {
  let held: Following | null = null
  let turn = 0
  let absent: number | null = null
  let listed: { readonly value: Promise<Held>, readonly until: () => number } | null = null

  function list(): Promise<Held> {
    if (listed !== null && Date.now() < listed.until()) return listed.value
    let end = Infinity
    const value = listOnce(ask)
    listed = { value, until: () => end }
    value.then(() => { end = Date.now() + ask.life }, () => { end = 0 })
    return value
  }

  async function hold(): Promise<void> {
    turn += 1
    const mine = turn
    const kind = await ask.cluster.served(ask.group, ask.kind)
    if (mine !== turn) return
    absent = kind === null ? Date.now() : null
    if (kind === null || held !== null) return
    const following = await follow(ask, kind)
    // Released meanwhile, or held by somebody who was faster.
    if (mine !== turn || held !== null) following.stop()
    else held = following
  }

  return {
    async concerning(keys) {
      if (absent !== null && Date.now() - absent < RARELY) return { owners: [], partly: null }
      if (absent !== null) await hold()
      const kind = await ask.cluster.served(ask.group, ask.kind)
      if (kind === null) return { owners: [], partly: null }
      const { entries, partly } = held?.current() ?? await list()
      const hashes = keys.map(hashOf)
      const found = [...entries.values()].filter(entry => hashes.some(hash => holds(entry.keys, hash)))
      const owners = await Promise.all(found.map(({ namespace, name }) => ask.cluster.get(kind, namespace, name)))
      return { owners: owners.filter(owner => owner !== null), partly }
    },
    hold,
    release() {
      turn += 1
      held?.stop()
      held = null
      absent = null
    },
    size: () => sizeOf(held?.current()?.entries ?? new Map()),
  }
}

/** An index that a watch keeps; `current` is null while the watch is broken. */
interface Following { current(): Held | null, stop(): void }

async function follow(ask: IndexAsk, kind: ServedKind): Promise<Following> {
  let entries = new Map<string, Entry>()
  let next: Map<string, Entry> | null = null
  let current = false
  const feed = {
    begin: () => { next = new Map() },
    put: (objects: readonly KubernetesObject[]) => { for (const object of objects) put(next ?? entries, object, ask.keysOf) },
    gone: (namespace: string | null, name: string) => { (next ?? entries).delete(`${namespace ?? ''}/${name}`) },
    complete: () => {
      entries = next ?? entries
      next = null
      current = true
    },
    lost: () => { current = false },
  }
  const start = async (namespace: string | null): Promise<() => void> => ask.kinds.follow({ cluster: ask.cluster.name, kind, namespace }, feed)
  const [stop, partly] = await whereAllowed(ask, start)
  return { current: () => current ? { entries, partly } : null, stop }
}

async function listOnce(ask: IndexAsk): Promise<Held> {
  const kind = await ask.cluster.served(ask.group, ask.kind)
  if (kind === null) return { entries: new Map(), partly: null }
  const [entries, partly] = await whereAllowed(ask, async namespace => {
    const found = new Map<string, Entry>()
    await ask.kinds.pages({ cluster: ask.cluster.name, kind, namespace }, objects => { for (const object of objects) put(found, object, ask.keysOf) })
    return found
  })
  return { entries, partly }
}

/** All namespaces, or where that is not allowed the one that is left; and why. */
async function whereAllowed<T>(ask: IndexAsk, read: (namespace: string | null) => Promise<T>): Promise<readonly [T, string | null]> {
  try {
    return [await read(null), null]
  } catch (error) {
    if (!(error instanceof WritError) || error.code !== 'cluster/unauthorized' || ask.fallback === undefined) throw error
    return [await read(ask.fallback), error.message]
  }
}

function put(entries: Map<string, Entry>, object: KubernetesObject, keysOf: IndexAsk['keysOf']): void {
  const [namespace, name] = [textAt(object, 'metadata', 'namespace') ?? '', textAt(object, 'metadata', 'name') ?? '']
  entries.set(`${namespace}/${name}`, { namespace, name, keys: Uint32Array.from(keysOf(object), hashOf).sort() })
}

/** FNV-1a, 32 bits, with a last mixing: equal for equal texts, and seldom for others. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return (hash ^ (hash >>> 13)) >>> 0
}

function holds(keys: Uint32Array, hash: number): boolean {
  let [low, high] = [0, keys.length - 1]
  while (low <= high) {
    const middle = (low + high) >>> 1
    const found = keys[middle] ?? 0
    if (found === hash) return true
    if (found < hash) low = middle + 1
    else high = middle - 1
  }
  return false
}

function sizeOf(entries: ReadonlyMap<string, Entry>): IndexSize {
  const keys = [...entries.values()].reduce((sum, entry) => sum + entry.keys.length, 0)
  return { owners: entries.size, keys, bytes: keys * Uint32Array.BYTES_PER_ELEMENT }
}

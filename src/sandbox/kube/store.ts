import type { JsonObject } from '../../model/json.ts'
import { objectAt, textAt } from '../../model/json.ts'
import { ApiError } from './api-error.ts'

/** One change of one object, in the order it happened. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  /** The resource of its kind, see Kind. */
  readonly resource: string
  readonly revision: number
  readonly object: JsonObject
  /** The object before, where there was one: a selector may have matched it. */
  readonly before: JsonObject | undefined
}

const FIRST_REVISION = 100

/** All objects, one revision counter over all of them, and the latest changes for watches. Objects are never changed in place. */
export class Store {
  private readonly resources = new Map<string, Map<string, JsonObject>>()
  private readonly listeners = new Set<(change: Change) => void>()
  private readonly keep: number
  private changes: Change[] = []
  private forgotten = FIRST_REVISION
  revision = FIRST_REVISION

  /** `keep` is how many changes a watch can resume from. */
  constructor(keep: number) {
    this.keep = keep
  }

  get(resource: string, namespace: string, name: string): JsonObject | undefined {
    return this.resources.get(resource)?.get(`${namespace}/${name}`)
  }

  /** Sorted by namespace and name; of now, or as it was at a revision. Throws 410 where that is no longer known. */
  list(resource: string, namespace?: string, revision = this.revision): readonly JsonObject[] {
    const all = new Map(this.resources.get(resource))
    const later = revision < this.revision ? this.since(revision).filter(change => change.resource === resource) : []
    for (const { object, before } of later.toReversed()) {
      if (before) all.set(keyOf(object), before)
      else all.delete(keyOf(object))
    }
    const found = [...all].filter(([key]) => namespace === undefined || key.startsWith(`${namespace}/`))
    return found.sort(([a], [b]) => a < b ? -1 : 1).map(([, object]) => object)
  }

  /** Every object of every resource. */
  all(): readonly (readonly [string, JsonObject])[] {
    return [...this.resources].flatMap(([resource, objects]) => [...objects.values()].map(object => [resource, object] as const))
  }

  /** Stores the object under a new revision and gives it back with it. */
  put(resource: string, object: JsonObject): JsonObject {
    const objects = this.resources.get(resource) ?? new Map<string, JsonObject>()
    this.resources.set(resource, objects)
    const before = objects.get(keyOf(object))
    const stored = this.stamped(object)
    objects.set(keyOf(object), stored)
    this.tell({ type: before ? 'MODIFIED' : 'ADDED', resource, revision: this.revision, object: stored, before })
    return stored
  }

  /** Removes the object; its last state goes out with a new revision. */
  remove(resource: string, object: JsonObject): void {
    const before = this.resources.get(resource)?.get(keyOf(object))
    if (!before) return
    this.resources.get(resource)?.delete(keyOf(object))
    this.tell({ type: 'DELETED', resource, revision: this.revision + 1, object: this.stamped(object), before })
  }

  /** Calls `listener` on every change, in order, until the returned function is called. */
  listen(listener: (change: Change) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** The changes after a revision. Throws 410 where they are no longer known. */
  since(revision: number): readonly Change[] {
    if (revision < this.forgotten) throw new ApiError(410, `too old resource version: ${revision} (${this.forgotten})`)
    return this.changes.filter(change => change.revision > revision)
  }

  private stamped(object: JsonObject): JsonObject {
    this.revision++
    return { ...object, metadata: { ...objectAt(object, 'metadata'), resourceVersion: String(this.revision) } }
  }

  private tell(change: Change): void {
    this.changes.push(change)
    if (this.changes.length > this.keep * 2) {
      this.forgotten = this.changes[this.changes.length - this.keep - 1]?.revision ?? this.forgotten
      this.changes = this.changes.slice(-this.keep)
    }
    for (const listener of Array.from(this.listeners)) listener(change)
  }
}

/** Where an object stands among those of its resource. */
export function keyOf(object: JsonObject): string {
  return `${textAt(object, 'metadata', 'namespace') ?? ''}/${textAt(object, 'metadata', 'name') ?? ''}`
}

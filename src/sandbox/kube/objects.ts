import { randomUUID } from 'node:crypto'
import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, objectAt, objectsAt, omit, sameJson, textAt, textsAt, valueAt } from '../../model/json.ts'
import { alreadyExists, ApiError, badRequest, badValue, conflict, detailsOf, invalid, notFound, unsupportedType } from './api-error.ts'
import type { Kind } from './kind.ts'
import { applied, ownersAfterUpdate, withManagers } from './managers.ts'
import type { Writer } from './managers.ts'
import { jsonPatch, mergePatch } from './patch.ts'
import { initialised, kept, settled, withMetadata } from './prepare.ts'
import type { Registry } from './registry.ts'
import { scaled, scaleOf } from './scale.ts'
import { shaped } from './shape.ts'
import type { Store } from './store.ts'
import { strategicPatch } from './strategic.ts'
import { faults } from './validate.ts'

/** What a request is about; `name` is empty for a collection. */
export interface Target { readonly kind: Kind, readonly namespace: string, readonly name: string, readonly subresource?: string }

/** How a write is meant. */
export interface WriteOptions {
  readonly manager: string
  readonly dryRun: boolean
  readonly force: boolean
  readonly validation: 'Strict' | 'Warn' | 'Ignore'
}

/** What a write gave: the object as answered, whether it is new, and what is to be warned of. */
export interface Written { readonly object: JsonObject, readonly created: boolean, readonly warnings: readonly string[] }

/** How a patch is to be read: its content type without `application/`. */
export type PatchType = 'json-patch+json' | 'merge-patch+json' | 'strategic-merge-patch+json' | 'apply-patch+yaml'

/** A patch as it was sent. */
export interface Patch { readonly body: Json, readonly type: PatchType }

/** DeleteOptions, and whether they are only tried. */
interface Removal { readonly options: JsonObject, readonly dryRun: boolean }

/** An object before and after; `applied`: the owners are in it already. */
interface Change { readonly live: JsonObject, readonly next: JsonObject, readonly applied?: boolean }

/** The verbs on stored objects. Every method throws ApiError for what the server would refuse. */
export class Objects {
  readonly store: Store
  readonly registry: Registry

  constructor(store: Store, registry: Registry) {
    this.store = store
    this.registry = registry
  }

  get(target: Target): JsonObject {
    return seen(target, this.live(target))
  }

  private live({ kind, namespace, name }: Target): JsonObject {
    const found = this.store.get(kind.resource, namespace, name)
    if (!found) throw notFound(kind, name)
    return inVersion(found, kind)
  }

  create(target: Target, body: Json | undefined, options: WriteOptions): Written {
    const { object, warnings } = decoded(target, body, options)
    const prefix = textAt(object, 'metadata', 'generateName')
    const named = textAt(object, 'metadata', 'name') || !prefix ? object : withMetadata(object, { name: `${prefix}${randomUUID().slice(-5)}` })
    const owned = withManagers(named, ownersAfterUpdate(emptyObject(target.kind), named, writerOf(target, options)))
    return { object: this.added(target, owned, options), created: true, warnings }
  }

  replace(target: Target, body: Json | undefined, options: WriteOptions): Written {
    const { kind, name } = target
    const live = this.live(target)
    const { object, warnings } = decoded(target, isScale(target) ? scaled(live, body, kind) : body, options)
    const given = textAt(object, 'metadata', 'name') ?? ''
    if (kind.guarded && !textAt(object, 'metadata', 'resourceVersion')) throw invalid(kind, name, [badValue('metadata.resourceVersion', 0, 'must be specified for an update')])
    if (given !== name) throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`)
    return { object: seen(target, this.changed(target, { live, next: object }, options)), created: false, warnings }
  }

  patch(target: Target, patch: Patch, options: WriteOptions): Written {
    const { body, type } = patch
    if (type === 'apply-patch+yaml') return this.apply(target, body, options)
    if (type === 'strategic-merge-patch+json' && target.kind.custom) throw unsupportedType(['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'])
    const live = this.live(target)
    const next = patched(seen(target, live), patch, target.kind)
    const raw = isScale(target) ? scaled(live, next, target.kind) : next
    const refused = (text: string): ApiError => invalid({ group: '', plural: '', kind: '' }, '', [badValue('patch', type.startsWith('strategic') ? goText(body) : JSON.stringify(raw), text)])
    const { object, warnings } = decoded(target, raw, { ...options, refused })
    return { object: seen(target, this.changed(target, { live, next: object }, options)), created: false, warnings }
  }

  /** Removes the object, or marks it where finalizers hold it. Gives what the server answers. */
  remove(target: Target, { options, dryRun }: Removal = { options: {}, dryRun: false }): JsonObject {
    const { kind, name } = target
    const live = this.live(target)
    checkPreconditions(target, live, options['preconditions'])
    const policy = textAt(options, 'propagationPolicy') ?? (options['orphanDependents'] === true ? 'Orphan' : '')
    const finalizers = [...new Set([...textsAt(live, 'metadata', 'finalizers'), ...{ Foreground: ['foregroundDeletion'], Orphan: ['orphan'] }[policy] ?? []])]
    if (finalizers.length > 0 || kind.resource === '/namespaces') {
      if (isGoing(live)) return live
      const marked = goingObject(live, finalizers, kind)
      return dryRun ? marked : this.store.put(kind.resource, marked)
    }
    if (!dryRun) this.store.remove(kind.resource, live)
    if (kind.resource === '/pods') return live
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { ...detailsOf(kind, name), uid: textAt(live, 'metadata', 'uid') ?? '' } }
  }

  private apply(target: Target, body: Json, options: WriteOptions): Written {
    const { kind, name, namespace } = target
    if (!isObject(body)) throw badRequest('the apply body is not an object')
    if (!isScale(target)) checkIdentity(target, body)
    if (valueAt(body, 'metadata', 'managedFields') !== undefined) throw badRequest('metadata.managedFields must be nil')
    const found = this.store.get(kind.resource, namespace, name)
    if (!found && target.subresource) throw notFound(kind, name)
    const writer = { ...writerOf(target, options), force: options.force }
    const live = found && inVersion(found, kind)
    const config = withMetadata({ ...isScale(target) ? scaled({}, body, kind) : body, kind: kind.kind, apiVersion: kind.groupVersion }, { name })
    const next = typed(kind, applied(live ? withFirstOwners(live, kind, writer) : emptyObject(kind), config, writer))
    if (live) return { object: seen(target, this.changed(target, { live, next, applied: true }, options)), created: false, warnings: [] }
    return { object: this.added(target, next, options), created: true, warnings: [] }
  }

  /** Stores a new object with what the server gives it. */
  private added({ kind, namespace }: Target, given: JsonObject, options: WriteOptions): JsonObject {
    const metadata = {
      ...omit(given['metadata'], ['resourceVersion', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'selfLink', 'generation']), ...(kind.namespaced ? { namespace } : {}),
      uid: randomUUID(), creationTimestamp: now(), ...(kind.generation === 'never' ? {} : { generation: 1 }),
    }
    const object = typed(kind, initialised(kind, { ...kind.status ? omit(given, ['status']) : given, metadata }, this.store))
    const name = textAt(object, 'metadata', 'name') ?? ''
    if (kind.namespaced) this.checkNamespace(kind, namespace, name)
    checkFaults(kind, undefined, object)
    if (this.store.get(kind.resource, kind.namespaced ? namespace : '', name)) throw alreadyExists(kind, name)
    return options.dryRun ? object : this.store.put(kind.resource, object)
  }

  private checkNamespace(kind: Kind, namespace: string, name: string): void {
    const home = this.store.get('/namespaces', '', namespace)
    if (!home) throw notFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, namespace)
    if (!isGoing(home)) return
    const message = `${kind.plural}${kind.group ? `.${kind.group}` : ''} ${JSON.stringify(name)} is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`
    throw new ApiError(403, message, { details: { ...detailsOf(kind, name), causes: [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }] } })
  }

  /** The way of every update: what cannot change is kept, owners and generation follow, then it is checked and stored. */
  private changed(target: Target, { live, next, applied: isApplied }: Change, options: WriteOptions): JsonObject {
    const { kind, name } = target
    const revision = textAt(next, 'metadata', 'resourceVersion') ?? ''
    if (revision !== '' && revision !== textAt(live, 'metadata', 'resourceVersion')) throw conflict(kind, name)
    checkPreconditions(target, live, { uid: textAt(next, 'metadata', 'uid') || undefined })
    const written = kept(target, live, next)
    const managers = isApplied ? objectsAt(next, 'metadata', 'managedFields') : ownersAfterUpdate(live, written, writerOf(target, options))
    const owned = settled({ ...target, store: this.store }, live, withManagers(written, managers))
    checkFaults(kind, live, owned)
    if (sameJson(withoutTimes(live), withoutTimes(owned))) return live
    if (options.dryRun) return owned
    const resource = kind.resource
    if (!isGoing(owned) || valueAt(owned, 'metadata', 'finalizers') !== undefined || resource === '/namespaces') return this.store.put(resource, owned)
    this.store.remove(resource, owned)
    return owned
  }
}

function isScale({ kind, subresource }: Target): boolean {
  return subresource === 'scale' && kind.scale !== undefined
}

/** An object as the target shows it. */
function seen(target: Target, object: JsonObject): JsonObject {
  return isScale(target) ? scaleOf(object, target.kind) : object
}

function writerOf({ kind, subresource }: Target, { manager }: WriteOptions): Writer {
  const ignored = subresource === 'status' ? ['spec'] : kind.status ? ['status'] : []
  return { manager, apiVersion: kind.groupVersion, ...(subresource ? { subresource } : {}), schema: kind.schema, now: now(), ignored }
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z')
}

/** How unknown fields are taken, and the refusal where they are not. */
interface Decoding { readonly validation: WriteOptions['validation'], readonly refused?: (text: string) => ApiError }

/** Checks that a body is of the target's kind and gives it as the server would hold it, with what is to be warned of. */
function decoded(target: Target, body: Json | undefined, { validation, refused = text => unreadable(target.kind, text) }: Decoding): { readonly object: JsonObject, readonly warnings: readonly string[] } {
  if (!isObject(body)) throw unreadable(target.kind, 'json: cannot unmarshal into an object')
  checkIdentity(target, body)
  const unknown: string[] = []
  const object = typed(target.kind, body, unknown)
  const warnings = validation === 'Ignore' ? [] : unknown.map(path => `unknown field ${JSON.stringify(path)}`)
  if (warnings.length > 0 && validation === 'Strict') throw refused(`strict decoding error: ${warnings.join(', ')}`)
  return { object, warnings }
}

/** An object as its kind keeps it, with defaults; paths of fields that the kind does not have go to `unknown`. */
function typed(kind: Kind, body: JsonObject, unknown: string[] = []): JsonObject {
  try {
    return { kind: kind.kind, apiVersion: kind.groupVersion, ...objectAt(shaped(omit(body, ['kind', 'apiVersion']), kind.schema, { path: '', unknown })) }
  } catch (error) {
    throw error instanceof ApiError ? unreadable(kind, error.message) : error
  }
}

function unreadable({ kind, version }: Kind, why: string): ApiError {
  return badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${why}`)
}

/** What an object of the kind is before anybody wrote to it: only the fields that are always there. */
function emptyObject(kind: Kind): JsonObject {
  return { kind: kind.kind, apiVersion: kind.groupVersion, ...objectAt(shaped({}, kind.schema, { path: '', unknown: [], bare: true })) }
}

/** A value as Go prints it. */
function goText(value: Json | undefined): string {
  if (isList(value)) return `[${value.map(goText).join(' ')}]`
  if (isObject(value)) return `map[${Object.keys(value).sort().map(key => `${key}:${goText(value[key])}`).join(' ')}]`
  return value === null ? '<nil>' : String(value)
}

function patched(live: JsonObject, { body, type }: Patch, kind: Kind): JsonObject {
  if (type !== 'json-patch+json' && !isObject(body)) throw badRequest('the patch is not an object')
  const next = type === 'json-patch+json' ? jsonPatch(live, body) : type === 'merge-patch+json' ? mergePatch(live, body) : strategicPatch(live, objectAt(body), kind.schema)
  if (isObject(next)) return next
  throw badRequest('the patch does not leave an object')
}

/** An object that nobody owns yet, before its first apply: what it has belongs to a manager of that name. */
function withFirstOwners(live: JsonObject, kind: Kind, writer: Writer): JsonObject {
  if (valueAt(live, 'metadata', 'managedFields') !== undefined) return live
  return withManagers(live, ownersAfterUpdate(emptyObject(kind), live, { ...writer, manager: 'before-first-apply' }))
}

function checkIdentity({ kind, namespace, name }: Target, body: JsonObject): void {
  const groupVersion = kind.groupVersion
  const [version, found, home, own] = [textAt(body, 'apiVersion'), textAt(body, 'kind'), textAt(body, 'metadata', 'namespace'), textAt(body, 'metadata', 'name')]
  if (version && version !== groupVersion) throw badRequest(`the API version in the data (${version}) does not match the expected API version (${groupVersion})`)
  if (found && found !== kind.kind) throw badRequest(`${found} in version "${kind.version}" cannot be handled as a ${kind.kind}: converting (${found}) to (${kind.kind}): unknown conversion`)
  if (kind.namespaced && home && home !== namespace) throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  if (name && own && own !== name) throw badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`)
}

function checkPreconditions({ kind, name }: Target, live: JsonObject, wanted: Json | undefined): void {
  for (const [field, label] of [['uid', 'UID'], ['resourceVersion', 'ResourceVersion']] as const) {
    const [value, found] = [textAt(wanted, field), textAt(live, 'metadata', field)]
    if (value !== undefined && value !== found) throw conflict(kind, name, `Precondition failed: ${label} in precondition: ${value}, ${label} in object meta: ${found}`)
  }
}

function checkFaults(kind: Kind, live: JsonObject | undefined, next: JsonObject): void {
  const found = faults(kind, live, next)
  if (found.length > 0) throw invalid(kind, textAt(next, 'metadata', 'name') ?? '', found)
}

function isGoing(object: JsonObject): boolean {
  return valueAt(object, 'metadata', 'deletionTimestamp') !== undefined
}

function goingObject(live: JsonObject, finalizers: readonly string[], { resource }: Kind): JsonObject {
  const [generation, isNamespace] = [valueAt(live, 'metadata', 'generation'), resource === '/namespaces']
  const marked = withMetadata(live, {
    deletionTimestamp: now(), ...(isNamespace ? {} : { deletionGracePeriodSeconds: 0 }), ...(finalizers.length > 0 ? { finalizers } : {}),
    ...(typeof generation === 'number' ? { generation: generation + 1 } : {}),
  })
  return isNamespace ? { ...marked, status: { ...objectAt(marked, 'status'), phase: 'Terminating' } } : marked
}

function withoutTimes(object: JsonObject): JsonObject {
  return withManagers(object, objectsAt(object, 'metadata', 'managedFields').map(entry => omit(entry, ['time'])))
}

/** The object in the version asked for; versions of one kind differ in nothing else here. */
export function inVersion(object: JsonObject, kind: Kind): JsonObject {
  const apiVersion = kind.groupVersion
  return object['apiVersion'] === apiVersion ? object : { ...object, apiVersion }
}

import { randomUUID } from 'node:crypto'
import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, sameJson, textAt, valueAt } from '../../model/json.ts'
import { alreadyExists, ApiError, badRequest, badValue, conflict, detailsOf, invalid, notFound, unsupportedType } from './api-error.ts'
import { defaulted } from './defaults.ts'
import { groupVersionOf, resourceKey } from './kind.ts'
import type { Kind } from './kind.ts'
import { applied, ownersAfterUpdate, withManagers } from './managers.ts'
import type { Writer } from './managers.ts'
import { asObject, NotDeclared } from './merge.ts'
import { jsonPatch, mergePatch, patchedObject } from './patch.ts'
import { initialised, kept, settled } from './prepare.ts'
import type { Registry } from './registry.ts'
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

interface Change { readonly target: Target, readonly live: JsonObject, readonly next: JsonObject, readonly writer: Writer, readonly options: WriteOptions }

/** The verbs on stored objects. Every method throws ApiError for what the server would refuse. */
export class Objects {
  readonly store: Store
  readonly registry: Registry

  constructor(store: Store, registry: Registry) {
    this.store = store
    this.registry = registry
  }

  get(target: Target): JsonObject {
    const found = this.store.get(resourceKey(target.kind), target.namespace, target.name)
    if (!found) throw notFound(target.kind, target.name)
    return inVersion(found, target.kind)
  }

  create(target: Target, body: Json | undefined, options: WriteOptions): Written {
    const { object, warnings } = this.decoded(target, body, options)
    const named = textAt(object, 'metadata', 'name') || !textAt(object, 'metadata', 'generateName') ? object
      : withMetadata(object, { name: `${textAt(object, 'metadata', 'generateName')}${randomUUID().slice(-5)}` })
    const owned = withManagers(named, ownersAfterUpdate(emptyObject(target.kind), named, this.writer(target, options)))
    return { object: this.added(target, this.fresh(target, owned), options), created: true, warnings }
  }

  replace(target: Target, body: Json | undefined, options: WriteOptions): Written {
    const live = this.get(target)
    const { object, warnings } = this.decoded(target, body, options)
    const name = textAt(object, 'metadata', 'name')
    if (target.kind.guarded && !textAt(object, 'metadata', 'resourceVersion')) throw invalid(target.kind, target.name, [badValue('metadata.resourceVersion', 0, 'must be specified for an update')])
    if (name !== target.name) throw badRequest(`the name of the object (${name ?? ''}) does not match the name on the URL (${target.name})`)
    return { object: this.changed({ target, live, next: object, writer: this.writer(target, options), options }), created: false, warnings }
  }

  patch(target: Target, { body, type }: Patch, options: WriteOptions): Written {
    if (type === 'apply-patch+yaml') return this.apply(target, body, options)
    if (type === 'strategic-merge-patch+json' && target.kind.custom) throw unsupportedType(['application/json-patch+json', 'application/merge-patch+json', 'application/apply-patch+yaml'])
    const live = this.get(target)
    const raw = patched(live, { body, type }, target.kind)
    try {
      const { object, warnings } = this.decoded(target, raw, options)
      return { object: this.changed({ target, live, next: object, writer: this.writer(target, options), options }), created: false, warnings }
    } catch (error) {
      if (error instanceof StrictFault) throw invalid({ group: '', plural: '', kind: '' }, '', [badValue('patch', type.startsWith('strategic') ? goText(body) : JSON.stringify(raw), error.text)])
      throw error
    }
  }

  /** Removes the object, or marks it where finalizers hold it. Gives what the server answers. */
  remove(target: Target, { options, dryRun }: Removal = { options: {}, dryRun: false }): JsonObject {
    const live = this.get(target)
    checkPreconditions(target, live, options['preconditions'])
    const finalizers = withPolicy(live, textAt(options, 'propagationPolicy') ?? (options['orphanDependents'] === true ? 'Orphan' : undefined))
    const isNamespace = resourceKey(target.kind) === '/namespaces'
    if (finalizers.length > 0 || isNamespace) {
      if (valueAt(live, 'metadata', 'deletionTimestamp') !== undefined) return live
      const generation = valueAt(live, 'metadata', 'generation')
      const marked = withMetadata(live, {
        deletionTimestamp: now(), ...(isNamespace ? {} : { deletionGracePeriodSeconds: 0 }), ...(finalizers.length > 0 ? { finalizers } : {}),
        ...(typeof generation === 'number' && generation > 0 ? { generation: generation + 1 } : {}),
      })
      const object = isNamespace ? { ...marked, status: { ...asObject(marked['status']), phase: 'Terminating' } } : marked
      return dryRun ? object : this.store.put(resourceKey(target.kind), object)
    }
    if (!dryRun) this.store.remove(resourceKey(target.kind), live)
    if (resourceKey(target.kind) === '/pods') return live
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details: { ...detailsOf(target.kind, target.name), uid: textAt(live, 'metadata', 'uid') ?? '' } }
  }

  private apply(target: Target, body: Json, options: WriteOptions): Written {
    const { kind, name, namespace } = target
    if (!isObject(body)) throw badRequest('the apply body is not an object')
    checkIdentity(target, body)
    if (valueAt(body, 'metadata', 'managedFields') !== undefined) throw badRequest('metadata.managedFields must be nil')
    const found = this.store.get(resourceKey(kind), namespace, name)
    const live = found && inVersion(found, kind)
    const writer = { ...this.writer(target, options), force: options.force }
    const start = live ? withFirstOwners(live, kind, writer) : emptyObject(kind)
    let merged: JsonObject
    try {
      merged = applied(start, body, writer)
    } catch (error) {
      if (error instanceof NotDeclared) throw new ApiError(500, `failed to create typed patch object (${textAt(body, 'metadata', 'namespace') ?? ''}/${name}; ${groupVersionOf(kind)}, Kind=${kind.kind}): ${error.message}`)
      throw error
    }
    const next = asObject(defaulted(this.shapedFor(target, merged, []), kind.schema))
    if (live) return { object: this.changed({ target, live, next, writer: { ...writer, manager: '' }, options }), created: false, warnings: [] }
    if (target.subresource) throw notFound(kind, name)
    return { object: this.added(target, this.fresh(target, withMetadata(next, { name })), options), created: true, warnings: [] }
  }

  /** Checks that a body is of the target's kind and gives it as the server would hold it. */
  private decoded(target: Target, body: Json | undefined, options: WriteOptions): { readonly object: JsonObject, readonly warnings: readonly string[] } {
    const { kind } = target
    if (!isObject(body)) throw badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: json: cannot unmarshal into an object`)
    checkIdentity(target, body)
    const unknown: string[] = []
    const object = asObject(defaulted(this.shapedFor(target, body, unknown), kind.schema))
    const faultsFound = unknown.map(path => `unknown field ${JSON.stringify(path)}`)
    if (faultsFound.length > 0 && options.validation === 'Strict') throw new StrictFault(kind, `strict decoding error: ${faultsFound.join(', ')}`)
    return { object, warnings: options.validation === 'Warn' ? faultsFound : [] }
  }

  private shapedFor(target: Target, body: JsonObject, unknown: string[]): Json {
    const { kind } = target
    const { apiVersion: _version, kind: _kind, ...rest } = body
    try {
      return { kind: kind.kind, apiVersion: groupVersionOf(kind), ...asObject(shaped(rest, kind.schema, { path: '', unknown })) }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error
      throw badRequest(`${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${error.message}`)
    }
  }

  /** A new object with what the server gives it; nothing is stored yet. */
  private fresh(target: Target, object: JsonObject): JsonObject {
    const { kind, namespace } = target
    const given = asObject(object['metadata'])
    const { resourceVersion: _revision, deletionTimestamp: _deleted, deletionGracePeriodSeconds: _grace, selfLink: _link, generation: _generation, ...metadata } = given
    const next: JsonObject = {
      ...object, metadata: {
        ...metadata, ...(kind.namespaced ? { namespace } : {}), uid: randomUUID(), creationTimestamp: now(),
        ...(kind.generation === 'never' ? {} : { generation: 1 }),
      },
    }
    const empty = emptyObject(kind)['status']
    const { status: _status, ...rest } = next
    const bare = kind.status ? { ...rest, ...(empty === undefined ? {} : { status: empty }) } : next
    return asObject(defaulted(initialised(kind, bare, this.store), kind.schema))
  }

  private added(target: Target, object: JsonObject, options: WriteOptions): JsonObject {
    const { kind, namespace } = target
    const name = textAt(object, 'metadata', 'name') ?? ''
    if (kind.namespaced) this.checkNamespace(kind, namespace, name)
    const found = faults(kind, undefined, object)
    if (found.length > 0) throw invalid(kind, name, found)
    if (this.store.get(resourceKey(kind), kind.namespaced ? namespace : '', name)) throw alreadyExists(kind, name)
    return options.dryRun ? object : this.store.put(resourceKey(kind), object)
  }

  private checkNamespace(kind: Kind, namespace: string, name: string): void {
    const home = this.store.get('/namespaces', '', namespace)
    if (!home) throw notFound({ group: '', plural: 'namespaces', kind: 'Namespace' }, namespace)
    if (valueAt(home, 'metadata', 'deletionTimestamp') === undefined) return
    const message = `${kind.plural}${kind.group ? `.${kind.group}` : ''} ${JSON.stringify(name)} is forbidden: unable to create new content in namespace ${namespace} because it is being terminated`
    throw new ApiError(403, message, { details: { ...detailsOf(kind, name), causes: [{ reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }] } })
  }

  /** The way of every update: what cannot change is kept, owners and generation follow, then it is checked and stored. */
  private changed({ target, live, next, writer, options }: Change): JsonObject {
    const { kind, name } = target
    const revision = textAt(next, 'metadata', 'resourceVersion') ?? ''
    const known = textAt(live, 'metadata', 'resourceVersion')
    if (revision !== '' && revision !== known) throw conflict(kind, name)
    const uid = textAt(next, 'metadata', 'uid') ?? ''
    if (uid !== '' && uid !== textAt(live, 'metadata', 'uid')) {
      throw conflict(kind, name, `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${textAt(live, 'metadata', 'uid')}`)
    }
    const written = kept(target, live, next)
    const managers = writer.manager === '' ? valueAt(next, 'metadata', 'managedFields') : ownersAfterUpdate(live, written, writer)
    const owned = settled({ ...target, store: this.store }, live, withManagers(written, isList(managers) ? managers : []))
    const found = faults(kind, live, owned)
    if (found.length > 0) throw invalid(kind, name, found)
    if (sameJson(withoutTimes(live), withoutTimes(owned))) return live
    if (options.dryRun) return owned
    const finalizers = valueAt(owned, 'metadata', 'finalizers')
    const resource = resourceKey(kind)
    if (valueAt(owned, 'metadata', 'deletionTimestamp') !== undefined && finalizers === undefined && resource !== '/namespaces') {
      this.store.remove(resource, owned)
      return owned
    }
    return this.store.put(resource, owned)
  }

  private writer(target: Target, options: WriteOptions): Writer {
    const { kind, subresource } = target
    return {
      manager: options.manager, apiVersion: groupVersionOf(kind), ...(subresource ? { subresource } : {}), schema: kind.schema, now: now(),
      ignored: subresource === 'status' ? ['spec'] : kind.status ? ['status'] : [],
    }
  }
}

function now(): string {
  return new Date().toISOString().replace(/\.\d+Z$/, 'Z')
}

/** Unknown fields where the request asked for none. */
class StrictFault extends ApiError {
  readonly text: string
  constructor(kind: Kind, text: string) {
    super(400, `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: ${text}`)
    this.text = text
  }
}

/** A value as Go prints it. */
function goText(value: Json | undefined): string {
  if (isList(value)) return `[${value.map(goText).join(' ')}]`
  if (isObject(value)) return `map[${Object.keys(value).sort().map(key => `${key}:${goText(value[key])}`).join(' ')}]`
  return value === null ? '<nil>' : String(value)
}

function patched(live: JsonObject, { body, type }: Patch, kind: Kind): JsonObject {
  if (type === 'json-patch+json') return patchedObject(jsonPatch(live, body))
  if (!isObject(body)) throw badRequest('the patch is not an object')
  return type === 'merge-patch+json' ? patchedObject(mergePatch(live, body)) : strategicPatch(live, body, kind.schema)
}

/** An object that nobody owns yet, before its first apply: what it has belongs to a manager of that name. */
function withFirstOwners(live: JsonObject, kind: Kind, writer: Writer): JsonObject {
  if (valueAt(live, 'metadata', 'managedFields') !== undefined) return live
  return withManagers(live, ownersAfterUpdate(emptyObject(kind), live, { ...writer, manager: 'before-first-apply' }))
}

/** What an object of the kind is before anybody wrote to it: only the fields that are always there. */
function emptyObject(kind: Kind): JsonObject {
  return { kind: kind.kind, apiVersion: groupVersionOf(kind), ...asObject(shaped({}, kind.schema)) }
}

function checkIdentity({ kind, namespace, name }: Target, body: JsonObject): void {
  const version = textAt(body, 'apiVersion')
  if (version !== undefined && version !== '' && version !== groupVersionOf(kind)) {
    throw badRequest(`the API version in the data (${version}) does not match the expected API version (${groupVersionOf(kind)})`)
  }
  const found = textAt(body, 'kind')
  if (found !== undefined && found !== '' && found !== kind.kind) throw badRequest(`${found} in version "${kind.version}" cannot be handled as a ${kind.kind}: converting (${found}) to (${kind.kind}): unknown conversion`)
  const home = textAt(body, 'metadata', 'namespace')
  if (kind.namespaced && home !== undefined && home !== '' && home !== namespace) throw badRequest('the namespace of the provided object does not match the namespace sent on the request')
  const own = textAt(body, 'metadata', 'name')
  if (name !== '' && own !== undefined && own !== '' && own !== name) throw badRequest(`the name of the object (${own}) does not match the name on the URL (${name})`)
}

function checkPreconditions(target: Target, live: JsonObject, wanted: Json | undefined): void {
  for (const [field, label] of [['uid', 'UID'], ['resourceVersion', 'ResourceVersion']] as const) {
    const value = textAt(wanted, field)
    const found = textAt(live, 'metadata', field)
    if (value !== undefined && value !== found) throw conflict(target.kind, target.name, `Precondition failed: ${label} in precondition: ${value}, ${label} in object meta: ${found}`)
  }
}

function withPolicy(live: JsonObject, policy: string | undefined): readonly Json[] {
  const list = valueAt(live, 'metadata', 'finalizers')
  const finalizers = isList(list) ? list : []
  const wanted = policy === 'Foreground' ? 'foregroundDeletion' : policy === 'Orphan' ? 'orphan' : undefined
  return wanted === undefined || finalizers.includes(wanted) ? finalizers : [...finalizers, wanted]
}

function withMetadata(object: JsonObject, more: JsonObject): JsonObject {
  return { ...object, metadata: { ...asObject(object['metadata']), ...more } }
}

function withoutTimes(object: JsonObject): JsonObject {
  const list = valueAt(object, 'metadata', 'managedFields')
  if (!isList(list)) return object
  return withMetadata(object, { managedFields: list.map(entry => isObject(entry) ? { ...entry, time: undefined } : entry) })
}

/** The object in the version asked for; versions of one kind differ in nothing else here. */
export function inVersion(object: JsonObject, kind: Kind): JsonObject {
  const apiVersion = groupVersionOf(kind)
  return object['apiVersion'] === apiVersion ? object : { ...object, apiVersion }
}


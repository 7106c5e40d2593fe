import type { JsonObject } from '../../model/json.ts'
import { isList, isObject, objectAt, textAt, valueAt } from '../../model/json.ts'
import type { Objects } from '../kube/objects.ts'

const DEFINITIONS = 'apiextensions.k8s.io/customresourcedefinitions'
const CUSTOM_DELAY = 20

/**
 * What the control plane does behind the API: definitions are established (a moment later) and withdrawn with all their
 * objects, terminating namespaces are emptied and removed, dependents go with their owners. Returns what ends it.
 */
export function startHousekeeping(objects: Objects): () => void {
  const timers = new Set<NodeJS.Timeout>()
  const later = (work: () => void, delay = 0): void => {
    const timer = setTimeout(() => { timers.delete(timer); work() }, delay)
    timers.add(timer)
  }
  const stop = objects.store.listen(change => {
    const { resource, type, object, before } = change
    if (resource === DEFINITIONS) {
      if (type === 'DELETED') withdraw(objects, object)
      else {
        objects.registry.define(object)
        if (type === 'ADDED') later(() => establish(objects, object), CUSTOM_DELAY)
      }
    }
    if (valueAt(object, 'metadata', 'deletionTimestamp') !== undefined && type === 'MODIFIED') {
      if (resource === '/namespaces') later(() => emptyNamespace(objects, object))
      else if (before && valueAt(before, 'metadata', 'deletionTimestamp') === undefined) later(() => followPolicy(objects, resource, object))
    }
    if (type !== 'DELETED') return
    later(() => removeDependents(objects, object))
    const namespace = textAt(object, 'metadata', 'namespace')
    const home = namespace === undefined ? undefined : objects.store.get('/namespaces', '', namespace)
    if (home && valueAt(home, 'metadata', 'deletionTimestamp') !== undefined) later(() => emptyNamespace(objects, home))
  })
  return () => {
    stop()
    timers.forEach(timer => clearTimeout(timer))
  }
}

function establish(objects: Objects, definition: JsonObject): void {
  const live = objects.store.get(DEFINITIONS, '', textAt(definition, 'metadata', 'name') ?? '')
  if (!live || textAt(live, 'metadata', 'uid') !== textAt(definition, 'metadata', 'uid')) return
  const lastTransitionTime = textAt(live, 'metadata', 'creationTimestamp') ?? ''
  const conditions = [
    { type: 'NamesAccepted', status: 'True', lastTransitionTime, reason: 'NoConflicts', message: 'no conflicts found' },
    { type: 'Established', status: 'True', lastTransitionTime, reason: 'InitialNamesAccepted', message: 'the initial names have been accepted' },
  ]
  objects.store.put(DEFINITIONS, { ...live, status: { ...objectAt(live, 'status'), conditions, acceptedNames: valueAt(live, 'spec', 'names') ?? {} } })
}

function withdraw(objects: Objects, definition: JsonObject): void {
  for (const kind of objects.registry.undefine(definition)) {
    for (const object of objects.store.list(kind.resource)) objects.store.remove(kind.resource, object)
  }
}

/** Deletes what is in a terminating namespace; the last object takes the namespace with it. */
function emptyNamespace(objects: Objects, namespace: JsonObject): void {
  const name = textAt(namespace, 'metadata', 'name') ?? ''
  const live = objects.store.get('/namespaces', '', name)
  if (!live || textAt(live, 'metadata', 'uid') !== textAt(namespace, 'metadata', 'uid')) return
  const contents = [...objects.store.all()].filter(([, object]) => textAt(object, 'metadata', 'namespace') === name)
  for (const [resource, object] of contents) remove(objects, resource, object)
  if (![...objects.store.all()].some(([, object]) => textAt(object, 'metadata', 'namespace') === name)) objects.store.remove('/namespaces', live)
}

/** Foreground: dependents first; orphan: they are let go. Then the finalizer that asked for it is taken off. */
function followPolicy(objects: Objects, resource: string, object: JsonObject): void {
  const finalizers = valueAt(object, 'metadata', 'finalizers')
  if (!isList(finalizers)) return
  if (finalizers.includes('foregroundDeletion')) removeDependents(objects, object)
  if (finalizers.includes('orphan')) {
    for (const [key, item] of dependents(objects, object)) {
      const metadata = objectAt(item, 'metadata')
      const { ownerReferences: _gone, ...rest } = metadata
      const left = ownersOf(item).filter(owner => owner['uid'] !== valueAt(object, 'metadata', 'uid'))
      objects.store.put(key, { ...item, metadata: { ...rest, ...(left.length > 0 ? { ownerReferences: left } : {}) } })
    }
  }
  const live = objects.store.get(resource, textAt(object, 'metadata', 'namespace') ?? '', textAt(object, 'metadata', 'name') ?? '')
  const left = finalizers.filter(item => item !== 'foregroundDeletion' && item !== 'orphan')
  if (!live || left.length === finalizers.length) return
  const { finalizers: _old, ...metadata } = objectAt(live, 'metadata')
  const next = { ...live, metadata: { ...metadata, ...(left.length > 0 ? { finalizers: left } : {}) } }
  if (left.length > 0) objects.store.put(resource, next)
  else objects.store.remove(resource, next)
}

function removeDependents(objects: Objects, owner: JsonObject): void {
  for (const [resource, object] of dependents(objects, owner)) {
    const others = ownersOf(object).filter(other => other['uid'] !== valueAt(owner, 'metadata', 'uid'))
    if (others.length === 0) remove(objects, resource, object)
  }
}

function dependents(objects: Objects, owner: JsonObject): readonly (readonly [string, JsonObject])[] {
  const uid = textAt(owner, 'metadata', 'uid')
  return [...objects.store.all()].filter(([, object]) => ownersOf(object).some(reference => reference['uid'] === uid))
}

function ownersOf(object: JsonObject): readonly JsonObject[] {
  const owners = valueAt(object, 'metadata', 'ownerReferences')
  return isList(owners) ? owners.filter(isObject) : []
}

function remove(objects: Objects, resource: string, object: JsonObject): void {
  const kind = objects.registry.ofResource(resource)
  const namespace = textAt(object, 'metadata', 'namespace') ?? ''
  const name = textAt(object, 'metadata', 'name') ?? ''
  if (kind && objects.store.get(resource, namespace, name)) objects.remove({ kind, namespace, name })
}

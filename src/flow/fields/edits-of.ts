import { WritError } from '../../model/error.ts'
import type { Edit, FieldPath } from '../../model/field.ts'
import { fieldAt, showPath } from '../../model/field.ts'
import { isObject, objectsAt, textAt, valueAt } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { asked } from './asked-value.ts'
import { fieldPath } from './field-path.ts'
import type { FieldAsk, ObjectAsk } from '../../model/request.ts'
import { checkStep } from '../../model/reserved-keys.ts'
import { podSpecPath, podTemplatePath, refOf, showRef } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { imageReference } from './image-reference.ts'
import { quantity } from './quantity.ts'

/**
 * The fields of a live object that one ask means, with the value asked for.
 * Containers are named in containers or initContainers; '*' is all of both, as kubectl has it.
 * Throws classify/no-container, classify/no-field, and usage/bad-argument for a value of the wrong shape.
 */
export function editsOf(live: KubernetesObject, ask: FieldAsk | (ObjectAsk & { readonly kind: 'restart' })): readonly Edit[] {
  switch (ask.kind) {
    case 'restart': return [restart(live, ask.at)]
    case 'replicas': return [replicas(live, ask.value)]
    case 'image': {
      const paths = containers(live, ask.container).map(path => [...path, 'image'])
      if (!imageReference(ask.value) && !paths.every(path => isPlaceholder(fieldAt(live, path)))) throw new WritError('usage/bad-argument', `'${shown(ask.value)}' is not an image reference such as registry.example/team/web:1.2.3.`)
      return paths.map(path => ({ path, before: undefined, after: ask.value }))
    }
    case 'env': return containers(live, ask.container).map(path => envEdit(path, ask))
    case 'field': return ask.container === null ? [fieldEdit(live, [], ask)] : containers(live, ask.container).map(path => fieldEdit(live, path, ask))
    case 'resource': {
      checkResource(ask)
      return containers(live, ask.container).map(path => ({ path: [...path, 'resources', ask.section, ask.resource], before: undefined, after: ask.value }))
    }
  }
}

/** A repository may hold `IMAGE_NAME` or `<image>` for something that is filled in later; then any text may stand there. */
function isPlaceholder(image: Json | undefined): boolean {
  return typeof image === 'string' && image !== '' && !imageReference(image)
}

const SCALED: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'ReplicaSet', 'ReplicationController'])

function replicas(live: KubernetesObject, value: number): Edit {
  if (!Number.isSafeInteger(value) || value < 0 || value > 2 ** 31 - 1) throw new WritError('usage/bad-argument', `${value} is not a number of replicas.`)
  if (!SCALED.has(live.kind) && typeof valueAt(live, 'spec', 'replicas') !== 'number') {
    throw new WritError('classify/no-field', `${showRef(refOf(live))} has no replicas.`, { hint: `A ${live.kind} cannot be scaled.` })
  }
  return { path: ['spec', 'replicas'], before: undefined, after: value }
}

/** What `kubectl rollout restart` writes into the template, and for which kinds. */
const RESTARTED = 'kubectl.kubernetes.io/restartedAt'
const RESTARTS: ReadonlySet<string> = new Set(['Deployment', 'StatefulSet', 'DaemonSet'])

function restart(live: KubernetesObject, at: string): Edit {
  const template = RESTARTS.has(live.kind) && live.apiVersion.startsWith('apps/') ? podTemplatePath(live.kind) : null
  if (template === null) {
    throw new WritError('classify/no-field', `${showRef(refOf(live))} cannot be restarted.`, { hint: 'Deployments, StatefulSets and DaemonSets roll out new pods where their template changes; other kinds do not.' })
  }
  return { path: [...template, 'metadata', 'annotations', RESTARTED], before: undefined, after: at, typed: true }
}

/** The whole entry of one name: a literal value replaces whatever the entry had, as `kubectl set env` does. */
function envEdit(container: FieldPath, ask: FieldAsk & { kind: 'env' }): Edit {
  // As the API server checks it (validation.IsEnvVarName).
  if (!/^[-._A-Za-z][-._A-Za-z0-9]*$/.test(ask.name)) {
    throw new WritError('usage/bad-argument', `'${shown(ask.name)}' is not the name of an environment variable.`, { hint: 'A name holds letters, digits, -, _ and dots, and does not begin with a digit.' })
  }
  const path: FieldPath = [...container, 'env', { key: 'name', value: ask.name }]
  return { path, before: undefined, after: ask.value === null ? undefined : { name: ask.name, value: ask.value } }
}

function fieldEdit(live: KubernetesObject, start: FieldPath, ask: FieldAsk & { kind: 'field' }): Edit {
  const path = [...start, ...fieldPath(ask.field, fieldAt(live, start), ask.value === null)]
  checkPlace(live, start, path)
  checkText(path)
  const before = fieldAt(live, path)
  if (typeof before === 'number' && Number.isInteger(before) && !Number.isSafeInteger(before)) throw new WritError('usage/bad-argument', `${showPath(path)} holds a number that is too large to be compared exactly.`, { hint: 'Edit the file by hand.' })
  if (ask.value === null) return { path, before: undefined, after: undefined }
  const after = asked(ask.value, ask.as, { before, either: isEither(path) })
  if (after === null) {
    throw new WritError('usage/bad-argument', `${showPath(path)} is a ${isObject(before) ? 'map' : 'list'}, not a single value.`, { hint: 'Name a field in it, or give all of it as JSON with --json (of writ edit: --set-json).' })
  }
  return { path, before: undefined, after: after.value, ...ask.as === 'field' ? {} : { typed: true as const } }
}

/** A container's own field without its container, or a field of the workload with one: a slip, and no such field exists. */
function checkPlace(live: KubernetesObject, start: FieldPath, path: FieldPath): void {
  const [first] = path.slice(start.length)
  const root = podSpecPath(live.kind)
  if (typeof first !== 'string' || root === null) return
  const own = ['image', 'limits', 'requests', 'env'].includes(first)
  if (start.length === 0 && own && fieldAt(live, [first]) === undefined) throw new WritError('usage/bad-argument', `${first} is a field of a container, and none is named.`, { hint: `Name it with -c: ${namesIn(live, root, 'containers').join(', ')}.` })
  if (start.length > 0 && first === 'replicas') throw new WritError('usage/bad-argument', 'replicas is no field of a container.', { hint: 'Leave -c out.' })
}

/** Labels and annotations are texts: what stands below one is a key with dots that was not quoted. */
function checkText(path: FieldPath): void {
  const at = path.findIndex((step, i) => step === 'metadata' && (i === 0 || path[i - 1] === 'template') && (path[i + 1] === 'annotations' || path[i + 1] === 'labels'))
  if (at < 0 || path.length <= at + 3) return
  const map = path.slice(0, at + 2)
  const key = path.slice(at + 2).map(step => typeof step === 'string' ? step : step.key).join('.')
  throw new WritError('usage/bad-argument', `${showPath(path.slice(0, at + 3))} holds a text, below which nothing stands.`, { hint: `A key with dots is written ${showPath([...map, key])}.` })
}

/** Fields that take a number or a text: ports by number or name, counts or shares of them, amounts (IntOrString and Quantity of the API). */
function isEither(path: FieldPath): boolean {
  const [section, last] = path.slice(-2).map(step => (typeof step === 'string' ? step : step.key))
  if (last === undefined || section === undefined || path[0] !== 'spec') return false
  return EITHER.has(last) || AMOUNTS.has(section) || (last === 'port' && PROBES.has(section))
}

const EITHER: ReadonlySet<string> = new Set(['targetPort', 'maxSurge', 'maxUnavailable', 'minAvailable', 'sizeLimit', 'divisor', 'averageValue'])
const AMOUNTS: ReadonlySet<string> = new Set(['limits', 'requests', 'hard', 'capacity'])
const PROBES: ReadonlySet<string> = new Set(['httpGet', 'tcpSocket'])

function checkResource(ask: FieldAsk & { kind: 'resource' }): void {
  checkStep(ask.resource)
  if (!/^(?:[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/.test(ask.resource)) {
    throw new WritError('usage/bad-argument', `'${shown(ask.resource)}' is not the name of a resource such as cpu or memory.`)
  }
  const amount = quantity(ask.value)
  if (amount === null || amount < 0n) throw new WritError('usage/bad-argument', `'${shown(ask.value)}' is not a quantity such as 500m or 256Mi.`)
}

function containers(live: KubernetesObject, name: string): readonly FieldPath[] {
  const root = podSpecPath(live.kind)
  if (root === null) throw new WritError('classify/no-field', `${showRef(refOf(live))} has no containers.`, { hint: `A ${live.kind} has no pod template.` })
  const all = (['containers', 'initContainers'] as const).flatMap(list => namesIn(live, root, list).map(container => ({ container, path: [...root, list, { key: 'name', value: container }] })))
  const init = name.startsWith('init:')
  const found = all.filter(one => name === '*' || (one.container === (init ? name.slice(5) : name) && (!init || one.path.at(-2) === 'initContainers')))
  if (found.length > 0) return found.map(one => one.path)
  const names = all.map(one => one.container)
  throw new WritError('classify/no-container', `${showRef(refOf(live))} has no container ${shown(name)}.`, { hint: `It has ${names.join(', ') || 'none'}.`, data: { containers: names } })
}

function namesIn(live: KubernetesObject, root: readonly string[], list: string): readonly string[] {
  return objectsAt(live, ...root, list).flatMap(item => textAt(item, 'name') ?? [])
}

/** A caller's word in a message: short, and without control characters. */
function shown(text: string): string {
  return /^.{0,80}/su.exec(text.replace(/\p{C}/gu, '?'))?.[0] ?? ''
}

import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, objectsAt, textAt, textsAt, valueAt } from '../../model/json.ts'
import { selectorText } from './select.ts'

/** What a cell is made of: the object, and the words after the name. */
type Word = (object: JsonObject, ...words: readonly string[]) => Json | undefined

/** The value at a dotted path, where numbers count in lists. */
export function valueIn(object: Json | undefined, path: string): Json | undefined {
  return path.split('.').reduce<Json | undefined>((here, key) => isList(here) ? here[Number(key)] : valueAt(here, key), object)
}

/** A plain value as text. */
export function word(value: Json | undefined): string {
  return typeof value === 'object' || value === undefined ? '' : String(value)
}

/** How spans of less than so many seconds are written: in which unit, and what is left of it in another. */
const SPANS: readonly (readonly [end: number, unit: keyof typeof SECONDS, rest?: keyof typeof SECONDS])[] =
  [[120, 's'], [600, 'm', 's'], [10_800, 'm'], [28_800, 'h', 'm'], [172_800, 'h'], [691_200, 'd', 'h'], [63_072_000, 'd'], [252_288_000, 'y', 'd'], [Infinity, 'y']]
const SECONDS = { s: 1, m: 60, h: 3600, d: 86_400, y: 31_536_000 }

/** How long ago, as kubectl writes it (`5m12s`, `3h`, `12d`); `<unknown>` without a time. */
export function since(time: Json | undefined, end = Date.now()): string {
  if (typeof time !== 'string' || Number.isNaN(Date.parse(time))) return '<unknown>'
  const seconds = Math.trunc((end - Date.parse(time)) / 1000)
  if (seconds < 0) return seconds < -1 ? '<invalid>' : '0s'
  const [, unit = 's', rest] = SPANS.find(span => seconds < span[0]) ?? []
  const left = rest ? Math.floor(seconds % SECONDS[unit] / SECONDS[rest]) : 0
  return `${Math.floor(seconds / SECONDS[unit])}${unit}${left > 0 ? `${left}${rest}` : ''}`
}

/** The words of data/columns.ts; an empty text or undefined is what the default stands in for. */
export const WORDS: Readonly<Record<string, Word>> = {
  age: object => since(valueAt(object, 'metadata', 'creationTimestamp')),
  since: (object, path = '') => valueIn(object, path) && since(valueIn(object, path)),
  count: (object, ...paths) => paths.reduce((sum, path) => sum + Object.keys(valueIn(object, path) ?? {}).length, 0),
  list: (object, key = '', path = '') => objectsAt(object, ...path.split('.')).map(item => textAt(item, key) ?? '').join(','),
  labels: (object, path = '') => Object.entries(valueIn(object, path) ?? {}).map(([key, value]) => `${key}=${word(value)}`).sort().join(',') || '<none>',
  selector: (object, path = '') => selectorText(valueIn(object, path)),
  flag: (object, path = '') => ({ true: 'True', false: 'False' })[word(valueIn(object, path))],
  podReady: object => `${statusesOf(object).filter(item => item['ready'] === true).length}/${objectsAt(object, 'spec', 'containers').length}`,
  podStatus,
  podRestarts,
  podGates: object => {
    const gates = objectsAt(object, 'spec', 'readinessGates')
    return gates.length === 0 ? '' : `${gates.filter(gate => hasCondition(object, gate['conditionType'])).length}/${gates.length}`
  },
  externalIP: object => {
    const type = textAt(object, 'spec', 'type')
    const balancers = type === 'LoadBalancer' ? objectsAt(object, 'status', 'loadBalancer', 'ingress').map(item => textAt(item, 'ip') || textAt(item, 'hostname') || '') : []
    if (type === 'ExternalName') return textAt(object, 'spec', 'externalName')
    return [...balancers, ...textsAt(object, 'spec', 'externalIPs')].join(',') || (type === 'LoadBalancer' ? '<pending>' : '<none>')
  },
  servicePorts: object => objectsAt(object, 'spec', 'ports').map(port => `${word(port['port'])}${port['nodePort'] ? `:${word(port['nodePort'])}` : ''}/${word(port['protocol'])}`).join(','),
}

function statusesOf(pod: JsonObject, list = 'containerStatuses'): readonly JsonObject[] {
  return objectsAt(pod, 'status', list)
}

function hasCondition(object: JsonObject, type: Json | undefined): boolean {
  return objectsAt(object, 'status', 'conditions').some(item => item['type'] === type && item['status'] === 'True')
}

/** Where in its init containers a pod is; -1: past them. */
function initAt(pod: JsonObject): number {
  return hasCondition(pod, 'Initialized') ? -1 : statusesOf(pod, 'initContainerStatuses').findIndex(item => valueIn(item, 'state.terminated.exitCode') !== 0)
}

/** What `kubectl get pods` says: the init container that is not done speaks for the pod, else the first container with something to say. */
function podStatus(pod: JsonObject): string {
  const phase = textAt(pod, 'status', 'phase') ?? ''
  if (textAt(pod, 'metadata', 'deletionTimestamp') !== undefined && phase !== 'Succeeded' && phase !== 'Failed') return 'Terminating'
  const at = initAt(pod)
  const init = reasonOf(statusesOf(pod, 'initContainerStatuses')[at] ?? {})
  if (at >= 0) return `Init:${init && init !== 'PodInitializing' ? init : `${at}/${objectsAt(pod, 'spec', 'initContainers').length}`}`
  const reasons = statusesOf(pod).map(reasonOf).filter(reason => reason !== undefined)
  return reasons.find(reason => reason !== 'Completed') ?? reasons[0] ?? (textAt(pod, 'status', 'reason') || phase)
}

function podRestarts(pod: JsonObject): string {
  const at = initAt(pod)
  const counted = at < 0 ? statusesOf(pod) : statusesOf(pod, 'initContainerStatuses').slice(0, at + 1)
  const restarts = counted.reduce((sum, item) => sum + Number(item['restartCount'] ?? 0), 0)
  const last = counted.map(item => textAt(item, 'lastState', 'terminated', 'finishedAt') ?? '').sort().at(-1)
  return restarts > 0 && last ? `${restarts} (${since(last)} ago)` : String(restarts)
}

/** Why a container waits or how it ended. */
function reasonOf(status: JsonObject): string | undefined {
  const waiting = textAt(status, 'state', 'waiting', 'reason')
  const ended = valueIn(status, 'state.terminated')
  if (waiting || !isObject(ended)) return waiting || undefined
  return textAt(ended, 'reason') || (ended['signal'] ? `Signal:${word(ended['signal'])}` : `ExitCode:${word(ended['exitCode'])}`)
}

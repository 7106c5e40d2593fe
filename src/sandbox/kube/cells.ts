import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, objectsAt, textAt, valueAt } from '../../model/json.ts'
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

/** How long ago, as kubectl writes it (`5m12s`, `3h`, `12d`); `<unknown>` without a time. */
export function since(time: Json | undefined, end = Date.now()): string {
  if (typeof time !== 'string' || Number.isNaN(Date.parse(time))) return '<unknown>'
  const seconds = Math.trunc((end - Date.parse(time)) / 1000)
  const [minutes, hours] = [Math.floor(seconds / 60), Math.floor(seconds / 3600)]
  const [days, years] = [Math.floor(hours / 24), Math.floor(hours / 24 / 365)]
  const two = (large: string, small: number, unit: string): string => small === 0 ? large : `${large}${small}${unit}`
  if (seconds < 0) return seconds < -1 ? '<invalid>' : '0s'
  if (seconds < 120) return `${seconds}s`
  if (minutes < 10) return two(`${minutes}m`, seconds % 60, 's')
  if (minutes < 180) return `${minutes}m`
  if (hours < 8) return two(`${hours}h`, minutes % 60, 'm')
  if (hours < 48) return `${hours}h`
  if (days < 8) return two(`${days}d`, hours % 24, 'h')
  if (years < 2) return `${days}d`
  return years < 8 ? two(`${years}y`, days % 365, 'd') : `${years}y`
}

/** The words of data/columns.ts; an empty text or undefined is what the default stands in for. */
export const WORDS: Readonly<Record<string, Word>> = {
  age: object => since(valueAt(object, 'metadata', 'creationTimestamp')),
  since: (object, path = '') => valueIn(object, path) && since(valueIn(object, path)),
  count: (object, ...paths) => paths.reduce((sum, path) => sum + Object.keys(valueIn(object, path) ?? {}).length, 0),
  list: (object, key = '', path = '') => objectsAt(object, ...path.split('.')).map(item => textAt(item, key) ?? '').join(','),
  labels: (object, path = '') => Object.entries(valueIn(object, path) ?? {}).map(([key, value]) => `${key}=${word(value)}`).sort().join(',') || '<none>',
  selector: (object, path = '') => selectorText(valueIn(object, path)),
  text: (object, path = '') => word(valueIn(object, path)),
  trimmed: (object, path = '') => word(valueIn(object, path)).trim(),
  flag: (object, path = '') => ({ true: 'True', false: 'False' })[word(valueIn(object, path))],
  phase: object => valueAt(object, 'metadata', 'deletionTimestamp') === undefined ? valueAt(object, 'status', 'phase') : 'Terminating',
  modes: (object, path = '') => textsIn(valueIn(object, path)).map(mode => mode === 'ReadOnlyMany' ? 'ROX' : mode.replace('Many', 'X').replace(/[a-z]/g, '')).join(','),
  bound: (object, path = '') => textAt(object, 'spec', 'volumeName') ? valueIn(object, path) ?? '0' : '',
  claim: object => valueIn(object, 'spec.claimRef') && `${textAt(object, 'spec', 'claimRef', 'namespace')}/${textAt(object, 'spec', 'claimRef', 'name')}`,
  subjects: (object, kind = '') => objectsAt(object, 'subjects').filter(item => item['kind'] === kind).map(item => kind === 'ServiceAccount' ? `${textAt(item, 'namespace')}/${textAt(item, 'name')}` : textAt(item, 'name') ?? '').join(', '),
  quota: (object, which = '') => Object.entries(valueIn(object, 'status.hard') ?? {}).filter(([name]) => name.startsWith('limits.') === (which === 'limit'))
    .map(([name, hard]) => `${name}: ${textAt(object, 'status', 'used', name) ?? '0'}/${word(hard)}`).sort().join(', '),
  controller: object => {
    const owner = objectsAt(object, 'metadata', 'ownerReferences').find(item => item['controller'] === true)
    return owner && `${textAt(owner, 'kind')?.toLowerCase()}.${(textAt(owner, 'apiVersion') ?? '').split('/')[0]}/${textAt(owner, 'name')}`
  },
  nodeStatus: object => {
    const ready = objectsAt(object, 'status', 'conditions').find(item => item['type'] === 'Ready')
    return `${ready ? `${ready['status'] === 'True' ? '' : 'Not'}Ready` : 'Unknown'}${valueIn(object, 'spec.unschedulable') === true ? ',SchedulingDisabled' : ''}`
  },
  kernel: object => {
    const [version, architecture] = ['kernelVersion', 'architecture'].map(key => textAt(object, 'status', 'nodeInfo', key))
    return `${version || '<unknown>'}${architecture ? ` (${architecture})` : ''}`
  },
  nodeRoles: object => Object.keys(valueIn(object, 'metadata.labels') ?? {}).flatMap(label => /^node-role\.kubernetes\.io\/(.+)$/.exec(label)?.[1] ?? []).sort().join(','),
  address: (object, type) => objectsAt(object, 'status', 'addresses').find(item => item['type'] === type)?.['address'],
  podReady: object => podSummary(object).ready,
  podStatus: object => podSummary(object).status,
  podRestarts: object => podSummary(object).restarts,
  podGates: object => {
    const gates = objectsAt(object, 'spec', 'readinessGates')
    return gates.length === 0 ? '' : `${gates.filter(gate => hasCondition(object, word(gate['conditionType']))).length}/${gates.length}`
  },
  externalIP: object => {
    const [type, ips] = [textAt(object, 'spec', 'type'), textsIn(valueIn(object, 'spec.externalIPs'))]
    if (type === 'ExternalName') return textAt(object, 'spec', 'externalName')
    return [...(type === 'LoadBalancer' ? balancers(object) : []), ...ips].join(',') || (type === 'LoadBalancer' ? '<pending>' : '<none>')
  },
  servicePorts: object => objectsAt(object, 'spec', 'ports').map(port => `${word(port['port'])}${port['nodePort'] ? `:${word(port['nodePort'])}` : ''}/${word(port['protocol'])}`).join(','),
  balancer: object => balancers(object).join(','),
  hosts: object => {
    const rules = objectsAt(object, 'spec', 'rules')
    return shortened(rules.map(rule => textAt(rule, 'host') ?? '').filter(host => host !== ''), rules.length)
  },
  parameters: object => {
    const [group, kind, name] = ['apiGroup', 'kind', 'name'].map(key => textAt(object, 'spec', 'parameters', key))
    return kind && `${kind}${group ? `.${group}` : ''}/${name}`
  },
  tlsPorts: object => objectsAt(object, 'spec', 'tls').length > 0 ? '80, 443' : '80',
  endpoints: object => shortened(objectsAt(object, 'subsets').flatMap(subset => {
    const [ips, ports] = [objectsAt(subset, 'addresses').map(item => textAt(item, 'ip') ?? ''), objectsAt(subset, 'ports').map(item => item['port'])]
    return ports.length === 0 ? ips : ports.flatMap(port => ips.map(ip => `${ip}:${word(port)}`))
  })),
  slicePorts: object => shortened(objectsAt(object, 'ports').map(port => word(port['port'] ?? port['name'] ?? '*'))),
  sliceEndpoints: object => shortened(objectsAt(object, 'endpoints').flatMap(item => textsIn(item['addresses']))),
  eventObject: object => [textAt(object, 'involvedObject', 'kind')?.toLowerCase(), textAt(object, 'involvedObject', 'name')].filter(Boolean).join('/'),
  eventSource: object => [textAt(object, 'source', 'component') || textAt(object, 'reportingComponent'), textAt(object, 'source', 'host') || textAt(object, 'reportingInstance')].filter(Boolean).join(', '),
  firstSeen: object => since(object['firstTimestamp'] ?? object['eventTime']),
  lastSeen: object => since(valueIn(object, 'series.lastObservedTime') ?? object['lastTimestamp'] ?? object['firstTimestamp'] ?? object['eventTime']),
  jobStatus: object => {
    const found = (type: string): boolean => hasCondition(object, type)
    if (found('Complete') || found('Failed')) return found('Complete') ? 'Complete' : 'Failed'
    if (valueIn(object, 'metadata.deletionTimestamp') !== undefined) return 'Terminating'
    return ['Suspended', 'FailureTarget', 'SuccessCriteriaMet'].find(found) ?? 'Running'
  },
  completions: object => {
    const [done, wanted, parallel] = [numberIn(object, 'status.succeeded'), valueIn(object, 'spec.completions'), numberIn(object, 'spec.parallelism')]
    return typeof wanted === 'number' ? `${done}/${wanted}` : parallel > 1 ? `${done}/1 of ${parallel}` : `${done}/1`
  },
  jobDuration: object => {
    const [start, end] = [valueIn(object, 'status.startTime'), textAt(object, 'status', 'completionTime')]
    return start && since(start, end === undefined ? Date.now() : Date.parse(end))
  },
  targets: object => shortened(objectsAt(object, 'spec', 'metrics').map((metric, i) => metricText(metric, objectsAt(object, 'status', 'currentMetrics')[i])), undefined, 2),
}

function textsIn(value: Json | undefined): readonly string[] {
  return isList(value) ? value.filter(item => typeof item === 'string') : []
}

function numberIn(object: JsonObject, path: string): number {
  const value = valueIn(object, path)
  return typeof value === 'number' ? value : 0
}

function shortened(all: readonly string[], count = all.length, most = 3): string {
  return `${all.slice(0, most).join(most === 2 ? ', ' : ',')}${count > most ? ` + ${count - most} more...` : ''}`
}

function balancers(object: JsonObject): readonly string[] {
  return [...new Set(objectsAt(object, 'status', 'loadBalancer', 'ingress').map(item => textAt(item, 'ip') || textAt(item, 'hostname') || ''))].filter(item => item !== '').sort()
}

function metricText(metric: JsonObject, now: JsonObject | undefined): string {
  const type = textAt(metric, 'type') ?? ''
  const key = type.charAt(0).toLowerCase() + type.slice(1)
  const [target, current] = [valueAt(metric, key, 'target'), valueAt(now, key, 'current')]
  const name = type.endsWith('Resource') ? `${textAt(metric, key, 'name')}: ` : ''
  const average = textAt(target, 'averageValue')
  if (average !== undefined) return `${name}${textAt(current, 'averageValue') ?? '<unknown>'}/${average}${name || type === 'Pods' ? '' : ' (avg)'}`
  const percent = (value: Json | undefined, none: string): string => typeof value === 'number' ? `${value}%` : none
  if (name) return `${name}${percent(valueAt(current, 'averageUtilization'), '<unknown>')}/${percent(valueAt(target, 'averageUtilization'), '<auto>')}`
  return `${textAt(current, 'value') ?? '<unknown>'}/${textAt(target, 'value') ?? '0'}`
}

function hasCondition(object: JsonObject, type: string): boolean {
  return objectsAt(object, 'status', 'conditions').some(item => item['type'] === type && item['status'] === 'True')
}

interface PodSummary { readonly ready: string, readonly status: string, readonly restarts: string }

/** What `kubectl get pods` says: the first init container that is not done speaks for the pod, else the first container with something to say. */
function podSummary(pod: JsonObject): PodSummary {
  const inits = objectsAt(pod, 'status', 'initContainerStatuses')
  const sidecars = new Set(objectsAt(pod, 'spec', 'initContainers').filter(item => item['restartPolicy'] === 'Always').map(item => item['name']))
  const isSidecar = (item: JsonObject): boolean => sidecars.has(item['name'])
  const main = objectsAt(pod, 'status', 'containerStatuses')
  const stuck = inits.findIndex(item => valueIn(item, 'state.terminated.exitCode') !== 0 && !(isSidecar(item) && item['started'] === true))
  const initializing = stuck >= 0 && !hasCondition(pod, 'Initialized')
  const counted = initializing ? inits.slice(0, stuck + 1) : [...inits.filter(isSidecar), ...main]
  const up = initializing ? [] : main.filter(item => item['ready'] === true && valueIn(item, 'state.running') !== undefined)
  const helping = inits.slice(0, stuck < 0 ? undefined : stuck).filter(item => isSidecar(item) && item['ready'] === true)
  const restarts = counted.reduce((sum, item) => sum + numberIn(item, 'restartCount'), 0)
  const last = counted.map(item => textAt(item, 'lastState', 'terminated', 'finishedAt') ?? '').sort().at(-1)
  return {
    ready: `${up.length + helping.length}/${objectsAt(pod, 'spec', 'containers').length + sidecars.size}`,
    restarts: restarts > 0 && last ? `${restarts} (${since(last)} ago)` : String(restarts),
    status: podStatus(pod, { initializing, init: inits[stuck], at: stuck, up }),
  }
}

function podStatus(pod: JsonObject, { initializing, init, at, up }: { readonly initializing: boolean, readonly init: JsonObject | undefined, readonly at: number, readonly up: readonly JsonObject[] }): string {
  const phase = textAt(pod, 'status', 'phase') ?? ''
  const own = textAt(pod, 'status', 'reason') || phase
  if (textAt(pod, 'metadata', 'deletionTimestamp') !== undefined) {
    if (own === 'NodeLost') return 'Unknown'
    if (phase !== 'Succeeded' && phase !== 'Failed') return 'Terminating'
  }
  if (initializing) {
    const said = init && reasonOf(init)
    return `Init:${said && said !== 'PodInitializing' ? said : `${at}/${objectsAt(pod, 'spec', 'initContainers').length}`}`
  }
  const statuses = objectsAt(pod, 'status', 'containerStatuses')
  const gated = objectsAt(pod, 'status', 'conditions').some(item => item['type'] === 'PodScheduled' && item['reason'] === 'SchedulingGated')
  const first = statuses.map(reasonOf).find(Boolean) ?? (gated ? 'SchedulingGated' : own)
  if (first !== 'Completed') return first
  if (up.length > 0 && hasCondition(pod, 'Ready')) return 'Running'
  const failed = statuses.find(item => numberIn(item, 'state.terminated.exitCode') !== 0)
  return (failed && reasonOf(failed)) ?? (up.length > 0 ? 'NotReady' : first)
}

/** Why a container waits or how it ended. */
function reasonOf(status: JsonObject): string | undefined {
  const waiting = textAt(status, 'state', 'waiting', 'reason')
  const ended = valueIn(status, 'state.terminated')
  if (waiting || !isObject(ended)) return waiting || undefined
  return textAt(ended, 'reason') || (ended['signal'] ? `Signal:${word(ended['signal'])}` : `ExitCode:${word(ended['exitCode'])}`)
}

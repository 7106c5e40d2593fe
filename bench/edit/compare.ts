import type { Fields, Manifest, Value } from './manifests.ts'
import { isFields, isList } from './manifests.ts'

/** How two renders differ: paths that do, and lists that hold the same in another order where the order says nothing. */
export interface Differences { readonly wrong: readonly string[], readonly reordered: readonly string[] }

/** Lists of a pod whose items Kubernetes finds by a key, and whose order says nothing (DESIGN.md section 5). */
const ORDERLESS: Readonly<Record<string, string>> = { containers: 'name', volumes: 'name', env: 'name', volumeMounts: 'mountPath', ports: 'containerPort', imagePullSecrets: 'name' }
const WORKLOADS = /^(?:apps|batch|extensions)\/\S+\/(?:Deployment|StatefulSet|DaemonSet|ReplicaSet|Job|CronJob) |^v1\/(?:Pod|PodTemplate|ReplicationController) /
const MAX_SHOWN = 12

/** Compares two renders, object by object; the order of objects says nothing, the number of times that one stands there does. */
export function compareManifests(expected: readonly Manifest[], actual: readonly Manifest[]): Differences {
  const [left, right] = [byIdentity(expected), byIdentity(actual)]
  const found: Found = { wrong: [], reordered: [] }
  for (const identity of new Set([...left.keys(), ...right.keys()])) {
    const [wanted, got] = [left.get(identity) ?? [], right.get(identity) ?? []]
    if (wanted.length !== got.length) found.wrong.push(`${identity}: ${wanted.length} times expected, there ${got.length} times`)
    else for (const [i, value] of wanted.entries()) compare({ left: value, right: got[i] ?? null, path: '', workload: WORKLOADS.test(identity), identity }, found)
  }
  return { wrong: found.wrong.slice(0, MAX_SHOWN), reordered: found.reordered }
}

/** The identities of the objects that differ between two renders. */
export function changedIdentities(before: readonly Manifest[], after: readonly Manifest[]): readonly string[] {
  const { wrong, reordered } = compareManifests(before, after)
  if (wrong.length === 0 && reordered.length === 0) return []
  const [left, right] = [byIdentity(before), byIdentity(after)]
  return [...new Set([...left.keys(), ...right.keys()])].filter(identity => {
    const only = (from: readonly Value[] | undefined): readonly Manifest[] => (from ?? []).map(value => ({ identity, value }))
    return compareManifests(only(left.get(identity)), only(right.get(identity))).wrong.length > 0
  }).sort()
}

interface Found { readonly wrong: string[], readonly reordered: string[] }
interface Pair { readonly left: Value, readonly right: Value, readonly path: string, readonly workload: boolean, readonly identity: string }

function compare(pair: Pair, found: Found): void {
  const { left, right, path } = pair
  if (isFields(left) && isFields(right)) {
    for (const key of new Set([...Object.keys(left), ...Object.keys(right)])) {
      const [a, b] = [Object.hasOwn(left, key) ? left[key] : undefined, Object.hasOwn(right, key) ? right[key] : undefined]
      if (a === undefined || b === undefined) found.wrong.push(`${pair.identity} ${path}/${key}: ${a === undefined ? 'is new' : 'is gone'}`)
      else compare({ ...pair, left: a, right: b, path: `${path}/${key}` }, found)
    }
    return
  }
  if (isList(left) && isList(right)) return compareLists({ ...pair, left, right }, found)
  if (!Object.is(left, right)) found.wrong.push(`${pair.identity} ${path}: ${shown(left)} expected, ${shown(right)} there`)
}

function compareLists(pair: Pair & { readonly left: readonly Value[], readonly right: readonly Value[] }, found: Found): void {
  const { left, right, path } = pair
  if (left.length !== right.length) return void found.wrong.push(`${pair.identity} ${path}: ${left.length} items expected, ${right.length} there`)
  const keys = pair.workload ? keysOf(path, left, right) : null
  if (keys === null || keys.left.join('\n') === keys.right.join('\n')) {
    for (const [i, value] of left.entries()) compare({ ...pair, left: value, right: right[i] ?? null, path: `${path}/${i}` }, found)
    return
  }
  found.reordered.push(`${pair.identity} ${path}`)
  for (const [i, value] of left.entries()) compare({ ...pair, left: value, right: right[keys.right.indexOf(keys.left[i] ?? '')] ?? null, path: `${path}/${keys.left[i]}` }, found)
}

/** The keys of the items, where both lists hold the same ones, each once, and their order says nothing. */
function keysOf(path: string, left: readonly Value[], right: readonly Value[]): { readonly left: readonly string[], readonly right: readonly string[] } | null {
  const list = path.slice(path.lastIndexOf('/') + 1)
  const key = ORDERLESS[list]
  // Below initContainers the lists of one container are as orderless as elsewhere; initContainers itself never is.
  if (key === undefined || !path.includes('/spec')) return null
  if (list === 'env' && [...left, ...right].some(item => isFields(item) && typeof item['value'] === 'string' && item['value'].includes('$('))) return null
  const [a, b] = [left, right].map(items => items.map(item => (isFields(item) ? keyOf(item, key) : '')))
  if (a === undefined || b === undefined || a.includes('') || new Set(a).size !== a.length) return null
  return [...a].sort().join('\n') === [...b].sort().join('\n') ? { left: a, right: b } : null
}

function keyOf(item: Fields, key: string): string {
  const value = item[key]
  const protocol = key === 'containerPort' ? `/${String(item['protocol'] ?? 'TCP')}` : ''
  return typeof value === 'string' || typeof value === 'number' ? `${value}${protocol}` : ''
}

function byIdentity(manifests: readonly Manifest[]): ReadonlyMap<string, readonly Value[]> {
  const found = new Map<string, Value[]>()
  for (const { identity, value } of manifests) found.set(identity, [...found.get(identity) ?? [], value])
  return found
}

function shown(value: Value): string {
  return JSON.stringify(value).slice(0, 120)
}

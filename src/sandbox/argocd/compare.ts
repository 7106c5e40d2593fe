import { canonical, sameJson, textAt } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import { metadataText, refKey } from '../../model/resource.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import type { Api } from '../api.ts'
import { nameOf } from '../api.ts'
import { holds } from '../drift.ts'
import { healthOf, worst } from '../health.ts'
import type { HealthStatus } from '../health.ts'
import { MANAGER } from './manager.ts'

/** One object of an app as `status.resources` lists it, and what stands live. */
export interface Compared {
  readonly ref: ObjectRef
  readonly desired: KubernetesObject | null
  readonly live: KubernetesObject | null
  readonly status: 'Synced' | 'OutOfSync' | 'Unknown'
}

/** An app held against the cluster. */
export interface Comparison { readonly items: readonly Compared[], readonly synced: boolean, readonly health: HealthStatus, readonly shared: readonly string[] }

export interface CompareInput {
  readonly api: Api
  readonly desired: readonly KubernetesObject[]
  /** Objects that the app managed before; those that Git no longer has and that carry its mark are to be pruned. */
  readonly known: readonly ObjectRef[]
  readonly instance: string
  /** What was applied last, by refKey: a value that vanished from Git is seen by it. */
  readonly applied: ReadonlyMap<string, string>
}

/** Compares each object of Git with the live one, and finds what Git no longer has. */
export async function compare(input: CompareInput): Promise<Comparison> {
  const wanted = new Map(input.desired.map(object => [refKey(nameOf(object)), object]))
  const items: Compared[] = []
  const shared: string[] = []
  for (const [key, desired] of wanted) {
    const live = await input.api.get(nameOf(desired))
    const before = input.applied.get(key)
    const same = live !== null && (before === undefined || before === canonical(desired)) && (holds(live, desired) || await kept(input.api, desired, live))
    items.push({ ref: nameOf(desired), desired, live, status: same ? 'Synced' : 'OutOfSync' })
    const other = live === null ? null : trackedBy(live)
    if (other !== null && other !== input.instance) shared.push(`${desired.kind}/${nameOf(desired).name} is part of applications ${other} and ${input.instance}`)
  }
  for (const ref of input.known) {
    if (wanted.has(refKey(ref))) continue
    const live = await input.api.get(ref)
    if (live !== null && trackedBy(live) === input.instance) items.push({ ref, desired: null, live, status: 'OutOfSync' })
  }
  return {
    items, shared, synced: items.every(item => item.status === 'Synced'),
    health: worst(items.filter(item => item.desired !== null && item.live !== null).map(item => healthOf(item.live))),
  }
}

// The version of the live object that was found the same: asking costs much where objects are large.
const found = new WeakMap<KubernetesObject, unknown>()

/** True where applying would change nothing, as Argo CD's server-side diff asks: the server may respell what Git says. */
async function kept(api: Api, desired: KubernetesObject, live: KubernetesObject): Promise<boolean> {
  const contentOf = ({ metadata: { managedFields: _fields, resourceVersion: _version, ...metadata }, status: _status, ...rest }: KubernetesObject): JsonObject => ({ ...rest, metadata })
  const version = live.metadata['resourceVersion']
  if (found.get(desired) === version) return true
  const next = await api.dryRun(desired, MANAGER).catch(() => null)
  const same = next !== null && sameJson(contentOf(next), contentOf(live))
  if (same) found.set(desired, version)
  return same
}

/** The app that an object's tracking id names; null where there is none or it was copied from another object. */
function trackedBy(live: KubernetesObject): string | null {
  const [instance = '', kind = '', name = ''] = (metadataText(live, 'annotations', 'argocd.argoproj.io/tracking-id') ?? '').split(':')
  const ref = nameOf(live)
  if (kind !== `${ref.group}/${ref.kind}` || name.split('/')[1] !== ref.name) return null
  return instance
}

/** The rows of `status.resources`: no health since 3.0, no group for the core group. */
export function resourceRows(items: readonly Compared[]): readonly JsonObject[] {
  return items.map(item => ({
    ...(item.ref.group === '' ? {} : { group: item.ref.group }), version: item.ref.version, kind: item.ref.kind,
    ...(item.ref.namespace === null ? {} : { namespace: item.ref.namespace }), name: item.ref.name, status: item.status,
    ...(item.desired === null ? { requiresPruning: true } : {}),
  }))
}

/** Reads `status.resources` back. */
export function knownResources(rows: readonly JsonObject[]): readonly ObjectRef[] {
  return rows.map(row => ({
    group: textAt(row, 'group') ?? '', version: textAt(row, 'version') ?? '', kind: textAt(row, 'kind') ?? '',
    namespace: textAt(row, 'namespace') ?? null, name: textAt(row, 'name') ?? '',
  }))
}

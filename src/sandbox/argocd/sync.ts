import { canonical } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import { refKey } from '../../model/resource.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import type { Api } from '../api.ts'
import { nameOf } from '../api.ts'
import type { Compared } from './compare.ts'
import { MANAGER } from './manager.ts'

export interface SyncInput {
  readonly api: Api
  readonly objects: readonly KubernetesObject[]
  /** The comparison before: what it found superfluous is pruned where `prune` says so. */
  readonly items: readonly Compared[]
  readonly prune: boolean
  readonly createNamespace: string | null
  /** Said by an admission webhook that refuses everything; null where there is none. */
  readonly denied: string | null
}

export interface SyncOutcome { readonly ok: boolean, readonly message: string, readonly resources: readonly JsonObject[], readonly applied: ReadonlyMap<string, string> }

/** Applies and prunes as one sync operation, and says of each object what became of it. */
export async function applyAll(input: SyncInput): Promise<SyncOutcome> {
  const resources: JsonObject[] = []
  const failures: string[] = []
  const applied = new Map<string, string>()
  if (input.createNamespace !== null) await ensureNamespace(input.api, input.createNamespace)
  for (const object of input.objects) {
    try {
      if (input.denied !== null) throw new Error(input.denied)
      await input.api.apply(object, MANAGER)
      applied.set(refKey(nameOf(object)), canonical(object))
      resources.push({ ...row(nameOf(object)), status: 'Synced', message: `${object.kind.toLowerCase()}/${nameOf(object).name} serverside-applied`, hookPhase: 'Running', syncPhase: 'Sync' })
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error)
      failures.push(message)
      resources.push({ ...row(nameOf(object)), status: 'SyncFailed', message, hookPhase: 'Failed', syncPhase: 'Sync' })
    }
  }
  if (failures.length === 0) resources.push(...await pruneAll(input))
  const message = failures.length === 0 ? 'successfully synced (all tasks run)' : `one or more objects failed to apply, reason: ${failures.join(', ')}`
  return { ok: failures.length === 0, message, resources, applied }
}

async function pruneAll(input: SyncInput): Promise<readonly JsonObject[]> {
  const rows: JsonObject[] = []
  for (const item of input.items.filter(one => one.desired === null)) {
    if (input.prune) await input.api.remove(item.ref)
    rows.push({ ...row(item.ref), status: input.prune ? 'Pruned' : 'PruneSkipped', message: input.prune ? 'pruned' : 'ignored (requires pruning)', syncPhase: 'Sync' })
  }
  return rows
}

async function ensureNamespace(api: Api, name: string): Promise<void> {
  const ref = { group: '', version: 'v1', kind: 'Namespace', namespace: null, name }
  if (await api.get(ref) === null) await api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }, MANAGER)
}

function row(ref: ObjectRef): JsonObject {
  return { group: ref.group, version: ref.version, kind: ref.kind, namespace: ref.namespace ?? '', name: ref.name }
}

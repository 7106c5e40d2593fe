import { isList, isObject, textAt, valueAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { podSpecPath } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { HealthStatus } from '../health.ts'
import { resourceRows } from './compare.ts'
import type { Comparison } from './compare.ts'
import { timestamp } from './persist.ts'
import type { ApplicationSpec } from './application.ts'
import type { Target } from './target.ts'

export interface Condition { readonly type: string, readonly message: string }

export interface Findings {
  readonly spec: ApplicationSpec
  readonly target: Target | null
  readonly comparison: Comparison | null
  readonly health: HealthStatus
  readonly conditions: readonly Condition[]
  readonly controllerNamespace: string
  /** True where Git was asked: the look counts as a reconciliation. */
  readonly reconciled: boolean
}

/** The status after a comparison; operationState and history stay as they are. */
export function comparedStatus(old: JsonObject, found: Findings): JsonObject {
  const comparedTo = { source: found.spec.source, destination: found.spec.destination }
  const { conditions: _old, sourceType: _type, ...rest } = old
  const conditions = withTimes(found.conditions, old['conditions'])
  const health = textAt(old, 'health', 'status') === found.health && isObject(old['health']) ? old['health'] : { status: found.health, lastTransitionTime: timestamp() }
  return {
    ...rest, controllerNamespace: found.controllerNamespace, health,
    ...(found.reconciled ? { reconciledAt: timestamp() } : {}),
    ...(conditions.length === 0 ? {} : { conditions }),
    ...(found.target === null || found.comparison === null
      ? { sync: { status: 'Unknown', revision: found.spec.targetRevision, comparedTo }, resources: unknownRows(old['resources']) }
      : {
          sync: { status: found.comparison.synced ? 'Synced' : 'OutOfSync', revision: found.target.revision, comparedTo },
          resources: resourceRows(found.comparison.items), resourceHealthSource: 'appTree', sourceType: found.target.type,
          summary: summary(found.comparison),
        }),
  }
}

// Nothing is wanted of what is there: it looks as if all of it were to be pruned.
function unknownRows(rows: Json | undefined): readonly Json[] {
  return isList(rows) ? rows.map(row => isObject(row) ? { ...row, status: 'Unknown', requiresPruning: true } : row) : []
}

function withTimes(conditions: readonly Condition[], old: Json | undefined): readonly JsonObject[] {
  const before = isList(old) ? old.filter(isObject) : []
  return conditions.map(condition => before.find(one => one['type'] === condition.type && one['message'] === condition.message) ?? { ...condition, lastTransitionTime: timestamp() })
}

function summary(comparison: Comparison): JsonObject {
  const all = new Set(comparison.items.flatMap(item => item.live === null ? [] : imagesOf(item.live)))
  return all.size === 0 ? {} : { images: [...all].sort() }
}

function imagesOf(object: KubernetesObject): readonly string[] {
  const spec = valueAt(object, ...podSpecPath(object.kind) ?? ['none'])
  const containers = [valueAt(spec, 'initContainers'), valueAt(spec, 'containers')].flatMap(list => isList(list) ? list : [])
  return containers.map(container => textAt(container, 'image') ?? '').filter(image => image !== '')
}

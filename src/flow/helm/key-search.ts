import type { Edit } from '../../model/field.ts'
import type { ValuePath } from '../../model/helm-set.ts'
import type { JsonObject } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { Planting } from './sentinels.ts'
import type { ValueNode } from './value-nodes.ts'

/** The chart as far as keys are looked for in it. */
export interface KeySearch {
  /** The values as the chart sees them, everything laid over. */
  readonly values: JsonObject
  /** Keys that templates ask for. */
  readonly referred: readonly ValuePath[]
  /** The asked object as it renders now, and all that is asked of it. */
  readonly object: KubernetesObject
  readonly edits: readonly Edit[]
  /** The asked object with other values; null where the chart does not render then, or not this object. */
  probe(values: JsonObject): Promise<KubernetesObject | null>
}

/** Renders that are left, and the keys with which, each alone, nothing renders. */
export interface Budget { left: number, readonly rejected: Planting[] }

/** What all ways of looking need to know. */
export interface Stage { readonly nodes: readonly ValueNode[], readonly edit: Edit, readonly budget: Budget }

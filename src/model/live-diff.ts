import type { FieldChange } from './field.ts'
import type { Owner } from './owner.ts'
import type { ObjectRef } from './resource.ts'

/**
 * One object of an owner: Git against live. `missing`: Git holds it and the cluster does not. `extra`: the owner lists it and Git does not hold it any more.
 * `refused`: the server would not take what Git holds, in its own words.
 */
export interface LiveDifference {
  readonly object: ObjectRef
  readonly kind: 'same' | 'changed' | 'missing' | 'extra' | 'refused'
  /** `before` is live, `after` what Git makes of it; only fields that Git declares, and those that would go because it does no longer. */
  readonly fields: readonly FieldChange[]
  /** Fields that differ and that the owner or an autoscaler leaves so. */
  readonly ignored: readonly (FieldChange & { readonly because: string })[]
  /** False where the API server was not asked what applying would do: the render was compared with what is live. */
  readonly serverAsked: boolean
  readonly sentence: string | null
}

/** Git against live, as an owner would bring it there. `commit`: what of its branch was rendered. */
export interface LiveDiff {
  readonly owner: Owner
  readonly branch: string
  readonly commit: string
  readonly objects: readonly LiveDifference[]
  readonly notes: readonly string[]
}

/** True where the object is not as Git says. */
export function differs({ kind }: Pick<LiveDifference, 'kind'>): boolean {
  return kind !== 'same'
}

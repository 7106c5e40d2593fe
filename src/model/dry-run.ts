import type { KubernetesObject } from './resource.ts'

/** What an API server has against an object: the field as it names it, null where it names none, and its words without the value. */
export interface Objection { readonly field: string | null, readonly sentence: string }

/**
 * What an API server makes of an object that is written without being kept. `sentence` is in its own words. `forbidden`: the caller lacks the right;
 * `denied`: admission says no to this caller; `absent`: the kind, version or namespace is not there; `unable`: it cannot say without keeping it.
 */
export type DryRun =
  | { readonly kind: 'made', readonly object: KubernetesObject }
  | { readonly kind: 'refused', readonly sentence: string, readonly objections: readonly Objection[] }
  | { readonly kind: 'forbidden' | 'denied' | 'absent' | 'unable', readonly sentence: string }

/** `strict`: unknown and doubled fields are objected to. `within`: milliseconds for the whole answer. */
export interface DryRunRules { readonly manager: string, readonly strict?: true, readonly within?: number }

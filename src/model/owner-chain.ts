import type { Evidence } from './error.ts'
import type { OwnerSource, ProofLevel } from './owner.ts'
import type { Target } from './resource.ts'

/**
 * One step on the way from an object to what decides about it. `made`: the object before it has this one as its controller; `deployed`: this one's own list names
 * the object before it; `generated`: the object before it is one of those that this one makes, as an ApplicationSet makes Applications.
 */
export interface ChainLink {
  readonly object: Target
  readonly how: 'asked' | 'made' | 'generated' | 'deployed'
  /** How sure it is that the object before it is this one's; null for the asked object, and for controllers, whose word is final. */
  readonly level: ProofLevel | null
  readonly evidence: readonly Evidence[]
  /** Where an owner takes its manifests from. */
  readonly sources?: readonly OwnerSource[]
}

/** The way from an object to its last known owner. */
export interface OwnerChain {
  readonly links: readonly ChainLink[]
  /** Why it ends where it ends, in a sentence. */
  readonly end: string
}

/** Something that stands in the way of a change, or that a person should know before asking for one (argocd-flux.md 4.10). */
export interface Gate {
  readonly flag: 'suspended' | 'manual-sync' | 'promotion' | 'sync-window' | 'signatures' | 'ignored-fields' | 'autoscaler' | 'pinned' | 'chart-version' | 'sops' | 'generated' | 'singleness' | 'stale-status' | 'opt-out' | 'deleting' | 'version'
  readonly sentence: string
  readonly at?: string
}

import { WritError } from '../../model/error.ts'
import type { Claim, OwnerRef } from '../../model/owner.ts'

/** Says that owners of a kind may be there which nobody could look at: then nobody knows whether an object has only one (argocd-flux.md 4.6). */
export function unseenClaim(of: Pick<OwnerRef, 'tool' | 'kind' | 'cluster'>, why: string): Claim {
  return { owner: { ...of, namespace: '*', name: '*' }, proof: false, exists: false, weak: true, unseen: true, evidence: [{ sentence: `${of.kind}s in cluster ${of.cluster} cannot be looked at: ${why}` }] }
}

/** The message of an error that means that a right is missing; anything else is thrown on. */
export function forbidden(error: unknown): string {
  if (error instanceof WritError && error.code === 'cluster/unauthorized') return error.message
  throw error
}

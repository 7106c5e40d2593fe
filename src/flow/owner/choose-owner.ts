import { refuse } from '../../model/error.ts'
import type { Evidence, Refusal } from '../../model/error.ts'
import { sameOwner, showOwner } from '../../model/owner.ts'
import type { Claim } from '../../model/owner.ts'
import { showRef } from '../../model/resource.ts'
import type { Target } from '../../model/resource.ts'

/**
 * The one claim that makes an owner, or null where nobody claims the object (argocd-flux.md 4.5, 4.6). Never picks one of several:
 * two provers are AMBIGUOUS_OWNER, and so is a prover beside a living owner that the object's own marks name.
 * Marks without any prover are OWNER_NOT_FOUND: copied, stale, or the owner runs elsewhere. Weak marks count for nothing.
 */
export function chooseOwner(target: Target, claims: readonly Claim[]): Claim | Refusal | null {
  const provers = claims.filter(claim => claim.proof)
  const [prover, ...more] = provers
  const marks = claims.filter(claim => !claim.proof && claim.weak !== true)
  if (prover === undefined) return marks.length === 0 ? null : notFound(target, marks)
  if (more.length > 0) return ambiguous(target, provers)
  const rival = marks.find(mark => mark.exists && !sameOwner(mark.owner, prover.owner))
  return rival === undefined ? prover : ambiguous(target, [prover, rival])
}

/** OWNER_UNPROVEN where a list could not be looked at that may hold the owner, or another one; null where all were. */
export function unprovenOwner(target: Target, claims: readonly Claim[]): Refusal | null {
  const unseen = claims.filter(claim => claim.unseen === true)
  if (unseen.length === 0) return null
  const prover = claims.find(claim => claim.proof)
  const kinds = unseen.map(claim => `${claim.owner.kind}s of cluster ${claim.owner.cluster}`).join(' and ')
  const said = prover === undefined ? `Nobody that may be looked at owns ${showRef(target)}` : `${showRef(target)} is deployed by ${showOwner(prover.owner)}, and whether by another one, too, is not known`
  return refuse('OWNER_UNPROVEN', `${said}: ${kinds} cannot be looked at.`, [...unseen, ...claims.filter(claim => claim.unseen !== true)].flatMap(told))
}

function ambiguous(target: Target, claims: readonly Claim[]): Refusal {
  const names = claims.map(claim => `${showOwner(claim.owner)} (cluster ${claim.owner.cluster})`)
  return refuse('AMBIGUOUS_OWNER', `${showRef(target)} has more than one owner: ${names.join(' and ')}.`, claims.flatMap(told))
}

function notFound(target: Target, marks: readonly Claim[]): Refusal {
  const names = marks.map(mark => `${showOwner(mark.owner)}, which ${mark.exists ? 'does not list it' : 'is not there'}`)
  const hint = marks.some(mark => mark.exists)
    ? 'If it was just added to Git, ask again after the next sync of the owner; else the marks were copied or are stale: remove them, or bring the object under an owner.'
    : 'If the owner runs on another cluster, name its context in writ.yaml (argocd.context, flux.context); else the marks were copied or are stale.'
  return refuse('OWNER_NOT_FOUND', `${showRef(target)} is marked as owned by ${names.join(', and by ')}.`, marks.flatMap(told), hint)
}

/** The evidence of a claim, each sentence with the owner it speaks of. */
function told(claim: Claim): readonly Evidence[] {
  return claim.unseen === true ? claim.evidence : claim.evidence.map(one => ({ ...one, sentence: `${showOwner(claim.owner)}: ${one.sentence}` }))
}

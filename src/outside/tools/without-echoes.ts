import type { Claim } from '../../model/owner.ts'

/** A mark is looked up in every cluster where the tool may run: where one of them has the owner, that the others lack it says nothing. */
export function withoutEchoes(claims: readonly Claim[]): readonly Claim[] {
  return claims.filter(claim => claim.exists || !claims.some(other => {
    return other.exists && other.owner.kind === claim.owner.kind && other.owner.namespace === claim.owner.namespace && other.owner.name === claim.owner.name
  }))
}

import type { RefusalCode } from '../../model/codes.ts'
import { refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import { showOwner } from '../../model/owner.ts'
import type { OwnerRef } from '../../model/owner.ts'

/** Why an owner cannot be used: a code, the path of the key that says so, and what that means. */
export interface Obstacle { readonly code: RefusalCode, readonly path: string, readonly because: string }

/** The obstacle of a key that this version does not honour. */
export function unsupported(path: string, because = 'which this version does not honour'): Obstacle {
  return { code: 'UNSUPPORTED', path, because }
}

/** The refusal that names owner, key and reason. */
export function refuseOwner(ref: OwnerRef, obstacle: Obstacle): Refusal {
  const name = showOwner(ref)
  return refuse(obstacle.code, `${name} has ${obstacle.path}, ${obstacle.because}.`, [{ sentence: `${obstacle.path} is set`, at: `${name} ${obstacle.path}` }])
}

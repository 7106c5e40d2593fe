import type { RefusalCode } from '../../model/codes.ts'
import { refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import { showOwner } from '../../model/owner.ts'
import type { OwnerRef } from '../../model/owner.ts'

/** Why an owner cannot be used: a code, the path of the key that says so, what that means, and what to type where that is known. */
export interface Obstacle { readonly code: RefusalCode, readonly path: string, readonly because: string, readonly next?: string }

/** The obstacle of a key that this version does not honour. */
export function unsupported(path: string, because = 'which this version does not honour'): Obstacle {
  return { code: 'UNSUPPORTED', path, because }
}

/** The first of these obstacles, and apart from it the pause that the caller wants to read past. */
export function obstacles(found: readonly (Obstacle | null)[], also: 'suspended' | undefined): { readonly obstacle: Obstacle | null, readonly suspended: Obstacle | null } {
  const there = found.filter(one => one !== null)
  const passed = (one: Obstacle): boolean => also === 'suspended' && one.code === 'SUSPENDED'
  return { obstacle: there.find(one => !passed(one)) ?? null, suspended: there.find(passed) ?? null }
}

/** What an owner says of the pause that it was read in spite of. */
export function suspendedBy(obstacle: Obstacle | null): { readonly suspended?: { readonly path: string, readonly because: string } } {
  return obstacle === null ? {} : { suspended: { path: obstacle.path, because: obstacle.because } }
}

/** The refusal that names owner, key and reason. */
export function refuseOwner(ref: OwnerRef, obstacle: Obstacle): Refusal {
  const name = showOwner(ref)
  return refuse(obstacle.code, `${name} has ${obstacle.path}, ${obstacle.because}.`, [{ sentence: `${obstacle.path} is set`, at: `${name} ${obstacle.path}` }], obstacle.next)
}

/** How a suspended owner is resumed; where somebody else than Writ paused it, the answer names their command. */
export function resumeWith({ kind, namespace, name }: Pick<OwnerRef, 'kind' | 'namespace' | 'name'>): string {
  return `writ resume ${kind.toLowerCase()}/${name} -n ${namespace}`
}

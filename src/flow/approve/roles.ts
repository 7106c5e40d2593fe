import type { Environment } from '../../model/environment.ts'
import { WritError } from '../../model/error.ts'
import type { Identity } from '../../model/request.ts'
import type { World } from '../world.ts'

/** What somebody may do in an environment beside voting, which approval.ts judges. */
export type Role = 'viewer' | 'proposer' | 'admin'

/**
 * Whether an identity has a role in an environment, by the groups that its file names. Who may do more may do less: an approver looks, an admin proposes. Where the file
 * names no groups everybody looks, known persons propose (others in dev and test only, DESIGN.md section 3), and known persons are admins.
 */
export function hasRole(role: Role, { person, groups }: Pick<Identity, 'person' | 'groups'>, environment: Environment): boolean {
  const { viewers, proposers, approvers = [], seniors, admins } = environment
  const isIn = (...of: readonly (readonly string[])[]): boolean => of.some(names => names.some(name => groups.includes(name)))
  switch (role) {
    case 'viewer': return viewers === undefined || isIn(viewers, proposers ?? [], approvers, [seniors], admins ?? [])
    case 'proposer': return proposers === undefined ? person !== null || environment.class === 'dev' || environment.class === 'test' : isIn(proposers, admins ?? [])
    case 'admin': return admins === undefined ? person !== null : isIn(admins)
  }
}

/** The environment of a change as the configuration has it now; as it was planned where it is no longer there. */
export function environmentNow(world: Pick<World, 'environments'>, planned: Environment): Environment {
  return world.environments.all.find(({ name }) => name === planned.name) ?? planned
}

/** Throws identity/unknown for an alias that people.yaml does not know, identity/not-allowed for a person without the role. `what` goes on after "may not". */
export function requireRole(role: Role, by: Identity, of: { readonly environment: Environment, readonly what: string }): void {
  const { environment, what } = of
  if (hasRole(role, by, environment)) return
  if (by.person === null) throw new WritError('identity/unknown', `${by.alias} is not in people.yaml and may not ${what}.`)
  const key = `${role}s` as const
  throw new WritError('identity/not-allowed', `${by.person} is in no group that environment ${environment.name} lists as ${key}, and may not ${what}.`, { hint: `Ask somebody of ${(environment[key] ?? []).join(' or ')}.` })
}

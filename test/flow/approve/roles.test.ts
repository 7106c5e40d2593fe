import { expect } from 'chai'
import { hasRole, requireRole } from '../../../src/flow/approve/roles.ts'
import type { Role } from '../../../src/flow/approve/roles.ts'
import { WritError } from '../../../src/model/error.ts'
import type { Environment } from '../../../src/model/environment.ts'
import { environment, identity } from '../../fixtures/plan.ts'

describe('the roles of an environment', () => {
  const LISTED: Partial<Environment> = { viewers: ['v'], proposers: ['p'], approvers: ['a'], seniors: 's', admins: ['x'] }
  const roles = (groups: readonly string[] | null, where: Environment): readonly Role[] => (['viewer', 'proposer', 'admin'] as const)
    .filter(role => hasRole(role, groups === null ? { person: null, groups: [] } : { person: 'ann', groups }, where))

  it('are everybody\'s who is known where no groups are listed; unknown aliases look, and propose in dev and test', () => {
    for (const of of ['dev', 'test'] as const) expect(roles(null, environment(of))).to.deep.equal(['viewer', 'proposer'])
    for (const of of ['staging', 'prod'] as const) expect(roles(null, environment(of))).to.deep.equal(['viewer'])
    expect(roles([], environment('prod'))).to.deep.equal(['viewer', 'proposer', 'admin'])
  })

  it('are those of the listed groups alone, and who may do more may look', () => {
    for (const [group, has] of [['v', ['viewer']], ['p', ['viewer', 'proposer']], ['a', ['viewer']], ['s', ['viewer']], ['x', ['viewer', 'proposer', 'admin']], ['other', []]] as const) {
      expect(roles([group], environment('dev', LISTED)), group).to.deep.equal(has)
    }
    expect(roles(null, environment('dev', LISTED))).to.deep.equal([])
  })

  it('say who may, to whom may not', () => {
    const failure = (person: string | null): unknown => {
      try {
        requireRole('proposer', { ...identity(person), groups: ['v'] }, { environment: environment('dev', LISTED), what: 'propose changes' })
        return null
      } catch (error) {
        return error instanceof WritError ? [error.code, error.message, error.hint] : error
      }
    }
    expect(failure('ann')).to.deep.equal(['identity/not-allowed', 'ann is in no group that environment dev lists as proposers, and may not propose changes.', 'Ask somebody of p.'])
    expect((failure(null) as readonly string[])[0]).to.equal('identity/unknown')
  })
})

import { expect } from 'chai'
import type { Change } from '../../src/model/change.ts'
import { outcomeOf, refusalOutcome } from '../../src/views/outcome.ts'
import { plan } from '../fixtures/plan.ts'

describe('the outcome of a request', () => {
  const outcome = (change: Partial<Change>, existed = false): string | null => outcomeOf({ plan: plan(), facts: {}, status: 'open', ended: null, ...change } as Change, existed)
  const ended = (code: string): Change['ended'] => ({ code, message: '', evidence: [] })
  const changeRequest = { id: '1', url: null }

  it('is none while nothing was published, and for what goes no way through Git', () => {
    expect(outcome({})).to.equal(null)
    expect(outcome({ facts: { heads: ['a'] } })).to.equal(null)
    expect(outcome({ plan: { ...plan(), route: 'steer' }, status: 'failed', ended: ended('CONFLICT') })).to.equal(null)
  })

  it('tells a change request that was opened from one that stood', () => {
    expect(outcome({ facts: { heads: ['a'], changeRequest } })).to.equal('created')
    expect(outcome({ facts: { heads: ['a', 'b'], changeRequest } })).to.equal('updated')
    expect(outcome({ facts: { heads: ['a'], changeRequest } }, true)).to.equal('updated')
    expect(outcome({ facts: { heads: ['a'], changeRequest }, status: 'verified' })).to.equal('created')
  })

  it('says that a branch stands without a change request, and not once there is one', () => {
    expect(outcome({ facts: { heads: ['a'], pushed: 'a' } })).to.equal('pushed_without_pr')
    expect(outcome({ facts: { heads: ['a'], pushed: 'a', changeRequest } })).to.equal('created')
  })

  it('never takes an end that people or others made for a success', () => {
    expect(outcome({ facts: { heads: ['a'], changeRequest }, status: 'rejected', ended: ended('DECLINED') })).to.equal('declined')
    expect(outcome({ facts: { heads: ['a'], changeRequest }, status: 'superseded', ended: ended('NO_CHANGE') })).to.equal('no_changes')
    expect(outcome({ facts: { heads: ['a'], changeRequest }, status: 'failed', ended: ended('ROLLOUT_FAILED') })).to.equal('failed')
    expect(outcome({ status: 'refused', ended: ended('STALE') })).to.equal('conflict')
    expect([refusalOutcome('POLICY'), refusalOutcome('CONFLICT')]).to.deep.equal(['failed', 'conflict'])
  })
})

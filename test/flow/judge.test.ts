import { expect } from 'chai'
import { approvalsNeeded } from '../../src/flow/judge.ts'
import { environment } from '../fixtures/plan.ts'

describe('approvals needed', () => {
  it('follow the class', () => {
    expect(approvalsNeeded([environment('dev')])).to.include({ count: 0, senior: false, signed: false })
    expect(approvalsNeeded([environment('test')])).to.include({ count: 0, senior: false, signed: false })
    expect(approvalsNeeded([environment('staging')])).to.include({ count: 1, senior: false, signed: true })
    expect(approvalsNeeded([environment('prod')])).to.include({ count: 1, senior: true, signed: true })
  })
  it('are those of the highest affected environment', () => {
    expect(approvalsNeeded([environment('dev'), environment('prod', { approvers: ['platform'], seniors: 'leads' })])).to.deep.equal({ count: 1, senior: true, groups: ['platform'], seniorGroup: 'leads', signed: true })
  })
  it('never fall below the class, whatever an environment says', () => {
    expect(approvalsNeeded([environment('prod', { approvals: 0 })]).count).to.equal(1)
    expect(approvalsNeeded([environment('dev', { approvals: 2 }), environment('staging')]).count).to.equal(2)
  })
})

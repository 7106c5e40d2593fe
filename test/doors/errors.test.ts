import { expect } from 'chai'
import { FAILURES, REFUSALS } from '../../src/model/codes.ts'
import { exitOfAnswer } from '../../src/doors/cli/exit-of-answer.ts'
import { failureLines, failureOf } from '../../src/doors/cli/failure.ts'
import { exitOf } from '../../src/doors/errors.ts'
import { WritError } from '../../src/model/error.ts'

describe('exit codes', () => {
  it('are 3 for refusals, 6 for those that ask back', () => {
    const asked = ['AMBIGUOUS', 'AMBIGUOUS_OWNER', 'NEEDS_INPUT']
    for (const code of Object.keys(REFUSALS)) expect(exitOf(code), code).to.equal(asked.includes(code) ? 6 : 3)
  })

  it('are those of the table for failures, and never 0', () => {
    for (const [code, { exit }] of Object.entries(FAILURES)) {
      expect(exitOf(code), code).to.equal(exit)
      expect([1, 2, 4, 5, 6], code).to.include(exit)
    }
    expect(['CANCELLED', 'SUPERSEDED', 'NO_CHANGE'].map(exitOf)).to.deep.equal([1, 1, 0])
    expect(exitOf('constructor')).to.equal(1)
  })

  const change = (status: string, code: string | null = null): { kind: string } => Object.assign({ kind: 'Change' }, { status, ended: code === null ? null : { code } })
  const table: readonly (readonly [string, { readonly kind: string }, string, number])[] = [
    ['a verified change', change('verified'), 'verified', 0],
    ['an open change', change('open'), 'verified', 4],
    ['a change that timed out', change('failed', 'verify/timeout'), 'verified', 5],
    ['a change that failed', change('failed', 'verify/failed'), 'verified', 1],
    ['a change that somebody rejected', change('rejected', 'DECLINED'), 'verified', 3],
    ['a change that this verb rejected', change('rejected', 'DECLINED'), 'rejected', 0],
    ['a change that was refused on the way', change('refused', 'POLICY'), 'verified', 3],
    ['a change that somebody cancelled', change('cancelled', 'CANCELLED'), 'verified', 1],
    ['a change that this verb cancelled', change('cancelled', 'CANCELLED'), 'cancelled', 0],
    ['a change that another superseded', change('superseded', 'SUPERSEDED'), 'verified', 1],
    ['a change that another commit made needless', change('superseded', 'NO_CHANGE'), 'verified', 0],
    ['a plan', { kind: 'Plan' }, 'verified', 0],
    ['no change', { kind: 'NoChange' }, 'verified', 0],
    ['an interruption', { kind: 'Interrupted' }, 'verified', 4],
    ['a refusal', { kind: 'Refusal', code: 'WIDE' } as { kind: string }, 'verified', 3],
  ]
  for (const [name, answer, wants, exit] of table) {
    it(`are ${exit} for ${name}`, () => { expect(exitOfAnswer(answer, { wants, reads: false })).to.equal(exit) })
  }

  it('are 0 for a look, whatever was seen, but not for a refusal', () => {
    expect(exitOfAnswer(change('failed', 'verify/failed'), { wants: 'verified', reads: true })).to.equal(0)
    const refusal: { kind: string } = Object.assign({ kind: 'Refusal' }, { code: 'AMBIGUOUS_OWNER' })
    expect(exitOfAnswer(refusal, { wants: 'verified', reads: true })).to.equal(6)
  })

  it('of work: 0 where nothing is open, 4 where something waits, 1 where something failed', () => {
    const work = (items: readonly object[], failures: readonly object[]): { kind: string } => Object.assign({ kind: 'Work' }, { items, failures })
    expect(exitOfAnswer(work([{ status: 'verified' }], []), { wants: 'verified', reads: false })).to.equal(0)
    expect(exitOfAnswer(work([{ status: 'open' }], []), { wants: 'verified', reads: false })).to.equal(4)
    expect(exitOfAnswer(work([{ status: 'open' }], [{}]), { wants: 'verified', reads: false })).to.equal(1)
  })
})

describe('failures', () => {
  it('say what nobody foresaw as a bug, without a stack', () => {
    const failure = failureOf(new TypeError('x is not a function'))
    expect(failure).to.include({ code: 'internal/bug', exit: 1 })
    expect(failureLines(failure, false).map(({ text }) => text).join('\n')).to.not.match(/ {4}at /)
    expect(failureLines(failure, true).map(({ text }) => text).join('\n')).to.match(/ {4}at /)
    expect(failureOf('a text').message).to.contain('a text')
  })

  it('show causes only where they are debugged', () => {
    const error = new WritError('git/failed', 'Git ended.', { cause: new Error('inner words') })
    expect(failureLines(failureOf(error), false).map(({ text }) => text)).to.deep.equal(['Error git/failed: Git ended.', `Next: ${FAILURES['git/failed'].next}`])
    expect(failureLines(failureOf(error), true).map(({ text }) => text).join('\n')).to.contain('caused by Error: inner words')
  })
})

import { expect } from 'chai'
import { recent } from '../../../src/outside/git/recent.ts'

describe('answers that never change', () => {
  it('are kept up to a weight; what was asked for longest ago goes first', () => {
    const kept = recent<string>(10)
    kept.keep('a', 'A', 4)
    kept.keep('b', 'B', 4)
    expect(kept.get('a')).to.equal('A')
    kept.keep('c', 'C', 4)
    expect(['a', 'b', 'c'].map(key => kept.get(key))).to.deep.equal(['A', undefined, 'C'])
    kept.keep('c', 'C2', 2)
    kept.keep('d', 'D', 4)
    expect(['a', 'c', 'd'].map(key => kept.get(key))).to.deep.equal(['A', 'C2', 'D'])
  })

  it('are not kept where one is heavier than all of them may be', () => {
    const kept = recent<boolean>(3)
    kept.keep('small', false, 3)
    kept.keep('large', true, 4)
    expect([kept.get('small'), kept.get('large')]).to.deep.equal([false, undefined])
  })
})

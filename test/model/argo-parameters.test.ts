import { expect } from 'chai'
import { parameterForSet, parameterOf } from '../../src/model/argo-parameters.ts'
import { setValue } from '../../src/model/helm-set.ts'
import type { Json } from '../../src/model/json.ts'

describe('a parameter of an Application', () => {
  const written: readonly (readonly [Json, boolean, string | null, boolean])[] = [
    ['nginx', false, 'nginx', false], ['a,b', false, 'a,b', false], ['a\\,b', false, 'a\\\\\\,b', false], ['{x}', false, '\\{x}', false], [3, false, '3', false], [true, false, 'true', false],
    ['3', false, '3', true], ['true', false, 'true', true], ['null', false, 'null', true], ['$HOME and more', false, '$$HOME and more', false], ['', false, '', false], ['5', true, '5', true],
    [3, true, null, false], [['a'], false, null, false],
  ]
  for (const [value, string, text, forced] of written) {
    it(`says ${JSON.stringify(value)} as ${JSON.stringify(text)}${forced ? ' with forceString' : ''}`, () => {
      expect(parameterOf(value, string)).to.deep.equal(text === null ? null : { text, string: forced })
      if (text !== null) expect(setValue(parameterForSet(text.replaceAll('$$', '$')), forced)).to.deep.equal(value)
    })
  }

  it('is a list only in braces', () => {
    expect(parameterForSet('a,b\\,c')).to.equal('a\\,b\\,c')
    expect(setValue(parameterForSet('{a,b}'), false)).to.deep.equal(['a', 'b'])
  })
})

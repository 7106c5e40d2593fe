import { expect } from 'chai'
import { quantity } from '../../../src/flow/fields/quantity.ts'
import { sameField } from '../../../src/flow/fields/same-field.ts'

describe('a quantity', () => {
  for (const [a, b] of [['0.5', '500m'], ['1', '1000m'], ['1Gi', '1024Mi'], ['1e3', '1k'], ['1E', '1000P'], ['1Ei', '1024Pi'], ['0.5Ei', '512Pi'], ['100u', '0.1m'], ['.5', '5e-1'], ['1.', '1'], ['2E3', '2000'], ['128Mi', '134217728'], ['-1', '-1000m'], ['0', '0Gi']] as const) {
    it(`of ${a} equals one of ${b}`, () => { expect(quantity(a)).to.equal(quantity(b)).and.not.equal(null) })
  }
  for (const [a, b] of [['1Gi', '1G'], ['1', '1m'], ['500m', '0.05'], ['1M', '1Mi'], ['9007199254740993', '9007199254740992']] as const) {
    it(`of ${a} differs from one of ${b}`, () => { expect(quantity(a)).to.not.equal(quantity(b)) })
  }
  for (const text of ['', 'x', '1 Gi', '1gi', '1mi', '--1', '1e', '1Ki5', 'NaN', 'Infinity', '0x10', '1,5', '1e999', '1'.repeat(65)]) {
    it(`is not '${text.slice(0, 12)}'`, () => { expect(quantity(text)).to.equal(null) })
  }
  it('is rounded up to billionths, as the API server does', () => { expect(quantity('0.0000000001')).to.equal(1n) })

  it('is compared by amount in resources only', () => {
    expect(sameField(['spec', 'containers', { key: 'name', value: 'web' }, 'resources', 'limits', 'cpu'], 0.5, '500m')).to.equal(true)
    expect(sameField(['resources', 'requests', 'memory'], '1Gi', '1G')).to.equal(false)
    expect(sameField(['spec', 'replicas'], 1, '1')).to.equal(false)
    expect(sameField(['metadata', 'annotations', 'cpu'], '0.5', '500m')).to.equal(false)
    expect(sameField(['resources', 'limits', 'cpu'], undefined, '500m')).to.equal(false)
  })
})

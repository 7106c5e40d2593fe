import { expect } from 'chai'
import { nameFit } from '../../../src/flow/edit/name-fit.ts'

describe('nameFit', () => {
  const kustomizations = [{ namePrefix: 'dev-' }, { namePrefix: 'shop-', nameSuffix: '-eu' }]
  for (const [rendered, name, fit] of [
    ['web', 'web', 1],
    ['dev-web', 'web', 1],
    ['dev-shop-web-eu', 'web', 1],
    ['shop-web', 'web', 1],
    ['web-api', 'web', 0],
    ['prod-web', 'web', 0],
    ['web', 'api', null],
    ['web', '', null],
    ['web', undefined, null],
  ] as const) {
    it(`says ${String(fit)} for ${name ?? 'no name'} rendered as ${rendered}`, () => { expect(nameFit(kustomizations, rendered)(name)).to.equal(fit) })
  }
})

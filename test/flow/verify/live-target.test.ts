import { expect } from 'chai'
import { liveTarget } from '../../../src/flow/verify/live-target.ts'

describe('liveTarget', () => {
  const target = { cluster: 'c', group: '', version: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'app-4d76m42khf', uid: 'u' }

  it('is the object that was asked about', () => {
    expect(liveTarget({ target })).to.equal(target)
  })

  it('is another object where a generated one gets a new name', () => {
    expect(liveTarget({ target, renamedTo: 'app-266km5t46b' })).to.deep.equal({ cluster: 'c', group: '', version: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'app-266km5t46b' })
  })
})

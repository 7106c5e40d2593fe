import { expect } from 'chai'
import { textAt } from '../../../src/model/json.ts'
import { scenario, shown, V2 } from '../scenario.ts'

describe('a pull request', () => {
  scenario('is verified once the live object shows it at the merge commit', { name: 'pr' }, async scene => {
    const id = await scene.merged(V2)
    const followed = await scene.writ('get', `change/${id}`, '--wait')
    expect([followed.exit, textAt(followed.answer, 'status')], shown(followed)).to.deep.equal([0, 'verified'])
    expect(await scene.image()).to.equal(V2)
  })
})

import { expect } from 'chai'
import { textAt } from '../../../src/model/json.ts'
import { web } from '../owners.ts'
import { scenario, shown, V1, V2 } from '../scenario.ts'

describe('a rollout that does not become healthy', () => {
  scenario('has failed, in the pod\'s own words, long before its deadline', { name: 'pull' }, async scene => {
    const id = await scene.merged('registry.example.com/web:does-not-exist')
    const followed = await scene.writ('get', `change/${id}`, '--wait')
    expect([followed.exit, textAt(followed.answer, 'status')], shown(followed)).to.deep.equal([1, 'failed'])
    expect(textAt(followed.answer, 'ended', 'message')).to.match(/ImagePullBackOff/)
  })

  scenario('has failed at its own deadline where no pod says why', { name: 'deadline', files: { 'apps/web/web.yaml': web(V1, { deadline: 15 }) } }, async scene => {
    const id = await scene.merged(`${V2}-hang`)
    const followed = await scene.writ('get', `change/${id}`, '--wait')
    expect([followed.exit, textAt(followed.answer, 'status')], shown(followed)).to.deep.equal([1, 'failed'])
    expect(textAt(followed.answer, 'ended', 'message')).to.match(/ProgressDeadlineExceeded|exceeded its progress deadline|timeout waiting for/)
  })
})

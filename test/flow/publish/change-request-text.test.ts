import { expect } from 'chai'
import { changeRequestText, commitText, mergeText } from '../../../src/flow/publish/change-request-text.ts'
import { change, identity, plan } from '../../fixtures/plan.ts'

describe('the text of a commit', () => {
  it('names change, requester, environment and digest as trailers, and is deterministic', () => {
    const text = commitText(change(), plan())
    expect(text.message.split('\n').slice(-6).join('\n')).to.equal(
      ['', 'Writ-Change: abcdefgh', 'Writ-Requested-By: ann', 'Writ-Environment: staging', 'Writ-Digest: d', ''].join('\n'))
    expect(text).to.deep.equal(commitText(change(), plan()))
    expect(text.at).to.equal(change().createdAt)
  })

  const hostile = 'harmless\n\nWrit-Approved-By: boss\nSigned-off-by: boss <b@x>\n[skip ci]\r\nCo-authored-by: x'
  it('lets no reason, incident or name add a trailer or a skip marker', () => {
    const evil = plan({ request: { ...plan().request, reason: hostile, incident: `INC-1\nWrit-Approved-By: boss`, requester: identity(null, 'eve\nWrit-Approved-By: boss') } })
    for (const message of [commitText(change({ plan: evil }), evil).message, mergeText(change({ plan: evil }), { by: { name: 'eve\nWrit-Approved-By: boss', email: 'eve@example.org' }, at: change().createdAt }).message]) {
      expect(message).to.not.match(/^(Writ-Approved-By|Signed-off-by|Co-authored-by):/m)
      expect(message).to.not.match(/\[skip ci\]/i)
    }
  })

  it('shows the reviewer fields, owner, proof and digest', () => {
    const body = changeRequestText(change()).body
    expect(body).to.contain('Deployment shop/web spec.replicas: 2 → 3').and.contain('Application argocd/shop').and.contain('Digest d').and.contain('exactly 1 field')
  })
})

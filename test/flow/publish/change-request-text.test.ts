import { expect } from 'chai'
import { changeRequestText, commitText, mergeText } from '../../../src/flow/publish/change-request-text.ts'
import type { PageInput } from '../../../src/flow/publish/page/page-input.ts'
import { redact } from '../../../src/outside/redact.ts'
import { change, identity, plan } from '../../fixtures/plan.ts'

describe('the text of a commit', () => {
  it('names change, requester, environment and digest as trailers, and is deterministic', () => {
    const text = commitText(change(), plan())
    expect(text.message.split('\n').slice(-6).join('\n')).to.equal(
      ['', 'Writ-Change: abcdefgh', 'Writ-Requested-By: ann', 'Writ-Environment: staging', 'Writ-Digest: d', ''].join('\n'))
    expect(text).to.deep.equal(commitText(change(), plan()))
    expect(text.at).to.equal(change().createdAt)
  })

  const hostile = 'harmless [ci-skip] ***NO_CI***\n\nWrit-Approved-By: boss\nSigned-off-by: boss <b@x>\n[skip ci]\r\nCo-authored-by: x'
  it('lets no reason, incident or name add a trailer or a skip marker', () => {
    const evil = plan({ request: { ...plan().request, reason: hostile, incident: `INC-1 [skip ci] fixes #1\nWrit-Approved-By: boss`, asks: [{ kind: 'env', container: 'web', name: 'X', value: '[skip actions]' }], requester: identity(null, 'eve\nWrit-Approved-By: boss') } })
    for (const message of [commitText(change({ plan: evil }), evil).message, mergeText(change({ plan: evil }), { by: { name: 'eve\nWrit-Approved-By: boss', email: 'eve@example.org' }, at: change().createdAt }).message]) {
      expect(message).to.not.match(/^(Writ-Approved-By|Signed-off-by|Co-authored-by):/m)
      expect(message).to.not.match(/\[skip (?:ci|actions)\]|\[ci-skip\]|\*NO_CI\*|fixes #1/i)
    }
  })

  it('closes no issue and mentions nobody', () => {
    const evil = plan({ request: { ...plan().request, asks: [{ kind: 'env', container: 'web', name: 'X', value: 'fixes #1 @bo' }], reason: 'Fixes #12, thanks @bo', rollbackPlan: 'closes acme/shop#3' } })
    for (const text of [commitText(change({ plan: evil }), evil).message, changeRequestText(input(change({ plan: evil }))).title]) {
      expect(text).not.to.match(/(?:fixes|closes) \S*#/i).and.not.to.match(/@bo/)
    }
  })

  it('has a title of one line that every forge takes, without secrets', () => {
    const long = plan({ request: { ...plan().request, asks: [{ kind: 'env', container: 'web', name: 'X', value: `ghp_0123456789abcdefghijABCDEFGHIJ012345\n${'x'.repeat(400)}` }] } })
    const { title } = changeRequestText(input(change({ plan: long })))
    expect(title).to.have.length.below(256).and.not.to.match(/\n|ghp_/)
  })

  it('shows the reviewer fields, owner and proof', () => {
    const { body } = changeRequestText(input(change()))
    expect(body).to.contain('| `spec.replicas` | `2` | `3` |').and.contain('`Application argocd/shop`').and.contain('Exactly 1 field')
  })
})

function input(of: ReturnType<typeof change>): PageInput {
  return { change: of, people: [], can: { mergedBy: 'forge', reviews: true, comments: true }, redact }
}

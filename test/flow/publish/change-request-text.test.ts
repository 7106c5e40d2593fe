import { expect } from 'chai'
import { changeRequestText, commitText, mergeText } from '../../../src/flow/publish/change-request-text.ts'
import type { PageInput } from '../../../src/flow/publish/page/page-input.ts'
import { redact } from '../../../src/outside/redact.ts'
import { withoutSkipMarkers } from '../../../src/flow/publish/trailers.ts'
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

  const MARKERS = ['[skip ci]', '[ci skip]', '[no ci]', '[skip actions]', '[actions skip]', '[SKIP CI]', '[ci-skip]', '[skip-ci]', '[skip_ci]', '[skip azurepipelines]', '[azp skip]', '[skip azp]', '***NO_CI***', '***no_ci***', 'skip-checks: true', 'skip-checks:true', 'Skip-Checks: true', '[skip\u0007ci]', '[skip\nci]', '[ skip ci ]', '[skip netlify]', '[vercel skip]'];
  const SKIPS = /\[\s*(?:skip|no)[\s_-]*[a-z]+\s*\]|\[\s*[a-z]+[\s_-]*skip\s*\]|\*{3}\s*no_ci|skip[-_]checks\s*:/i
  for (const marker of MARKERS) {
    it(`keeps no CI from running by ${JSON.stringify(marker)}, wherever it is said`, () => {
      const evil = plan({
        request: { ...plan().request, reason: `why\n\n\n${marker}`, incident: `INC ${marker}`, rollbackPlan: marker, asks: [{ kind: 'image', container: 'web', value: `nginx:${marker}` }], requester: { ...identity(null, `eve ${marker}`), onBehalfOf: `bob ${marker}` } },
        target: { ...plan().target, name: `web${marker}` }, environment: { ...plan().environment, name: `dev ${marker}` },
        proof: { ...plan().proof, sentence: marker, renderer: { name: marker, version: marker } }, diff: `+ ${marker.replace('\n', ' ')}`, notes: [marker],
      })
      const it = change({ plan: evil })
      const request = changeRequestText(input(it))
      for (const text of [commitText(it, evil).message, mergeText(it, { by: { name: `eve ${marker}`, email: `e${marker}@x` }, at: it.createdAt }).message, request.title, request.body]) expect(text).to.not.match(SKIPS)
    })
  }

  it('leaves what is no such marker as it is', () => {
    for (const text of ['[image skipped]', 'skip ci', 'no ci here', 'spec.containers[name=web]', '[no]', 'a[0]', '**bold**', '[team backend]', 'check: true']) expect(withoutSkipMarkers(text)).to.equal(text)
  })

  it('names the person for whom an AI asks beside it, and nobody else', () => {
    const asked = plan({ request: { ...plan().request, requester: { ...identity('claude'), kind: 'ai', onBehalfOf: 'Ann\nSigned-off-by: boss <b@x>' } } })
    const { message, author } = commitText(change({ plan: asked }), asked)
    expect(author.name).to.equal('claude')
    expect(message.split('\n').filter(line => line.startsWith('Co-authored-by'))).to.deep.equal(['Co-authored-by: Ann Signed-off-by: boss  b@x <Ann-Signed-off-by--boss--b-x@users.noreply.writ.invalid>'])
    expect(message).to.not.match(/^Signed-off-by/m)
    expect(commitText(change(), plan()).message).to.not.contain('Co-authored-by')
  })

  it('tells Argo CD on a merge which commit it brings, and on a change nothing, which has no such commit', () => {
    const merge = mergeText(change(), { by: { name: 'bob', email: 'bob@example.org' }, at: '2026-02-01T00:00:00.000Z' }).message
    expect(merge.split('\n').slice(-6)).to.deep.equal([
      'Argocd-reference-commit-author: ann <ann@example.com>', 'Argocd-reference-commit-date: 2026-01-01T00:00:00+00:00', `Argocd-reference-commit-sha: ${'b'.repeat(40)}`,
      'Argocd-reference-commit-subject: staging: replicas = 3 on Deployment shop/web', 'Argocd-reference-commit-repourl: https://git.example/acme/shop', '',
    ])
    expect(commitText(change(), plan()).message).to.not.contain('Argocd-reference')
    expect(mergeText(change({ facts: {} }), { by: { name: 'bob', email: 'b@x' }, at: '' }).message).to.not.contain('Argocd-reference')
    const secret = plan({ owner: { ...plan().owner, source: { ...plan().owner.source, url: 'https://bot:hunter2hunter2@git.example/acme/shop' } } })
    expect(mergeText(change({ plan: secret }), { by: { name: 'bob', email: 'b@x' }, at: '' }).message).to.not.match(/hunter2|repourl/)
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

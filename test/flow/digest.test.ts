import { expect } from 'chai'
import { branchName, changeKey, digestOf, sameFields } from '../../src/flow/digest.ts'
import { environment, identity, plan } from '../fixtures/plan.ts'

describe('digest', () => {
  const base = digestOf(plan())

  it('does not change with base commit, places, file bytes or the synced commit of an owner that is not behind', () => {
    const moved = plan({ base: 'c'.repeat(40), places: ['apps/web/web.yaml:9'], files: [], diff: 'x' })
    expect(digestOf(moved)).to.equal(base)
  })

  const changes: readonly [string, Parameters<typeof plan>[0]][] = [
    ['the requester', { request: { ...plan().request, requester: identity('bob') } }],
    ['the scope', { request: { ...plan().request, scope: 'shared' } }],
    ['the reason', { request: { ...plan().request, reason: 'other' } }],
    ['the uid of the target', { target: { ...plan().target, uid: 'u2' } }],
    ['what is asked', { request: { ...plan().request, asks: [{ kind: 'apply', manifest: 'a: 1' }] } }],
    ['the time of a restart', { request: { ...plan().request, asks: [{ kind: 'restart', at: '2026-01-01T00:00:00Z' }] } }],
    ['the place of a new object', { request: { ...plan().request, place: 'p-00000000' } }],
    ['a field that goes instead of being null', { proof: { ...plan().proof, changes: [{ ...changed({ before: 2, after: 3 }), fields: [{ path: ['spec', 'replicas'], before: 2, after: undefined }] }] } }],
    ['the content of a new object', { proof: { ...plan().proof, changes: [{ ...changed({ before: 2, after: 3 }), kind: 'added', fields: [{ path: [], before: undefined, after: { data: { a: 'b' } } }] }] } }],
    ['a changed field', { proof: { ...plan().proof, changes: [changed({ before: 2, after: 4 })] } }],
    ['the value before', { proof: { ...plan().proof, changes: [changed({ before: 1, after: 3 })] } }],
    ['the blast radius', { blast: [{ path: 'apps/other', owners: [], environments: [], changes: null, error: 'broken' }] }],
    ['the policy bundle', { policyBundle: 'q' }],
    ['what else ships', { alsoShips: { since: 'x', because: 'manual sync', changes: [], hash: 'h' } }],
  ]
  for (const [what, more] of changes) {
    it(`changes with ${what}`, () => expect(digestOf(plan(more))).to.not.equal(base))
  }
})

describe('idempotency key', () => {
  it('is the same whoever asks and why', () => {
    expect(changeKey(plan({ request: { ...plan().request, requester: identity('bob'), reason: 'x' } }))).to.equal(changeKey(plan()))
  })
  it('differs by environment, target and value', () => {
    const keys = [plan(), plan({ environment: environment('prod') }), plan({ target: { ...plan().target, name: 'api' } }), plan({ edits: [{ path: ['spec', 'replicas'], before: 2, after: 4 }] })].map(changeKey)
    expect(new Set(keys).size).to.equal(4)
  })
  it('is that of what was asked, whatever leaves it means at a commit', () => {
    const asked = { asked: [{ path: ['spec', 'env'], before: undefined, after: 'x' }] }
    expect(changeKey(plan({ ...asked, edits: [{ path: ['spec'], before: undefined, after: { env: 'x' } }] }))).to.equal(changeKey(plan({ ...asked, edits: [{ path: ['spec', 'env'], before: 'y', after: 'x' }] })))
    const other = plan({ edits: plan().edits, asked: [{ path: ['spec', 'other'], before: undefined, after: 'x' }] })
    expect(sameFields(plan({ ...asked, edits: plan().edits }), other)).to.equal(false)
  })
  it('tells a deletion from an object that is made, which are the same field', () => {
    const [made, gone] = [plan({ edits: [{ path: [], before: undefined, after: { a: 1 } }] }), plan({ edits: [{ path: [], before: { a: 1 }, after: undefined }] })]
    expect([changeKey(made) === changeKey(gone), sameFields(made, gone), sameFields(made, plan())]).to.deep.equal([false, true, false])
  })
  it('tells the same fields with another value apart from other fields', () => {
    expect(sameFields(plan(), plan({ edits: [{ path: ['spec', 'replicas'], before: 2, after: 9 }] }))).to.equal(true)
    expect(sameFields(plan(), plan({ edits: [{ path: ['spec', 'paused'], before: false, after: true }] }))).to.equal(false)
    expect(sameFields(plan(), plan({ target: { ...plan().target, cluster: 'd' } }))).to.equal(false)
  })
})

describe('branch name', () => {
  it('is decided by plan and change alone', () => {
    expect(branchName(plan(), 'abcdefgh')).to.match(/^writ\/staging\/shop\/[0-9a-f]{8}-[0-9a-f]{8}$/).and.equal(branchName(plan({ base: 'f'.repeat(40) }), 'abcdefgh'))
    expect(branchName(plan(), 'bbbbbbbb')).to.not.equal(branchName(plan(), 'abcdefgh'))
  })
  for (const name of ['-oops', '..', 'a..b', 'x.lock', 'UPPER case', 'ünïcödé', '--upload-pack=x', 'a'.repeat(300), 'unknown (treated as prod)']) {
    it(`stays a valid branch for an owner called ${JSON.stringify(name.slice(0, 30))}`, () => {
      const branch = branchName(plan({ owner: { ...plan().owner, name }, environment: { ...environment('prod'), name } }), 'abcdefgh')
      expect(branch).to.match(/^writ\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?\/[a-z0-9]([a-z0-9.-]*[a-z0-9])?\/[0-9a-f]{8}-[0-9a-f]{8}$/)
      expect(branch).to.not.match(/\.\.|\.lock\/|\/\.|@\{/)
      expect(branch.length).to.be.below(200)
    })
  }
})

function changed(values: { before: number, after: number }): ReturnType<typeof plan>['proof']['changes'][number] {
  const { group, version, kind, namespace, name } = plan().target
  return { object: { group, version, kind, namespace, name }, kind: 'changed', fields: [{ path: ['spec', 'replicas'], ...values }], reordered: [] }
}

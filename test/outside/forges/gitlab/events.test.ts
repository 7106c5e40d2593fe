import { expect } from 'chai'
import { createHmac } from 'node:crypto'
import { readEvent } from '../../../../src/outside/forges/gitlab/events.ts'
import { openForge } from '../../../../src/outside/forges/index.ts'
import type { ForgeConfig } from '../../../../src/model/config.ts'
import { WritError } from '../../../../src/model/error.ts'
import { failureOf } from '../../../contracts/failure.ts'

const SECRET = 'the-secret-token-of-the-webhook'
const SIGNING = `whsec_${Buffer.from('thirty-two bytes of a signing key').toString('base64')}`
const PROJECT = { path_with_namespace: 'shop/apps', git_http_url: 'https://gitlab.example.com/shop/apps.git', web_url: 'https://gitlab.example.com/shop/apps' }

const config: ForgeConfig = { name: 'lab', kind: 'gitlab', host: 'gitlab.example.com', insecureAllow: [], credentials: { username: 'oauth2', token: { env: 'TOKEN' } } }

function signed(body: string, key = SIGNING): Readonly<Record<string, string>> {
  const [id, time] = ['evt-1', '1790000000']
  const signature = createHmac('sha256', Buffer.from(key.slice(6), 'base64')).update(`${id}.${time}.${body}`).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': `v1,bm90IHRoaXMgb25l v1,${signature}` }
}

describe('the events of a GitLab', () => {
  const token = { 'x-gitlab-token': SECRET, 'idempotency-key': 'd-1' }

  for (const [name, event, request, branch] of [
    ['a merge request', { object_kind: 'merge_request', project: PROJECT, object_attributes: { iid: 7, source_branch: 'writ/a', target_branch: 'main', action: 'approved' } }, '7', 'writ/a'],
    ['a note on one', { object_kind: 'note', project: PROJECT, merge_request: { iid: 7, source_branch: 'writ/a' }, object_attributes: { note: 'seen' } }, '7', 'writ/a'],
    ['a push', { object_kind: 'push', project: PROJECT, ref: 'refs/heads/writ/a' }, null, 'writ/a'],
    ['a pipeline of one', { object_kind: 'pipeline', project: PROJECT, merge_request: { iid: 7, source_branch: 'writ/a' }, object_attributes: { ref: 'writ/a', tag: false, status: 'success' } }, '7', 'writ/a'],
    ['a pipeline of a branch', { object_kind: 'pipeline', project: PROJECT, merge_request: null, object_attributes: { ref: 'main', tag: false } }, null, 'main'],
    ['a job', { object_kind: 'build', repository: { git_http_url: PROJECT.git_http_url }, ref: 'writ/a', tag: false }, null, 'writ/a'],
  ] as const) {
    it(`say what ${name} is about`, () => {
      expect(readEvent({ headers: token, body: JSON.stringify(event) }, SECRET)).to.deep.equal({ repository: PROJECT.git_http_url, request, branch, delivery: 'd-1' })
    })
  }

  for (const event of [{ object_kind: 'tag_push', project: PROJECT, ref: 'refs/tags/v1' }, { object_kind: 'pipeline', project: PROJECT, object_attributes: { ref: 'v1', tag: true } }, { object_kind: 'issue', project: PROJECT, object_attributes: { iid: 1 } }, { object_kind: 'note', project: PROJECT, issue: { iid: 3 } }, {}, []]) {
    it(`say nothing of a change request: ${JSON.stringify(event).slice(0, 60)}`, () => {
      expect(readEvent({ headers: token, body: JSON.stringify(event) }, SECRET)).to.equal(null)
    })
  }

  it('say nothing where the body is no JSON', () => {
    expect(readEvent({ headers: token, body: '{' }, SECRET)).to.equal(null)
  })

  const push = JSON.stringify({ object_kind: 'push', project: PROJECT, ref: 'refs/heads/main' })

  it('are known by the secret token, or by a signature of it', () => {
    expect(readEvent({ headers: signed(push), body: push }, SIGNING)).to.deep.include({ branch: 'main', delivery: 'evt-1' })
    expect(readEvent({ headers: { ...token, 'x-gitlab-token': SIGNING }, body: push }, SIGNING)).to.deep.include({ branch: 'main' })
  })

  it('have the same id however often they come, also where GitLab gives none', () => {
    const first = readEvent({ headers: { 'x-gitlab-token': SECRET }, body: push }, SECRET)
    expect(readEvent({ headers: { 'x-gitlab-token': SECRET }, body: push }, SECRET)).to.deep.equal(first)
    expect(first?.delivery).to.match(/^[0-9a-f]{64}$/)
  })

  for (const [name, headers, secret] of [
    ['no token', {}, SECRET], ['another token', { 'x-gitlab-token': 'the-secret-token-of-the-webhoo' }, SECRET], ['a token of which it is the beginning', { 'x-gitlab-token': `${SECRET}x` }, SECRET],
    ['an empty token where no secret is named', { 'x-gitlab-token': '' }, null], ['an empty secret', { 'x-gitlab-token': '' }, ''],
    ['a signature of another key', signed(push, `whsec_${Buffer.from('another').toString('base64')}`), SIGNING], ['a signature of another body', signed(`${push} `), SIGNING],
    ['a signature without a time', { ...signed(push), 'webhook-timestamp': '' }, SIGNING], ['a signature where the secret is no signing token', signed(push), SECRET],
  ] as const) {
    it(`are refused: ${name}`, () => {
      expect(() => readEvent({ headers, body: push }, secret)).to.throw(WritError).with.property('code', 'forge/unauthorized')
    })
  }

  it('are read through the port with the secret that writ.yaml names', async () => {
    const forge = openForge({ ...config, webhook: { env: 'WEBHOOK' } }, { rows: undefined as never, secret: () => Promise.resolve(SECRET) })
    expect(await forge.readEvent({ headers: token, body: push })).to.deep.include({ branch: 'main' })
    expect(await failureOf(openForge(config, { rows: undefined as never, secret: () => Promise.resolve(SECRET) }).readEvent({ headers: token, body: push }))).to.equal('forge/unauthorized')
  })

  it('come only from a GitLab whose API ends as every GitLab\'s does', () => {
    expect(() => openForge({ ...config, api: 'https://gitlab.example.com/api' }, { rows: undefined as never, secret: () => Promise.resolve('') })).to.throw(WritError, '/api/v4').with.property('code', 'config/invalid')
  })
})

import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Json } from '../../../../src/model/json.ts'
import { isObject } from '../../../../src/model/json.ts'
import { Approvals, CommitStatus, ExternalCheck, Request, Reviewer, Version, infoOf, read } from '../../../../src/outside/forges/gitlab/answers.ts'
import { mergeableOf } from '../../../../src/outside/forges/gitlab/checks.ts'
import { TOKEN, gitlabUnderTest } from '../../../forges/gitlab/under-test.ts'

type Name = 'request' | 'reviewers' | 'approvals' | 'versions' | 'statuses' | 'externalChecks'
const documented = JSON.parse(readFileSync('test/fixtures/gitlab/documented.json', 'utf8')) as Readonly<Record<Name, { readonly from: string, readonly body: Json }>>

// Everything else that the GitLab in the tests says, the documentation says of later versions than its example, or in its tables only.
const LATER: Readonly<Partial<Record<Name, readonly string[]>>> = { request: ['squash_on_merge'], approvals: ['approved', 'user_can_approve', 'user_has_approved'] }

describe('what GitLab documents', () => {
  for (const [name, schema] of [['request', Request], ['reviewers', z.array(Reviewer)], ['approvals', Approvals], ['versions', z.array(Version)], ['statuses', z.array(CommitStatus)], ['externalChecks', z.array(ExternalCheck)]] as const) {
    it(`is read: ${documented[name].from}`, () => {
      expect(() => read<unknown>(schema, documented[name].body, name)).not.to.throw()
    })
  }

  it('makes a change request', () => {
    expect(infoOf(read(Request, documented.request.body, 'x'))).to.deep.equal({ id: '133', url: 'https://gitlab.com/marcel.amirault/test-project/-/merge_requests/133', state: 'open', head: 'e82eb4a098e32c796079ca3915e07487fc4db24c', base: 'main', mergeCommit: null, closedBy: null, mergedBy: null })
  })

  it('is how the GitLab in the tests answers, key by key and type by type', async () => {
    const lab = await gitlabUnderTest()
    try {
      const { id } = await lab.one.put(lab.repository, null, { change: 'a', branch: 'writ/a', base: 'main', head: lab.heads[0], title: 'x', body: 'y' })
      await lab.people.review(id, 'ada', 'approve')
      await lab.people.status(lab.heads[0], 'build', 'success')
      await lab.people.require(['build'])
      const project = `${lab.server.url}/api/v4/projects/${encodeURIComponent(lab.project.path)}`
      const calls: Readonly<Record<Name, string>> = { request: '/merge_requests/1', reviewers: '/merge_requests/1/reviewers', approvals: '/merge_requests/1/approvals', versions: '/merge_requests/1/versions', statuses: `/repository/commits/${lab.heads[0]}/statuses`, externalChecks: '/merge_requests/1/status_checks' }
      for (const [name, path] of Object.entries(calls) as readonly (readonly [Name, string])[]) {
        const answer = await fetch(`${project}${path}`, { headers: { 'private-token': TOKEN } })
        const body = await answer.json() as Json
        expect(strange(body, documented[name].body, name).filter(at => !(LATER[name] ?? []).includes(at.split('.').at(-1)?.split(':')[0] ?? ''))).to.deep.equal([])
      }
    } finally {
      await lab.dispose()
    }
  })

  // https://docs.gitlab.com/api/merge_requests/#merge-status
  const PENDING = ['approvals_syncing', 'checking', 'preparing', 'unchecked']
  const REFUSING = ['ci_must_pass', 'ci_still_running', 'commits_status', 'conflict', 'discussions_not_resolved', 'draft_status', 'jira_association_missing', 'merge_request_blocked', 'merge_time', 'need_rebase', 'not_approved', 'not_open', 'requested_changes', 'security_policy_violations', 'security_policy_pipeline_check', 'status_checks_must_pass', 'locked_paths', 'locked_lfs_files', 'title_regex']
  const status = (is: string): ReturnType<typeof mergeableOf> => mergeableOf(read(Request, { ...isObject(documented.request.body) ? documented.request.body : {}, detailed_merge_status: is }, 'x'), { approvalsLeft: 0, archived: false })
  for (const is of PENDING) it(`is not known yet: ${is}`, () => { expect(status(is)).to.deep.equal({ is: 'unknown', because: null }) })
  for (const is of REFUSING) {
    it(`is said in words: ${is}`, () => {
      expect(status(is)).to.have.property('is', 'no')
      expect(status(is).because).to.match(/^(?:it|its|a|an|another|somebody|approvals) /)
    })
  }
  it('merges, and what is not known stays in GitLab\'s own words', () => {
    expect(status('mergeable')).to.deep.equal({ is: 'yes', because: null })
    expect(status('never_seen_before')).to.deep.equal({ is: 'no', because: 'never seen before' })
    expect(status('constructor')).to.deep.equal({ is: 'no', because: 'constructor' })
  })
})

/** What one has that the documentation has not, or has as another type; null and empty say nothing of a type. */
function strange(found: Json, shown: Json, at: string): readonly string[] {
  if (found === null || shown === null) return []
  if (Array.isArray(found) && Array.isArray(shown)) return found.length === 0 || shown.length === 0 ? [] : strange(found[0] as Json, shown[0] as Json, `${at}[]`)
  if (isObject(found) && isObject(shown)) return Object.entries(found).flatMap(([key, value]) => key in shown ? strange(value ?? null, shown[key] ?? null, `${at}.${key}`) : [`${at}.${key}: not documented`])
  return typeof found === typeof shown ? [] : [`${at}: ${typeof found}, documented as ${typeof shown}`]
}

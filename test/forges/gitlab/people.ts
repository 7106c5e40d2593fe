import type { Json } from '../../../src/model/json.ts'
import { textAt, valueAt } from '../../../src/model/json.ts'
import type { ForgePeople } from '../../contracts/forge.ts'

export const LOGINS = ['writ-bot', 'ada', 'bo', 'eve', 'root'] as const
export type Login = (typeof LOGINS)[number]

/** What each may in the projects of the tests: Maintainer, Developer, Reporter, Owner. */
export const LEVELS: Readonly<Record<Login, number>> = { 'writ-bot': 40, 'ada': 40, 'bo': 30, 'eve': 20, 'root': 50 }

/** A call of the API in somebody's name, as `GET /user`. Fails where GitLab does not do it. */
export type Call = (as: Login, call: string, body?: Readonly<Record<string, unknown>>) => Promise<Json>

export function callsOf(api: string, tokens: Readonly<Record<Login, string>>): Call {
  return async (as, call, body) => {
    const [method = '', path = ''] = call.split(' ')
    const answer = await fetch(`${api}${path}`, { method, headers: { 'private-token': tokens[as], 'content-type': 'application/json' }, ...body === undefined ? {} : { body: JSON.stringify(body) } })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${as} ${call}: ${answer.status} ${text.slice(0, 500)}`)
    return text === '' ? null : JSON.parse(text) as Json
  }
}

/** What people do on GitLab's pages, and services by its API: the same on the GitLab in the tests and on a real one. `project`: its path, encoded. */
export function gitlabPeople(call: Call, project: string, ids: Readonly<Record<Login, number>>): ForgePeople {
  const here = `/projects/${project}`
  const request = (id: string): string => `${here}/merge_requests/${id}`
  const told = new Map<string, { readonly sha: string, readonly state: string }>()
  return {
    review: async (id, by, verdict) => {
      if (verdict === 'comment') await call(by, `POST ${request(id)}/notes`, { body: 'seen' })
      if (verdict === 'request-changes') {
        await call('root', `PUT ${request(id)}`, { reviewer_ids: [ids[by]] })
        await call(by, `POST ${request(id)}/notes`, { body: '/request_changes' })
      }
      if (verdict !== 'approve') return
      // Who may not push may not approve either: such a right is one that was taken since.
      if (LEVELS[by] < 30) await call('root', `PUT ${here}/members/${ids[by]}`, { access_level: 30 })
      await call(by, `POST ${request(id)}/approve`)
      if (LEVELS[by] < 30) await call('root', `PUT ${here}/members/${ids[by]}`, { access_level: LEVELS[by] })
    },
    dismiss: async id => { await call('root', `PUT ${request(id)}`, { reviewer_ids: [] }) },
    status: async (commit, name, is) => {
      const state = is === 'failure' ? 'failed' : is
      await call('ada', `POST ${here}/statuses/${commit}`, { state, name })
      told.set(name, { sha: commit, state })
    },
    // GitLab requires whole pipelines, or by their names the checks of services outside, which say here what they have said as a status.
    require: async names => {
      await call('root', `PUT ${here}`, { only_allow_merge_if_all_status_checks_passed: true })
      for (const name of names) {
        const check = valueAt(await call('root', `POST ${here}/external_status_checks`, { name, external_url: `https://checks.example.com/${name}` }), 'id')
        const said = told.get(name)
        if (said === undefined) continue
        const open = await call('root', `GET ${here}/merge_requests?state=opened`)
        for (const one of Array.isArray(open) ? open : []) await call('ada', `POST ${request(String(valueAt(one as Json, 'iid')))}/status_check_responses`, { sha: said.sha, external_status_check_id: check, status: said.state === 'success' ? 'passed' : 'failed' })
      }
    },
    merge: async (id, by, how) => {
      // It may still be looked at whether it can be merged.
      for (let tries = 0; textAt(await call(by, `GET ${request(id)}`), 'detailed_merge_status') !== 'mergeable' && tries < 50; tries += 1) await new Promise(resolve => { setTimeout(resolve, 100) })
      await call(by, `PUT ${request(id)}/merge`, { squash: how === 'squash' })
    },
    close: async (id, by) => { await call(by, `PUT ${request(id)}`, { state_event: 'close' }) },
    retarget: async (id, base) => { await call('root', `PUT ${request(id)}`, { target_branch: base }) },
    comments: async id => {
      const said: string[] = []
      for (let page = 1; ; page += 1) {
        const notes = await call('root', `GET ${request(id)}/notes?sort=asc&order_by=created_at&page=${page}`)
        if (!Array.isArray(notes) || notes.length === 0) return said
        said.push(...notes.filter(note => valueAt(note as Json, 'system') === false).map(note => textAt(note as Json, 'body') ?? ''))
      }
    },
  }
}

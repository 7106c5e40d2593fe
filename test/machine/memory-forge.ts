import type { Forge } from '../../src/flow/ports.ts'
import { WritError } from '../../src/model/error.ts'
import type { ChangeRequestInfo, ForgeEvent, Review } from '../../src/model/forge.ts'
import type { MemoryGit } from './memory-git.ts'

interface Request {
  readonly id: string
  readonly branch: string
  base: string
  title: string
  body: string
  state: 'open' | 'merged' | 'closed'
  head: string
  mergeCommit: string | null
  by: string | null
  readonly reviews: Review[]
  readonly comments: Map<string, string>
}

/** A forge with people, on a repository that is nothing but commits. What it keeps survives every process of Writ. */
export class MemoryForge {
  readonly requests: Request[] = []
  /** How often a comment was written that said nothing new. */
  repeated = 0
  readonly #git: MemoryGit

  constructor(git: MemoryGit) {
    this.#git = git
  }

  review(id: string, login: string): void {
    const request = this.#of(id)
    const at = request.reviews.findIndex(({ by }) => by.login === login)
    if (at >= 0) request.reviews.splice(at, 1)
    request.reviews.push({ by: { login, bot: false }, verdict: 'approved', commit: this.#head(request), at: '2026-01-01T00:00:00.000Z', writes: true, url: null })
  }

  /** Merges as a person; false where it conflicts or has ended. */
  mergeAs(id: string, login: string): boolean {
    const request = this.#of(id)
    if (request.state !== 'open') return false
    const commit = this.#git.merge(this.#git.tip('main'), this.#head(request), { message: `Merge ${request.branch}`, author: { name: login, email: `${login}@example.com` }, at: '2026-01-01T00:00:00Z' })
    if (commit === null) return false
    Object.assign(request, { head: this.#head(request), state: 'merged', mergeCommit: commit, by: login })
    this.#git.branches.set('main', commit)
    return true
  }

  port(): Forge {
    return {
      name: 'memory', kind: 'github', can: { mergedBy: 'forge', reviews: true, comments: true },
      find: (_repository, branch, base) => {
        const found = this.requests.filter(request => request.branch === branch && request.base === base)
        const best = (['open', 'merged', 'closed'] as const).flatMap(state => found.findLast(request => request.state === state) ?? [])[0]
        return Promise.resolve(best === undefined ? null : this.#info(best))
      },
      put: (_repository, id, text) => {
        const request = id === null ? this.requests.find(one => one.branch === text.branch && one.state === 'open') ?? this.#open(text.branch, text.base) : this.#of(id)
        if (request.state === 'open') Object.assign(request, { title: text.title, body: text.body })
        return Promise.resolve(this.#info(request))
      },
      look: (_repository, id) => {
        const request = this.#of(id)
        return Promise.resolve({ info: this.#info(request), reviews: [...request.reviews], checks: [], mergeable: { is: 'yes', because: null }, waitsToMerge: null })
      },
      comment: (_repository, id, { key, body }) => {
        const { comments } = this.#of(id)
        if (comments.get(key) === body) this.repeated += 1
        comments.set(key, body)
        return Promise.resolve()
      },
      merge: (_repository, id, { head }) => {
        const request = this.#of(id)
        if (request.state === 'merged') return Promise.resolve({ kind: 'merged', info: this.#info(request) })
        if (this.#head(request) !== head) return Promise.resolve({ kind: 'moved' })
        return Promise.resolve(this.mergeAs(id, 'writ-bot') ? { kind: 'merged', info: this.#info(request) } : { kind: 'blocked', because: 'it conflicts' })
      },
      close: (_repository, id, by) => {
        const request = this.#of(id)
        if (request.state === 'open') Object.assign(request, { state: 'closed', by })
        return Promise.resolve(this.#info(request))
      },
      readEvent: () => Promise.resolve<ForgeEvent | null>(null),
    }
  }

  #open(branch: string, base: string): Request {
    const request: Request = { id: String(this.requests.length + 1), branch, base, title: '', body: '', state: 'open', head: this.#git.tip(branch), mergeCommit: null, by: null, reviews: [], comments: new Map() }
    this.requests.push(request)
    return request
  }

  #of(id: string): Request {
    const found = this.requests.find(request => request.id === id)
    if (found === undefined) throw new WritError('change/not-found', `There is no change request ${id}.`)
    return found
  }

  #head(request: Request): string {
    return request.state === 'open' ? this.#git.tip(request.branch) : request.head
  }

  #info(request: Request): ChangeRequestInfo {
    const { id, state, base, mergeCommit, by } = request
    return { id, url: `https://git.example.com/team/apps/pulls/${id}`, state, head: this.#head(request), base, mergeCommit, closedBy: state === 'closed' ? by : null, mergedBy: state === 'merged' ? by : null }
  }
}

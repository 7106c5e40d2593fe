import { setTimeout as pause } from 'node:timers/promises'
import type { MergeAsk, MergeResult } from '../../../model/forge.ts'
import { isUnsure } from '../parts.ts'
import { Repository, infoOf } from './answers.ts'
import type { Rule } from './answers.ts'
import { wordsOf } from './client.ts'
import { pullOf } from './hub.ts'
import type { Hub } from './hub.ts'
import { rulesOf } from './look.ts'
import { hasQueue, joinQueue } from './merge-queue.ts'

type Method = 'merge' | 'squash' | 'rebase'

/** Merges the head that is asked for; where the base has a merge queue, it is put into that. Else by the first way that the repository and its rules allow. Sent once for each way; after an unsure answer it is looked up. */
export async function merge(hub: Hub, id: string, ask: MergeAsk): Promise<MergeResult> {
  const pull = await pullOf(hub, id)
  if (pull.merged) return { kind: 'merged', info: infoOf(pull, null) }
  if (pull.state === 'closed') return { kind: 'blocked', because: 'it is closed' }
  if (pull.head.sha !== ask.head) return { kind: 'moved' }
  const [repository, rules] = await Promise.all([hub.client.read(Repository, octokit => octokit.rest.repos.get(hub.at)), rulesOf(hub, pull.base.ref)])
  if (hasQueue(rules)) return joinQueue(hub, pull)
  const methods = methodsOf(repository, rules)
  let refused: MergeResult = { kind: 'blocked', because: 'the repository and its rules allow no way of merging' }
  for (const method of methods) {
    const { result, way } = await send(hub, { number: pull.number, id }, { ...ask, method })
    if (!way) return result
    refused = result
  }
  return refused
}

/** A merge commit is preferred: it keeps the commit that was reviewed. */
function methodsOf(repository: { readonly [way in 'allow_merge_commit' | 'allow_squash_merge' | 'allow_rebase_merge']?: boolean | undefined }, rules: readonly Rule[]): readonly Method[] {
  const allowed: readonly (readonly [Method, boolean])[] = [['merge', repository.allow_merge_commit ?? true], ['squash', repository.allow_squash_merge ?? true], ['rebase', repository.allow_rebase_merge ?? true]]
  const linear = rules.some(({ type }) => type === 'required_linear_history')
  const lists = rules.flatMap(({ parameters }) => parameters?.allowed_merge_methods === undefined ? [] : [parameters.allowed_merge_methods])
  return allowed.filter(([method, is]) => is && !(linear && method === 'merge') && lists.every(list => list.includes(method))).map(([method]) => method)
}

/** `way`: what was refused is this way of merging; another one may be tried, since nothing was done. */
async function send(hub: Hub, pull: { readonly number: number, readonly id: string }, { method, head, message }: MergeAsk & { readonly method: Method }): Promise<{ readonly result: MergeResult, readonly way: boolean }> {
  const [title = '', ...rest] = message.split('\n')
  const text = method === 'rebase' ? {} : { commit_title: title, commit_message: rest.join('\n').trim() }
  try {
    const answer = await hub.client.answer(octokit => octokit.rest.pulls.merge({ ...hub.at, pull_number: pull.number, sha: head, merge_method: method, ...text }), [405, 409, 422])
    if (answer.status >= 400) {
      const because = wordsOf(answer)
      return { result: refusal(answer.status, because), way: answer.status === 405 && /(?:merge commits|squash merges|rebase merges|linear history).*(?:not allowed|required|must)|(?:must|required).*linear history/i.test(because) }
    }
  } catch (error) {
    if (!isUnsure(error) || !(await pullOf(hub, pull.id)).merged) throw error
  }
  for (const wait of [0, ...hub.looks]) {
    await pause(wait)
    const after = await pullOf(hub, pull.id)
    if (after.merged) return { result: { kind: 'merged', info: infoOf(after, null) }, way: false }
  }
  return { result: { kind: 'blocked', because: 'it said yes, and does not show the merge yet' }, way: false }
}

/** "Head branch was modified" (409) and "Base branch was modified" (405) say that it is to be looked at again. */
function refusal(status: number, because: string): MergeResult {
  if (/branch was modified/i.test(because) || (status === 409 && /head|sha/i.test(because))) return { kind: 'moved' }
  return { kind: 'blocked', because: because === '' ? `HTTP ${status}` : because }
}

import { WritError } from '../../../model/error.ts'
import type { ChangeRequestInfo } from '../../../model/forge.ts'
import { notFound, requestNumber } from '../parts.ts'
import { ClosedIssue, IssueEvent, Pull, infoOf } from './answers.ts'
import { read } from './client.ts'
import type { GitHubClient } from './client.ts'
import { z } from 'zod'

/** One repository on GitHub: its client, how it is named there, and under which login Writ writes (null where the credentials may not ask who they are). */
export interface Hub {
  readonly forge: string
  readonly client: GitHubClient
  readonly repository: string
  readonly at: { readonly owner: string, readonly repo: string }
  readonly me: () => Promise<string | null>
  /** Milliseconds before each further look for what GitHub says is done and does not show yet: its lists are a moment behind. */
  readonly looks: readonly number[]
}

/** Throws change/not-found where the repository has none of this number; forge/failed where the repository itself is not shown. */
export async function pullOf({ forge, client, repository, at }: Hub, id: string): Promise<Pull> {
  const pull_number = Number(requestNumber(repository, id))
  const answer = await client.answer(octokit => octokit.rest.pulls.get({ ...at, pull_number }), [404])
  if (answer.status !== 404) return read(Pull, answer)
  const there = await client.answer(octokit => octokit.rest.repos.get(at), [404])
  throw there.status === 404 ? notShown(forge, at) : notFound(repository, id)
}

/** GitHub answers 404 also where the credentials may not see what is there. */
export function notShown(forge: string, { owner, repo }: Hub['at']): WritError {
  return new WritError('forge/failed', `Forge ${forge} shows no repository ${owner}/${repo}.`, { hint: 'Check its URL, and that the token or the App has access to it: GitHub hides what the credentials may not see.' })
}

export async function infoWithCloser(hub: Hub, pull: Pull): Promise<ChangeRequestInfo> {
  return infoOf(pull, await closerOf(hub, pull))
}

/** The pull request does not say who closed it; the issue that it is does, or else its events. */
async function closerOf({ client, at }: Hub, pull: Pull): Promise<string | null> {
  if (pull.state === 'open' || pull.merged) return null
  const issue = await client.read(ClosedIssue, octokit => octokit.rest.issues.get({ ...at, issue_number: pull.number }))
  if (issue.closed_by?.login !== undefined) return issue.closed_by.login
  const events = await client.all(z.array(IssueEvent), (octokit, page) => octokit.rest.issues.listEvents({ ...at, ...page, issue_number: pull.number }))
  return events?.findLast(({ event }) => event === 'closed')?.actor?.login ?? null
}

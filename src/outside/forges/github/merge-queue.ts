import { WritError } from '../../../model/error.ts'
import type { MergeResult } from '../../../model/forge.ts'
import { Enqueued, Queued } from './answers.ts'
import type { Pull, Rule } from './answers.ts'
import { read } from './client.ts'
import type { Hub } from './hub.ts'

const LOOK = 'query($id: ID!) { node(id: $id) { ... on PullRequest { mergeQueueEntry { position state } } } }'
const JOIN = 'mutation($id: ID!, $head: GitObjectID!) { enqueuePullRequest(input: {pullRequestId: $id, expectedHeadOid: $head}) { mergeQueueEntry { position state } } }'

export function hasQueue(rules: readonly Rule[]): boolean {
  return rules.some(({ type }) => type === 'merge_queue')
}

/** Where a pull request stands in the merge queue of its base, in words; null where it is in none. The REST API does not say it. */
export async function queuedAt({ client }: Hub, pull: Pull): Promise<string | null> {
  const entry = read(Queued, { status: 200, data: await client.graphql(LOOK, { id: pull.node_id }), headers: {} }).node?.mergeQueueEntry
  return entry === null || entry === undefined ? null : inWords(entry)
}

/** Puts it into the queue, with the head that is asked for: GitHub merges it when its turn comes. Nothing is put there twice. */
export async function joinQueue(hub: Hub, pull: Pull): Promise<MergeResult> {
  const there = await queuedAt(hub, pull)
  if (there !== null) return { kind: 'blocked', because: there }
  try {
    const { enqueuePullRequest } = read(Enqueued, { status: 200, data: await hub.client.graphql(JOIN, { id: pull.node_id, head: pull.head.sha }), headers: {} })
    return { kind: 'blocked', because: inWords(enqueuePullRequest?.mergeQueueEntry ?? null) }
  } catch (error) {
    if (!(error instanceof WritError) || error.code !== 'forge/failed' || error.retry) throw error
    return { kind: 'blocked', because: error.message }
  }
}

function inWords(entry: { readonly position: number, readonly state: string } | null): string {
  return entry === null ? 'it was put into the merge queue' : `it is in the merge queue at position ${entry.position} (${entry.state.toLowerCase().replaceAll('_', ' ')})`
}

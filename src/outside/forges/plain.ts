import type { Forge } from '../../flow/ports.ts'
import type { ChangeRequestInfo } from '../../model/forge.ts'
import { WritError } from '../../model/error.ts'
import type { ChangeRequestRow, ChangeRequestRows } from '../change-request-rows.ts'

/** The forge of a plain Git server: change requests are rows in Writ's own store, and Writ merges and pushes itself. */
export function plainForge({ name, rows }: { readonly name: string, readonly rows: ChangeRequestRows }): Forge {
  return {
    name,
    kind: 'plain',
    can: { mergedBy: 'writ', reviews: false, comments: false, bodyLimit: 1_048_576 },
    find: async (repository, branch, base) => {
      const row = await rows.find(repository, branch)
      return row === null || row.base !== base ? null : infoOf(row)
    },
    put: async (repository, id, text) => infoOf(id === null ? await rows.open(repository, text) : await rows.update(repository, id, text)),
    look: async (repository, id) => ({ info: infoOf(await rows.get(repository, id)), reviews: [], checks: [], mergeable: { is: 'unknown', because: null }, waitsToMerge: null }),
    // What a change is doing stands in Writ's own answers, where people look who use this forge.
    comment: async (repository, id) => { await rows.get(repository, id) },
    merge: async (repository, id, { commit, by }) => {
      if (commit === null) throw new WritError('internal/bug', 'A plain forge merges nothing by itself.')
      return { kind: 'merged', info: infoOf(await rows.end(repository, id, { state: 'merged', mergeCommit: commit, by })) }
    },
    close: async (repository, id, by) => infoOf(await rows.end(repository, id, { state: 'closed', by })),
    readEvent: () => Promise.resolve(null),
  }
}

function infoOf({ id, state, head, base, mergeCommit, closedBy }: ChangeRequestRow): ChangeRequestInfo {
  return { id, url: null, state, head, base, mergeCommit, closedBy: state === 'closed' ? closedBy : null, mergedBy: state === 'merged' ? closedBy : null }
}

import type { Forge } from '../../flow/ports.ts'
import type { ChangeRequestInfo } from '../../model/forge.ts'
import type { ChangeRequestRow, ChangeRequestRows } from '../change-request-rows.ts'

/** The forge of a plain Git server: change requests are rows in Writ's own store, and Writ merges and pushes itself. */
export function plainForge({ name, rows }: { readonly name: string, readonly rows: ChangeRequestRows }): Forge {
  return {
    name,
    kind: 'plain',
    can: { mergedBy: 'writ', reviews: false },
    find: async (repository, branch) => {
      const row = await rows.find(repository, branch)
      return row === null ? null : infoOf(row)
    },
    open: async (repository, text) => infoOf(await rows.open(repository, text)),
    update: async (repository, id, text) => infoOf(await rows.update(repository, id, text)),
    merged: async (repository, id, { commit, by }) => infoOf(await rows.end(repository, id, { state: 'merged', mergeCommit: commit, by })),
    close: async (repository, id, by) => infoOf(await rows.end(repository, id, { state: 'closed', by })),
  }
}

function infoOf({ id, state, head, base, mergeCommit, closedBy }: ChangeRequestRow): ChangeRequestInfo {
  return { id, url: null, state, head, base, mergeCommit, closedBy }
}

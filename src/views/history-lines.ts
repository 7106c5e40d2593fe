import { line } from './line.ts'
import type { Line } from './line.ts'
import { table } from './table.ts'

/** One thing that happened: a change of Writ, a commit of anybody, or what a controller says that it deployed. */
export interface HistoryItem {
  readonly kind: 'change' | 'commit' | 'deployment'
  readonly at: string
  readonly name: string
  readonly by: string
  readonly what: string
  /** null for commits. */
  readonly status: string | null
  readonly commit: string | null
}

/** History as a table, newest first. */
export function historyLines(history: { readonly source: { readonly url: string, readonly path: string, readonly branch: string } | null, readonly items: readonly HistoryItem[] }, style: { readonly wide: boolean, readonly columns: number | null } = { wide: true, columns: null }): readonly Line[] {
  const { source, items } = history
  const head = source === null ? [] : [line(`${source.url} ${source.branch}, path ${source.path === '' ? '(root)' : source.path}`, 'dim')]
  if (items.length === 0) return [...head, line('Nothing has happened.', 'dim')]
  return [...head, ...table(['WHEN', 'WHAT', 'BY', 'STATUS', 'COMMIT', 'CHANGE'], items.map(item => [
    item.at.slice(0, 19).replace('T', ' '), item.name, item.by, item.status ?? 'commit', item.commit?.slice(0, 12) ?? '-', item.what,
  ]), style.wide ? null : style.columns)]
}

import { readFileSync } from 'node:fs'

/** A table of a page: the heading above it, the names of its columns, and of each row the cells by column. */
export interface Table { readonly heading: string, readonly columns: readonly string[], readonly rows: readonly Readonly<Record<string, string>>[] }

/** The tables of a Markdown file. */
export function tablesOf(file: string): readonly Table[] {
  const tables: { heading: string, columns: readonly string[], rows: Readonly<Record<string, string>>[] }[] = []
  let heading = ''
  let open = false
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    heading = /^#{1,6} (.+)$/.exec(line)?.[1] ?? heading
    const cells = /^\| (.*) \|$/.exec(line)?.[1]?.split(' | ').map(cell => cell.trim())
    if (cells === undefined) { open = open && line.startsWith('|'); continue }
    const table = tables.at(-1)
    if (open && table !== undefined) table.rows.push(Object.fromEntries(table.columns.map((name, i) => [name, cells[i] ?? ''])))
    else tables.push({ heading, columns: cells, rows: [] })
    open = true
  }
  return tables
}

/** The inline code of a cell. */
export function codeOf(cell: string | undefined): readonly string[] {
  return [...(cell ?? '').matchAll(/`([^`]+)`/g)].map(([, text = '']) => text)
}

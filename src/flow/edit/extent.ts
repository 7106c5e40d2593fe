import { isSeq } from 'yaml'
import type { Entry } from './anatomy.ts'
import { anatomyOf } from './anatomy.ts'
import { columnAt, lineEnd, nextLine } from './layout.ts'

/**
 * Where the lines of an entry end, with the comment lines directly below that belong to what it holds: those that are indented deeper than
 * its column, and items that are commented out below a list whose dashes stand in its column.
 */
export function extentOf(text: string, entry: Entry, column: number): number {
  const [item] = isSeq(entry.value) && entry.value.flow !== true ? anatomyOf(entry.value)?.entries ?? [] : []
  const list = item !== undefined && columnAt(text, item.start) === column
  let at = lineEnd(text, entry.end)
  for (let inItem = false; ; inItem = true) {
    const next = nextLine(text, at)
    const line = text.slice(next, lineEnd(text, next))
    const comment = /^( *)#+(.*)$/.exec(line)
    const [, indent = '', words = ''] = comment ?? []
    const belongs = indent.length > column || (list && indent.length === column && (/^ ?-(?: |$)/.test(words) || (inItem && /^ {2,}\S/.test(words))))
    if (next === text.length || comment === null || !belongs) return at
    at = next + line.length
  }
}

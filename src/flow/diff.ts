import type { FileChange } from '../model/plan.ts'

interface Line { readonly sign: ' ' | '-' | '+', readonly text: string }
const CONTEXT = 3

/** A unified diff as git prints it, three lines of context; '' where nothing differs. Carriage returns stay visible as they are. */
export function unifiedDiff(change: FileChange): string {
  if (change.before === change.after) return ''
  const from = change.before === null ? '/dev/null' : `a/${change.path}`
  const to = change.after === null ? '/dev/null' : `b/${change.path}`
  const mode = change.before === null ? 'new file mode 100644\n' : change.after === null ? 'deleted file mode 100644\n' : ''
  const hunks = hunksOf(lineDiff(linesOf(change.before ?? ''), linesOf(change.after ?? '')))
  const head = `diff --git a/${change.path} b/${change.path}\n${mode}`
  return hunks === '' ? head : `${head}--- ${from}\n+++ ${to}\n${hunks}`
}

/** Lines with their ends, so that a missing last newline is a difference like any other. */
function linesOf(text: string): readonly string[] {
  return text === '' ? [] : text.split(/(?<=\n)/)
}

/** Common head and tail first; in between the longest common subsequence, or all of it replaced where that would be too large. */
function lineDiff(before: readonly string[], after: readonly string[]): readonly Line[] {
  let head = 0
  while (head < before.length && head < after.length && before[head] === after[head]) head++
  let tail = 0
  while (tail < before.length - head && tail < after.length - head && before.at(-1 - tail) === after.at(-1 - tail)) tail++
  const same = (text: string): Line => ({ sign: ' ', text })
  return [
    ...before.slice(0, head).map(same),
    ...middle(before.slice(head, before.length - tail), after.slice(head, after.length - tail)),
    ...before.slice(before.length - tail).map(same),
  ]
}

function middle(before: readonly string[], after: readonly string[]): readonly Line[] {
  if (before.length * after.length > 4_000_000) return [...before.map(text => ({ sign: '-' as const, text })), ...after.map(text => ({ sign: '+' as const, text }))]
  const width = after.length + 1
  const table = new Uint32Array((before.length + 1) * width)
  const at = (i: number, j: number): number => table[i * width + j] ?? 0
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      table[i * width + j] = before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  return walk(before, after, at)
}

function walk(before: readonly string[], after: readonly string[], length: (i: number, j: number) => number): readonly Line[] {
  const lines: Line[] = []
  let i = 0
  let j = 0
  while (i < before.length || j < after.length) {
    const old = before[i]
    const now = after[j]
    if (old !== undefined && old === now) { lines.push({ sign: ' ', text: old }); i++; j++ }
    else if (old !== undefined && (now === undefined || length(i + 1, j) >= length(i, j + 1))) { lines.push({ sign: '-', text: old }); i++ }
    else if (now !== undefined) { lines.push({ sign: '+', text: now }); j++ }
  }
  return lines
}

function hunksOf(lines: readonly Line[]): string {
  const changed = lines.flatMap((line, i) => line.sign === ' ' ? [] : [i])
  const spans: [number, number][] = []
  for (const i of changed) {
    const last = spans.at(-1)
    if (last !== undefined && i - CONTEXT <= last[1]) last[1] = Math.min(lines.length, i + CONTEXT + 1)
    else spans.push([Math.max(0, i - CONTEXT), Math.min(lines.length, i + CONTEXT + 1)])
  }
  return spans.map(([from, to]) => hunk(lines, from, to)).join('')
}

function hunk(lines: readonly Line[], from: number, to: number): string {
  const part = lines.slice(from, to)
  const count = (of: readonly Line[], without: '-' | '+'): number => of.filter(line => line.sign !== without).length
  const range = (start: number, length: number): string => {
    const first = length === 0 ? start : start + 1
    return length === 1 ? String(first) : `${first},${length}`
  }
  const head = lines.slice(0, from)
  const old = range(count(head, '+'), count(part, '+'))
  const now = range(count(head, '-'), count(part, '-'))
  return `@@ -${old} +${now} @@\n${part.map(show).join('')}`
}

function show(line: Line): string {
  return line.text.endsWith('\n') ? `${line.sign}${line.text}` : `${line.sign}${line.text}\n\\ No newline at end of file\n`
}

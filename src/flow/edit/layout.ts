/** Lines and columns of a text, for edits that add and remove whole lines. Offsets are in UTF-16 units. */

/** Where the line of an offset begins. */
export function lineStart(text: string, offset: number): number {
  return offset === 0 ? 0 : text.lastIndexOf('\n', offset - 1) + 1
}

/** Where the line of an offset ends, before its line break. */
export function lineEnd(text: string, offset: number): number {
  const at = text.indexOf('\n', offset)
  if (at < 0) return text.length
  return at > offset && text[at - 1] === '\r' ? at - 1 : at
}

/** Behind the line break of an offset's line; the end of the text for the last one. */
export function nextLine(text: string, offset: number): number {
  const at = text.indexOf('\n', offset)
  return at < 0 ? text.length : at + 1
}

/** The column of an offset, 0 for the first. */
export function columnAt(text: string, offset: number): number {
  return offset - lineStart(text, offset)
}

/** True where only spaces stand before an offset in its line. */
export function startsLine(text: string, offset: number): boolean {
  return /^ *$/.test(text.slice(lineStart(text, offset), offset))
}

/** The line break that lines beside this offset have; the text's most frequent one where the line has none. */
export function lineBreak(text: string, offset: number): string {
  const at = text.indexOf('\n', offset)
  if (at >= 0) return text[at - 1] === '\r' ? '\r\n' : '\n'
  const pairs = text.split('\r\n').length - 1
  return pairs * 2 > text.split('\n').length - 1 ? '\r\n' : '\n'
}

/** Where a list of whole lines is put: behind the line of `after`, so that a text without last line break stays without one. */
export function insertedLines(text: string, after: number, lines: readonly string[]): { readonly start: number, readonly end: number, readonly text: string } {
  const at = lineEnd(text, after)
  const eol = lineBreak(text, after)
  return { start: at, end: at, text: lines.map(line => eol + line).join('') }
}

/** Comments of tools that stand over what they are for, though they read like a key. */
const DIRECTIVE = /^(?:renovate|kics|checkov|trivy|yamllint|nosemgrep|datasource|kpt-[a-z]+|x-release-please[a-z-]*)\b/
/** An entry that is commented out. */
const COMMENTED_OUT = /^(?:- |-$|[A-Za-z0-9_./"'-]+:(?: |$))/

/**
 * Where an entry begins with the comment lines that belong to it: those directly above, from its own column, without a blank line
 * between; an entry that is commented out belongs to nothing. `floor` is where the content before it ends.
 */
export function ownCommentsStart(text: string, start: number, floor: number): number {
  const column = columnAt(text, start)
  let at = lineStart(text, start)
  while (at > 0) {
    const above = lineStart(text, at - 1)
    if (above >= at || above <= floor) break
    const line = text.slice(above, lineEnd(text, above))
    const comment = /^( *)#+ ?(.*)$/.exec(line)
    if (comment?.[1]?.length !== column || (COMMENTED_OUT.test(comment[2] ?? '') && !DIRECTIVE.test(comment[2] ?? ''))) break
    at = above
  }
  return at
}

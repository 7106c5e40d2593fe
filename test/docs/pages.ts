import { readFileSync, readdirSync } from 'node:fs'

/** A fenced block of a page. */
export interface Block {
  readonly file: string
  /** The line of the opening fence, from 1. */
  readonly line: number
  readonly heading: string
  readonly language: string
  readonly text: string
}

/** What stands on a page, as far as the tests look at it. */
export interface Page {
  readonly file: string
  readonly blocks: readonly Block[]
  /** Inline code, without the back-ticks. */
  readonly spans: readonly { readonly line: number, readonly text: string }[]
  readonly links: readonly { readonly line: number, readonly target: string }[]
  readonly headings: readonly string[]
}

/** The pages of the documentation. */
export function pageFiles(): readonly string[] {
  return ['README.md', ...readdirSync('docs').filter(name => name.endsWith('.md')).sort().map(name => `docs/${name}`), 'policies/README.md']
}

export function pages(): readonly Page[] {
  return pageFiles().map(file => scan(file, readFileSync(file, 'utf8')))
}

/** Reads the Markdown that these pages use: fences of three back-ticks at the margin, `#` headings, inline code and links. Throws where a fence is not closed. */
export function scan(file: string, text: string): Page {
  const found = { blocks: new Array<Block>(), spans: new Array<Page['spans'][number]>(), links: new Array<Page['links'][number]>(), headings: new Array<string>() }
  let open: { readonly line: number, readonly language: string, readonly lines: string[] } | null = null
  for (const [index, content] of text.split('\n').entries()) {
    const line = index + 1
    if (open !== null) {
      if (content !== '```') {
        open.lines.push(content)
        continue
      }
      found.blocks.push({ file, line: open.line, heading: found.headings.at(-1) ?? '', language: open.language, text: open.lines.join('\n') })
      open = null
    } else if (/^\s*(?:```|~~~)/.test(content)) {
      const language = /^```([a-z]+)$/.exec(content)?.[1]
      if (language === undefined) throw new Error(`${file}:${line}: a fenced block starts at the margin and names its language`)
      open = { line, language, lines: [] }
    } else {
      const heading = /^#{1,6} (.+)$/.exec(content)?.[1]
      if (heading !== undefined) found.headings.push(heading)
      for (const [, span = ''] of content.matchAll(/`([^`]+)`/g)) found.spans.push({ line, text: span })
      for (const [, target = ''] of content.replaceAll(/`[^`]+`/g, '').matchAll(/\]\(([^)\s]+)\)/g)) found.links.push({ line, target })
    }
  }
  if (open !== null) throw new Error(`${file}:${open.line}: the fenced block is not closed`)
  return { file, ...found }
}

/** The anchor that Markdown readers give a heading. */
export function anchorOf(heading: string): string {
  return heading.toLowerCase().replaceAll(/[^a-z0-9 _-]/g, '').replaceAll(' ', '-')
}

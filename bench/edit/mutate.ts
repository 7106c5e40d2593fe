import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { LineCounter, isAlias, isMap, isPair, isScalar, isSeq, parseAllDocuments, visit } from 'yaml'
import type { Node, Pair, YAMLMap, YAMLSeq } from 'yaml'
import { isKustomizationFile } from './build.ts'
import { manifestsOf } from './manifests.ts'
import { tokensOf } from './minimal.ts'
import { filesBelow } from './working-copy.ts'

/** Ways to write the same YAML otherwise (testing.md section 5). */
export const MUTATIONS = ['crlf', 'bom', 'noeol', 'tabs', 'indent', 'flow', 'long'] as const
export type Mutation = typeof MUTATIONS[number]

const LONG = 'a remark that makes this line far longer than any formatter would leave it '.repeat(4).trim()

/** Writes every YAML file of a folder otherwise, where it means the same afterwards; gives how many it wrote. */
export function mutateFolder(folder: string, mutation: Mutation): number {
  let written = 0
  for (const path of filesBelow(folder)) {
    if (!/\.ya?ml$/.test(path) && !isKustomizationFile(path)) continue
    const text = readFileSync(join(folder, path), 'utf8')
    const mutated = mutateText(text, mutation)
    if (mutated === text) continue
    writeFileSync(join(folder, path), mutated)
    written += 1
  }
  return written
}

/** The same YAML written otherwise; the text itself where that would say something else, or it is no YAML. */
export function mutateText(text: string, mutation: Mutation): string {
  const attempts = WAYS[mutation]
  for (const attempt of attempts) {
    const mutated = attempt(text)
    if (mutated !== text && meansTheSame(text, mutated)) return mutated
  }
  return text
}

const WAYS: Readonly<Record<Mutation, readonly ((text: string) => string)[]>> = {
  crlf: [text => text.replaceAll(/\r?\n/g, '\r\n')],
  bom: [text => `\uFEFF${text.replace(/^\uFEFF/, '')}`],
  // Tools do not agree on what a block scalar says without its last newline.
  noeol: [text => (tokensOf(text).at(-1)?.type === 'block-scalar' ? text : text.replace(/(?:\r?\n)+$/, ''))],
  tabs: [text => remarks(text, '\t#\tleft\tby hand'), text => remarks(text, null)],
  indent: [indented, text => indented(text, 1)],
  flow: [flowed],
  long: [text => remarks(text, ` # ${LONG}`)],
}

function meansTheSame(before: string, after: string): boolean {
  return (['1.1', '1.2'] as const).every(version => {
    const [left, right] = [manifestsOf(before, version), manifestsOf(after, version)]
    return isDeepStrictEqual(left, right) && !left.some(manifest => manifest.identity.startsWith('text '))
  })
}

/** Puts tabs around the comments that are there, and a remark behind scalars that end a line. */
function remarks(text: string, remark: string | null): string {
  const tokens = tokensOf(text)
  if (tokens.map(token => token.source).join('') !== text) return text
  const scalars = new Set(['scalar', 'single-quoted-scalar', 'double-quoted-scalar'])
  return tokens.map((token, i) => {
    const [last, next] = [tokens[i - 1], tokens[i + 1]]
    if (remark?.startsWith(' ') !== true && token.type === 'comment') return token.source.replace(/^# ?/, '#\t')
    if (remark?.startsWith(' ') !== true && token.type === 'space' && next?.type === 'comment' && last !== undefined && last.type !== 'newline') return '\t'
    return token.type === 'newline' && remark !== null && last !== undefined && scalars.has(last.type) ? `${remark}${token.source}` : token.source
  }).join('')
}

/** Moves every list in block style to the right of its key, those that stand so already by one. */
function indented(text: string, most = 2): string {
  const counter = new LineCounter()
  const lines = text.split('\n')
  const shift = lines.map(() => 0)
  const column = (node: Node): number => counter.linePos(node.range?.[0] ?? 0).col
  for (const document of parseAllDocuments(text, { lineCounter: counter, logLevel: 'silent', uniqueKeys: false })) {
    visit(document, {
      Pair(_key, pair) {
        const { key, value } = pair
        if (!isSeq(value) || value.flow === true || !isScalar(key) || value.range === undefined || value.range === null) return
        const first = counter.linePos(value.range[0]).line
        if (counter.linePos(key.range?.[0] ?? 0).line === first) return
        const by = column(value) === column(key) ? most : 1
        const last = counter.linePos(Math.max(value.range[0], value.range[1] - 1)).line
        for (let line = first; line <= last; line += 1) shift[line - 1] = (shift[line - 1] ?? 0) + by
      },
    })
  }
  return lines.map((line, i) => (line.trim() === '' ? line : `${' '.repeat(shift[i] ?? 0)}${line}`)).join('\n')
}

/** Writes the innermost mappings and lists in flow style, on one line. */
function flowed(text: string): string {
  const edits: { readonly start: number, readonly end: number, readonly text: string }[] = []
  for (const document of parseAllDocuments(text, { logLevel: 'silent', uniqueKeys: false })) {
    visit(document, {
      Collection(key, node, path) {
        const parent = path.at(-1)
        const made = node.flow === true || key === null ? null : onOneLine(text, node)
        if (made === null || node.range === undefined || node.range === null) return
        const start = isPair(parent) ? afterColon(text, parent, node.range[0]) : node.range[0]
        if (start === null || text.slice(start, lastOf(node)).includes('#')) return
        edits.push({ start, end: lastOf(node), text: isPair(parent) ? ` ${made}` : made })
      },
    })
  }
  return [...edits].sort((a, b) => b.start - a.start).reduce((now, edit) => `${now.slice(0, edit.start)}${edit.text}${now.slice(edit.end)}`, text)
}

function onOneLine(text: string, node: YAMLMap | YAMLSeq): string | null {
  if (node.anchor !== undefined || node.tag !== undefined || node.items.length === 0) return null
  const parts = node.items.map(item => {
    if (!isPair(item)) return wordOf(text, item)
    const [key, value] = [wordOf(text, item.key), wordOf(text, item.value)]
    return key === null || value === null ? null : `${key}: ${value}`
  })
  return parts.includes(null) ? null : isMap(node) ? `{${parts.join(', ')}}` : `[${parts.join(', ')}]`
}

function wordOf(text: string, node: unknown): string | null {
  if (!isScalar(node) || isAlias(node) || node.anchor !== undefined || node.tag !== undefined || node.range === undefined || node.range === null) return null
  const word = text.slice(node.range[0], node.range[1])
  return word === '' || /\n/.test(word) || (/^[^"']/.test(word) && /[,[\]{}#]|: |:$/.test(word)) ? null : word
}

function afterColon(text: string, pair: Pair, start: number): number | null {
  const end = isScalar(pair.key) ? pair.key.range?.[1] : undefined
  const colon = end === undefined ? null : /^[ ]*:[ ]*\r?\n[ ]*$/.exec(text.slice(end, start))
  return colon === null || end === undefined ? null : text.indexOf(':', end) + 1
}

function lastOf(node: YAMLMap | YAMLSeq): number {
  const item: unknown = node.items.at(-1)
  const last = isPair(item) ? item.value : item
  return isScalar(last) ? last.range?.[1] ?? 0 : 0
}

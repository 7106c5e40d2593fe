import { LineCounter, isAlias, isMap, isScalar, isSeq, parseAllDocuments, visit } from 'yaml'
import type { Document, Node } from 'yaml'
import type { RefusalCode } from '../../model/codes.ts'
import { plainJson } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { GO_YAML } from '../../model/plain-scalar.ts'

/** A YAML text, parsed only to find places in it; nothing is ever written back from the parsed form (editing.md section 0). */
export interface Source {
  /** Without a byte order mark: the parser would read a list behind one wrongly (yaml 2.9.1). */
  readonly text: string
  readonly documents: readonly Document.Parsed[]
  /** Why the text cannot be edited, with the line; null where it parses cleanly. */
  readonly problem: SourceProblem | null
  /** 1-based line of an offset. */
  lineOf(offset: number): number
}

/** TEMPLATE where braces of a template language break the YAML, AMBIGUOUS where a key is given twice, else RENDER_FAILED. */
export interface SourceProblem { readonly code: Extract<RefusalCode, 'TEMPLATE' | 'AMBIGUOUS' | 'RENDER_FAILED'>, readonly line: number, readonly message: string }

/**
 * Reads a text the way Kubernetes does, with the place of every node. Duplicate keys are a problem (editing.md 2.5, rule 8),
 * but for `last`: as in Argo CD's directory source the last one counts, and only descend refuses those on the way to a value.
 */
export function readSource(given: string, keys: 'unique' | 'last' = 'unique'): Source {
  const text = withoutMark(given)
  const lines = new LineCounter()
  const documents = [...parseAllDocuments(text, { ...GO_YAML, customTags: [...GO_YAML.customTags], keepSourceTokens: true, lineCounter: lines, uniqueKeys: keys === 'unique' })]
  const last = text.slice(text.lastIndexOf('\n') + 1).trim() === '' ? undefined : documents.at(-1)
  if (last !== undefined) endAsGoDoes(last, text)
  const lineOf = (offset: number): number => Math.max(1, lines.linePos(offset).line)
  return { text, documents, problem: problemOf(text, documents, lineOf), lineOf }
}

/** A block scalar at the end of a text without last line break ends without one to Go's YAML readers, with one to npm `yaml`. */
function endAsGoDoes(document: Document.Parsed, text: string): void {
  visit(document, {
    Scalar(_key, scalar) {
      const isBlock = scalar.type === 'BLOCK_LITERAL' || scalar.type === 'BLOCK_FOLDED'
      if (isBlock && scalar.range?.[1] === text.length && typeof scalar.value === 'string') scalar.value = scalar.value.replace(/\n$/, '')
    },
  })
}

/** A text without the byte order mark that it may begin with. */
export function withoutMark(text: string): string {
  return text.startsWith('\uFEFF') ? text.slice(1) : text
}

function problemOf(text: string, documents: Source['documents'], lineOf: (offset: number) => number): SourceProblem | null {
  const error = documents.flatMap(document => document.errors)[0]
  const collectionKey = error === undefined ? documents.map(firstCollectionKey).find(offset => offset !== null) : undefined
  if (error === undefined && collectionKey === undefined) return null
  const line = lineOf(error?.pos[0] ?? collectionKey ?? 0)
  if (text.includes('{{')) return { code: 'TEMPLATE', line, message: 'a template ({{ }}) stands where YAML is expected' }
  if (error?.code === 'DUPLICATE_KEY') return { code: 'AMBIGUOUS', line, message: 'a key is given twice' }
  const message = (error?.message.split('\n')[0] ?? 'a collection is used as a key').replace(/ at line \d+, column \d+:?$/, '')
  return { code: 'RENDER_FAILED', line, message }
}

/** `a: {{ x }}` is valid YAML: a map whose key is a map. No manifest means that. */
function firstCollectionKey(document: Document.Parsed): number | null {
  let found: number | null = null
  visit(document, {
    Pair(_key, pair) {
      if (!isMap(pair.key) && !isSeq(pair.key)) return undefined
      found = pair.key.range?.[0] ?? 0
      return visit.BREAK
    },
  })
  return found
}

/** All documents of a source as JSON, empty ones as null; null where there is a problem or an alias bomb. */
export function jsonOf(source: Source): readonly Json[] | null {
  if (source.problem !== null) return null
  try {
    return source.documents.map(document => plainJson(document.toJS({ maxAliasCount: 1000 })))
  } catch {
    return null
  }
}

/** The value of a node as Kubernetes reads it: aliases followed, merge keys honoured; null for nothing. */
export function valueOf(node: Node | null | undefined, document: Document): Json {
  if (node === null || node === undefined) return null
  try {
    return plainJson(node.toJS(document, { maxAliasCount: 1000 }))
  } catch {
    return null
  }
}

/** True where another node of the document refers to this anchor. */
export function anchorIsUsed(document: Document, anchor: string): boolean {
  let used = false
  visit(document, { Alias(_key, alias) { used ||= alias.source === anchor } })
  return used
}

/** Narrowing for what map pairs and lists hold. */
export function asNode(value: unknown): Node | null {
  return isScalar(value) || isMap(value) || isSeq(value) || isAlias(value) ? value : null
}

/** The text of a map key as JSON has it, or null where the key is no scalar. `<<` is a key like others here. */
export function keyText(key: unknown): string | null {
  if (!isScalar(key)) return null
  const { value, source } = key
  if (typeof value === 'symbol') return '<<'
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : source ?? ''
}

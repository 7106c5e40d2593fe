import { readFileSync, statSync } from 'node:fs'
import { LineCounter, isAlias, isMap, isScalar, isSeq, parseDocument } from 'yaml'
import type { Document, Node } from 'yaml'
import type { z } from 'zod'
import { explain } from './explain.ts'
import type { Problem } from './problem.ts'

/** The largest configuration file that is read: far above any real one. */
const MAX_BYTES = 1024 * 1024

/** A YAML file of the configuration that knows where each of its values is written. */
export interface YamlSource {
  readonly file: string
  /** A problem at a value; where the path does not exist, at the nearest parent that does. `key` points at a key of it. */
  problem(path: readonly PropertyKey[], message: string, key?: string | null): Problem
}

/** A file read and checked: its value, or the problems it has. */
export interface Loaded<T> { readonly source: YamlSource, readonly value: T | null, readonly problems: readonly Problem[] }

/** Reads one file and checks it against its schema. Never throws for what a person wrote: everything wrong is a problem with a place. */
export function loadYaml<S extends z.ZodType>(file: string, schema: S): Loaded<z.infer<S>> {
  const counter = new LineCounter()
  const text = readText(file)
  if (typeof text !== 'string') return failed(file, text.error)
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false })
  const source = sourceOf(file, document, counter)
  const broken = [...document.errors, ...document.warnings]
  if (broken.length > 0) {
    return { source, value: null, problems: broken.map(error => ({ file, ...place(counter, error.pos[0]), message: syntax(error.message) })) }
  }
  const plain = plainValue(document)
  if ('error' in plain) return failed(file, plain.error)
  const parsed = schema.safeParse(plain.value)
  if (parsed.success) return { source, value: parsed.data, problems: [] }
  return { source, value: null, problems: explain(parsed.error.issues).map(told => source.problem(told.path, nameIt(told), told.key)) }
}

function nameIt(told: { readonly path: readonly PropertyKey[], readonly key: string | null, readonly message: string }): string {
  const path = told.path.map((step, i) => typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${String(step)}`).join('')
  if (told.key !== null) return path === '' ? told.message : `${told.message} in ${path}`
  return path === '' ? `the file ${told.message}` : `${path} ${told.message}`
}

function readText(file: string): string | { readonly error: string } {
  try {
    const found = statSync(file)
    // A pipe or a device would be read for ever.
    if (!found.isFile()) return { error: found.isDirectory() ? 'this is a folder and not a file; rename it, or put a file in its place' : 'this is no regular file' }
    if (found.size > MAX_BYTES) return { error: 'the file is larger than 1 MiB' }
    const bytes = readFileSync(file)
    if (bytes.length > MAX_BYTES) return { error: 'the file is larger than 1 MiB' }
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    return { error: code.startsWith('ERR_ENCODING') ? 'the file is not UTF-8' : `the file cannot be read (${code})` }
  }
}

function failed(file: string, message: string): Loaded<never> {
  const at = { file, line: 1, column: 1 }
  return { source: { file, problem: (_path, text) => ({ ...at, message: text }) }, value: null, problems: [{ ...at, message }] }
}

// Aliases are resolved under a limit, so that a billion-laughs file ends as an error and not as a dead process.
function plainValue(document: Document): { readonly value: unknown } | { readonly error: string } {
  try {
    return { value: document.toJS({ maxAliasCount: 100 }) }
  } catch {
    return { error: 'the file uses aliases (*name) without end' }
  }
}

function sourceOf(file: string, document: Document, counter: LineCounter): YamlSource {
  return {
    file,
    problem(path, message, key = null) {
      return { file, ...place(counter, offsetOf(document, path, key)), message }
    },
  }
}

function offsetOf(document: Document, path: readonly PropertyKey[], key: string | null): number {
  let here: unknown = document.contents
  let offset = startOf(here) ?? 0
  for (const step of path) {
    const next = child(document, here, step)
    if (next === null) return offset
    offset = startOf(next.value) ?? next.keyOffset ?? offset
    here = next.value
  }
  return key === null ? offset : child(document, here, key)?.keyOffset ?? offset
}

function child(document: Document, node: unknown, step: PropertyKey): { readonly value: unknown, readonly keyOffset: number | null } | null {
  const real = isAlias(node) ? node.resolve(document) : node
  if (isSeq(real) && typeof step === 'number') {
    const item = real.items[step]
    return item === undefined ? null : { value: item, keyOffset: null }
  }
  if (!isMap(real)) return null
  const pair = real.items.find(item => isScalar(item.key) && String(item.key.value) === String(step))
  return pair === undefined ? null : { value: pair.value, keyOffset: startOf(pair.key) }
}

function startOf(node: unknown): number | null {
  return isNodeWithRange(node) ? node.range[0] : null
}

function isNodeWithRange(node: unknown): node is Node & { range: [number, number, number] } {
  return typeof node === 'object' && node !== null && 'range' in node && Array.isArray(node.range)
}

function place(counter: LineCounter, offset: number): { readonly line: number, readonly column: number } {
  const at = counter.linePos(offset)
  return { line: Math.max(1, at.line), column: Math.max(1, at.col) }
}

function syntax(message: string): string {
  if (message.startsWith('Source contains multiple documents')) return 'the file holds more than one document (---)'
  return message.split('\n')[0] ?? message
}

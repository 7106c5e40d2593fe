import { isList, isObject, textAt, valueAt } from '../../../model/json.ts'
import type { Json } from '../../../model/json.ts'
import { parseRego } from './opa.ts'
import type { RegoFile } from './opa.ts'

/** A Rego file as opa reads it. */
export interface RegoModule extends RegoFile {
  /** `['main']` for `package main`. */
  readonly package: readonly string[]
  /** Names of its rules, functions left out. */
  readonly rules: readonly string[]
  /** What it asks for that nobody knows before the change is in the cluster; a policy that does is not evaluated, because what is missing would let things pass. */
  readonly asks: readonly string[]
}

/** What reading a file gave: the module, or why there is none. */
export type RegoRead = RegoModule | { readonly path: string, readonly failed: string }

const read = new Map<string, Promise<RegoRead>>()
const MOST_KEPT = 2000

/** Reads a file once: the same text is the same module. */
export async function regoModule(file: { readonly path: string, readonly text: string }, versions: readonly (0 | 1)[]): Promise<RegoRead> {
  const key = JSON.stringify([process.env['PATH'], file, versions])
  const known = read.get(key) ?? readModule(file, versions)
  if (read.size > MOST_KEPT) read.clear()
  read.set(key, known)
  const found = await known
  if ('failed' in found) read.delete(key)
  return found
}

async function readModule({ path, text }: { readonly path: string, readonly text: string }, versions: readonly (0 | 1)[]): Promise<RegoRead> {
  const parsed = await parseRego(text, versions)
  if ('failed' in parsed) return { path, failed: parsed.failed }
  const { tree, version } = parsed
  const rules = valueAt(tree, 'rules')
  const names = (isList(rules) ? rules : []).flatMap(rule => valueAt(rule, 'head', 'args') === undefined ? ruleName(valueAt(rule, 'head')) : [])
  return { path, text, version, package: pathOf(valueAt(tree, 'package', 'path')).slice(1), rules: [...new Set(names)], asks: [...new Set(asksOf(tree))] }
}

/** A rule is called by the first word of its reference: `deny`, `deny.images`. */
function ruleName(head: Json | undefined): readonly string[] {
  const [first] = pathOf(valueAt(head, 'ref'))
  const name = first ?? textAt(head, 'name')
  return name === undefined ? [] : [name]
}

function pathOf(terms: Json | undefined): readonly string[] {
  return (isList(terms) ? terms : []).map(term => textAt(term, 'value') ?? '')
}

/** Every reference in a tree that leads to what is not known here. */
function asksOf(node: Json | undefined): readonly string[] {
  if (isList(node)) return node.flatMap(asksOf)
  if (!isObject(node)) return []
  const terms = node['value']
  const own = node['type'] === 'ref' && isList(terms) ? askOf(terms) : null
  return [...own === null ? [] : [own], ...Object.values(node).flatMap(asksOf)]
}

function askOf(terms: readonly Json[]): string | null {
  const [root, first] = terms
  const words = pathOf(terms)
  if (words[0] === 'data' && textAt(root, 'type') === 'var' && (textAt(first, 'type') !== 'string' || words[1] === 'inventory')) return 'data.inventory, the objects of the cluster'
  if (words[0] === 'input' && words[1] === 'review' && words[2] === 'userInfo') return 'input.review.userInfo, whoever will apply it'
  return null
}

import type { ASTNode } from '@marcbachmann/cel-js'
import { baseOf, binderOf, childrenOf, literalKey } from './nodes.ts'
import type { Binder } from './nodes.ts'

/**
 * A place in `object` that an expression looks at: `.key` goes down, `*` means every element,
 * and the last part may be `?` (whether it is there) or `#` (how many, or which keys). Otherwise the whole value is looked at.
 */
export type ReadPath = readonly string[]

const MOST = 200

/** Where a value may come from: the places of `object` that it may be; none for values from elsewhere. */
type Places = readonly ReadPath[]

/** The state of one walk: what is looked at so far, what the names bound by macros lead to, and the variables of the policy. */
interface Walk {
  readonly reads: Map<string, ReadPath>
  readonly names: ReadonlyMap<string, Places>
  readonly variables: ReadonlyMap<string, ASTNode>
  readonly known: Map<string, Places>
}

/**
 * The places of `object` that decide what an expression gives, never too few: what is not followed counts as looked at as a whole.
 * `variables` gives the expressions behind `variables.NAME`.
 */
export function readsOf(ast: ASTNode, variables: ReadonlyMap<string, ASTNode>): readonly ReadPath[] {
  const walk: Walk = { reads: new Map(), names: new Map(), variables, known: new Map() }
  use(look(ast, walk), walk)
  return [...walk.reads.values()]
}

/** Notes that these places are looked at; `end` says in which way where it is not the whole value. */
function use(places: Places, walk: Walk, end?: '?' | '#'): Places {
  for (const place of places) {
    const path = end === undefined ? place : [...place, end]
    walk.reads.set(JSON.stringify(path), path)
  }
  return []
}

/** All places of several values, each once; where there are too many, the whole object. */
function union(several: readonly Places[]): Places {
  const places = new Map(several.flat().map(place => [JSON.stringify(place), place]))
  return places.size > MOST ? [[]] : [...places.values()]
}

function look(node: ASTNode, walk: Walk): Places {
  const binder = binderOf(node)
  if (binder !== null) return lookMacro(binder, walk)
  switch (node.op) {
    case 'id': return walk.names.get(node.args) ?? (node.args === 'object' ? [[]] : [])
    case '.': case '.?': case '[]': case '[?]': return select(node, walk)
    case '?:':
      use(look(node.args[0], walk), walk)
      return union([look(node.args[1], walk), look(node.args[2], walk)])
    case '+': return union(node.args.map(part => look(part, walk)))
    case 'call': case 'rcall': return lookCall(node, walk)
    default: return useChildren(node, walk)
  }
}

function useChildren(node: ASTNode, walk: Walk): Places {
  for (const child of childrenOf(node)) use(look(child, walk), walk)
  return []
}

function select(node: ASTNode, walk: Walk): Places {
  const base = baseOf(node)
  const key = literalKey(node)
  if (base === null) return []
  if (key !== null && base.op === 'id' && base.args === 'variables' && !walk.names.has('variables')) return variable(key, walk)
  const places = look(base, walk)
  if (key !== null) return places.map(place => [...place, `.${key}`])
  if (node.op === '[]' || node.op === '[?]') use(look(node.args[1], walk), walk)
  use(places, walk, '#')
  return places.map(place => [...place, '*'])
}

function variable(name: string, walk: Walk): Places {
  const before = walk.known.get(name)
  if (before !== undefined) return before
  const ast = walk.variables.get(name)
  const places = ast === undefined ? [] : look(ast, { ...walk, names: new Map() })
  walk.known.set(name, places)
  return places
}

function lookCall(node: ASTNode, walk: Walk): Places {
  const name = node.op === 'call' || node.op === 'rcall' ? node.args[0] : ''
  const [first] = childrenOf(node)
  if (first === undefined) return []
  switch (name) {
    case 'dyn': case 'value': return look(first, walk)
    case 'or': case 'orValue': return union(childrenOf(node).map(part => look(part, walk)))
    case 'has': case 'hasValue': return use(look(first, walk), walk, '?')
    case 'size': return use(look(first, walk), walk, '#')
    default: return useChildren(node, walk)
  }
}

function lookMacro(binder: Binder, walk: Walk): Places {
  const over = look(binder.over, walk)
  const isBind = binder.name === 'cel.bind'
  const isSingle = isBind || binder.name === 'optMap' || binder.name === 'optFlatMap'
  const names = new Map(walk.names)
  for (const name of binder.variables) names.set(name, [])
  names.set(binder.variables.at(-1) ?? '', isSingle ? over : over.map(place => [...place, '*']))
  const inside = { ...walk, names }
  if (!isBind) use(over, walk, isSingle ? '?' : '#')
  if (isSingle) return union(binder.bodies.map(body => look(body, inside)))
  for (const body of binder.bodies) use(look(body, inside), walk)
  return binder.name === 'filter' || binder.name === 'sortBy' ? over : []
}

/** True where one of the paths covers another: the same place, or a value that contains it. */
export function covers(paths: readonly ReadPath[], path: ReadPath): boolean {
  return paths.some(other => other.length <= path.length && other.every((part, i) => part === path[i]))
}

/** What is found at a path of a value made by celValue(), as something that can be compared by its text. */
export function project(value: unknown, path: ReadPath): unknown {
  const [part, ...rest] = path
  if (part === undefined) return plain(value)
  if (part === '?') return value !== undefined
  if (part === '#') return shape(value)
  if (part === '*') return each(value).map(item => project(item, rest))
  return project(value instanceof Map ? value.get(part.slice(1)) : undefined, rest)
}

function each(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value
  return value instanceof Map ? sortedEntries(value).map(([, item]) => item) : []
}

function shape(value: unknown): unknown {
  if (Array.isArray(value)) return value.length
  return value instanceof Map ? sortedEntries(value).map(([key]) => key) : typeof value === 'string' ? value : typeof value
}

function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return `int ${value}`
  if (Array.isArray(value)) return value.map(plain)
  return value instanceof Map ? sortedEntries(value).map(([key, item]) => [key, plain(item)]) : value ?? 'none'
}

function sortedEntries(map: ReadonlyMap<unknown, unknown>): readonly (readonly [string, unknown])[] {
  return [...map].map(([key, item]) => [String(key), item] as const).sort(([a], [b]) => a < b ? -1 : 1)
}

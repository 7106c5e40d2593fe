import type { ASTNode } from '@marcbachmann/cel-js'
import { Unevaluable } from './unevaluable.ts'

/** A macro that gives names to values: comprehensions, cel.bind and optMap. */
export interface Binder {
  readonly name: string
  /** What is gone through, or the value that is bound. */
  readonly over: ASTNode
  readonly variables: readonly string[]
  /** Evaluated with the variables; the last one makes the result. */
  readonly bodies: readonly ASTNode[]
}

/** How many variables and bodies each macro may have. */
const SHAPES: Readonly<Record<string, readonly (readonly [variables: number, bodies: number])[]>> = {
  all: [[1, 1], [2, 1]], exists: [[1, 1], [2, 1]], exists_one: [[1, 1], [2, 1]], existsOne: [[1, 1], [2, 1]],
  map: [[1, 1], [1, 2]], filter: [[1, 1]], sortBy: [[1, 1]], optMap: [[1, 1]], optFlatMap: [[1, 1]],
  transformList: [[2, 1], [2, 2]], transformMap: [[2, 1], [2, 2]],
}

/** The macro that a node is, or null. Throws Unevaluable where it has the name of one and another shape. */
export function binderOf(node: ASTNode): Binder | null {
  if (node.op !== 'rcall') return null
  const [name, receiver, args] = node.args
  if (name === 'bind' && receiver.op === 'id' && receiver.args === 'cel') return bindOf(args)
  const shapes = Object.hasOwn(SHAPES, name) ? SHAPES[name] : undefined
  if (shapes === undefined) return null
  const shape = shapes.find(([variables, bodies]) => variables + bodies === args.length)
  if (shape === undefined) throw new Unevaluable(`${name}() has ${args.length} arguments`)
  return { name, over: receiver, variables: args.slice(0, shape[0]).map(variableName), bodies: args.slice(shape[0]) }
}

function bindOf(args: readonly ASTNode[]): Binder {
  const [variable, over, body] = args
  if (variable === undefined || over === undefined || body === undefined || args.length > 3) throw new Unevaluable('cel.bind() needs three arguments')
  return { name: 'cel.bind', over, variables: [variableName(variable)], bodies: [body] }
}

function variableName(node: ASTNode): string {
  if (node.op !== 'id' || node.args.startsWith('writ_')) throw new Unevaluable('a macro names its variables by plain names')
  return node.args
}

/** The parts of a node that are expressions themselves. */
export function childrenOf(node: ASTNode): readonly ASTNode[] {
  switch (node.op) {
    case 'value': case 'id': return []
    case '.': case '.?': return [node.args[0]]
    case '!_': case '-_': return [node.args]
    case 'call': return node.args[1]
    case 'rcall': return [node.args[1], ...node.args[2]]
    case 'map': return node.args.flat()
    default: return node.args
  }
}

/** The key of `x.key`, `x.?key` and `x["key"]`; null where it is not written out. */
export function literalKey(node: ASTNode): string | null {
  if (node.op === '.' || node.op === '.?') return node.args[1]
  if (node.op !== '[]' && node.op !== '[?]') return null
  const index = node.args[1]
  return index.op === 'value' && typeof index.args === 'string' ? index.args : null
}

/** The base of a select or an index; null for other nodes. */
export function baseOf(node: ASTNode): ASTNode | null {
  return node.op === '.' || node.op === '.?' || node.op === '[]' || node.op === '[?]' ? node.args[0] : null
}

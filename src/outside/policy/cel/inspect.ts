import type { ASTNode } from '@marcbachmann/cel-js'
import { FUNCTIONS, METHODS, NAMESPACED, NAMESPACES, TYPE_NAMES } from './names.ts'
import { baseOf, binderOf, childrenOf, literalKey } from './nodes.ts'
import type { Binder } from './nodes.ts'
import { Unevaluable } from './unevaluable.ts'

/** Nodes and nesting allowed in one expression (policy.md 2.4, guard 3). */
const MAX_NODES = 10_000
const MAX_DEPTH = 200

/** What an expression refers to outside itself. */
export interface Inspection {
  /** `object`, `params` and so on. */
  readonly roots: ReadonlySet<string>
  /** The names looked up in `variables`. */
  readonly variables: ReadonlySet<string>
  readonly nodes: number
}

/** Where a walk is: the names bound by macros around it. */
interface Place { readonly depth: number, readonly bound: ReadonlySet<string> }

/**
 * Looks at every node of an expression before anything is evaluated.
 * Throws Unevaluable for functions that are not there, names that may not be used here, and what is too large or too deep.
 */
export function inspect(ast: ASTNode, allowed: ReadonlySet<string>): Inspection {
  const roots = new Set<string>()
  const variables = new Set<string>()
  let nodes = 0

  function visit(node: ASTNode, place: Place): void {
    nodes += 1
    if (nodes > MAX_NODES) throw new Unevaluable(`the expression has more than ${MAX_NODES} parts`)
    if (place.depth > MAX_DEPTH) throw new Unevaluable(`the expression is nested deeper than ${MAX_DEPTH}`)
    const below = { depth: place.depth + 1, bound: place.bound }
    const binder = binderOf(node)
    if (binder !== null) return visitBinder(binder, below)
    if (node.op === 'id') return root(node.args, place)
    if (node.op === 'rcall' && node.args[1].op === 'id' && isNamespace(node.args[1].args, place)) {
      checkNamespaced(node.args[1].args, node.args[0])
      for (const argument of node.args[2]) visit(argument, below)
      return
    }
    if (variable(node, place)) return
    for (const child of childrenOf(node)) visit(child, below)
    checkFunction(node)
  }

  function visitBinder(binder: Binder, place: Place): void {
    if (binder.name !== 'cel.bind' && !METHODS.has(binder.name)) throw notThere(`${binder.name}()`)
    visit(binder.over, place)
    const inside = { depth: place.depth, bound: new Set([...place.bound, ...binder.variables]) }
    for (const body of binder.bodies) visit(body, inside)
  }

  function root(name: string, place: Place): void {
    if (place.bound.has(name) || TYPE_NAMES.has(name)) return
    if (name === 'authorizer') throw new Unevaluable('authorizer is not evaluable locally: only a cluster can answer it')
    if (name === 'variables') throw new Unevaluable('variables can only be used as variables.NAME')
    if (!allowed.has(name)) throw new Unevaluable(name === 'params' ? 'params is used and the policy has no paramKind' : `${name} is not known here`)
    roots.add(name)
  }

  function variable(node: ASTNode, place: Place): boolean {
    const base = baseOf(node)
    if (base?.op !== 'id' || base.args !== 'variables' || place.bound.has('variables')) return false
    const key = literalKey(node)
    if (key === null || !allowed.has('variables')) throw new Unevaluable('variables can only be used as variables.NAME, and not in match conditions')
    roots.add('variables')
    variables.add(key)
    return true
  }

  visit(ast, { depth: 0, bound: new Set() })
  return { roots, variables, nodes }
}

/** True where a name stands for a name space of functions, not for a value. */
export function isNamespace(name: string, place: { readonly bound: ReadonlySet<string> }): boolean {
  return NAMESPACES.has(name) && !place.bound.has(name)
}

function checkNamespaced(namespace: string, name: string): void {
  if (!NAMESPACED.has(`${namespace}.${name}`)) throw notThere(`${namespace}.${name}()`)
}

function checkFunction(node: ASTNode): void {
  if (node.op === 'call' && !FUNCTIONS.has(node.args[0])) throw notThere(`${node.args[0]}()`)
  if (node.op === 'rcall' && !METHODS.has(node.args[0])) throw notThere(`.${node.args[0]}()`)
}

function notThere(name: string): Unevaluable {
  return new Unevaluable(`the function ${name} is not supported locally`)
}

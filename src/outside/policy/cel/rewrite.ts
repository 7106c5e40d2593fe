import type { ASTNode } from '@marcbachmann/cel-js'
import { UnsignedInt } from '@marcbachmann/cel-js/evaluator'
import { isNamespace } from './inspect.ts'
import { NAMESPACED } from './names.ts'
import { binderOf, childrenOf } from './nodes.ts'
import type { Binder } from './nodes.ts'
import { spellMacro } from './spell-macro.ts'
import { Unevaluable } from './unevaluable.ts'

/** Functions and operators that Writ evaluates itself instead of the engine. */
const OWN_METHODS: Readonly<Record<string, string>> = { join: 'writ_join', matches: 'writ_matches', lowerAscii: 'writ_lowerAscii', upperAscii: 'writ_upperAscii' }

/** Functions that make texts and lists, which are paid for by their size. */
const MAKERS: ReadonlySet<string> = new Set([
  'find', 'findAll', 'charAt', 'lowerAscii', 'upperAscii', 'replace', 'split', 'substring', 'trim', 'quote',
  'slice', 'flatten', 'distinct', 'sort', 'reverse', 'string', 'bytes', 'getQuery',
])

interface Scope { readonly bound: ReadonlySet<string>, readonly fresh: () => string }

/**
 * Writes an expression anew so that the engine evaluates it as Kubernetes would (policy.md 2.4):
 * - `matches` becomes a function over RE2; no pattern reaches a JavaScript RegExp (guard 1);
 * - every round of a comprehension first pays for its body (guard 3);
 * - what makes texts and lists is paid for by size, so that no expression can fill the memory;
 * - equality, membership and has() get the semantics of cel-go, also for quantities and mixed types (gap c);
 * - both branches of a conditional are dynamic (gap d); macros that the engine lacks are spelled out by those it has.
 * The expression must have passed inspect().
 */
export function rewrite(ast: ASTNode): string {
  let names = 0
  function fresh(): string {
    names += 1
    return `writ_${names}`
  }
  return text(ast, { bound: new Set(), fresh })
}

function text(node: ASTNode, scope: Scope): string {
  const binder = binderOf(node)
  if (binder !== null) return macro(binder, scope)
  switch (node.op) {
    case 'value': return literal(node.args)
    case 'id': return node.args
    case '.': return `${text(node.args[0], scope)}.${node.args[1]}`
    case '.?': return `${text(node.args[0], scope)}.?${node.args[1]}`
    case '[]': return `${text(node.args[0], scope)}[${text(node.args[1], scope)}]`
    case '[?]': return `${text(node.args[0], scope)}[?${text(node.args[1], scope)}]`
    case '!_': return `(!${text(node.args, scope)})`
    case '-_': return `(-${text(node.args, scope)})`
    case '?:': return `(${text(node.args[0], scope)} ? dyn(${text(node.args[1], scope)}) : dyn(${text(node.args[2], scope)}))`
    case '==': return `writ_equal(${all(node.args, scope)})`
    case '!=': return `(!writ_equal(${all(node.args, scope)}))`
    case 'in': return `writ_in(${all(node.args, scope)})`
    case 'list': return `[${all(node.args, scope)}]`
    case 'map': return `{${node.args.map(entry => entry.map(part => text(part, scope)).join(': ')).join(', ')}}`
    case '+': return `writ_paid(${all(node.args, scope, ' + ')})`
    case 'call': return maker(node.args[0], call(node.args, scope))
    case 'rcall': return maker(node.args[0], method(node.args, scope))
    default: return `(${text(node.args[0], scope)} ${node.op} ${text(node.args[1], scope)})`
  }
}

function all(nodes: readonly ASTNode[], scope: Scope, separator = ', '): string {
  return nodes.map(node => text(node, scope)).join(separator)
}

function maker(name: string, written: string): string {
  return MAKERS.has(name) ? `writ_paid(${written})` : written
}

function call([name, args]: readonly [string, readonly ASTNode[]], scope: Scope): string {
  if (name === 'has') return has(args, scope)
  return `${name === 'matches' ? 'writ_matches' : name}(${all(args, scope)})`
}

function has(args: readonly ASTNode[], scope: Scope): string {
  const [field] = args
  if (args.length !== 1 || field?.op !== '.') throw new Unevaluable('has() needs one argument of the form x.field')
  return `writ_has(${text(field.args[0], scope)}, ${literal(field.args[1])})`
}

function method([name, receiver, args]: readonly [string, ASTNode, readonly ASTNode[]], scope: Scope): string {
  if (receiver.op === 'id' && isNamespace(receiver.args, scope)) return `${NAMESPACED.get(`${receiver.args}.${name}`) ?? name}(${all(args, scope)})`
  const own = Object.hasOwn(OWN_METHODS, name) ? OWN_METHODS[name] : undefined
  if (own !== undefined) return `${own}(${all([receiver, ...args], scope)})`
  return `${text(receiver, scope)}.${name}(${all(args, scope)})`
}

/** Every body first pays for its nodes, so that the rounds of nested comprehensions multiply at the meter. */
function macro(binder: Binder, scope: Scope): string {
  const inside = { ...scope, bound: new Set([...scope.bound, ...binder.variables]) }
  const bodies = binder.bodies.map(body => `(writ_pay(${size(body)}) ? dyn(${text(body, inside)}) : dyn(false))`)
  return spellMacro({ name: binder.name, over: text(binder.over, scope), variables: binder.variables, bodies }, scope.fresh)
}

/** The nodes of an expression, without what happens inside its own comprehensions more than once. */
function size(node: ASTNode): number {
  return childrenOf(node).reduce((sum, child) => sum + size(child), 1)
}

function literal(value: unknown): string {
  if (typeof value === 'string') return `"${Array.from(value).map(escaped).join('')}"`
  if (typeof value === 'number') return /^-?\d+$/.test(String(value)) ? `${value}.0` : String(value)
  if (value instanceof Uint8Array) return `b"${[...value].map(byte => `\\x${byte.toString(16).padStart(2, '0')}`).join('')}"`
  if (value === null || typeof value === 'boolean' || typeof value === 'bigint') return String(value)
  if (value instanceof UnsignedInt) return `${value.value}u`
  throw new Unevaluable('the expression holds a literal of an unknown type')
}

function escaped(character: string): string {
  switch (character) {
    case '"': return '\\"'
    case '\\': return '\\\\'
    case '\n': return '\\n'
    case '\r': return '\\r'
    default: return character
  }
}

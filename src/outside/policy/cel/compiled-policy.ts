import type { PolicyExpressions } from '../evaluation.ts'
import { compile, plainMessage } from './program.ts'
import type { Compiler, Program } from './program.ts'
import { readsOf } from './reads.ts'
import type { ReadPath } from './reads.ts'
import { Unevaluable } from './unevaluable.ts'

/** A rule with all that is needed to judge it and to compare two of its violations. */
export interface CompiledRule {
  readonly expression: string
  readonly program: Program
  readonly message: string | null
  readonly messageProgram: Program | null
  readonly reads: readonly ReadPath[]
  readonly messageReads: readonly ReadPath[]
  /** True where the rule looks at the object before the change, directly or through a variable. */
  readonly looksBack: boolean
}

/** A policy whose expressions all compile. */
export interface CompiledPolicy {
  readonly conditions: readonly { readonly name: string, readonly program: Program }[]
  readonly variables: ReadonlyMap<string, Program>
  readonly rules: readonly CompiledRule[]
}

const BASE = ['object', 'oldObject', 'request', 'namespaceObject'] as const

/** Compiles a whole policy. Throws Unevaluable with the place of the first expression that does not compile. */
export function compilePolicy(compiler: Compiler, policy: PolicyExpressions): CompiledPolicy {
  const base = new Set<string>(policy.hasParams ? [...BASE, 'params'] : BASE)
  const all = new Set([...base, 'variables'])
  const variables = new Map<string, Program>()
  for (const { name, expression } of policy.variables) {
    const program = at(`variable ${name}`, () => declared(compile(compiler, expression, { use: all, type: 'any' }), variables))
    variables.set(name, program)
  }
  const asts = new Map([...variables].map(([name, program]) => [name, program.ast]))
  const rules = policy.validations.map((validation, i): CompiledRule => {
    const program = at(`validation ${i + 1}`, () => declared(compile(compiler, validation.expression, { use: all, type: 'bool' }), variables))
    const text = validation.messageExpression
    const messageProgram = text === null ? null : at(`messageExpression ${i + 1}`, () => declared(compile(compiler, text, { use: all, type: 'string' }), variables))
    return {
      expression: validation.expression.trim(), program, message: validation.message, messageProgram,
      reads: readsOf(program.ast, asts), messageReads: messageProgram === null ? [] : readsOf(messageProgram.ast, asts), looksBack: looksBack(program, variables),
    }
  })
  const conditions = policy.matchConditions.map(({ name, expression }) => ({ name, program: at(`match condition ${name}`, () => compile(compiler, expression, { use: base, type: 'bool' })) }))
  return { conditions, variables, rules }
}

/** A variable can be used by what stands after it, as in Kubernetes. */
function declared(program: Program, variables: ReadonlyMap<string, Program>): Program {
  for (const name of program.variables) if (!variables.has(name)) throw new Unevaluable(`variables.${name} is not declared before it is used`)
  return program
}

function looksBack(program: Program, variables: ReadonlyMap<string, Program>): boolean {
  if (program.roots.has('oldObject')) return true
  return [...program.variables].some(name => {
    const variable = variables.get(name)
    return variable !== undefined && looksBack(variable, variables)
  })
}

function at<T>(place: string, compileOne: () => T): T {
  try {
    return compileOne()
  } catch (error) {
    throw new Unevaluable(`${place} cannot be evaluated: ${plainMessage(error)}`)
  }
}

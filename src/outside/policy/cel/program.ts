import { EvaluationError } from '@marcbachmann/cel-js'
import type { ASTNode, Environment } from '@marcbachmann/cel-js'
import { inspect } from './inspect.ts'
import type { Inspection } from './inspect.ts'
import { rewrite } from './rewrite.ts'
import { Unevaluable } from './unevaluable.ts'

const MAX_TEXT = 64 * 1024

/** A compiled expression. */
export interface Program extends Inspection {
  readonly ast: ASTNode
  /** Throws EvaluationError and Unevaluable. */
  run(context: Readonly<Record<string, unknown>>): unknown
}

/** How an expression is compiled: the two environments, the names it may use, the type it must have. */
export interface Compiler {
  readonly reading: Environment
  readonly evaluating: Environment
}

/** Compiles one expression. Throws Unevaluable, which names what is wrong or not supported. */
export function compile(compiler: Compiler, text: string, may: { readonly use: ReadonlySet<string>, readonly type: 'bool' | 'string' | 'any' }): Program {
  if (text.length > MAX_TEXT) throw new Unevaluable(`the expression is longer than ${MAX_TEXT} characters`)
  const { ast } = orUnevaluable(() => compiler.reading.parse(text))
  const inspection = inspect(ast, may.use)
  const program = orUnevaluable(() => compiler.evaluating.parse(rewrite(ast)))
  const checked = program.check()
  if (!checked.valid) throw new Unevaluable(checked.error === undefined ? 'the expression cannot be typed' : plainMessage(checked.error))
  const type = checked.type ?? 'dyn'
  if (may.type !== 'any' && type !== may.type && !type.startsWith('dyn')) throw new Unevaluable(`the expression gives ${type}, not ${may.type}`)
  return { ...inspection, ast, run: context => program(context) as unknown }
}

function orUnevaluable<T>(parse: () => T): T {
  try {
    return parse()
  } catch (error) {
    throw error instanceof Unevaluable ? error : new Unevaluable(plainMessage(error))
  }
}

/** One line about an error, without the excerpt of the rewritten expression that the engine adds, and without its names. */
export function plainMessage(error: unknown): string {
  return summaryOf(error).replaceAll('writ_', '')
}

function summaryOf(error: unknown): string {
  if (error instanceof RangeError) return 'the expression is nested too deeply or makes too large a value'
  if (error instanceof EvaluationError || hasSummary(error)) return error.summary
  return error instanceof Error ? firstLine(error.message) : 'unknown error'
}

function hasSummary(error: unknown): error is { readonly summary: string } {
  return typeof error === 'object' && error !== null && 'summary' in error && typeof error.summary === 'string'
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}

import { EvaluationError } from '@marcbachmann/cel-js'
import type { Fault } from '../evaluation.ts'
import type { CompiledPolicy, CompiledRule } from './compiled-policy.ts'
import type { Limits, Meter } from './meter.ts'
import { plainMessage } from './program.ts'
import type { Program } from './program.ts'

/** The values that expressions see, by name. */
export type Context = Readonly<Record<string, unknown>>

/** A violation, before it is compared with the one of the object before. */
export interface Found {
  readonly rule: CompiledRule
  /** Which of the policy's validations, from 0. */
  readonly validation: number
  readonly message: string
  /** True where the message was computed, so that it tells more than the rule alone. */
  readonly computed: boolean
}

/** What one object came to. */
export interface Round { readonly skippedBy: string | null, readonly found: readonly Found[], readonly faults: readonly Fault[] }

/** The codes of errors with which a correct expression can end in a cluster as well. */
const GENUINE: ReadonlySet<string> = new Set([
  'no_such_key', 'index_out_of_bounds', 'index_out_of_range', 'division_by_zero', 'modulo_by_zero', 'numeric_overflow', 'bad_value',
  'bool_conversion_error', 'double_conversion_error', 'int_conversion_error', 'uint_conversion_error', 'invalid_timestamp', 'invalid_duration', 'optional_value_missing',
])
const MAX_MESSAGE = 5 * 1024

/** What evaluating takes beside the policy. */
export interface Runner { readonly meter: Meter, readonly limits: Limits }

/** Match conditions, then every validation; anything but true is a violation, an error is a fault (policy.md 2.3). */
export function runRound(policy: CompiledPolicy, context: Context, runner: Runner): Round {
  const conditions = runConditions(policy, context, runner)
  if (conditions.skippedBy !== null || conditions.faults.length > 0) return conditions
  const found: Found[] = []
  const faults: Fault[] = []
  for (const [validation, rule] of policy.rules.entries()) {
    try {
      if (run(rule.program, context, runner) !== true) found.push({ rule, validation, ...messageOf(rule, context, runner) })
    } catch (error) {
      faults.push(faultOf(`validation ${validation + 1}`, error))
    }
  }
  return { skippedBy: null, found, faults }
}

/** One false condition skips the policy, even where another one fails; a failing one counts only if none is false. */
function runConditions(policy: CompiledPolicy, context: Context, runner: Runner): Round {
  const faults: Fault[] = []
  const limits = { ...runner.limits, expression: runner.limits.conditions }
  for (const { name, program } of policy.conditions) {
    try {
      if (run(program, context, { ...runner, limits }) !== true) return { skippedBy: name, found: [], faults: [] }
    } catch (error) {
      faults.push(faultOf(`match condition ${name}`, error))
    }
  }
  return { skippedBy: null, found: [], faults }
}

/** Runs one expression with a limit of its own. */
function run(program: Program, context: Context, { meter, limits }: Runner): unknown {
  meter.begin(limits.expression)
  return runNested(program, context, meter)
}

/** Runs an expression inside another, as a variable is: the one that looks at it pays for it. */
export function runNested(program: Program, context: Context, meter: Meter): unknown {
  meter.spend(program.nodes)
  const value = program.run(context)
  meter.check()
  return value
}

/** The computed message unless it fails, is empty, has a line break or is over 5 KiB; then the fixed one; then the expression. */
function messageOf(rule: CompiledRule, context: Context, runner: Runner): { message: string, computed: boolean } {
  const fixed = rule.message ?? `failed expression: ${rule.expression}`
  if (rule.messageProgram === null) return { message: fixed, computed: false }
  try {
    const message = run(rule.messageProgram, context, runner)
    const usable = typeof message === 'string' && message.trim() !== '' && !message.includes('\n') && Buffer.byteLength(message) <= MAX_MESSAGE
    return usable ? { message: message.trim(), computed: true } : { message: fixed, computed: false }
  } catch (error) {
    return { message: `${fixed} (its messageExpression failed: ${plainMessage(error)})`, computed: false }
  }
}

function faultOf(place: string, error: unknown): Fault {
  const ignorable = error instanceof EvaluationError && GENUINE.has(error.code)
  // The server sets defaults before it evaluates; a rendered manifest has none (policy.md T3).
  const missing = error instanceof EvaluationError && error.code === 'no_such_key' ? ' (judged as rendered: a cluster sets defaults first)' : ''
  return { message: `${place} cannot be evaluated: ${plainMessage(error)}${missing}`, ignorable }
}

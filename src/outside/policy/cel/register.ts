import { EvaluationError } from '@marcbachmann/cel-js'
import type { Environment, RegisteredFunctionHandler } from '@marcbachmann/cel-js'

/** A function of the overlay: its CEL signature, and what it does with arguments of the types in that signature. */
export type Overload = readonly [signature: string, handler: RegisteredFunctionHandler]

/** Pays for what a function is about to make, so that no expression can fill the memory. Throws Unevaluable at the limit. */
export type Pay = (steps: number) => void

/** Characters that cost one step. */
export const CHARACTERS_PER_STEP = 8

/** Adds functions to an environment; all of them answer at once. */
export function register(environment: Environment, overloads: readonly Overload[]): void {
  for (const [signature, handler] of overloads) environment.registerFunction(signature, handler, { async: false })
}

/** An error of the evaluation itself, as the functions of Kubernetes raise it: the policy's failurePolicy decides. */
export function badValue(message: string): EvaluationError {
  return new EvaluationError({ code: 'bad_value', message })
}

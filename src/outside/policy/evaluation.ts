import type { Json, JsonObject } from '../../model/json.ts'

/** The expressions of one policy, as its file writes them. */
export interface PolicyExpressions {
  /** Equal keys mean equal expressions: what was compiled once is used again. */
  readonly key: string
  readonly hasParams: boolean
  readonly matchConditions: readonly NamedExpression[]
  readonly variables: readonly NamedExpression[]
  readonly validations: readonly Validation[]
}

/** A match condition or a variable. */
interface NamedExpression { readonly name: string, readonly expression: string }

/** One rule of a policy. */
interface Validation { readonly expression: string, readonly message: string | null, readonly messageExpression: string | null }

/** One policy to be evaluated on one object with one parameter object. */
export interface EvaluationJob {
  readonly policy: PolicyExpressions
  /** null on DELETE. */
  readonly object: Json
  /** null on CREATE. */
  readonly oldObject: Json
  readonly request: JsonObject
  readonly params: Json
  /** null for objects without a namespace; a name where the namespace itself is not known. */
  readonly namespace: { readonly object: Json } | { readonly unknown: string }
}

/** A rule that is not fulfilled. */
export interface Violation {
  /** Which of the policy's validations, from 0. */
  readonly validation: number
  readonly message: string
  /** True where the object before the change broke the same rule in the same way. */
  readonly preExisting: boolean
}

/** Something that could not be evaluated. */
export interface Fault {
  readonly message: string
  /** True for an error of the evaluation that a cluster would meet too: failurePolicy Ignore lets it go. Everything else blocks. */
  readonly ignorable: boolean
}

/** What came of a job. */
export interface EvaluationResult {
  /** The match condition that is false, so that nothing else was looked at. */
  readonly skippedBy: string | null
  readonly violations: readonly Violation[]
  readonly faults: readonly Fault[]
  /** True where the evaluation had to be ended, so that trying again would only cost the same time. */
  readonly ended: boolean
}

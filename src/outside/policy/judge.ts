import type { Environment } from '../../model/environment.ts'
import type { Verdict } from '../../model/verdict.ts'
import { requestOf } from './admission.ts'
import type { Admission } from './admission.ts'
import { bindingsFor } from './bindings.ts'
import type { EvaluationJob, EvaluationResult, PolicyExpressions } from './evaluation.ts'
import type { Evaluator } from './evaluator.ts'
import { matches } from './match.ts'
import type { Namespaces } from './match.ts'
import { paramsFor } from './params.ts'
import type { Policy, PolicySet } from './policy-set.ts'
import { verdict, verdictsOf } from './verdicts.ts'
import type { Subject } from './verdicts.ts'

/** All that judging needs beside the objects. */
export interface Bench {
  readonly set: PolicySet
  /** Names the set, so that compiled expressions of another one are not used. */
  readonly bundle: string
  readonly environment: Environment
  readonly namespaces: Namespaces
  readonly evaluator: Evaluator
}

/** Judges objects by every policy that is for them (policy.md 2.3). */
export async function judgeAll(bench: Bench, admissions: readonly Admission[]): Promise<readonly Verdict[]> {
  const verdicts: Verdict[] = []
  const slow = new Set<string>()
  for (const policy of bench.set.policies) {
    const expressions = expressionsOf(policy, bench.bundle)
    for (const admission of admissions) {
      for (const subject of subjectsOf(policy, admission, bench)) {
        verdicts.push(...await judgeOne(subject, bench, { expressions, slow }))
      }
    }
  }
  return verdicts
}

/** The bindings under which a policy looks at an object; one without binding where the environment has none. */
function subjectsOf(policy: Policy, admission: Admission, bench: Bench): readonly Subject[] {
  if (matches(policy.spec.matchConstraints, admission, bench.namespaces) === false) return []
  const bindings = bindingsFor(bench.environment, bench.set.bindings.filter(binding => binding.spec.policyName === policy.name))
  if (bindings.length === 0) return [{ policy, binding: null, admission }]
  return bindings.map(binding => ({ policy, binding, admission }))
}

/** A policy that once ran out of time is not tried on further objects: they get the error at once. */
async function judgeOne(subject: Subject, bench: Bench, how: { readonly expressions: PolicyExpressions, readonly slow: Set<string> }): Promise<readonly Verdict[]> {
  const { policy, binding, admission } = subject
  if (binding === null) return [verdict(subject, 'skip', `no binding of this policy is for the environment ${bench.environment.name} or its class ${bench.environment.class}`)]
  const match = matches(policy.spec.matchConstraints, admission, bench.namespaces)
  const bound = binding.spec.matchResources === undefined ? true : matches(binding.spec.matchResources, admission, bench.namespaces)
  if (match === false || bound === false) return []
  if (match !== true) return [verdict(subject, 'error', match.unclear)]
  if (bound !== true) return [verdict(subject, 'error', bound.unclear)]
  const params = paramsFor(policy, binding, { admission, params: bench.set.params })
  if (params.kind === 'allowed') return [verdict(subject, 'skip', 'there are no parameters, and parameterNotFoundAction is Allow')]
  if (params.kind === 'missing') return verdictsOf(subject, [faulty(params.message, true)])
  const results: EvaluationResult[] = []
  for (const value of params.values) {
    const result = how.slow.has(policy.name)
      ? faulty('not evaluated: this policy had to be ended on another object before', false)
      : await bench.evaluator.run({ ...jobOf(admission, bench), policy: how.expressions, params: value })
    if (result.ended) how.slow.add(policy.name)
    results.push(result)
  }
  return verdictsOf(subject, results)
}

function jobOf(admission: Admission, { namespaces }: Bench): Omit<EvaluationJob, 'policy' | 'params'> {
  const namespace = admission.namespace === null ? null : namespaces.get(admission.namespace)
  const unknown = admission.namespaceMissing ? 'of the object' : namespace === undefined ? admission.namespace : null
  return {
    object: admission.object, oldObject: admission.oldObject, request: requestOf(admission),
    namespace: unknown === null ? { object: namespace ?? null } : { unknown },
  }
}

function expressionsOf({ name, spec }: Policy, bundle: string): PolicyExpressions {
  return {
    key: `${bundle}/${name}`, hasParams: spec.paramKind !== undefined, matchConditions: spec.matchConditions, variables: spec.variables,
    validations: spec.validations.map(validation => ({ expression: validation.expression, message: validation.message ?? null, messageExpression: validation.messageExpression ?? null })),
  }
}

function faulty(message: string, ignorable: boolean): EvaluationResult {
  return { skippedBy: null, violations: [], faults: [{ message, ignorable }], ended: false }
}

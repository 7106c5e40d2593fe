import { showRef } from '../../model/resource.ts'
import type { Verdict } from '../../model/verdict.ts'
import type { Admission } from './admission.ts'
import type { EvaluationResult, Violation } from './evaluation.ts'
import type { Binding, Policy } from './policy-set.ts'

/** What a verdict is about. `binding` null where none holds for the environment. */
export interface Subject { readonly policy: Policy, readonly binding: Binding | null, readonly admission: Admission }

/** One verdict on what the change does. */
export function verdict({ policy, binding, admission }: Subject, result: Verdict['result'], message: string | null = null): Verdict {
  return { policy: policy.name, binding: binding?.name ?? '', object: showRef(admission.ref), result, preExisting: false, severity: policy.severity, message, file: policy.file }
}

/**
 * The verdicts of all evaluations of one policy, binding and object. Errors, what the change does, and what was so before
 * stand apart (policy.md 2.4, guard 4); there is a pass only where nothing else is.
 */
export function verdictsOf(subject: Subject, results: readonly EvaluationResult[]): readonly Verdict[] {
  const faults = results.flatMap(result => result.faults)
  const ignored = faults.filter(fault => fault.ignorable && subject.policy.spec.failurePolicy === 'Ignore')
  const errors = faults.filter(fault => !ignored.includes(fault))
  const violations = results.flatMap(result => result.violations)
  const action = actionOf(subject.binding)
  const verdicts = [
    ...row(errors, faults => verdict(subject, 'error', joined(faults))),
    ...row(violations.filter(violation => !violation.preExisting), found => verdict(subject, action, joined(found))),
    ...row(violations.filter(violation => violation.preExisting), found => ({ ...verdict(subject, action === 'deny' ? 'warn' : action, joined(found)), preExisting: true })),
    ...row(ignored, faults => verdict(subject, 'skip', `not evaluated, and failurePolicy is Ignore: ${joined(faults)}`)),
  ]
  if (verdicts.length > 0) return verdicts
  const skipped = results.map(result => result.skippedBy)
  if (skipped.length > 0 && skipped.every(name => name !== null)) return [verdict(subject, 'skip', `the match condition ${skipped[0]} is false`)]
  return [verdict(subject, 'pass')]
}

function row<T>(items: readonly T[], make: (items: readonly T[]) => Verdict): readonly Verdict[] {
  return items.length === 0 ? [] : [make(items)]
}

function joined(items: readonly Pick<Violation, 'message'>[]): string {
  return [...new Set(items.map(item => item.message))].join('; ')
}

function actionOf(binding: Binding | null): 'deny' | 'warn' | 'audit' {
  const actions = binding?.spec.validationActions ?? ['Deny']
  if (actions.includes('Deny')) return 'deny'
  return actions.includes('Warn') ? 'warn' : 'audit'
}

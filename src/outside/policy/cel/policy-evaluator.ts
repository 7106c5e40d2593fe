import type { EvaluationJob, EvaluationResult, Violation } from '../evaluation.ts'
import { compilePolicy } from './compiled-policy.ts'
import type { CompiledPolicy } from './compiled-policy.ts'
import { contextOf } from './context.ts'
import type { States } from './context.ts'
import { evaluatingEnvironment, readingEnvironment } from './environment.ts'
import { meter as startMeter } from './meter.ts'
import type { Limits } from './meter.ts'
import { plainMessage } from './program.ts'
import { covers, project } from './reads.ts'
import { runNested, runRound } from './round.ts'
import type { Context, Found, Round } from './round.ts'
import { celValue } from './values.ts'

/** Evaluates policies; what it compiled stays for the next object. */
export interface PolicyEvaluator { evaluate(job: EvaluationJob): EvaluationResult }

const KEPT = 200

/** An evaluator with its own step counter. Never throws: what goes wrong is a fault of the result. */
export function policyEvaluator(limits: Limits): PolicyEvaluator {
  const meter = startMeter(limits.policy)
  const compiler = { reading: readingEnvironment(), evaluating: evaluatingEnvironment(meter) }
  const compiled = new Map<string, CompiledPolicy>()

  function policyOf(job: EvaluationJob): CompiledPolicy {
    const known = compiled.get(job.policy.key)
    if (known !== undefined) return known
    const fresh = compilePolicy(compiler, job.policy)
    if (compiled.size >= KEPT) compiled.clear()
    compiled.set(job.policy.key, fresh)
    return fresh
  }

  function judge(policy: CompiledPolicy, job: EvaluationJob, states: States): Round {
    function variable(name: string, context: Context): unknown {
      const program = policy.variables.get(name)
      return program === undefined ? undefined : runNested(program, context, meter)
    }
    meter.restart()
    return runRound(policy, contextOf(job, states, variable), { meter, limits })
  }

  function evaluate(job: EvaluationJob): EvaluationResult {
    try {
      const policy = policyOf(job)
      const { skippedBy, found, faults } = judge(policy, job, job)
      const isUpdate = job.object !== null && job.oldObject !== null
      // The object before the change, judged as an update of itself (DESIGN.md section 5).
      const before = found.length > 0 && isUpdate ? judge(policy, job, { object: job.oldObject, oldObject: job.oldObject }).found : []
      return { skippedBy, violations: compared(job, found, before), faults, ended: false }
    } catch (error) {
      return { skippedBy: null, violations: [], faults: [{ message: plainMessage(error), ignorable: false }], ended: false }
    }
  }

  return { evaluate }
}

function compared(job: EvaluationJob, found: readonly Found[], before: readonly Found[]): Violation[] {
  if (found.length === 0) return []
  const [now, then] = [celValue(job.object), celValue(job.oldObject)]
  return found.map(one => {
    const same = before.find(other => other.validation === one.validation)
    return { validation: one.validation, message: one.message, preExisting: same !== undefined && isSame(one, same, [now, then]) }
  })
}

/**
 * True where the object before the change broke the rule in the same way: the same message, and everything that the rule
 * looks at is either unchanged or told by the computed message. A rule that looks at oldObject judges the change itself.
 */
function isSame(now: Found, then: Found, [after, before]: readonly [unknown, unknown]): boolean {
  if (now.rule.looksBack || now.message !== then.message || now.computed !== then.computed) return false
  const told = now.computed ? now.rule.messageReads : []
  return now.rule.reads.every(path => covers(told, path) || JSON.stringify(project(after, path)) === JSON.stringify(project(before, path)))
}

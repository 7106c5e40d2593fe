import { parentPort, workerData } from 'node:worker_threads'
import type { Limits } from './cel/meter.ts'
import { policyEvaluator } from './cel/policy-evaluator.ts'
import type { EvaluationJob } from './evaluation.ts'

/** The thread in which policies are evaluated, so that it can be ended (policy.md 2.4, guard 2). One job at a time, answered in order. */
function serve(limits: Limits): void {
  const evaluator = policyEvaluator(limits)
  parentPort?.on('message', (job: EvaluationJob) => {
    parentPort?.postMessage(evaluator.evaluate(job), [])
  })
  parentPort?.postMessage('ready', [])
}

serve(workerData as Limits)

import type { PolicyEngine } from '../../flow/ports.ts'
import { admissionOf } from './admission.ts'
import { startEvaluator } from './evaluator.ts'
import type { Evaluator } from './evaluator.ts'
import { bundleHash, readFolder } from './folder.ts'
import { judgeAll } from './judge.ts'
import { readPolicySet } from './policy-set.ts'
import type { PolicySet } from './policy-set.ts'

/** Where the policies are, and how long (default 5000 ms) and how many steps one of them may take on one object. */
export interface PolicyOptions { readonly dir: string, readonly timeoutMs?: number, readonly steps?: number }

/** As many as Kubernetes' cost limit of a binding (policy.md 2.3). */
const STEPS = 10_000_000

/** One thread serves the whole process: starting one costs more than judging a change. */
const evaluators = new Map<string, Evaluator>()

/**
 * The policies of a folder as an engine: ValidatingAdmissionPolicies with bindings and parameters (policy.md sections 2 and 5).
 * The folder is read at every call, so that the hash and the verdicts always are of what stands there.
 * Both methods throw config/invalid, with file and line, for anything in the folder that is not understood.
 */
export function openPolicies({ dir, timeoutMs = 5000, steps = STEPS }: PolicyOptions): PolicyEngine {
  const evaluator = evaluatorFor({ timeoutMs, steps })
  let last: { readonly bundle: string, readonly set: PolicySet } | null = null

  async function load(): Promise<{ readonly bundle: string, readonly set: PolicySet }> {
    const files = await readFolder(dir)
    const bundle = bundleHash(files)
    last = last?.bundle === bundle ? last : { bundle, set: readPolicySet(files, dir) }
    return last
  }

  return {
    bundle: async () => (await load()).bundle,
    judge: async (environment, objects, namespaces) => {
      const loaded = await load()
      const admissions = objects.map(admissionOf).filter(admission => admission !== null)
      return judgeAll({ ...loaded, environment, namespaces, evaluator }, admissions)
    },
  }
}

function evaluatorFor(limits: { readonly timeoutMs: number, readonly steps: number }): Evaluator {
  const key = `${limits.timeoutMs} ${limits.steps}`
  const known = evaluators.get(key)
  if (known !== undefined) return known
  const fresh = startEvaluator(limits)
  evaluators.set(key, fresh)
  return fresh
}

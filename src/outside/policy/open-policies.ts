import type { PolicyEngine } from '../../flow/ports.ts'
import { admissionOf } from './admission.ts'
import { startEvaluator } from './evaluator.ts'
import type { Evaluator } from './evaluator.ts'
import { bundleHash, readFolder } from './folder.ts'
import { judgeAll } from './judge.ts'
import { readPolicySet } from './policy-set.ts'
import type { PolicySet } from './policy-set.ts'
import { judgeGatekeeper } from './rego/judge-gatekeeper.ts'
import { judgeRego } from './rego/judge-rego.ts'
import { readRegoRules } from './rego/rego-set.ts'
import type { RegoRules } from './rego/rego-set.ts'

/** Where the policies are, and how long (default 5000 ms) and how many steps one of them may take on one object. */
export interface PolicyOptions { readonly dir: string, readonly timeoutMs?: number, readonly steps?: number }

/** As many as Kubernetes' cost limit of a binding (policy.md 2.3). */
const STEPS = 10_000_000

/** One thread serves the whole process: starting one costs more than judging a change. */
const evaluators = new Map<string, Evaluator>()

/**
 * The policies of a folder as one engine (policy.md sections 1, 2 and 5): ValidatingAdmissionPolicies with bindings and parameters in this process, Rego and
 * ConstraintTemplates by the `opa` on PATH.
 * The folder is read at every call, so that the hash and the verdicts always are of what stands there.
 * Both methods throw config/invalid, with file and line, for anything in the folder that is not understood.
 */
export function openPolicies({ dir, timeoutMs = 5000, steps = STEPS }: PolicyOptions): PolicyEngine {
  const evaluator = evaluatorFor({ timeoutMs, steps })
  let last: Loaded | null = null

  async function load(): Promise<Loaded> {
    const files = await readFolder(dir)
    const bundle = bundleHash(files)
    last = last?.bundle === bundle ? last : { bundle, set: readPolicySet(files, dir), rego: readRegoRules(files, dir) }
    return last
  }

  return {
    bundle: async () => (await load()).bundle,
    judge: async (environment, objects, namespaces) => {
      const loaded = await load()
      const admissions = objects.map(admissionOf).filter(admission => admission !== null)
      return [
        ...await judgeAll({ ...loaded, environment, namespaces, evaluator }, admissions),
        ...await judgeGatekeeper(loaded.rego, admissions, { namespaces, timeoutMs }), ...await judgeRego(loaded.rego, admissions, timeoutMs),
      ]
    },
  }
}

interface Loaded { readonly bundle: string, readonly set: PolicySet, readonly rego: RegoRules }

function evaluatorFor(limits: { readonly timeoutMs: number, readonly steps: number }): Evaluator {
  const key = `${limits.timeoutMs} ${limits.steps}`
  const known = evaluators.get(key)
  if (known !== undefined) return known
  const fresh = startEvaluator(limits)
  evaluators.set(key, fresh)
  return fresh
}

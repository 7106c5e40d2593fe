import { evaluate } from '../../../src/outside/policy/rego/opa.ts'

/** Why Rego cannot be evaluated here, as people are told; null where it can. */
export async function lacksOpa(): Promise<string | null> {
  const answer = await evaluate({ files: [], query: '1', input: null, timeoutMs: 10_000 })
  return 'failed' in answer ? answer.failed : null
}

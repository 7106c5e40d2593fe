import type { ApiServer } from '../../src/flow/ports.ts'
import type { DryRun } from '../../src/model/dry-run.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'

/** An API server that is asked for nothing but dry runs, and answers them so. */
export function answeringServer(answer: (object: KubernetesObject) => DryRun = object => ({ kind: 'made', object })): ApiServer {
  return {
    dryApply: (_kind, object) => Promise.resolve(answer(object)),
    dryPatch: () => Promise.resolve({ kind: 'unable', sentence: 'not here' }),
    patch: unused, schemas: unused, may: unused, version: unused,
  }
}

function unused(): never {
  throw new Error('not called here')
}

import { z } from 'zod'
import { answerLines } from '../views/answer-lines.ts'
import { ChangeInput, ContainerName } from './inputs.ts'
import { ALL } from './operation.ts'
import type { Operation } from './operation.ts'
import { PLANNING, propose } from './propose.ts'
import type { Proposed } from './propose.ts'

const Amounts = z.record(z.string().regex(/^[A-Za-z0-9]([-A-Za-z0-9._/]*[A-Za-z0-9])?$/, 'must be a resource such as cpu or memory'), z.string().min(1).max(64)).default({})
const Input = ChangeInput.extend({ container: ContainerName.default('*'), limits: Amounts, requests: Amounts })
  .refine(input => Object.keys(input.limits).length + Object.keys(input.requests).length > 0, 'limits or requests must be given')

/** `writ set resources TYPE/NAME [-c CONTAINER] --limits=… --requests=…` */
export const setResources: Operation<z.infer<typeof Input>, Proposed> = {
  name: 'set-resources',
  summary: 'Change the resource limits and requests of containers',
  doors: ALL,
  reads: false,
  doing: PLANNING,
  input: Input,
  run: (caller, { container, limits, requests, ...input }) => propose(caller, input, {
    verb: 'set resources',
    asks: [
      ...Object.entries(limits).map(([resource, value]) => ({ kind: 'resource', container, section: 'limits', resource, value } as const)),
      ...Object.entries(requests).map(([resource, value]) => ({ kind: 'resource', container, section: 'requests', resource, value } as const)),
    ],
  }),
  show: answerLines,
}

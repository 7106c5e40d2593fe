import { z } from 'zod'
import { answerLines } from '../views/answer-lines.ts'
import { ChangeInput, ContainerName } from './inputs.ts'
import { ALL } from './operation.ts'
import type { Operation } from './operation.ts'
import { PLANNING, propose } from './propose.ts'
import type { Proposed } from './propose.ts'

const Variable = z.strictObject({ name: z.string().min(1).max(1000), value: z.string().max(100_000).refine(value => !/[\u0000-\u0008\u000b-\u001f\u007f]/.test(value), 'must not hold control characters').nullable() })
const Input = ChangeInput.extend({ container: ContainerName.default('*'), env: z.array(Variable).min(1).max(200) })

/** `writ set env TYPE/NAME [-c CONTAINER] NAME=VALUE… NAME-…`; a value of null takes the variable away. */
export const setEnv: Operation<z.infer<typeof Input>, Proposed> = {
  name: 'set-env',
  summary: 'Set or remove environment variables of containers',
  doors: ALL,
  reads: false,
  doing: PLANNING,
  input: Input,
  run: (caller, { container, env, ...input }) => propose(caller, input, {
    verb: 'set env', asks: env.map(({ name, value }) => ({ kind: 'env', container, name, value })),
  }),
  show: answerLines,
}

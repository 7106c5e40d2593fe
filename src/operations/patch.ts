import { z } from 'zod'
import { answerLines } from '../views/answer-lines.ts'
import { ChangeInput, ManifestText } from './inputs.ts'
import { ALL } from './operation.ts'
import type { Operation } from './operation.ts'
import { PLANNING, propose } from './propose.ts'
import type { Proposed } from './propose.ts'

const Input = ChangeInput.extend({ patch: ManifestText, type: z.enum(['strategic', 'merge', 'json']).default('strategic') })

/** `writ patch TYPE/NAME -p PATCH [--type strategic|merge|json]`, held against the object as Git renders it. */
export const patch: Operation<z.infer<typeof Input>, Proposed> = {
  name: 'patch',
  summary: 'Change fields by a patch',
  doors: ALL,
  reads: false,
  doing: PLANNING,
  input: Input,
  run: (caller, { patch: text, type, ...input }) => propose(caller, input, { verb: 'patch', asks: [{ kind: 'patch', type, patch: text }] }),
  show: answerLines,
}

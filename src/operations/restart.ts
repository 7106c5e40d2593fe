import type { z } from 'zod'
import { answerLines } from '../views/answer-lines.ts'
import { ChangeInput } from './inputs.ts'
import { ALL } from './operation.ts'
import type { Operation } from './operation.ts'
import { PLANNING, propose } from './propose.ts'
import type { Proposed } from './propose.ts'

/** `writ restart TYPE/NAME`: new pods from the same template. The instant is part of the request, so that a plan made again asks for the same. */
export const restart: Operation<z.infer<typeof ChangeInput>, Proposed> = {
  name: 'restart',
  summary: 'Roll out new pods of the same template',
  doors: ALL,
  reads: false,
  doing: PLANNING,
  input: ChangeInput,
  run: (caller, input) => propose(caller, input, { verb: 'restart', asks: [{ kind: 'restart', at: instant(caller.world.clock.now()) }] }),
  show: answerLines,
}

/** As kubectl writes it: RFC 3339, whole seconds. */
function instant(now: number): string {
  return new Date(now).toISOString().replace(/\.\d+Z$/, 'Z')
}

import { z } from 'zod'
import { locatedTarget } from '../flow/roll-back.ts'
import { earlierStates } from '../flow/rollback/earlier-states.ts'
import { changeOf } from '../flow/rollback/rollback-notes.ts'
import { isRefusal } from '../model/error.ts'
import { refusalLines } from '../views/answer-lines.ts'
import { refusalDocument } from '../views/documents.ts'
import type { RefusalDocument } from '../views/documents.ts'
import { targetLines, targetsDocument } from '../views/rollback-targets.ts'
import type { TargetsDocument } from '../views/rollback-targets.ts'
import { TargetInput } from './inputs.ts'
import { ALL } from './operation.ts'
import type { Operation } from './operation.ts'

const Input = z.strictObject({ target: TargetInput, limit: z.number().int().min(1).max(40).default(10) })

/** `writ rollback TYPE/NAME --list`: the states that an object can go back to, as Git and its controller have them. */
export const rollbackTargets: Operation<z.infer<typeof Input>, TargetsDocument | RefusalDocument> = {
  name: 'rollback-targets',
  summary: 'List the states that an object can go back to',
  doors: ALL,
  reads: true,
  doing: 'looking: reading the history of the repository, and rendering the object at its commits',
  input: Input,
  run: async ({ world }, { target, limit }) => {
    const located = await locatedTarget(world, target)
    if (isRefusal(located)) return refusalDocument(located)
    const found = await earlierStates(world, located, { ask: target, most: limit })
    return isRefusal(found) ? refusalDocument(found) : targetsDocument({ located, ...found, changeOf })
  },
  show: (answer, style) => answer.kind === 'Refusal' ? refusalLines(answer) : targetLines(answer, style),
}

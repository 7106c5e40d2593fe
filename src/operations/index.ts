import type { Line } from '../views/line.ts'
import { apply } from './apply.ts'
import { approvalDocument } from './approval-document.ts'
import { approve } from './approve.ts'
import { badInput } from './bad-input.ts'
import { cancel } from './cancel.ts'
import { deleteObject } from './delete.ts'
import { describe } from './describe.ts'
import { diff } from './diff.ts'
import { follow } from './follow.ts'
import { get } from './get.ts'
import { history } from './history.ts'
import { list } from './list.ts'
import { merge } from './merge.ts'
import type { Answer, Caller, Operation, Style } from './operation.ts'
import { owner } from './owner.ts'
import { patch } from './patch.ts'
import { refuseSecrets } from './refuse-secrets.ts'
import { reject } from './reject.ts'
import { restart } from './restart.ts'
import { resume } from './resume.ts'
import { rollback } from './rollback.ts'
import { rollbackTargets } from './rollback-targets.ts'
import { scale } from './scale.ts'
import { setEnv } from './set-env.ts'
import { setField } from './set-field.ts'
import { setImage } from './set-image.ts'
import { setResources } from './set-resources.ts'
import { suspend } from './suspend.ts'
import { sync } from './sync.ts'
import { work } from './work.ts'

/** An operation as a door sees it: input of any shape is checked, and the answer knows how it reads. */
export interface Entry extends Pick<Operation<unknown, Answer>, 'name' | 'summary' | 'doors' | 'reads' | 'doing'> {
  /** True where the operation goes on until it is stopped; false for input that does not fit. */
  isResident(input: unknown): boolean
  /** Throws usage/bad-argument for input that does not fit, or that holds a secret; nothing is done then. */
  call(caller: Caller, input: unknown, style: Omit<Style, 'now'>): Promise<{ readonly answer: Answer, readonly lines: () => readonly Line[] }>
}

/** The menu: everything one can ask, in the order it is shown. */
export const operations: readonly Entry[] = [
  entry(setImage), entry(setResources), entry(setEnv), entry(setField), entry(scale), entry(restart), entry(apply), entry(patch), entry(deleteObject), entry(rollback),
  entry(sync), entry(suspend), entry(resume),
  entry(owner), entry(get), entry(describe), entry(list), entry(history), entry(diff), entry(rollbackTargets),
  entry(approve), entry(reject), entry(merge), entry(cancel), entry(approvalDocument),
  entry(follow), entry(work),
]

function entry<Input, Output extends Answer>(operation: Operation<Input, Output>): Entry {
  const { name, summary, doors, reads, doing } = operation
  return {
    name, summary, doors, reads, ...doing === undefined ? {} : { doing },
    isResident(input) {
      const parsed = operation.input.safeParse(input)
      return parsed.success && operation.resident?.(parsed.data) === true
    },
    async call(caller, input, style) {
      const parsed = operation.input.safeParse(input)
      if (!parsed.success) throw badInput(parsed.error.issues)
      const first = operation.first?.(parsed.data) ?? null
      if (first === null) refuseSecrets(parsed.data, caller.redact)
      const answer = first ?? await operation.run(caller, parsed.data)
      return { answer, lines: () => operation.show(answer, { ...style, now: new Date(caller.world.clock.now()).toISOString() }) }
    },
  }
}

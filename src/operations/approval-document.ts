import { z } from 'zod'
import { approvalDocument as documentOf } from '../flow/approve/vote.ts'
import { line } from '../views/line.ts'
import { findChange } from './find-change.ts'
import { ChangeName } from './inputs.ts'
import { PEOPLE } from './operation.ts'
import type { Answer, Operation } from './operation.ts'

const Input = z.strictObject({ change: ChangeName, vote: z.enum(['approve', 'reject']).default('approve') })

export interface DocumentAnswer extends Answer { readonly kind: 'ApprovalDocument', readonly document: string, readonly namespace: 'writ/approval/v1', readonly next: string }

/** `writ approve change/ID --print-document`: what is signed on another machine. */
export const approvalDocument: Operation<z.infer<typeof Input>, DocumentAnswer> = {
  name: 'approval-document',
  summary: 'Print the document that an approval signs',
  doors: PEOPLE,
  reads: true,
  input: Input,
  run: async (caller, { change: name, vote }) => {
    const { world } = caller
    const change = await findChange(caller, name)
    return {
      kind: 'ApprovalDocument', document: documentOf(world, change, vote), namespace: 'writ/approval/v1',
      next: `ssh-keygen -Y sign -n writ/approval/v1 -f KEY FILE && writ ${vote} change/${change.id} --document FILE --signature FILE.sig`,
    }
  },
  show: ({ document }) => [line(document)],
}

import { z } from 'zod'
import { findOwner } from '../flow/owner/find-owner.ts'
import type { OwnerAnswer } from '../flow/owner/find-owner.ts'
import { isRefusal } from '../model/error.ts'
import { refusalLines } from '../views/answer-lines.ts'
import { refusalDocument } from '../views/documents.ts'
import type { RefusalDocument } from '../views/documents.ts'
import { ownerLines } from '../views/owner-lines.ts'
import { TargetInput } from './inputs.ts'
import { ALL } from './operation.ts'
import type { Operation } from './operation.ts'

const Input = z.strictObject({ target: TargetInput })

export interface OwnerDocument extends OwnerAnswer { readonly kind: 'Owner' }

/** `writ owner TYPE/NAME` */
export const owner: Operation<z.infer<typeof Input>, OwnerDocument | RefusalDocument> = {
  name: 'owner',
  summary: 'Show who deploys an object, from where, and the proof',
  doors: ALL,
  reads: true,
  doing: 'looking: reading the object, its owners and the repository',
  input: Input,
  run: async ({ world }, { target }) => {
    const found = await findOwner(world, target)
    return isRefusal(found) ? refusalDocument(found) : { kind: 'Owner', ...found }
  },
  show: answer => answer.kind === 'Refusal' ? refusalLines(answer) : ownerLines(answer),
}

import { z } from 'zod'
import { listLines } from '../views/answer-lines.ts'
import { changeSummary } from '../views/documents.ts'
import type { ChangeSummary } from '../views/documents.ts'
import { changesWhere } from './changes-where.ts'
import { ClusterName, NamespaceName } from './inputs.ts'
import { ALL } from './operation.ts'
import type { Operation } from './operation.ts'

const STATUSES = ['open', 'verified', 'rejected', 'cancelled', 'superseded', 'failed', 'refused'] as const
const Input = z.strictObject({
  status: z.enum(STATUSES).nullable().default(null),
  /** Only changes of objects in this namespace, on this cluster (by name or context). */
  namespace: NamespaceName.nullable().default(null),
  cluster: ClusterName.nullable().default(null),
  limit: z.number().int().min(1).max(1000).default(50),
})

export interface ChangeList { readonly kind: 'ChangeList', readonly items: readonly ChangeSummary[] }

/** `writ list` */
export const list: Operation<z.infer<typeof Input>, ChangeList> = {
  name: 'list',
  summary: 'List changes, newest first',
  doors: ALL,
  reads: true,
  input: Input,
  run: async (caller, { status, limit, ...where }) => {
    const changes = await changesWhere(caller, { ...where, ...status === null ? {} : { status }, limit })
    return { kind: 'ChangeList', items: changes.map(changeSummary) }
  },
  show: ({ items }, style) => listLines(items, style),
}

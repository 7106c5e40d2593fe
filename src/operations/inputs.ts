import { z } from 'zod'
import type { TargetAsk } from '../model/request.ts'

/** Text that goes to a terminal, a commit and a file name: no control characters. */
function text(most: number): z.ZodString {
  return z.string().min(1).max(most).refine(value => !/[\u0000-\u0008\u000b-\u001f\u007f]/.test(value), 'must not hold control characters')
}

/** The object that is meant, as kubectl names it. */
export const TargetInput = z.strictObject({
  cluster: text(253).nullable().default(null),
  namespace: text(253).nullable().default(null),
  type: text(253),
  name: text(253),
}) satisfies z.ZodType<TargetAsk>
export type TargetInput = z.infer<typeof TargetInput>

/** What every change verb takes beside its fields. */
export const ChangeInput = z.strictObject({
  target: TargetInput,
  scope: z.enum(['app', 'shared']).default('app'),
  reason: text(2000).nullable().default(null),
  incident: text(200).nullable().default(null),
  rollbackPlan: text(2000).nullable().default(null),
  /** Plan only: nothing is written. */
  dryRun: z.boolean().default(false),
  /** `wait`: until the change must wait; `end`: until it has ended. */
  until: z.enum(['wait', 'end']).default('wait'),
})
export type ChangeInput = z.infer<typeof ChangeInput>

/** A change by its id, or the beginning of it, with or without `change/`. */
export const ChangeName = z.string().regex(/^(?:change\/)?[a-z2-7]{1,8}$/, 'must be a change, such as change/abcd2345')

/** How far a verb drives its change. */
export const Until = z.enum(['wait', 'end']).default('wait')

/** A container's name, or * for all of them. */
export const ContainerName = z.string().regex(/^(?:\*|[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)$/, 'must be the name of a container, or *')

import { z } from 'zod'
import type { Json } from './json.ts'

const Value: z.ZodType<Json> = z.json()
const Ref = z.strictObject({ group: z.string(), version: z.string(), kind: z.string(), namespace: z.string().nullable(), name: z.string() })
const PathStep = z.union([z.string(), z.strictObject({ key: z.string(), value: z.union([z.string(), z.number()]) })])

/**
 * What a change request says to programs: one line of canonical JSON in an HTML comment. `before` and `after` are left out where the field is not there;
 * values of Secrets and what looks like a secret are replaced. `fieldsLeftOut`: how many more fields change than `fields` holds.
 */
export const ChangeBlock = z.strictObject({
  version: z.literal(1),
  change: z.string(),
  digest: z.string(),
  environment: z.strictObject({ name: z.string(), class: z.string() }),
  owner: z.strictObject({ tool: z.string(), kind: z.string(), cluster: z.string(), namespace: z.string(), name: z.string() }),
  target: Ref.extend({ cluster: z.string() }),
  /** The owner's manifest that is edited, where what is asked goes through it; `fields` are its fields then. */
  edited: Ref.extend({ cluster: z.string() }).optional(),
  git: z.strictObject({ url: z.string(), branch: z.string(), base: z.string(), head: z.string() }),
  fields: z.array(z.strictObject({ object: Ref, path: z.array(PathStep), before: Value.optional(), after: Value.optional() })),
  fieldsLeftOut: z.number().int().min(0),
  renders: z.strictObject({ renderer: z.string(), before: z.string(), after: z.string() }),
  verdicts: z.record(z.string(), z.number().int()),
})
export type ChangeBlock = z.infer<typeof ChangeBlock>

import { z } from 'zod'
import type { FieldAsk, TargetAsk } from '../model/request.ts'

/** Text that goes to a terminal, a commit and a file name: no control characters but tab and line break. */
export function text(most: number): z.ZodString {
  return z.string().min(1).max(most).refine(value => !/[\u0000-\u0008\u000b-\u001f\u007f]/.test(value), 'must not hold control characters')
}

/** A word: it stands in one line, and holds no blanks. */
function word(most: number): z.ZodString {
  return text(most).refine(value => !/\s/.test(value), 'must not hold blanks or line breaks')
}

/** The namespaces that Kubernetes allows (RFC 1123 labels). */
export const NamespaceName = z.string().regex(/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/, 'must be the name of a namespace: small letters, digits and -, 63 at most')

/** A cluster by its name in writ.yaml or its context in a kubeconfig, both of which are free text in one line. */
export const ClusterName = text(253).refine(value => !/[\n\t]/.test(value) && value.trim() === value, 'must be the name of a cluster in writ.yaml, or of its context')

/** The object that is meant, as kubectl names it. */
export const TargetInput = z.strictObject({
  cluster: ClusterName.nullable().default(null),
  namespace: NamespaceName.nullable().default(null),
  type: word(253),
  name: word(253),
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

/** A container's name, `init:NAME` for an init container alone, or * for all of them. */
export const ContainerName = z.string().regex(/^(?:\*|(?:init:)?[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?)$/, 'must be the name of a container, init:NAME, or *')

/** A value that is written into a field: any text, an empty one too. */
const Value = z.string().max(100_000).refine(value => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(value), 'must not hold control characters')

/** One field that is asked for, as the engine takes it; null takes it away. What fits a field is checked where the field is known. */
export const FieldAskInput = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('image'), container: z.string().max(253), value: Value }),
  z.strictObject({ kind: z.literal('resource'), container: z.string().max(253), section: z.enum(['limits', 'requests']), resource: z.string().max(253), value: Value }),
  z.strictObject({ kind: z.literal('replicas'), value: z.number() }),
  z.strictObject({ kind: z.literal('env'), container: z.string().max(253), name: z.string().max(1000), value: Value.nullable() }),
  z.strictObject({ kind: z.literal('field'), container: z.string().max(253).nullable(), field: z.string().max(4096), value: Value.nullable(), as: z.enum(['field', 'string', 'json']) }),
]) satisfies z.ZodType<FieldAsk>

/** A file or a text with Kubernetes objects. Larger ones do not fit a ConfigMap, nor the API server's request limit. */
export const ManifestText = z.string().min(1).max(3_000_000).refine(value => !/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]/.test(value), 'must not hold control characters')

/** The ID of a place for a new object, as a NEEDS_INPUT lists it; never a path. */
export const PlaceId = z.string().regex(/^p-[0-9a-f]{8}$/, 'must be one of the IDs that the candidates are listed with, such as p-1a2b3c4d')

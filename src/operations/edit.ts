import { z } from 'zod'
import { unifiedDiff } from '../flow/diff.ts'
import { editCheckout } from '../flow/checkout/edit-checkout.ts'
import type { EditOutcome, EditRequest, EditWorld } from '../flow/checkout/edit-checkout.ts'
import { isRefusal } from '../model/error.ts'
import type { Evidence, Refusal } from '../model/error.ts'
import { showPath, wholeOf } from '../model/field.ts'
import type { Json } from '../model/json.ts'
import type { BlastEntry, ObjectChange, RendererInfo } from '../model/plan.ts'
import type { ObjectRef } from '../model/resource.ts'
import { apiVersionOf, showRef } from '../model/resource.ts'
import { badInput } from './bad-input.ts'
import { FieldAskInput, ManifestText, NamespaceName, PlaceId } from './inputs.ts'
import { diffLines } from '../views/diff-lines.ts'
import { counted, indented, line, nextLines, row } from '../views/line.ts'
import type { Line } from '../views/line.ts'

export type { EditWorld } from '../flow/checkout/edit-checkout.ts'

/** What `writ edit` takes. */
export const EditInput = z.strictObject({
  /** Left out where the owner's manifest says it. */
  path: z.string().min(1).max(4096).nullable().default(null),
  /** A file with the owner's manifests, as the caller wrote it (`-` is stdin), and what it holds. */
  owner: z.strictObject({ name: z.string().min(1).max(4096), text: z.string().max(5_000_000) }).nullable().default(null),
  type: z.string().max(253).default(''),
  name: z.string().max(253).default(''),
  namespace: NamespaceName.nullable().default(null),
  asks: z.array(FieldAskInput).default([]),
  /** The object itself is asked for: that it goes, or is made from a manifest. */
  delete: z.boolean().default(false),
  create: ManifestText.nullable().default(null),
  place: PlaceId.nullable().default(null),
  scope: z.enum(['app', 'shared']).default('app'),
  loadRestrictor: z.enum(['root', 'none']).nullable().default(null),
  dryRun: z.boolean().default(false),
}).refine(input => [input.asks.length > 0, input.delete, input.create !== null].filter(Boolean).length === 1, 'one of --set, --delete and --create must be given')
  .refine(input => input.create !== null || (input.type !== '' && input.name !== ''), 'TYPE/NAME must be given')
  .refine(input => input.path !== null || input.owner !== null, 'PATH or --owner must be given')

/** An object as `writ edit` names it. */
interface ShownObject { readonly apiVersion: string, readonly kind: string, readonly namespace: string | null, readonly name: string }
interface ShownChange { readonly object: ShownObject, readonly path: string, readonly before: Json, readonly after: Json }
interface ShownBlast { readonly path: string, readonly objects: readonly ShownObject[] | null, readonly error?: string }

/** What `writ edit` answers; `changes` is what the render showed, not what was asked. */
export interface EditAnswer {
  readonly kind: 'Edit'
  readonly status: 'edited' | 'no_change' | 'refused'
  readonly code: string | null
  readonly message: string
  readonly hint: string | null
  readonly files: readonly { readonly path: string, readonly diff: string }[]
  readonly changes: readonly ShownChange[]
  /** Where the object is a HelmRelease or an Application whose chart renders here: what becomes of the chart's objects. */
  readonly chart?: readonly ShownChange[]
  readonly blast: readonly ShownBlast[]
  readonly evidence: readonly Evidence[]
  readonly renderer: RendererInfo | null
}

/** Edits the files of a checkout, or with `dryRun` shows what it would write. Throws usage/bad-argument and what the engine throws. */
export async function edit(world: EditWorld, input: unknown): Promise<EditAnswer> {
  const parsed = EditInput.safeParse(input)
  if (!parsed.success) throw badInput(parsed.error.issues, { type: 'TYPE' })
  const { dryRun, delete: goes, create, place, ...request } = parsed.data
  const whole = goes ? { kind: 'delete' } as const : create === null ? null : { kind: 'create', manifest: create, place } as const
  const outcome = await editCheckout(world, { ...request, ...whole === null ? {} : { whole } } satisfies EditRequest)
  if (isRefusal(outcome)) return refused(outcome)
  if ('already' in outcome) return { ...nothing(outcome), status: 'no_change', message: `${showRef(outcome.target)} is already so${wholeOf(outcome.already) === null ? `: ${outcome.already.map(one => `${showPath(one.path)} = ${JSON.stringify(one.before ?? null)}`).join(', ')}` : ''}.` }
  if (!dryRun) await world.checkout.write(outcome.files)
  return {
    ...nothing(outcome), status: 'edited', message: outcome.proof.sentence,
    files: outcome.files.map(file => ({ path: file.path, diff: unifiedDiff(file) })),
    changes: outcome.proof.changes.flatMap(shownChanges), ...outcome.chart === undefined ? {} : { chart: outcome.chart.flatMap(shownChanges) },
    blast: outcome.blast.map(shownBlast),
    evidence: [...outcome.places.map(at => ({ sentence: dryRun ? 'this place would be edited' : 'this place is edited', at })), ...(outcome.notes ?? []).map(sentence => ({ sentence }))],
  }
}

function nothing({ renderer }: Pick<EditOutcome, 'renderer'>): EditAnswer {
  return { kind: 'Edit', status: 'no_change', code: null, message: '', hint: null, files: [], changes: [], blast: [], evidence: [], renderer: { name: renderer.name, version: renderer.version } }
}

function refused({ refused: code, message, evidence, hint }: Refusal): EditAnswer {
  return { kind: 'Edit', status: 'refused', code, message, hint, files: [], changes: [], blast: [], evidence, renderer: null }
}

function shownObject(ref: ObjectRef): ShownObject {
  return { apiVersion: apiVersionOf(ref), kind: ref.kind, namespace: ref.namespace, name: ref.name }
}

function shownChanges({ object, fields }: ObjectChange): readonly ShownChange[] {
  const shown = shownObject(object)
  // What a chart makes of its values may be a Secret.
  const seen = (value: Json | undefined): Json => value === undefined || value === null ? null : object.kind === 'Secret' ? '[redacted]' : value
  return fields.map(field => ({ object: shown, path: showPath(field.path), before: seen(field.before), after: seen(field.after) }))
}

function shownBlast({ path, changes, error }: BlastEntry): ShownBlast {
  return { path: path === '' ? '.' : path, objects: changes?.map(change => shownObject(change.object)) ?? null, ...error === null ? {} : { error } }
}

function shownLine({ object, path, before, after }: ShownChange): string {
  if (path === '') return `${showRef(object)} ${before === null ? 'is new' : 'goes'}`
  return `${showRef(object)} ${path}: ${JSON.stringify(before)} → ${JSON.stringify(after)}`
}

/** The answer for a person. */
export function editLines(answer: EditAnswer): readonly Line[] {
  const evidence = answer.evidence.flatMap(({ sentence, at }) => row('', [at === undefined ? sentence : `${sentence} (${at})`]))
  if (answer.status === 'refused') return [line(`${answer.code ?? ''}: ${answer.message}`, 'bad'), ...evidence, ...nextLines(answer.hint ?? '')]
  if (answer.status === 'no_change') return [line(answer.message, 'good')]
  return [
    line(`${answer.message[0]?.toUpperCase() ?? ''}${answer.message.slice(1)}.`, 'good'),
    ...indented(answer.files.flatMap(file => diffLines(file.diff)), 2),
    ...row('rendered', answer.changes.map(shownLine)),
    ...row('its chart', answer.chart?.map(shownLine) ?? []),
    ...row('note', answer.evidence.flatMap(({ sentence, at }) => at === undefined ? [sentence] : []), 'warn'),
    ...row('others', answer.blast.map(({ path, objects, error }) => objects === null ? `${path}: not known (${error ?? ''})` : `${path}: ${counted(objects.length, 'object')} change`), 'warn'),
  ]
}

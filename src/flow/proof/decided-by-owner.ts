import { refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import { fieldAt, showPath } from '../../model/field.ts'
import type { Edit } from '../../model/field.ts'
import { sameJson } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import type { KustomizeOverlay } from '../../model/overlay.ts'
import type { Owner } from '../../model/owner.ts'
import { showOwner } from '../../model/owner.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { refKey, refOf } from '../../model/resource.ts'
import { editedOverlays } from '../edit/owner-overlay.ts'
import type { Bench } from './bench.ts'
import type { RenderAsk } from './closure.ts'

/** Fields of an object that a delivery renders. */
export interface Fields {
  readonly owner: Pick<Owner, 'tool' | 'kind' | 'cluster' | 'namespace' | 'name' | 'source'>
  readonly ask: RenderAsk
  readonly object: KubernetesObject
  readonly objects: readonly KubernetesObject[]
  readonly edits: readonly Edit[]
}

interface Part { readonly key: string, readonly without: RenderAsk }

/**
 * The fields that the owner's own spec decides: without its overrides they are another, or another override makes them another. What a component or a patch
 * in a file says does not count, for that stands in the source.
 */
export async function decidedByOwner(bench: Bench, of: Fields): Promise<readonly Edit[]> {
  if (partsOf(of).length === 0) return []
  const { kustomize: overlay, metadata } = of.ask
  const bare: RenderAsk = { ...of.ask, ...overlay === undefined ? {} : { kustomize: withoutAll(overlay) }, ...metadata === undefined ? {} : { metadata: NOTHING } }
  const decided = new Set([...await differing(bench, bare, of), ...of.edits.filter(edit => isSetLast(of.ask, edit))])
  for (const edit of of.edits) if (!decided.has(edit) && await decidingKey(bench, of, edit) !== null) decided.add(edit)
  return [...decided]
}

/** The part of the overlay that changes the field when it is edited, so that it decides it even where the source says the same; null where none does. */
async function decidingKey(bench: Bench, of: Fields, edit: Edit): Promise<string | null> {
  const { kustomize: overlay } = of.ask
  if (overlay === undefined) return null
  const sought = { target: refOf(of.object), path: edit.path, before: edit.before, after: edit.after, object: of.object, objects: of.objects, edits: of.edits }
  for (const edited of editedOverlays(overlay, sought)) {
    const differs = await differing(bench, { ...of.ask, kustomize: edited }, { ...of, edits: [edit] })
    if (differs.length > 0) return (['images', 'replicas', 'patches', 'patchesJson6902', 'patchesStrategicMerge'] as const).find(key => JSON.stringify(edited[key]) !== JSON.stringify(overlay[key])) ?? null
  }
  return null
}

/** Nothing is laid over common labels and annotations. */
function isSetLast({ metadata }: RenderAsk, { path: [root, key, name] }: Edit): boolean {
  return root === 'metadata' && (key === 'labels' || key === 'annotations') && typeof name === 'string' && metadata?.[key][name] !== undefined
}

/** INLINE for a field that the owner's own spec decides, with the part of it that does. */
export async function inlineRefusal(bench: Bench, of: Fields): Promise<Refusal> {
  const name = showOwner(of.owner)
  for (const { key, without } of partsOf(of)) {
    const [decided] = [...await differing(bench, without, of), ...key === 'spec.commonMetadata' ? of.edits.filter(edit => isSetLast(of.ask, edit)) : []]
    if (decided !== undefined) return inline({ field: showPath(decided.path), key, name, file: of.ask.places?.[0]?.file })
  }
  const [edit] = of.edits
  const key = edit === undefined ? null : await decidingKey(bench, of, edit)
  return inline({ field: of.edits.map(one => showPath(one.path)).join(', '), key: key === null ? baseKey(of) : `${baseKey(of)}.${key}`, name, file: of.ask.places?.[0]?.file })
}

function inline({ field, key, name, file }: { readonly field: string, readonly key: string, readonly name: string, readonly file: string | undefined }): Refusal {
  const why = file === undefined ? '' : ', in a form that is not edited'
  return refuse('INLINE', `${field} is set by ${key} of ${name} itself, not in its source${why}.`, [{ sentence: `${key} decides it`, at: file ?? `${name} ${key}` }], `Change ${key} of ${name}.`)
}

/** The fields that another way of rendering gives another value. */
async function differing(bench: Bench, ask: RenderAsk, { object: target, edits }: Fields): Promise<readonly Edit[]> {
  const [render] = await bench.render([], [ask])
  const object = render?.ok === true ? render.objects.find(one => refKey(refOf(one.object)) === refKey(refOf(target)))?.object : undefined
  return object === undefined ? [] : edits.filter(edit => !sameJson(fieldAt(object, edit.path), edit.before))
}

const NOTHING = { labels: {}, annotations: {} }

function withoutAll(overlay: KustomizeOverlay): KustomizeOverlay {
  return {
    ...overlay,
    ...overlay.images === undefined ? {} : { images: [] }, ...overlay.replicas === undefined ? {} : { replicas: [] },
    ...overlay.labels === undefined ? {} : { labels: { ...overlay.labels, pairs: {} } }, ...overlay.annotations === undefined ? {} : { annotations: { ...overlay.annotations, pairs: {} } },
    ...overlay.patches === undefined ? {} : { patches: overlay.patches.filter(isInFile) }, ...overlay.patchesJson6902 === undefined ? {} : { patchesJson6902: [] },
    ...overlay.patchesStrategicMerge === undefined ? {} : { patchesStrategicMerge: [] },
  }
}

function isInFile(patch: JsonObject): boolean {
  return typeof patch['path'] === 'string' && patch['path'] !== ''
}

/** The parts of the spec that can decide a field, the one that is laid on last first; names are not fields that are asked for. */
function partsOf({ owner, ask }: Fields): readonly Part[] {
  const { kustomize: overlay, metadata } = ask
  const base = baseKey({ owner })
  const own: readonly Part[] = metadata === undefined ? [] : [{ key: 'spec.commonMetadata', without: { ...ask, metadata: NOTHING } }]
  if (overlay === undefined) return own
  const bare = withoutAll(overlay)
  const part = (name: string, change: Partial<KustomizeOverlay>): Part => ({ key: `${base}.${name}`, without: { ...ask, kustomize: { ...overlay, ...change } } })
  const lists = (['patches', 'patchesJson6902', 'patchesStrategicMerge'] as const).flatMap(key => {
    const items = overlay[key] ?? []
    return items.flatMap((item, i) => isInFile(item) ? [] : [part(`${key}[${i}]`, { [key]: items.filter((_other, j) => j !== i) })]).toReversed()
  })
  return [
    ...own,
    ...bare.images === undefined ? [] : [part('images', { images: bare.images })], ...bare.replicas === undefined ? [] : [part('replicas', { replicas: bare.replicas })],
    ...bare.labels === undefined ? [] : [part('commonLabels', { labels: bare.labels })], ...bare.annotations === undefined ? [] : [part('commonAnnotations', { annotations: bare.annotations })],
    ...lists,
  ]
}

/** Where the overrides stand in the owner's manifest. */
function baseKey({ owner }: Pick<Fields, 'owner'>): string {
  return owner.tool === 'flux' ? 'spec' : owner.source.hydrated === true ? 'spec.sourceHydrator.drySource.kustomize' : `${owner.source.index === undefined ? 'spec.source' : `spec.sources[${owner.source.index}]`}.kustomize`
}

import { refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import { fieldAt, showPath } from '../../model/field.ts'
import type { Edit } from '../../model/field.ts'
import { sameJson } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import type { KustomizeOverlay } from '../../model/overlay.ts'
import type { Owner } from '../../model/owner.ts'
import { showOwner } from '../../model/owner.ts'
import type { ObjectRef } from '../../model/resource.ts'
import { refKey, refOf } from '../../model/resource.ts'
import type { Bench } from './bench.ts'
import type { RenderAsk } from './closure.ts'

/** Fields of an object that a delivery renders. */
export interface Fields { readonly owner: Pick<Owner, 'tool' | 'kind' | 'cluster' | 'namespace' | 'name' | 'source'>, readonly ask: RenderAsk, readonly target: ObjectRef, readonly edits: readonly Edit[] }

interface Part { readonly key: string, readonly without: RenderAsk }

/**
 * The fields that the owner's own spec decides: without its overrides they are another. What a component or a patch in a file says does not count, for
 * that stands in the source.
 */
export async function decidedByOwner(bench: Bench, of: Fields): Promise<readonly Edit[]> {
  const parts = partsOf(of)
  if (parts.length === 0) return []
  const { kustomize: overlay } = of.ask
  const bare: RenderAsk = { ...of.ask, ...overlay === undefined ? {} : { kustomize: withoutAll(overlay) }, ...of.ask.metadata === undefined ? {} : { metadata: NOTHING } }
  return differing(bench, bare, of)
}

/** INLINE for a field that the owner's own spec decides, with the part of it that does. */
export async function inlineRefusal(bench: Bench, of: Fields): Promise<Refusal> {
  const name = showOwner(of.owner)
  for (const { key, without } of partsOf(of)) {
    const [decided] = await differing(bench, without, of)
    if (decided !== undefined) return inline({ field: showPath(decided.path), key, name, file: of.ask.places?.[0]?.file })
  }
  return inline({ field: of.edits.map(edit => showPath(edit.path)).join(', '), key: 'its spec', name, file: of.ask.places?.[0]?.file })
}

function inline({ field, key, name, file }: { readonly field: string, readonly key: string, readonly name: string, readonly file: string | undefined }): Refusal {
  const why = file === undefined ? '' : ', in a form that is not edited'
  return refuse('INLINE', `${field} is set by ${key} of ${name} itself, not in its source${why}.`, [{ sentence: `without ${key} it would be another`, at: file ?? `${name} ${key}` }], `Change ${key} of ${name}.`)
}

async function differing(bench: Bench, ask: RenderAsk, { target, edits }: Fields): Promise<readonly Edit[]> {
  const [render] = await bench.render([], [ask])
  const object = render?.ok === true ? render.objects.find(one => refKey(refOf(one.object)) === refKey(target))?.object : undefined
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
  const base = owner.tool === 'flux' ? 'spec' : `${owner.source.index === undefined ? 'spec.source' : `spec.sources[${owner.source.index}]`}.kustomize`
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

import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, textAt } from '../../model/json.ts'
import type { ImageOverride, KustomizeOverlay } from '../../model/overlay.ts'

export type LaidOver = { readonly ok: true, readonly kustomization: JsonObject } | { readonly ok: false, readonly message: string }

/** The folder of the kustomization. */
export interface Surroundings {
  /** Whether a component is there, relative to the folder. */
  readonly exists: (component: string) => boolean
  /** The kustomization is one that the controller makes for a folder without. */
  readonly generated: boolean
}

/** A kustomization with an owner's overlay in it, as that owner's controller writes it. */
export function laidOver(kustomization: JsonObject, overlay: KustomizeOverlay, around: Surroundings): LaidOver {
  const strange = ['images', 'replicas', 'patches', 'components', 'labels', 'resources', 'patchesStrategicMerge', 'patchesJson6902'].find(key => !isAbsent(kustomization[key]) && !isList(kustomization[key]))
  if (strange !== undefined) return { ok: false, message: `${strange} is no list.` }
  return overlay.by === 'flux' ? laidOverByFlux(kustomization, overlay, around) : laidOverByArgo(kustomization, overlay, around)
}

/** kustomize-controller: fluxcd/pkg `kustomize/kustomize_generator.go`. */
function laidOverByFlux(kustomization: JsonObject, overlay: KustomizeOverlay, { exists, generated }: Surroundings): LaidOver {
  const remote = overlay.components?.find(component => component.startsWith('/') || /^(?:git::|gh:|[a-z]+:\/\/|git@|github\.com[:/])/i.test(component))
  if (remote !== undefined) return { ok: false, message: `component path '${remote}' must be local and relative.` }
  return { ok: true, kustomization: without({
    apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization',
    ...kustomization,
    ...!generated && listOf(kustomization, 'resources').length === 0 ? { buildMetadata: ['originAnnotations'] } : {},
    namespace: overlay.namespace ?? kustomization['namespace'],
    namePrefix: overlay.namePrefix ?? kustomization['namePrefix'],
    nameSuffix: overlay.nameSuffix ?? kustomization['nameSuffix'],
    patches: appended(kustomization, 'patches', overlay.patches),
    components: appended(kustomization, 'components', found(overlay, exists)),
    patchesStrategicMerge: appended(kustomization, 'patchesStrategicMerge', overlay.patchesStrategicMerge?.map(patch => JSON.stringify(patch))),
    patchesJson6902: appended(kustomization, 'patchesJson6902', overlay.patchesJson6902?.map(patch => ({ ...patch, patch: JSON.stringify(patch['patch']) }))),
    images: overlay.images === undefined ? kustomization['images'] : mergedImages(listOf(kustomization, 'images'), overlay.images),
    ...overlay.buildMetadata === undefined ? {} : { buildMetadata: overlay.buildMetadata },
  }) }
}

/** Fields of an entry with the same name are set one by one; tag and digest go together. */
function mergedImages(images: readonly Json[], overrides: readonly ImageOverride[]): readonly Json[] {
  const merged = [...images]
  for (const { name, newName, newTag, digest } of overrides) {
    const at = merged.findIndex(image => isObject(image) && image['name'] === name)
    const entry = merged[at]
    if (!isObject(entry)) merged.push(without({ name, newName, newTag, digest }))
    else merged[at] = without({ ...entry, newName: newName ?? entry['newName'], ...newTag === undefined && digest === undefined ? {} : { newTag, digest } })
  }
  return merged
}

/** Argo CD's repo-server: `util/kustomize/kustomize.go`, which runs `kustomize edit`. */
function laidOverByArgo(kustomization: JsonObject, overlay: KustomizeOverlay, { exists }: Surroundings): LaidOver {
  const labels = overlay.labels === undefined ? {} : labelled(kustomization, overlay.labels)
  const annotations = overlay.annotations === undefined ? {} : { commonAnnotations: addedTo(kustomization['commonAnnotations'], overlay.annotations, 'annotation') }
  const wrong = [...Object.values(labels), ...Object.values(annotations)].find(value => typeof value === 'string')
  if (typeof wrong === 'string') return { ok: false, message: wrong }
  const components = found(overlay, exists)
  const missing = components?.find(component => !exists(component))
  if (missing !== undefined) return { ok: false, message: `${missing} has no match: the component is not in the repository.` }
  const listed = listOf(kustomization, 'components')
  return { ok: true, kustomization: without({
    ...kustomization,
    namePrefix: overlay.namePrefix ?? kustomization['namePrefix'],
    nameSuffix: overlay.nameSuffix ?? kustomization['nameSuffix'],
    ...overlay.images === undefined ? {} : { images: setImages([...listOf(kustomization, 'images'), ...listOf(kustomization, 'imageTags')], overlay.images), imageTags: undefined },
    ...overlay.replicas === undefined ? {} : { replicas: setReplicas(listOf(kustomization, 'replicas'), overlay.replicas) },
    ...labels, ...annotations,
    namespace: overlay.namespace ?? kustomization['namespace'],
    patches: appended(kustomization, 'patches', overlay.patches),
    components: components === undefined ? kustomization['components'] : [...listed, ...components.filter((one, i) => !listed.includes(one) && components.indexOf(one) === i)],
  }) }
}

/** `kustomize edit set image`: an entry of the same name is replaced whole, `*` keeps a part of it, and the list is sorted. */
function setImages(images: readonly Json[], overrides: readonly ImageOverride[]): readonly Json[] {
  const byName = new Map<Json | undefined, JsonObject>(overrides.map(override => [override.name, { ...override }]))
  for (const image of images) {
    if (!isObject(image)) continue
    const known = byName.get(image['name'])
    byName.set(image['name'], known === undefined ? image : Object.fromEntries(Object.entries(known).map(([key, value]) => [key, value === '*' && key !== 'name' ? image[key] : value])))
  }
  return sortedByName([...byName.values()].map(image => without(Object.fromEntries(Object.entries(image).map(([key, value]) => [key, value === '*' && key !== 'name' ? undefined : value])))))
}

function setReplicas(replicas: readonly Json[], overrides: NonNullable<KustomizeOverlay['replicas']>): readonly Json[] {
  const byName = new Map<Json | undefined, JsonObject>(overrides.map(override => [override.name, { ...override }]))
  for (const replica of replicas) if (isObject(replica) && !overrides.some(override => override.name === replica['name'])) byName.set(replica['name'], replica)
  return sortedByName([...byName.values()])
}

function sortedByName(items: readonly JsonObject[]): readonly JsonObject[] {
  const name = (item: JsonObject): string => textAt(item, 'name') ?? ''
  return items.toSorted((a, b) => name(a) === name(b) ? 0 : name(a) < name(b) ? -1 : 1)
}

/** `kustomize edit add label`: into commonLabels, or into the first entry of `labels` of the same kind. */
function labelled(kustomization: JsonObject, labels: NonNullable<KustomizeOverlay['labels']>): Readonly<Record<string, Json>> {
  if (!labels.withoutSelector) return { commonLabels: addedTo(kustomization['commonLabels'], labels, 'label') }
  const entries = listOf(kustomization, 'labels')
  const at = entries.findIndex(entry => isObject(entry) && (entry['includeSelectors'] ?? false) === false && (entry['includeTemplates'] ?? false) === labels.includeTemplates)
  const entry = entries[at]
  if (!isObject(entry)) return { labels: [...entries, { pairs: { ...labels.pairs }, includeSelectors: false, includeTemplates: labels.includeTemplates }] }
  const pairs = addedTo(entry['pairs'], labels, 'label')
  return typeof pairs === 'string' ? { labels: pairs } : { labels: entries.map((one, i) => i === at ? { ...entry, pairs } : one) }
}

/** A text is the error: something is there already, and force is not set. */
function addedTo(map: Json | undefined, added: { readonly pairs: Readonly<Record<string, string>>, readonly force: boolean }, what: string): JsonObject | string {
  const there = isObject(map) ? map : {}
  const twice = added.force ? undefined : Object.keys(added.pairs).find(key => Object.hasOwn(there, key))
  return twice === undefined ? { ...there, ...added.pairs } : `${what} ${twice} already in kustomization file. Use --force to override.`
}

function found(overlay: KustomizeOverlay, exists: (component: string) => boolean): readonly string[] | undefined {
  return overlay.ignoreMissingComponents === true ? overlay.components?.filter(exists) : overlay.components
}

function appended(kustomization: JsonObject, key: string, items: readonly Json[] | undefined): Json | undefined {
  return items === undefined ? kustomization[key] : [...listOf(kustomization, key), ...items]
}

function listOf(kustomization: JsonObject, key: string): readonly Json[] {
  const value = kustomization[key]
  return isList(value) ? value : []
}

function isAbsent(value: Json | undefined): boolean {
  return value === undefined || value === null
}

function without(map: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(map).filter(([, value]) => value !== undefined))
}

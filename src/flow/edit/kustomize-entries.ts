import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, showJson } from '../../model/json.ts'
import { imageIsUsedElsewhere } from './image-users.ts'
import { imageParts } from './image.ts'
import type { Layer, Look, Sought } from './look.ts'
import { candidateOf, leafKey } from './look.ts'
import type { TextEdit, YamlSteps } from './place.ts'
import { replicasAreSharedName, stageName } from './stage.ts'

/** One kustomization, as places in its file. */
export interface KustomizationText {
  readonly path: string
  /** The document of the file that holds it. */
  readonly document: number
  readonly value: JsonObject
  readonly depth: number
  /** True for the asked path's own, which gets new entries. */
  readonly home: boolean
}

/** Entries of `images:` and `replicas:` that hold the sought value, and for the asked path's own kustomization those that could be made. */
export function entryLooks(kustomization: KustomizationText, sought: Sought): readonly Look[] {
  if (isImage(sought)) return imageLooks(kustomization, sought)
  return isReplicas(sought) ? replicaLooks(kustomization, sought) : []
}

/** True for a change of one image to another. */
export function isImage(sought: Sought): boolean {
  return leafKey(sought.path) === 'image' && typeof sought.before === 'string' && typeof sought.after === 'string'
}

/** True where replicas are set to a number. */
export function isReplicas(sought: Sought): boolean {
  return sought.path.length === 2 && leafKey(sought.path) === 'replicas' && typeof sought.after === 'number' && (sought.before === undefined || typeof sought.before === 'number')
}

function imageLooks(kustomization: KustomizationText, sought: Sought): readonly Look[] {
  const of: ImageChange = { before: showJson(sought.before), after: showJson(sought.after) }
  const known = entries(kustomization, 'images').filter(({ entry }) => resultingName(entry) === imageParts(of.before).name)
  const looks = known.flatMap(({ entry, index }) => {
    const change = entryChange(entry, of)
    if (change === null || (!change.decides && !kustomization.home)) return []
    const wide = !change.decides && imageIsUsedElsewhere(sought)
    return [lookOf(kustomization, { what: 'entry of images', tier: change.decides ? undefined : wide ? 'last' : 'added' }, editsOf({ kustomization, entry, at: ['images', index] }, change))]
  })
  if (!kustomization.home || known.length > 0) return looks
  const entry = newImageEntry(of)
  const twice = entries(kustomization, 'images').some(({ entry: { name } }) => name === entry?.['name'])
  if (entry === null || twice) return looks
  return [...looks, newEntry(kustomization, { key: 'images', entry, wide: imageIsUsedElsewhere(sought) })]
}

interface ImageChange { readonly before: string, readonly after: string }

/** What an entry gives its image: the keys to set and to take away; `decides` where the entry makes now what shall be another. */
interface EntryChange { readonly set: Readonly<Record<string, string>>, readonly remove: readonly string[], readonly decides: boolean }

/** How an entry turns one image into the other; null where something after it decides, or no entry can do it. */
function entryChange(entry: JsonObject, { before, after }: ImageChange): EntryChange | null {
  const [now, wanted] = [imageParts(before), imageParts(after)]
  const { newName, newTag, digest } = entry
  const set: Record<string, string> = {}
  if (wanted.name !== now.name) set['newName'] = wanted.name
  // Some people write the digest behind the tag in newTag; kustomize then prints both.
  if (typeof newTag === 'string' && now.digest !== null && newTag === `${now.tag ?? ''}@${now.digest}`) {
    if (wanted.tag === null) return null
    const version = after.slice(wanted.name.length + 1)
    return { set: version === newTag ? set : { ...set, newTag: version }, remove: [], decides: true }
  }
  if ((typeof newTag === 'string' && newTag !== now.tag) || (typeof digest === 'string' && digest !== now.digest)) return null
  if (wanted.tag === now.tag && wanted.digest === now.digest) return { set, remove: [], decides: typeof newName === 'string' }
  const version = versionKeys(wanted)
  if (version === null) return null
  const remove = ['newTag', 'digest'].filter(key => entry[key] !== undefined && version[key] === undefined)
  return { set: { ...set, ...differing(version, entry) }, remove, decides: newTag !== undefined || digest !== undefined }
}

/** An entry of its own for an image; null where none can do it. */
function newImageEntry({ before, after }: ImageChange): JsonObject | null {
  const [now, wanted] = [imageParts(before), imageParts(after)]
  const same = wanted.tag === now.tag && wanted.digest === now.digest
  const version = same ? {} : versionKeys(wanted)
  if (version === null) return null
  return { name: now.name, ...wanted.name === now.name ? {} : { newName: wanted.name }, ...version }
}

/** Tag and digest as an entry says them; null for an image with neither, which no entry can make of one that has them. */
function versionKeys({ tag, digest }: { readonly tag: string | null, readonly digest: string | null }): Readonly<Record<string, string>> | null {
  if (tag === null && digest === null) return null
  return { ...tag === null ? {} : { newTag: tag }, ...digest === null ? {} : { digest } }
}

function differing(wanted: Readonly<Record<string, string>>, entry: JsonObject): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => entry[key] !== value))
}

function resultingName({ name, newName }: JsonObject): Json | undefined {
  return typeof newName === 'string' ? newName : name
}

function replicaLooks(kustomization: KustomizationText, sought: Sought): readonly Look[] {
  const after = Number(sought.after)
  const known = entries(kustomization, 'replicas')
  const looks = known.flatMap(({ entry, index }) => {
    const { name, count } = entry
    if (count !== sought.before || typeof name !== 'string' || !sought.target.name.includes(name)) return []
    return [lookOf(kustomization, { what: 'entry of replicas' }, [{ op: 'set', place: { document: kustomization.document, steps: ['replicas', index, 'count'], inner: null }, value: after }])]
  })
  const { name } = stageName(kustomization.value, sought.target)
  if (!kustomization.home || !SCALED.has(`${sought.target.group}/${sought.target.kind}`) || known.some(({ entry }) => entry['name'] === name)) return looks
  return [...looks, newEntry(kustomization, { key: 'replicas', entry: { name, count: after }, wide: replicasAreSharedName(kustomization.value, sought) })]
}

/** The kinds whose replicas kustomize sets; any other name is an error. */
const SCALED: ReadonlySet<string> = new Set(['apps/Deployment', 'apps/StatefulSet', 'apps/ReplicaSet', '/ReplicationController'])

function newEntry(kustomization: KustomizationText, of: { readonly key: string, readonly entry: JsonObject, readonly wide: boolean }): Look {
  return lookOf(kustomization, { what: `new entry of ${of.key}`, tier: of.wide ? 'last' : 'added' }, [additionTo(kustomization, of.key, of.entry)])
}

/** The edit that puts a new item at the end of a list of a kustomization, which is made where it is not there. */
export function additionTo({ document, value }: Pick<KustomizationText, 'document' | 'value'>, key: string, item: Json): TextEdit {
  const list = value[key]
  if (list === undefined) return { op: 'add', place: { document, steps: [key], inner: null }, value: [item] }
  return { op: 'add', place: { document, steps: [key, isList(list) ? list.length : 0], inner: null }, value: item }
}

interface EntryPlace { readonly kustomization: KustomizationText, readonly entry: JsonObject, readonly at: YamlSteps }

function editsOf({ kustomization, entry, at }: EntryPlace, { set, remove }: EntryChange): readonly TextEdit[] {
  const place = (key: string): TextEdit['place'] => ({ document: kustomization.document, steps: [...at, key], inner: null })
  const sets = Object.entries(set).map(([key, value]): TextEdit => ({ op: entry[key] === undefined ? 'add' : 'set', place: place(key), value }))
  return [...sets, ...remove.map((key): TextEdit => ({ op: 'remove', place: place(key) }))]
}

function lookOf({ path, depth }: KustomizationText, layer: { readonly what: string, readonly tier?: Layer['tier'] | undefined }, edits: readonly TextEdit[]): Look {
  const { what, tier } = layer
  return candidateOf({ file: path, what, depth, layer: 0, ...tier === undefined ? {} : { tier } }, edits)
}

function entries({ value }: KustomizationText, key: string): readonly { readonly entry: JsonObject, readonly index: number }[] {
  const list = value[key]
  return isList(list) ? list.flatMap((entry, index) => isObject(entry) ? [{ entry, index }] : []) : []
}

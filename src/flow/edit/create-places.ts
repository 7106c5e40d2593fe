import { createHash } from 'node:crypto'
import { posix } from 'node:path'
import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, objectsAt, textAt } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { isKubernetesObject } from '../../model/resource.ts'
import { fileNameFor } from './create-name.ts'
import type { Sibling } from './create-name.ts'
import type { TextEdit } from './place.ts'
import { jsonOf, readSource } from './source.ts'

/** A folder of the repository in which manifests of the asked delivery stand, or could. */
export interface ManifestFolder {
  /** '' is the root. */
  readonly path: string
  /** Its kustomization file; null where every manifest of the folder is read. */
  readonly kustomization: { readonly path: string, readonly text: string, readonly value: JsonObject } | null
  /** The manifests that are read from it. */
  readonly files: readonly { readonly path: string, readonly text: string }[]
  /** Somebody else reads it, too. */
  readonly shared: boolean
}

/** A place for a new object: a file of its own, or the end of a file with several objects. */
export interface NewPlace {
  readonly id: string
  readonly folder: string
  readonly file: string
  /** The text that the file has already; null for a new file. */
  readonly text: string | null
  readonly kustomization: string | null
  /** What makes the file part of what is deployed. */
  readonly entry: TextEdit | null
  /** True where the manifests beside it state their namespace. */
  readonly statesNamespace: boolean
  /** `new file beside web.yaml`, for the list to choose from. */
  readonly what: string
  /** Names of the objects beside it, and their kinds: what tells folders apart. */
  readonly beside: readonly Named[]
}

interface Named { readonly kind: string, readonly name: string, readonly namespace: string | null }
interface Stated extends Sibling { readonly text: string, readonly objects: readonly Named[] }

/** The places for an object in the folders of one delivery, in their order; folders whose objects are all in other namespaces are left out. */
export function newPlaces(folders: readonly ManifestFolder[], object: { readonly kind: string, readonly name: string, readonly namespace: string | null }, of: { readonly owner: string, exists(path: string): boolean }): readonly NewPlace[] {
  return folders.flatMap(folder => {
    const siblings = folder.files.map(stated).filter(file => file.objects.length > 0)
    if (!takes(folder, siblings, object.namespace)) return []
    const whole = fileOfMany(siblings, object.kind)
    const home = homeOf(folder.path, siblings)
    const file = whole?.path ?? inFolder(home, fileNameFor(object, siblings, name => of.exists(inFolder(home, name))))
    const beside = siblings.flatMap(({ objects }) => objects)
    return [{
      id: idOf([of.owner, folder.path, file]), folder: folder.path, file, text: whole?.text ?? null, kustomization: folder.kustomization?.path ?? null,
      entry: whole === null && folder.kustomization !== null ? entryFor(folder.kustomization, posix.relative(folder.path, file)) : null,
      statesNamespace: beside.some(({ namespace }) => namespace !== null), beside, what: what(whole, siblings),
    }]
  })
}

/** The one place that the layout says; null where it says several or none: then somebody must choose. */
export function onlyPlace(places: readonly NewPlace[], object: { readonly kind: string, readonly name: string }): NewPlace | null {
  const full = places.filter(place => place.beside.length > 0)
  const sameName = full.filter(place => place.beside.some(({ name }) => name === object.name))
  // A folder of one kind alone, where others hold other kinds, is where that kind goes.
  const byKind = full.length > 1 ? full.filter(place => place.beside.every(({ kind }) => kind === object.kind)) : []
  for (const choice of [places, sameName, byKind, full]) {
    const [only, ...more] = choice
    if (only !== undefined && more.length === 0) return only
  }
  return null
}

function stated({ path, text }: ManifestFolder['files'][number]): Stated {
  const documents = jsonOf(readSource(text, 'last')) ?? []
  const objects = documents.map((document): readonly Json[] => textAt(document, 'kind')?.endsWith('List') === true ? objectsAt(document, 'items') : [document])
  const found = objects.flat().flatMap(value => isObject(value) && isKubernetesObject(value) ? [named(value)] : [])
  return { path, text, objects: found }
}

function named(object: KubernetesObject): Named {
  return { kind: object.kind, name: textAt(object, 'metadata', 'name') ?? '', namespace: textAt(object, 'metadata', 'namespace') ?? null }
}

function takes({ kustomization }: ManifestFolder, siblings: readonly Stated[], namespace: string | null): boolean {
  const set = textAt(kustomization?.value, 'namespace')
  if (namespace === null) return true
  if (set !== undefined) return set === namespace
  const spaces = siblings.flatMap(({ objects }) => objects.flatMap(one => one.namespace ?? []))
  return spaces.length === 0 || spaces.includes(namespace)
}

/** The file that the folder keeps all of its objects in, or all of this kind; null where each object has a file of its own. */
function fileOfMany(siblings: readonly Stated[], kind: string): Stated | null {
  const same = siblings.filter(({ objects }) => objects.some(one => one.kind === kind))
  const [only, ...more] = same.length > 0 ? same : siblings
  if (only === undefined || more.length > 0) return null
  const count = same.length > 0 ? only.objects.filter(one => one.kind === kind).length : only.objects.length
  const many = count > 1 || (siblings.length === 1 && only.objects.length > 1)
  // A list kind is no stream of documents.
  const documents = (jsonOf(readSource(only.text, 'last')) ?? []).filter(document => document !== null)
  return many && documents.length === only.objects.length && /\.ya?ml$/.test(only.path) ? only : null
}

/** Where the files stand: mostly the folder itself, but a kustomization may keep them all in one below it. */
function homeOf(folder: string, siblings: readonly Stated[]): string {
  const [home, ...more] = new Set(siblings.map(({ path }) => posix.dirname(path)).map(path => path === '.' ? '' : path))
  return home === undefined || more.length > 0 || !inside(home, folder) ? folder : home
}

function inside(path: string, folder: string): boolean {
  return folder === '' || path.startsWith(`${folder}/`)
}

function what(whole: Stated | null, siblings: readonly Stated[]): string {
  if (whole !== null) return 'at the end of the file, which holds the others'
  const [first] = siblings
  return first === undefined ? 'new file' : `new file beside ${posix.basename(first.path)}${siblings.length > 1 ? ` and ${siblings.length - 1} more` : ''}`
}

/** The entry of `resources:` in the order that the list has: where it is sorted in its place, else last. */
function entryFor({ text, value }: NonNullable<ManifestFolder['kustomization']>, name: string): TextEdit {
  const document = Math.max(0, (jsonOf(readSource(text)) ?? []).findIndex(isObject))
  const list = value['resources']
  if (list === undefined) return { op: 'add', place: { document, steps: ['resources'], inner: null }, value: [name] }
  if (!isList(list)) return { op: 'add', place: { document, steps: ['resources', 0], inner: null }, value: name }
  const entries = list.map(String)
  const own = entries.filter(entry => /\.(?:ya?ml|json)$/.test(entry))
  const dotted = own.length > 0 && own.every(entry => entry.startsWith('./'))
  const entry = dotted ? `./${name}` : name
  const sorted = entries.length > 1 && entries.every((one, i) => i === 0 || (entries[i - 1] ?? '') <= one)
  const before = sorted ? entries.findIndex(one => one > entry) : -1
  return { op: 'add', place: { document, steps: ['resources', before < 0 ? entries.length : before], inner: null }, value: entry }
}

function inFolder(folder: string, name: string): string {
  return folder === '' ? name : `${folder}/${name}`
}

/** The same place has the same ID, whoever looks and however the list is ordered. */
function idOf(parts: readonly string[]): string {
  return `p-${createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 8)}`
}

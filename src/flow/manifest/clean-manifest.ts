import { stringify } from 'yaml'
import { isObject, textAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { splice } from '../edit/splice.ts'
import { jsonOf, readSource } from '../edit/source.ts'
import type { Manifest } from './read-manifests.ts'

/** What the API server and its controllers write into an object; it never belongs into Git (editing.md 4.6). */
const SERVER_METADATA = ['managedFields', 'uid', 'resourceVersion', 'creationTimestamp', 'generation', 'selfLink', 'deletionTimestamp', 'deletionGracePeriodSeconds']
const SERVER_ANNOTATIONS = ['kubectl.kubernetes.io/last-applied-configuration', 'deployment.kubernetes.io/revision', 'control-plane.alpha.kubernetes.io/leader']
/** What a GitOps tool writes to know its objects again; in Git it would name the object it was copied from. */
const TOOL_ANNOTATIONS = ['argocd.argoproj.io/tracking-id', 'config.kubernetes.io/origin']

/** The manifest without what a server writes. Its bytes stay where the fields can be cut out; else the text is made anew. */
export function cleanManifest({ object, text }: Manifest): Manifest {
  const gone = serverFields(object)
  if (gone.length === 0) return { object, text }
  const clean = gone.reduce<Json>((value, path) => without(value, path), object)
  const cleaned = { ...object, ...isObject(clean) ? clean : {}, status: undefined }
  const { status: _status, ...rest } = cleaned
  const spliced = gone.reduce<string | null>((left, steps) => left === null ? null : cutOut(left, steps), text)
  return { object: { ...rest, apiVersion: object.apiVersion, kind: object.kind, metadata: isObject(rest.metadata) ? rest.metadata : {} }, text: spliced ?? stringify(clean, { lineWidth: 0 }) }
}

function serverFields(object: KubernetesObject): readonly (readonly string[])[] {
  const annotations = object.metadata['annotations']
  const names = isObject(annotations) ? Object.keys(annotations) : []
  const marks = names.filter(name => SERVER_ANNOTATIONS.includes(name) || TOOL_ANNOTATIONS.includes(name))
  const all = marks.length > 0 && marks.length === names.length
  return [
    ...object['status'] === undefined ? [] : [['status']],
    ...SERVER_METADATA.filter(key => object.metadata[key] !== undefined).map(key => ['metadata', key]),
    ...all ? [['metadata', 'annotations']] : marks.map(name => ['metadata', 'annotations', name]),
  ]
}

function without(value: Json, [key, ...rest]: readonly string[]): Json {
  if (key === undefined || !isObject(value)) return value
  if (rest.length === 0) return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key))
  const child = value[key]
  return child === undefined ? value : { ...value, [key]: without(child, rest) }
}

/** null where the field cannot be cut out of the text. */
function cutOut(text: string, steps: readonly string[]): string | null {
  const document = (jsonOf(readSource(text, 'last')) ?? []).findIndex(one => one !== null)
  const spliced = splice(text, { op: 'remove', place: { document, steps, inner: null } })
  return spliced.ok ? spliced.text : null
}

/** The manifest under another name; null where that cannot be written there. */
export function withName({ object, text }: Manifest, name: string): Manifest | null {
  const document = (jsonOf(readSource(text, 'last')) ?? []).findIndex(one => one !== null)
  const spliced = splice(text, { op: 'set', place: { document, steps: ['metadata', 'name'], inner: null }, value: name })
  return spliced.ok ? { object: { ...object, metadata: { ...object.metadata, name } }, text: spliced.text } : null
}

/** The manifest with a namespace of its own, where it names none; null where it cannot be written there. */
export function withNamespace({ object, text }: Manifest, namespace: string): Manifest | null {
  if (textAt(object, 'metadata', 'namespace') !== undefined) return { object, text }
  const placed = { ...object, metadata: { ...object.metadata, namespace } satisfies JsonObject }
  const document = (jsonOf(readSource(text, 'last')) ?? []).findIndex(one => one !== null)
  const spliced = splice(text, { op: 'add', place: { document, steps: ['metadata', 'namespace'], inner: null }, value: namespace })
  return spliced.ok ? { object: placed, text: spliced.text } : null
}

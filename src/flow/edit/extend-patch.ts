import type { Json } from '../../model/json.ts'
import { isList, isObject, sameJson, textAt, valueAt } from '../../model/json.ts'
import { jsonPatch } from './json-patch.ts'
import type { Layer, Look, Sought } from './look.ts'
import { candidateOf, documentValue, manifestStarts, valueBelow } from './look.ts'
import type { PatchText } from './patch-text.ts'
import type { TextEdit } from './place.ts'
import { isDigits, making, reachOf } from './reach.ts'
import type { StageName } from './stage.ts'
import { mergedValue, mergesByName } from './strategic-merge.ts'

/** Ways to let a patch of the sought object, which says nothing of the field yet, set it too. `names` are what the object may be called there. */
export function extensionLooks(patch: PatchText, of: { readonly sought: Sought, readonly names: readonly StageName[] }, layer: Layer): readonly Look[] {
  const { source, target } = patch
  if (source.problem !== null || (target !== null && !isFor(target, of))) return []
  return source.documents.flatMap((document, i) => {
    const value = documentValue(document)
    if (isList(value)) return target === null ? [] : operationsLook({ document: i, length: value.length }, of.sought, layer) ?? []
    return manifestStarts(document, manifest => target !== null || isManifestOf(manifest, of)).flatMap(start => {
      const below = valueBelow(value, start)
      const edit = below === undefined ? null : mergeEdit(below, of.sought, { document: i, inner: null })
      const shifted = edit === null ? null : { ...edit, place: { ...edit.place, steps: [...start, ...edit.place.steps] } }
      return shifted === null ? [] : [candidateOf({ ...layer, what: `${layer.what} (strategic merge)` }, [shifted])]
    })
  })
}

/** One more field of a strategic merge patch; null where the patch says it already or treats what is above it as a whole. */
function mergeEdit(patch: Json, sought: Sought, at: { readonly document: number, readonly inner: null }): TextEdit | null {
  const reach = reachOf(patch, sought.path)
  if (reach.rest.length === 0 || hasDirective(patch, reach.steps)) return null
  const lists = reach.rest.some(step => typeof step !== 'string' || isDigits(step))
  return lists && !mergesByName(sought) ? null : making(reach, mergedValue(sought), at)
}

function hasDirective(patch: Json, steps: readonly (string | number)[]): boolean {
  let here: Json | undefined = patch
  for (const step of [...steps, null]) {
    if (isObject(here) && here['$patch'] !== undefined) return true
    if (isList(here) && here.some(item => isObject(item) && item['$patch'] === 'replace')) return true
    here = step === null ? here : typeof step === 'number' ? (isList(here) ? here[step] : undefined) : valueAt(here, step)
  }
  return false
}

/** Operations at the end of a JSON patch. */
function operationsLook(at: { readonly document: number, readonly length: number }, sought: Sought, layer: Layer): Look | null {
  const operations = jsonPatch(sought)
  if (operations === null) return null
  const edits = operations.map((value, i): TextEdit => ({ op: 'add', place: { document: at.document, steps: [at.length + i], inner: null }, value }))
  return candidateOf({ ...layer, what: `${layer.what} (JSON6902)` }, edits)
}

/** True where a `target:` names this object and no other; patterns and selectors may mean several. */
function isFor(target: Json, { sought, names }: { readonly sought: Sought, readonly names: readonly StageName[] }): boolean {
  const [name, kind, namespace] = [textAt(target, 'name'), textAt(target, 'kind'), textAt(target, 'namespace')]
  if (valueAt(target, 'labelSelector') !== undefined || valueAt(target, 'annotationSelector') !== undefined) return false
  return (kind === undefined || kind === sought.target.kind) && names.some(known => plain(name) === known.name)
    && (namespace === undefined || sameJson(namespace, sought.target.namespace) || names.some(known => known.namespace === namespace))
}

function plain(pattern: string | undefined): string | undefined {
  return pattern?.replace(/^\^/, '').replace(/\$$/, '').replaceAll('\\', '')
}

function isManifestOf(manifest: Json, { sought, names }: { readonly sought: Sought, readonly names: readonly StageName[] }): boolean {
  const namespace = textAt(manifest, 'metadata', 'namespace')
  return textAt(manifest, 'kind') === sought.target.kind && names.some(({ name }) => name === textAt(manifest, 'metadata', 'name'))
    && (namespace === undefined || namespace === sought.target.namespace || names.some(known => known.namespace === namespace))
}

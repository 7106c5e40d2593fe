import { isSeq } from 'yaml'
import type { FieldPath } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import { isList, isObject, textAt, valueAt } from '../../model/json.ts'
import { isInline } from '../../model/kustomization.ts'
import { extensionLooks } from './extend-patch.ts'
import type { KustomizationText } from './kustomize-entries.ts'
import type { Layer, Look, Sought } from './look.ts'
import { documentValue, lookAt, manifestStarts, valueBelow } from './look.ts'
import type { Place, YamlSteps } from './place.ts'
import type { Source } from './source.ts'
import { readSource } from './source.ts'
import type { StageName } from './stage.ts'
import type { PatchText } from './patch-text.ts'

/** A patch where it stands. */
export interface PlacedPatch { readonly patch: PatchText, readonly layer: Layer }

/** The inline patches of a kustomization. */
export function inlinePatches({ path, document, value, depth }: KustomizationText): readonly PlacedPatch[] {
  return ['patches', 'patchesJson6902', 'patchesStrategicMerge'].flatMap(key => {
    const list = value[key]
    if (!isList(list)) return []
    return list.flatMap((item, i) => {
      const inline = typeof item === 'string' && isInline(item)
      const text = inline ? item : textAt(item, 'patch')
      if (text === undefined) return []
      const steps: YamlSteps = inline ? [key, i] : [key, i, 'patch']
      const wrap = (inner: Place): Place => ({ document, steps, inner })
      return [{ patch: { source: readSource(text), target: isObject(item) ? item['target'] ?? null : null }, layer: { file: path, what: 'inline patch', depth, layer: 1, wrap } }]
    })
  })
}

/** Where a patch holds the sought value. */
export function patchLooks(placed: PlacedPatch, sought: Sought): readonly Look[] {
  return namedPatchLooks(placed, sought).map(({ look }) => look)
}

/** Where a patch holds the sought value, with the name of the object that it is for; undefined where a pattern may mean any. */
export function namedPatchLooks({ patch: { source, target }, layer }: PlacedPatch, sought: Sought): readonly { readonly look: Look, readonly name: string | undefined }[] {
  if (source.problem !== null) return []
  const targeted = textAt(target ?? undefined, 'name')
  const name = targeted !== undefined && /^[\w.-]+$/.test(targeted) ? targeted : undefined
  return source.documents.flatMap((document, i) => {
    if (isSeq(document.contents)) return operationLooks({ source, document: i }, sought, { ...layer, what: `${layer.what} (JSON6902)` }).map(look => ({ look, name }))
    // What is not there is added by extensionLooks.
    if (sought.before === undefined) return []
    const starts = manifestStarts(document, manifest => target !== null || textAt(manifest, 'kind') === undefined || textAt(manifest, 'kind') === sought.target.kind)
    return starts.flatMap(start => {
      const look = lookAt({ source, document: i, start, path: sought.path }, sought, { ...layer, what: `${layer.what} (strategic merge)` })
      return look === null ? [] : [{ look, name: target === null ? textAt(valueBelow(documentValue(document), start), 'metadata', 'name') : name }]
    })
  })
}

/** Ways to let the patches of the asked path's own kustomization set the sought field too. */
export function extendedPatchLooks(patches: readonly PlacedPatch[], of: { readonly kustomization: KustomizationText, readonly sought: Sought, readonly names: readonly StageName[] }): readonly Look[] {
  if (!of.kustomization.home) return []
  const tier = of.sought.before === undefined ? {} : { tier: 'added' as const }
  return patches.flatMap(({ patch, layer }) => extensionLooks(patch, of, { ...layer, ...tier, what: `extended ${layer.what}` }))
}

/** Where the operations of a JSON6902 list hold the sought value; `start` is the way to the list. */
export function operationLooks({ start = [], ...at }: { readonly source: Source, readonly document: number, readonly start?: YamlSteps }, sought: Sought, layer: Layer): readonly Look[] {
  const document = at.source.documents[at.document]
  const operations = document === undefined ? null : atSteps(documentValue(document), start)
  if (!isList(operations)) return []
  return operations.flatMap((operation, i) => {
    if (!isObject(operation) || (operation['op'] !== 'add' && operation['op'] !== 'replace') || typeof operation['path'] !== 'string') return []
    const rest = restOfPath(operation['path'], sought.path, operation['value'])
    return rest === null ? [] : lookAt({ ...at, start: [...start, i, 'value'], path: rest }, sought, layer) ?? []
  })
}

/** What of a field path lies inside the value of an operation at a JSON pointer; null where the pointer leads elsewhere. Indices may mean any item. */
function restOfPath(pointer: string, path: FieldPath, value: Json | undefined): FieldPath | null {
  const tokens = pointer.split('/').slice(1).map(token => token.replaceAll('~1', '/').replaceAll('~0', '~'))
  if (tokens.length > path.length) return null
  const fits = tokens.every((token, i) => {
    const step = path[i]
    return typeof step === 'string' ? step === token : /^(?:\d+|-)$/.test(token)
  })
  const last = path[tokens.length - 1]
  if (!fits || (typeof last === 'object' && isObject(value) && value[last.key] !== undefined && value[last.key] !== last.value)) return null
  return path.slice(tokens.length)
}

/** The value at the end of a way into a document. */
export function atSteps(value: Json, steps: YamlSteps): Json | undefined {
  return steps.reduce<Json | undefined>((here, step) => typeof step === 'number' ? (isList(here) ? here[step] : undefined) : valueAt(here, step), value)
}

/** What the entry of a patch file says about the objects that the patch is for. */
export function targetOfEntry(kustomization: Json, steps: YamlSteps): Json | null {
  const entry = valueAt(kustomization, String(steps[0]))
  const item = isList(entry) ? entry[Number(steps[1])] : undefined
  return isObject(item) ? item['target'] ?? null : null
}

import { isSeq } from 'yaml'
import type { FieldPath } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import { isList, isObject, textAt } from '../../model/json.ts'
import { isInline } from '../../model/kustomization.ts'
import type { KustomizationText } from './kustomize-entries.ts'
import type { Layer, Look, Sought } from './look.ts'
import { lookAt, manifestStarts } from './look.ts'
import type { Place, YamlSteps } from './place.ts'
import type { Source } from './source.ts'
import { readSource } from './source.ts'

/** Inline patches of a kustomization that hold the sought value. */
export function inlinePatchLooks(kustomization: KustomizationText, sought: Sought): readonly Look[] {
  return inlinePatches(kustomization).flatMap(({ steps, text, targeted }) => {
    const layer: Layer = { file: kustomization.path, what: 'inline patch', depth: kustomization.depth, layer: 1, wrap: (inner: Place) => ({ document: 0, steps, inner }) }
    return patchLooks({ source: readSource(text), targeted }, sought, layer)
  })
}

/** A patch file: strategic merge documents or JSON6902 lists. `targeted` where its entry says which objects it is for. */
export function patchFileLooks(patch: { readonly text: string, readonly targeted: boolean }, sought: Sought, layer: Layer): readonly Look[] {
  return patchLooks({ source: readSource(patch.text), targeted: patch.targeted }, sought, layer)
}

interface PatchText { readonly source: Source, readonly targeted: boolean }

function patchLooks({ source, targeted }: PatchText, sought: Sought, layer: Layer): readonly Look[] {
  if (source.problem !== null) return []
  return source.documents.flatMap((document, i) => {
    if (isSeq(document.contents)) return operationLooks({ source, document: i }, sought, { ...layer, what: `${layer.what} (JSON6902)` })
    const starts = manifestStarts(document, manifest => targeted || textAt(manifest, 'kind') === undefined || textAt(manifest, 'kind') === sought.target.kind)
    return starts.flatMap(start => lookAt({ source, document: i, start, path: sought.path }, sought, { ...layer, what: `${layer.what} (strategic merge)` }) ?? [])
  })
}

function operationLooks(at: { readonly source: Source, readonly document: number }, sought: Sought, layer: Layer): readonly Look[] {
  const operations: unknown = at.source.documents[at.document]?.toJS({ maxAliasCount: 1000 })
  if (!Array.isArray(operations)) return []
  return operations.flatMap((operation: Json, i) => {
    if (!isObject(operation) || (operation['op'] !== 'add' && operation['op'] !== 'replace') || typeof operation['path'] !== 'string') return []
    const rest = restOfPath(operation['path'], sought.path, operation['value'])
    return rest === null ? [] : lookAt({ ...at, start: [i, 'value'], path: rest }, sought, layer) ?? []
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

function inlinePatches({ value }: KustomizationText): readonly { readonly steps: YamlSteps, readonly text: string, readonly targeted: boolean }[] {
  return ['patches', 'patchesJson6902', 'patchesStrategicMerge'].flatMap(key => {
    const list = value[key]
    if (!isList(list)) return []
    return list.flatMap((item, i) => {
      if (typeof item === 'string') return isInline(item) ? [{ steps: [key, i], text: item, targeted: false }] : []
      const patch = textAt(item, 'patch')
      return patch === undefined ? [] : [{ steps: [key, i, 'patch'], text: patch, targeted: isObject(item) && item['target'] !== undefined }]
    })
  })
}

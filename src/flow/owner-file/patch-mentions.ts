import { isList, isObject, objectsAt, textAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { isInline } from '../../model/kustomization.ts'
import type { Mention } from '../../model/owner.ts'
import { jsonOf, readSource } from '../edit/source.ts'
import type { KustomizationFile } from '../proof/tree-index.ts'
import { resolvePath } from '../proof/tree-index.ts'
import type { ReadFiles } from './read-files.ts'
import { targetsOf } from './mention-targets.ts'
import { wordsOfJson } from './mention-words.ts'
import type { Word } from './mention-words.ts'

const OWNERS: ReadonlySet<string> = new Set(['ApplicationSet', 'Application', 'HelmRelease', 'Kustomization'])
/** Where an owner says from where it deploys. */
const SOURCE = /^\/spec\/(?:template\/spec\/)?(?:sources?(?:\/(?:\d+|-))?(?:\/path|\/helm(?:\/valueFiles(?:\/.*)?)?)?|path|chart(?:\/spec(?:\/chart|\/values?Files?(?:\/.*)?)?)?)$/
const KEYS = /\b(?:path|chart|valueFiles|valuesFiles?)\b/

interface Patch { readonly value: Json, readonly kind: string | null, readonly name: string | null }

/** Kustomizations whose patches say from where an owner deploys. */
export function patchMentions({ index, texts }: ReadFiles): readonly Mention[] {
  return [...index.kustomizations.values()].flatMap(file => patchesOf(file, texts).flatMap((patch): readonly Mention[] => {
    const kind = patch.kind ?? 'Application'
    if (!OWNERS.has(kind)) return []
    const words = wordsOf(patch).filter(({ key }) => key !== 'chart' || patch.kind === null || kind === 'HelmRelease')
    const targets = targetsOf(words, { values: new Map(), pool: [] }, index)
    if (targets.folders.length === 0 && targets.files.length === 0) return []
    return [{ file: file.path, kind: kind === 'ApplicationSet' || kind === 'HelmRelease' || kind === 'Kustomization' ? kind : 'Application', name: patch.name, by: `${kind} ${patch.name ?? ''}`.trim() + ` as ${file.path} patches it`, because: 'Writ does not read owners that are patched', ...targets, overrides: false }]
  }))
}

function patchesOf({ directory, value }: KustomizationFile, texts: ReadFiles['texts']): readonly Patch[] {
  if (value === null) return []
  const entries: readonly Json[] = [...objectsAt(value, 'patches'), ...objectsAt(value, 'patchesJson6902'), ...isList(value['patchesStrategicMerge']) ? value['patchesStrategicMerge'] : []]
  return entries.flatMap(entry => {
    const path = typeof entry === 'string' ? entry : textAt(entry, 'path')
    const inline = isObject(entry) ? textAt(entry, 'patch') : undefined
    const text = inline ?? (path === undefined ? undefined : isInline(path) ? path : texts.get(resolvePath(directory, path) ?? ''))
    if (text === undefined || !KEYS.test(text)) return []
    const target = isObject(entry) && isObject(entry['target']) ? entry['target'] : {}
    return (jsonOf(readSource(text)) ?? []).flatMap(document => patchOf(document, target))
  })
}

function patchOf(document: Json, target: JsonObject): readonly Patch[] {
  const kind = textAt(target, 'kind') ?? null
  const name = textAt(target, 'name') ?? null
  if (isList(document)) return [{ value: document, kind, name }]
  // Without a kind of its own it is a patch of whatever the target selects.
  return isObject(document) ? [{ value: document, kind: kind ?? textAt(document, 'kind') ?? null, name: name ?? textAt(document, 'metadata', 'name') ?? null }] : []
}

function wordsOf({ value, kind }: Patch): readonly Word[] {
  if (!isList(value)) return kind === null ? [] : isObject(value) ? wordsOfJson(value['spec']) : []
  return value.flatMap(operation => {
    const path = textAt(operation, 'path') ?? ''
    if (!isObject(operation) || !SOURCE.test(path)) return []
    const last = path.slice(path.lastIndexOf('/') + 1)
    return wordsOfJson(operation['value'], last === 'path' || last === 'chart' ? last : '')
  })
}

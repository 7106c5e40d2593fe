import type { Json } from '../../model/json.ts'
import { isList, isObject, objectsAt, textAt } from '../../model/json.ts'
import type { ObjectRef } from '../../model/resource.ts'
import { groupVersion } from '../../model/resource.ts'
import { documentSpans, withoutDocument } from './documents.ts'
import type { FileEdit } from './place.ts'

/** Where an object is declared: a document of a file, or an item of a list kind in it. */
export interface Declaration {
  readonly file: string
  readonly document: number
  readonly item: number | null
  /** True where nothing else is in the file: it goes with the object. */
  readonly alone: boolean
  readonly name: string
  readonly line: number
}

/** The declarations in a file that may be the target's; which name fits, the caller knows. */
export function declarationsIn(file: { readonly path: string, readonly text: string }, target: Pick<ObjectRef, 'group' | 'kind'>, fits: (name: string, namespace: string | null) => boolean): readonly Declaration[] {
  const spans = documentSpans(file.text) ?? []
  const full = spans.filter(({ value }) => value !== null)
  return spans.flatMap(({ value, body }, document) => {
    const line = file.text.slice(0, body).split('\n').length
    const isTarget = (object: Json): boolean => textAt(object, 'kind') === target.kind && groupVersion(textAt(object, 'apiVersion') ?? '').group === target.group
      && fits(textAt(object, 'metadata', 'name') ?? '', textAt(object, 'metadata', 'namespace') ?? null)
    const items = isObject(value) && textAt(value, 'kind')?.endsWith('List') === true && isList(value['items']) ? objectsAt(value, 'items') : null
    const found = (item: number | null, object: Json, last: boolean): Declaration => ({ file: file.path, document, item: last ? null : item, alone: last && full.length === 1, name: textAt(object, 'metadata', 'name') ?? '', line })
    if (items === null) return isTarget(value) ? [found(null, value, true)] : []
    return items.flatMap((object, item) => isTarget(object) ? [found(item, object, items.length === 1)] : [])
  })
}

/** What takes the declaration out of its file; null where its document cannot be cut out. */
export function withoutDeclaration(text: string, { file, document, item, alone }: Declaration): FileEdit | null {
  if (alone) return { file, text: null }
  if (item !== null) return { file, edits: [{ op: 'remove', place: { document, steps: ['items', item], inner: null } }] }
  const left = withoutDocument(text, document)
  return left === null ? null : { file, text: left }
}

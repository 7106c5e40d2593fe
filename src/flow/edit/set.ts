import { isScalar } from 'yaml'
import type { Json } from '../../model/json.ts'
import { isList, isObject, sameJson } from '../../model/json.ts'
import { fillDocument, isEmptyText } from './add.ts'
import { anchorFault } from './anchor-fault.ts'
import { descend } from './descend.ts'
import type { YamlSteps } from './place.ts'
import type { Replacement } from './replacement.ts'
import { rewriteValue } from './rewrite.ts'
import { scalarTexts } from './scalar-text.ts'
import type { Site, Unspliced } from './site.ts'
import { contentStart, isNull, refused } from './site.ts'
import type { Source } from './source.ts'
import { valueOf } from './source.ts'

/** What is set: the value that the node at the steps gets. */
export interface Setting { readonly document: number, readonly steps: YamlSteps, readonly value: Json }

/** The texts that give a node another value: in the style that it has, else in one that can hold the value (editing.md 2.5 rules 2, 3 and 5). */
export function setting(source: Source, { document, steps, value }: Setting): readonly Replacement[] | Unspliced {
  const absent = refused(source, 0, { code: 'NO_CANDIDATE', sentence: 'there is no value to replace' })
  const parsed = source.documents[document]
  if (parsed === undefined) return isEmptyText(source, document) && steps.length === 0 ? [fillDocument(source, document, value)] : absent
  const found = descend(parsed, steps)
  if (found.kind === 'blocked') return refused(source, found.offset, found)
  if (found.kind === 'absent') return absent
  const site: Site = { source, document, found }
  // Asked for what is there: nothing changes, however it is written.
  if (sameJson(valueOf(found.node, parsed), value)) return [{ start: contentStart(found.node), end: contentStart(found.node), text: '' }]
  const fault = anchorFault(site, isScalar(found.node) ? [] : [found.node])
  if (fault !== null) return fault
  if (isNull(found.node) && found.holders.length === 0) return [fillDocument(source, document, value)]
  const inPlace = isList(value) || isObject(value) ? [] : scalarTexts(site, value)
  const rewritten = rewriteValue(site, value)
  if ('ok' in rewritten) return inPlace.length > 0 ? inPlace : rewritten
  return [...inPlace, ...rewritten]
}

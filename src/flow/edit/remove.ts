import { isMap, isSeq } from 'yaml'
import type { Document, Node, YAMLMap, YAMLSeq } from 'yaml'
import { isObject } from '../../model/json.ts'
import { anchorFault } from './anchor-fault.ts'
import { entryAt } from './anatomy.ts'
import { descend, startOf } from './descend.ts'
import type { YamlSteps } from './place.ts'
import { removeFromBlock } from './remove-from-block.ts'
import { removeFromFlow } from './remove-from-flow.ts'
import type { Replacement } from './replacement.ts'
import type { Site, Unspliced } from './site.ts'
import { refused, refusedLayout } from './site.ts'
import type { Source } from './source.ts'
import { asNode, keyText, valueOf } from './source.ts'

/** The texts that take a pair from its map or an item from its list, the tidiest first (editing.md 2.5 rule 6). */
export function removal(source: Source, { document, steps }: { readonly document: number, readonly steps: YamlSteps }): readonly Replacement[] | Unspliced {
  const step = steps.at(-1)
  const absent = refused(source, 0, { code: 'NO_CANDIDATE', sentence: 'there is nothing to remove' })
  const parsed = source.documents[document]
  if (step === undefined || parsed === undefined) return absent
  const found = descend(parsed, steps.slice(0, -1))
  if (found.kind === 'blocked') return refused(source, found.offset, found)
  if (found.kind === 'absent' || !(isMap(found.node) || isSeq(found.node))) return absent
  const site: Site = { source, document, found }
  const index = indexOf(found.node, step, parsed)
  if (typeof index !== 'number') return refused(source, startOf(found.node), index)
  if (index < 0) return absent
  const pair = isMap(found.node) ? found.node.items[index] : undefined
  const parts = isMap(found.node) ? [asNode(pair?.key), asNode(pair?.value)] : [asNode(found.node.items[index])]
  const fault = anchorFault(site, parts)
  if (fault !== null) return fault
  if (entryAt(found.node, index) === null) return refusedLayout(site)
  return found.node.flow === true ? removeFromFlow(site, found.node, index) : removeFromBlock(site, found.node, index)
}

type Fault = Pick<Unspliced, 'code' | 'sentence'>

function indexOf(node: YAMLMap | YAMLSeq, step: string | number, document: Document): number | Fault {
  if (isSeq(node)) return typeof step === 'number' && step < node.items.length ? step : -1
  const places = node.items.flatMap((pair, i) => keyText(pair.key) === step ? [i] : [])
  if (places.length > 1) return { code: 'AMBIGUOUS', sentence: `the key ${step} is given twice` }
  const merges = node.items.filter(pair => keyText(pair.key) === '<<')
  if (step === '<<' || merges.some(pair => brings(asNode(pair.value), String(step), document))) return { code: 'MERGE', sentence: `${step} comes through a YAML merge key (<<)` }
  return places[0] ?? -1
}

function brings(merged: Node | null, key: string, document: Document): boolean {
  const value = valueOf(merged, document)
  const maps = Array.isArray(value) ? value : [value]
  return maps.some(map => isObject(map) && Object.hasOwn(map, key))
}

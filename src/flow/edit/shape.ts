import { isMap, isSeq, visit } from 'yaml'
import type { Document, YAMLMap, YAMLSeq } from 'yaml'
import { anatomyOf } from './anatomy.ts'
import { columnAt } from './layout.ts'
import type { Source } from './source.ts'
import { asNode } from './source.ts'

/** How a person indents: what new lines look like. */
export interface Shape {
  /** Columns that a map lies deeper than its key. */
  readonly step: number
  /** Columns that a list lies deeper than its key; 0 where dashes stand below the key. */
  readonly sequence: number
}

/** The indentation that a document uses most; what it has no example of is taken from the others of its file. */
export function shapeOf(source: Source, document: number): Shape {
  const own = source.documents[document]
  const rest = source.documents.filter(other => other !== own)
  const [steps, sequences] = [new Map<number, number>(), new Map<number, number>()]
  if (own !== undefined) count(own, source.text, { steps, sequences })
  if (steps.size === 0 || sequences.size === 0) {
    const others = { steps: new Map<number, number>(), sequences: new Map<number, number>() }
    for (const other of rest) count(other, source.text, others)
    if (steps.size === 0) for (const [columns, times] of others.steps) steps.set(columns, times)
    if (sequences.size === 0) for (const [columns, times] of others.sequences) sequences.set(columns, times)
  }
  const sequence = mostFrequent(sequences)
  const step = mostFrequent(steps) ?? (sequence === null || sequence === 0 ? 2 : sequence)
  return { step: Math.min(step, 9), sequence: sequence ?? 0 }
}

interface Counts { readonly steps: Map<number, number>, readonly sequences: Map<number, number> }

function count(document: Document, text: string, { steps, sequences }: Counts): void {
  visit(document, {
    Map(_key, map) {
      for (const entry of map.flow === true ? [] : anatomyOf(map)?.entries ?? []) {
        const child = asNode(entry.value)
        if ((!isMap(child) && !isSeq(child)) || child.flow === true) continue
        const deeper = firstColumn(child, text) - columnAt(text, entry.start)
        const counts = isMap(child) ? steps : sequences
        if (deeper >= (isMap(child) ? 1 : 0)) counts.set(deeper, (counts.get(deeper) ?? 0) + 1)
      }
    },
  })
}

function firstColumn(collection: YAMLMap | YAMLSeq, text: string): number {
  const first = anatomyOf(collection)?.entries[0]
  return first === undefined ? -1 : columnAt(text, first.start)
}

function mostFrequent(counts: ReadonlyMap<number, number>): number | null {
  let best: number | null = null
  for (const [columns, times] of counts) if (best === null || times > (counts.get(best) ?? 0)) best = columns
  return best
}

import { visit } from 'yaml'
import type { Document, Node } from 'yaml'
import type { Site, Unspliced } from './site.ts'
import { refused } from './site.ts'
import { startOf } from './descend.ts'

/** Refuses to take away an anchor that something outside of these nodes refers to. */
export function anchorFault({ source, document, found }: Site, parts: readonly (Node | null)[]): Unspliced | null {
  const root = source.documents[document]
  const [anchors, inside] = [new Set<string>(), new Map<string, number>()]
  for (const part of parts) {
    if (part === null) continue
    visit(part, { Node(_key, each) { if ('anchor' in each && each.anchor !== undefined) anchors.add(each.anchor) } })
    countAliases(part, inside)
  }
  if (anchors.size === 0 || root === undefined) return null
  const all = countAliases(root, new Map())
  const used = [...anchors].find(anchor => (all.get(anchor) ?? 0) > (inside.get(anchor) ?? 0))
  return used === undefined ? null : refused(source, startOf(found.node), { code: 'ANCHOR', sentence: `what goes holds the YAML anchor &${used}, which is used elsewhere` })
}

function countAliases(root: Node | Document, counts: Map<string, number>): ReadonlyMap<string, number> {
  visit(root, { Alias(_key, alias) { counts.set(alias.source, (counts.get(alias.source) ?? 0) + 1) } })
  return counts
}

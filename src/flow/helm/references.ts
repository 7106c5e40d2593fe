import type { ValuePath } from '../../model/helm-set.ts'

/** A template of the chart, and where the values that it sees stand among those of the whole chart. */
export interface TemplateText { readonly path: string, readonly text: string, readonly prefix: ValuePath }

const DOTTED = /\.Values((?:\.[A-Za-z_]\w*)+)/g
const INDEXED = /\(?\bindex\s+\$?\.Values((?:\s+"[^"]+")+)/g

/** The keys that templates ask for by name, as far as their text shows it. */
export function referredKeys(templates: readonly TemplateText[]): readonly ValuePath[] {
  const found = new Map<string, ValuePath>()
  for (const { text, prefix } of templates) {
    for (const match of text.matchAll(DOTTED)) add(found, [...prefix, ...(match[1] ?? '').slice(1).split('.')])
    for (const match of text.matchAll(INDEXED)) add(found, [...prefix, ...[...(match[1] ?? '').matchAll(/"([^"]+)"/g)].map(([, key = '']) => key)])
  }
  return [...found.values()]
}

/** The line of a template that shows a field best: the first one that names its last key. */
export function lineOfField(text: string, key: string): number {
  const lines = text.split('\n')
  const at = lines.findIndex(line => new RegExp(`(?:^|[\\s{"-])${key.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}"?\\s*:`).test(line))
  return at < 0 ? 1 : at + 1
}

function add(found: Map<string, ValuePath>, path: ValuePath): void {
  found.set(JSON.stringify(path), path)
}

import { isMap, isSeq, parseAllDocuments, visit } from 'yaml'
import type { Document } from 'yaml'
import { plainJson } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { GO_YAML, plainScalar } from '../../model/plain-scalar.ts'

/** One document of a file: its value, or why it cannot be read. `line` is where it, or the mistake, begins. */
export type Manifest =
  | { readonly ok: true, readonly index: number, readonly line: number, readonly value: Json }
  | { readonly ok: false, readonly index: number, readonly line: number, readonly message: string, readonly template: boolean }

const DISPUTED = /^(?:y|yes|n|no|on|off|[-+]?0[0-9_]+|[-+]?[0-9]*_[0-9_]*|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*|[-+]?\.inf|\.nan|[-+]?0[xbo].*)$/i

/** Reads a YAML text the way Kubernetes tools in Go do. A key that is given twice counts with its last value, as there. */
export function readManifests(text: string, keys: 'last' | 'unique' = 'last'): readonly Manifest[] {
  const documents = [...parseAllDocuments(text, { ...GO_YAML, customTags: [...GO_YAML.customTags], uniqueKeys: keys === 'unique' })]
  return documents.map((document, index) => readManifest(document, { index, text }))
}

/**
 * A plain scalar that YAML readers in Go read in different ways (`yes`, `0644`, `1_000`, `2001-01-01`, `.inf`), the first of a text;
 * null where there is none, as in nearly every manifest.
 */
export function disputedScalar(text: string): string | null {
  let found: string | null = null
  const resolve = (plain: string): ReturnType<typeof plainScalar> => {
    if (DISPUTED.test(plain)) found ??= plain
    return plainScalar(plain)
  }
  parseAllDocuments(text, { ...GO_YAML, customTags: [{ ...GO_YAML.customTags[0], resolve }] })
  return found
}

/** 1-based line of an offset. */
export function lineAt(text: string, offset: number): number {
  let line = 1
  for (let i = text.indexOf('\n'); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) line++
  return line
}

function readManifest(document: Document.Parsed, of: { readonly index: number, readonly text: string }): Manifest {
  const start = document.contents?.range[0] ?? document.range[0]
  const template = of.text.includes('{{')
  const broken = (message: string, offset: number): Manifest => ({
    ok: false, index: of.index, line: lineAt(of.text, offset), template, message: template ? 'a template ({{ }}) stands where YAML is expected' : message,
  })
  const error = document.errors[0]
  if (error !== undefined) {
    return broken((error.message.split('\n')[0] ?? '').replace(/ at line \d+, column \d+:?$/, ''), error.pos[0])
  }
  const strange = collectionKey(document)
  if (strange !== null) return broken('a collection is used as a key', strange)
  try {
    return { ok: true, index: of.index, line: lineAt(of.text, start), value: plainJson(document.toJS({ maxAliasCount: 1000 })) }
  } catch {
    return { ok: false, index: of.index, line: lineAt(of.text, start), message: 'too many aliases', template: false }
  }
}

function collectionKey(document: Document.Parsed): number | null {
  let found: number | null = null
  visit(document, {
    Pair(_key, pair) {
      if (!isMap(pair.key) && !isSeq(pair.key)) return undefined
      found = pair.key.range?.[0] ?? 0
      return visit.BREAK
    },
  })
  return found
}

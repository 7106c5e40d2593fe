import { isMap, isScalar, isSeq } from 'yaml'
import type { Document, Scalar } from 'yaml'
import { isInline } from '../../model/kustomization.ts'
import type { SearchSpace } from './kustomize.ts'
import { innerText } from './inner-text.ts'
import type { Look } from './look.ts'
import { candidateOf } from './look.ts'
import type { Place, YamlSteps } from './place.ts'
import type { Replacement } from './replacement.ts'
import type { Source } from './source.ts'
import { keyText, readSource, valueOf } from './source.ts'

/** A scalar that may be where a value comes from, whole or as a part of it, and how it is swapped for a mark. */
export interface Suspect {
  readonly file: string
  readonly depth: number
  readonly value: string | number
  /** What stands in the text for the mark of this number. */
  marked(number: number): Replacement | null
  /** The edit that gives it another value. */
  edit(value: string): Look
}

const MOST = 2000

/**
 * Every scalar of the files that holds the value or a part of it: names of objects and paths of files are left out, because the build needs them
 * (editing.md 4.2 point 4).
 */
export function suspectsOf(space: SearchSpace, value: string | number): readonly Suspect[] {
  const found: Suspect[] = []
  const seen = new Set<string>()
  const scan = (file: string, depth: number, kustomization: boolean): void => {
    if (seen.has(file)) return
    seen.add(file)
    const source = /\.(?:ya?ml|json)$/.test(file) || kustomization ? space.source(file) : null
    if (source !== null) found.push(...suspectsIn({ source, file, depth, kustomization }, value))
    else found.push(...lineSuspects({ file, depth, text: space.text(file) ?? '' }, value))
  }
  for (const path of space.loose) scan(path, 0, false)
  for (const { path, depth, files } of space.kustomizations) {
    scan(path, depth, true)
    for (const file of files) scan(file.path, depth, false)
  }
  return found.slice(0, MOST)
}

/** The text with marks in place of suspects, and the mark of each number. */
export function withMarks(text: string, marks: readonly Replacement[]): string {
  return [...marks].sort((a, b) => b.start - a.start).reduce((changed, { start, end, text: mark }) => changed.slice(0, start) + mark + changed.slice(end), text)
}

/** The mark of a suspect: a word that no repository holds, or for a number one that none is likely to. */
export function markOf(number: number, value: string | number): string {
  return typeof value === 'number' ? String(700_001 + number) : `zzb${number}z`
}

interface ScannedFile { readonly source: Source, readonly file: string, readonly depth: number, readonly kustomization: boolean }

function suspectsIn(of: ScannedFile, value: string | number): readonly Suspect[] {
  const { source, file, depth } = of
  if (source.problem !== null) return []
  return source.documents.flatMap((document, i) => scalarsOf(document, of.kustomization).flatMap(({ node, steps }): readonly Suspect[] => {
    const held = valueOf(node, document)
    const place: Place = { document: i, steps, inner: null }
    if (typeof held === 'string' && isPatchText(steps, held, of.kustomization)) return innerSuspects({ ...of, node, place }, value)
    const literal = of.kustomization && steps[0] === 'configMapGenerator' && typeof held === 'string' ? /^([^=]+=)(["']?)(.*)\2$/su.exec(held) : null
    if (literal !== null) return literalSuspect({ file, depth, node, place }, { start: `${literal[1] ?? ''}${literal[2] ?? ''}`, value: literal[3] ?? '', end: literal[2] ?? '' }, value)
    if (!isPartOf(held, value) || !node.range || node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED') return []
    const [start, end] = node.range
    const layer = { file, what: 'value that arrives in the field', depth, layer: 2 }
    return [{
      file, depth, value: held,
      marked: number => ({ start, end, text: markOf(number, held) }),
      edit: to => candidateOf(layer, [{ op: 'set', place, value: typeof held === 'number' && String(Number(to)) === to ? Number(to) : to }]),
    }]
  }))
}

type PlacedNode = { readonly file: string, readonly depth: number, readonly node: Scalar, readonly place: Place }

/** `KEY=value` of a generator. */
function literalSuspect({ file, depth, node, place }: PlacedNode, literal: { readonly start: string, readonly value: string, readonly end: string }, value: string | number): readonly Suspect[] {
  if (!isPartOf(literal.value, value) || !node.range) return []
  const [start, end] = node.range
  const layer = { file, what: 'literal of configMapGenerator', depth, layer: 0 }
  return [{
    file, depth, value: literal.value,
    marked: number => ({ start, end, text: JSON.stringify(`${literal.start}${markOf(number, '')}${literal.end}`) }),
    edit: to => candidateOf(layer, [{ op: 'set', place, value: `${literal.start}${to}${literal.end}` }]),
  }]
}

/** The suspects of YAML that stands as a text in a kustomization: patches and transformers. */
function innerSuspects(of: ScannedFile & { readonly node: Scalar, readonly place: Place }, value: string | number): readonly Suspect[] {
  const inner = innerText(of.node, of.source.text)
  if (inner === null) return []
  return suspectsIn({ source: readSource(inner.text), file: of.file, depth: of.depth, kustomization: false }, value).map(suspect => ({
    ...suspect,
    marked: number => {
      const change = suspect.marked(number)
      return change === null ? null : inner.replaced(change)
    },
    edit: to => {
      const look = suspect.edit(to)
      if (look.kind === 'blocked') return look
      const { changes, ...layer } = look.candidate
      const edits = changes.flatMap(change => 'edits' in change ? change.edits : [])
      return candidateOf({ ...layer, layer: 1, wrap: place => ({ ...of.place, inner: place }) }, edits)
    },
  }))
}

/** Lines `KEY=value` of files that are no YAML. */
function lineSuspects({ file, depth, text }: { readonly file: string, readonly depth: number, readonly text: string }, value: string | number): readonly Suspect[] {
  return [...text.matchAll(/^([^\n#=]+=)([^\r\n]*)$/gmu)].flatMap(match => {
    const held = match[2] ?? ''
    if (!isPartOf(held, value)) return []
    const start = match.index + (match[1] ?? '').length
    const replaced = (to: string): string => text.slice(0, start) + to + text.slice(start + held.length)
    return [{
      file, depth, value: held,
      marked: (number: number) => ({ start, end: start + held.length, text: markOf(number, '') }),
      edit: (to: string): Look => ({ kind: 'candidate', candidate: { file, what: 'env file of configMapGenerator', depth, layer: 1, changes: [{ file, text: replaced(to) }] } }),
    }]
  })
}

function isPartOf(held: unknown, value: string | number): held is string | number {
  if (typeof held === 'number') return held === value || String(value).includes(String(held))
  return typeof held === 'string' && held !== '' && String(value).includes(held)
}

function isPatchText(steps: YamlSteps, text: string, kustomization: boolean): boolean {
  const holder = kustomization ? /^(?:patches|patchesJson6902|patchesStrategicMerge|transformers)$/.test(String(steps[0])) : steps.at(-1) === 'patch'
  return holder && isInline(text)
}

/** Kinds, versions and names, by which things find each other, and in a kustomization whatever names files, are no suspects. */
function scalarsOf(document: Document, kustomization: boolean): readonly { readonly node: Scalar, readonly steps: YamlSteps }[] {
  const found: { readonly node: Scalar, readonly steps: YamlSteps }[] = []
  const walk = (node: unknown, steps: YamlSteps): void => {
    if (isScalar(node)) found.push({ node, steps })
    if (isSeq(node)) for (const [i, item] of node.items.entries()) walk(item, [...steps, i])
    if (!isMap(node)) return
    for (const pair of node.items) {
      const key = keyText(pair.key)
      if (key === null || key === 'apiVersion' || key === 'kind' || (key === 'name' && steps.at(-1) !== 'data')) continue
      if (kustomization && (steps.length === 0 ? FILES.test(key) : /^(?:path|target|files|envs)$/.test(key))) continue
      walk(pair.value, [...steps, key])
    }
  }
  walk(document.contents, [])
  return found
}

const FILES = /^(?:resources|bases|components|crds|configurations|generators|validators|openapi|replacements|vars|secretGenerator|namePrefix|nameSuffix)$/

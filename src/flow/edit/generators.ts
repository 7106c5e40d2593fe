import { posix } from 'node:path'
import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, textAt } from '../../model/json.ts'
import type { ObjectRef } from '../../model/resource.ts'
import { additionTo } from './kustomize-entries.ts'
import type { KustomizationText } from './kustomize-entries.ts'
import type { Look, Sought } from './look.ts'
import { candidateOf } from './look.ts'
import type { FileEdit, TextEdit, YamlSteps } from './place.ts'

/** A generator of the sought ConfigMap, and the files that it reads. */
export interface Generator {
  readonly kustomization: KustomizationText
  readonly index: number
  readonly entry: JsonObject
  /** What its `files:` and `envs:` name: as written, the path in the repository, and the text (null where it cannot be read). */
  readonly files: readonly { readonly list: string, readonly written: string, readonly path: string, readonly text: string | null }[]
}

/** Where the data of a generated ConfigMap stands: in literals, lines of an env file, or files taken whole (editing.md 4.2). */
export function generatorLooks(generators: readonly Generator[], sought: Sought): readonly Look[] {
  const [section, key, ...rest] = sought.path
  if (section !== 'data' || typeof key !== 'string' || rest.length > 0) return []
  const wanted: Wanted = { key, before: sought.before, after: sought.after }
  return generators.flatMap(generator => [...literalLooks(generator, wanted), ...generator.files.flatMap(file => fileLook(generator, file, wanted) ?? [])])
}

/** The literal that an overlay lays over a generator of a base, in the overlay's own generator of the same name where it has one. */
export function mergedLiteralLook(home: KustomizationText, generators: readonly Generator[], sought: Sought): Look | null {
  const [section, key, ...rest] = sought.path
  const base = generators.find(({ kustomization }) => !kustomization.home)
  if (section !== 'data' || typeof key !== 'string' || rest.length > 0 || base === undefined || typeof sought.after !== 'string') return null
  const literal = literalOf(key, sought.after)
  const name = textAt(base.entry, 'name')
  if (literal === null || name === undefined) return null
  const own = generators.find(({ kustomization }) => kustomization.home)
  const layer = { file: home.path, what: 'literal of configMapGenerator', depth: home.depth, layer: 0, tier: 'added' as const }
  if (own !== undefined) return candidateOf(layer, [literalAddition(own, literal)])
  const namespace = textAt(base.entry, 'namespace')
  return candidateOf(layer, [additionTo(home, 'configMapGenerator', { name, ...namespace === undefined ? {} : { namespace }, behavior: 'merge', literals: [literal] })])
}

/** True where a rendered name may come from a generator's: prefixes, suffixes and the hash of the content lie around it. */
export function isGenerated(name: string, { kind, name: rendered }: Pick<ObjectRef, 'kind' | 'name'>): boolean {
  return kind === 'ConfigMap' && rendered.includes(name)
}

/** The name before kustomize put the hash of the content behind it; the name itself where there is none. */
export function withoutHash(rendered: string): string {
  return rendered.replace(/-[bcdfghkmt2456789]{10}$/, '')
}

interface Wanted { readonly key: string, readonly before: Json | undefined, readonly after: Json | undefined }

function literalLooks(generator: Generator, { key, before, after }: Wanted): readonly Look[] {
  const { kustomization, entry, index } = generator
  const literals = entry['literals']
  const layer = { file: kustomization.path, what: 'literal of configMapGenerator', depth: kustomization.depth, layer: 0 }
  const at: YamlSteps = ['configMapGenerator', index, 'literals']
  const found = (isList(literals) ? literals : []).flatMap((text, i): readonly Look[] => {
    const literal = typeof text === 'string' ? parseLiteral(text) : null
    if (literal?.key !== key || before === undefined || literal.value !== before) return []
    const place = { document: kustomization.document, steps: [...at, i], inner: null }
    const written = typeof after === 'string' ? literalOf(key, after, literal.quote) : null
    const edit: TextEdit | null = after === undefined ? { op: 'remove', place } : written === null ? null : { op: 'set', place, value: written }
    return edit === null ? [] : [candidateOf(layer, [edit])]
  })
  const literal = before === undefined && typeof after === 'string' ? literalOf(key, after) : null
  return literal === null ? found : [...found, candidateOf(layer, [literalAddition(generator, literal)])]
}

function literalAddition({ kustomization: { document }, entry, index }: Generator, literal: string): TextEdit {
  const literals = entry['literals']
  const at: YamlSteps = ['configMapGenerator', index, 'literals']
  if (literals === undefined) return { op: 'add', place: { document, steps: at, inner: null }, value: [literal] }
  return { op: 'add', place: { document, steps: [...at, isList(literals) ? literals.length : 0], inner: null }, value: literal }
}

/** kustomize takes away one pair of quotes around the value. */
function parseLiteral(text: string): { readonly key: string, readonly value: string, readonly quote: string } | null {
  const equals = text.indexOf('=')
  if (equals <= 0) return null
  const value = text.slice(equals + 1)
  const quote = value.length >= 2 && /^["']/.test(value) && value.endsWith(value.charAt(0)) ? value.charAt(0) : ''
  return { key: text.slice(0, equals), value: quote === '' ? value : value.slice(1, -1), quote }
}

/** The literal that kustomize reads as the key with the value; null where none does. */
function literalOf(key: string, value: string, quote = ''): string | null {
  return [quote, '', '"', '\''].map(mark => `${key}=${mark}${value}${mark}`).find(text => {
    const read = parseLiteral(text)
    return read?.key === key && read.value === value
  }) ?? null
}

function fileLook(generator: Generator, file: Generator['files'][number], wanted: Wanted): Look | null {
  const { kustomization: { depth } } = generator
  const blocked = file.text === null ? null : encrypted(file.text)
  const edit = file.text === null ? null : file.list === 'files' ? wholeFile(file, file.text, wanted) : envFile(file.path, file.text, wanted)
  if (edit === null) return null
  if (blocked !== null) return { kind: 'blocked', code: 'ENCRYPTED', at: file.path, sentence: blocked }
  const what = file.list === 'files' ? 'file of configMapGenerator' : 'env file of configMapGenerator'
  return { kind: 'candidate', candidate: { file: file.path, what, depth, layer: 1, changes: [edit] } }
}

function encrypted(text: string): string | null {
  return text.includes('ENC[AES') || /^sops_(?:mac|version)=/m.test(text) ? 'the file is encrypted with SOPS' : null
}

function wholeFile({ written, path }: Generator['files'][number], text: string, { key, before, after }: Wanted): FileEdit | null {
  const equals = written.indexOf('=')
  const name = equals < 0 ? posix.basename(written) : written.slice(0, equals)
  return name === key && text === before && typeof after === 'string' ? { file: path, text: after } : null
}

/** One line of an env file; spaces before the key and everything behind `=` count as kustomize has it. */
function envFile(path: string, text: string, { key, before, after }: Wanted): FileEdit | null {
  if ((after !== undefined && typeof after !== 'string') || (after ?? '').includes('\n')) return null
  const lines = text.split(/(?<=\n)/)
  const at = lines.findIndex(line => !line.trimStart().startsWith('#') && line.trimStart().startsWith(`${key}=`))
  const line = lines[at]
  if (line === undefined) {
    if (before !== undefined || after === undefined) return null
    const eol = text.includes('\r\n') ? '\r\n' : '\n'
    return { file: path, text: text === '' || text.endsWith('\n') ? `${text}${key}=${after}${eol}` : `${text}${eol}${key}=${after}` }
  }
  const [, start = '', value = '', end = ''] = /^(\uFEFF?\s*[^=]*=)(.*?)(\r?\n)?$/su.exec(line) ?? []
  if (value !== before) return null
  return { file: path, text: [...lines.slice(0, at), ...after === undefined ? [] : [`${start}${after}${end}`], ...lines.slice(at + 1)].join('') }
}

/** The generators of ConfigMaps in a kustomization, as far as they may be the sought one's. */
export function generatorsOf(kustomization: KustomizationText, of: { readonly target: ObjectRef, file(path: string): { readonly path: string, readonly text: string | null } | null }): readonly Generator[] {
  const list = kustomization.value['configMapGenerator']
  return (isList(list) ? list : []).flatMap((entry, index) => {
    const name = textAt(entry, 'name')
    if (!isObject(entry) || name === undefined || !isGenerated(name, of.target)) return []
    const files = ['files', 'envs', 'env'].flatMap(key => textsOf(entry[key]).flatMap(written => {
      const equals = key === 'files' ? written.indexOf('=') : -1
      const file = of.file(equals < 0 ? written : written.slice(equals + 1))
      return file === null ? [] : [{ list: key, written, ...file }]
    }))
    return [{ kustomization, index, entry, files }]
  })
}

function textsOf(value: Json | undefined): readonly string[] {
  if (typeof value === 'string') return [value]
  return isList(value) ? value.filter(item => typeof item === 'string') : []
}

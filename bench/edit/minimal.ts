import { Parser, parseAllDocuments } from 'yaml'
import { isKustomizationFile } from './build.ts'
import type { Value } from './manifests.ts'
import { isFields, isList, manifestsOf } from './manifests.ts'
import type { TouchedFile } from './working-copy.ts'

/** M of testing.md section 7 with the numbers of DESIGN.md section 9: what an edit did to the bytes. */
export interface Minimality {
  readonly problems: readonly string[]
  /** `in place` where only scalars changed, `anchor` where an anchor was handed on to its first alias besides; else what was added. */
  readonly form: 'in place' | 'anchor' | 'entry' | 'patch' | 'none'
  readonly changedLines: number
  readonly addedLines: number
}

const LIMITS = { 'in place': 3, anchor: 3, entry: 12, patch: 30, none: 0 } as const

/** Judges all files that an edit touched, together. */
export function minimality(files: readonly TouchedFile[]): Minimality {
  const parts = files.map(one)
  const added = parts.reduce((sum, part) => sum + part.added, 0)
  const changed = parts.reduce((sum, part) => sum + part.changed, 0)
  const forms = parts.map(part => part.form)
  const form = forms.includes('patch') ? 'patch' : forms.includes('entry') ? 'entry' : forms.includes('anchor') ? 'anchor' : forms.includes('in place') ? 'in place' : 'none'
  const problems = parts.flatMap(part => part.problems)
  if (changed > LIMITS['in place']) problems.push(`${changed} lines change, at most ${LIMITS['in place']} may`)
  if (added > LIMITS[form]) problems.push(`${added} lines are added, at most ${LIMITS[form]} may`)
  return { problems, form, changedLines: changed, addedLines: added }
}

interface Part { readonly problems: readonly string[], readonly form: Minimality['form'], readonly changed: number, readonly added: number }

function one(file: TouchedFile): Part {
  if (file.after === null) return { problems: [`${file.path} is gone`], form: 'none', changed: 0, added: 0 }
  const [before, after] = [(file.before ?? Buffer.of()).toString('utf8'), file.after.toString('utf8')]
  if (file.before === null) return { problems: [], form: 'patch', changed: 0, added: linesOf(after).length }
  const named = (text: string): string => `${file.path}: ${text}`
  const inPlace = scalarsOnly(before, after)
  if (inPlace !== null) return { problems: inPlace.map(named), form: isOtherwiseNamed(before, after) ? 'anchor' : 'in place', changed: changedLines(before, after), added: 0 }
  const { removed, added } = lineDifference(before, after)
  const problems = [...ends(before, after), ...additionOnly(before, after, removed)]
  return { problems: problems.map(named), form: entryOnly(file.path, before, after) ? 'entry' : 'patch', changed: removed.length, added: Math.max(0, added.length - removed.length) }
}

/**
 * Null where more than scalars differ; else what is wrong with how they do. Comments, blanks and ends of lines are tokens of their own here. A scalar may lose its
 * anchor to an alias, and an alias may become a scalar: what they stand for is for the renders to say.
 */
export function scalarsOnly(before: string, after: string): readonly string[] | null {
  const [left, right] = [withoutAnchors(before), withoutAnchors(after)]
  if (left.length !== right.length) return null
  const problems: string[] = []
  for (const [i, token] of left.entries()) {
    const other = right[i]
    if (other === undefined || token.source === other.source && token.type === other.type) continue
    if (!SCALARS.has(token.type) || !SCALARS.has(other.type)) return null
    if (token.type === 'alias' || other.type === 'alias') continue
    if (token.type !== other.type) problems.push(`a ${token.type} becomes a ${other.type}`)
    else if (token.source.includes('\n') || other.source.includes('\n')) problems.push(...innerText(token.source, other.source))
  }
  return problems
}

/** A scalar of several lines may hold YAML itself, such as a patch: only a scalar of that may differ. */
function innerText(before: string, after: string): readonly string[] {
  if (before.split('\n').length !== after.split('\n').length) return ['a scalar changes its number of lines']
  if (before.endsWith('\n') !== after.endsWith('\n') || before.includes('\r') !== after.includes('\r')) return ['a scalar changes its ends of lines']
  return []
}

function withoutAnchors(text: string): ReturnType<typeof tokensOf> {
  const tokens = tokensOf(text)
  return tokens.filter(({ type }, i) => type !== 'anchor' && !(type === 'space' && tokens[i - 1]?.type === 'anchor'))
}

function isOtherwiseNamed(before: string, after: string): boolean {
  const names = (text: string): string => tokensOf(text).filter(({ type }) => type === 'anchor' || type === 'alias').map(({ source }) => source).join(' ')
  return names(before) !== names(after)
}

const SCALARS = new Set(['alias', 'scalar', 'single-quoted-scalar', 'double-quoted-scalar', 'block-scalar'])

/** The tokens of a text in their order; put together they are the text. */
export function tokensOf(text: string): readonly { readonly type: string, readonly source: string }[] {
  const found: { type: string, source: string }[] = []
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) value.forEach(visit)
    else if (typeof value === 'object' && value !== null) {
      // In the order of the text: the header of a block scalar stands before its text.
      if ('props' in value) visit(value.props)
      if ('type' in value && 'source' in value && typeof value.type === 'string' && typeof value.source === 'string') found.push({ type: value.type, source: value.source })
      for (const key of ['start', 'key', 'sep', 'value', 'items', 'end']) if (key in value) visit(Reflect.get(value, key))
    }
  }
  for (const token of new Parser().parse(text)) visit(token)
  return found
}

/** Ends of lines, the byte order mark and the last newline stay as they were. */
function ends(before: string, after: string): readonly string[] {
  const problems: string[] = []
  if (before.startsWith('\uFEFF') !== after.startsWith('\uFEFF')) problems.push('the byte order mark comes or goes')
  if (before.endsWith('\n') && !after.endsWith('\n')) problems.push('the last newline is gone')
  const kinds = new Set(linesOf(before).filter(line => line.endsWith('\n')).map(line => line.endsWith('\r\n')))
  if (kinds.size === 1 && linesOf(after).some(line => line.endsWith('\n') && line.endsWith('\r\n') !== kinds.has(true))) problems.push('a line ends otherwise than the others')
  return problems
}

/** What was there stays there: nothing is removed, or the text only grew within one line. */
function additionOnly(before: string, after: string, removed: readonly string[]): readonly string[] {
  if (removed.length === 0) return []
  let start = 0
  while (start < before.length && before[start] === after[start]) start += 1
  let end = 0
  while (end < before.length - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1
  const gone = before.slice(start, before.length - end)
  // An empty list or mapping, and nothing at all, may give way to an entry.
  return /^\s*(?:\[\s*\]|\{\s*\})?\s*$/.test(gone) ? [] : [`${removed.length} lines go while others are added: ${JSON.stringify(removed.slice(0, 3)).slice(0, 200)}`]
}

/** True where only entries of `images:` or `replicas:` of a kustomization came. */
function entryOnly(path: string, before: string, after: string): boolean {
  if (!isKustomizationFile(path)) return false
  const [left, right] = [manifestsOf(before)[0]?.value, manifestsOf(after)[0]?.value]
  if (!isFields(left) || !isFields(right)) return false
  const changed = Object.keys({ ...left, ...right }).filter(key => JSON.stringify(left[key]) !== JSON.stringify(right[key]))
  return changed.length > 0 && changed.every(key => key === 'images' || key === 'replicas')
}

/** V: each touched file parses, and a kustomization gained no deprecated or unknown field and no second entry for the same thing. */
export function validity(files: readonly TouchedFile[]): readonly string[] {
  return files.flatMap(({ path, before, after }) => {
    if (after === null) return []
    const [old, now] = [before?.toString('utf8') ?? '', after.toString('utf8')]
    if (Buffer.compare(Buffer.from(now), after) !== 0) return [`${path} is no UTF-8`]
    const broken = errorsOf(now).filter(error => !errorsOf(old).includes(error))
    return [...broken.map(error => `${path}: ${error}`), ...isKustomizationFile(path) ? newFields(old, now).map(text => `${path}: ${text}`) : []]
  })
}

const FIELDS = new Set(['apiVersion', 'kind', 'metadata', 'resources', 'components', 'namespace', 'namePrefix', 'nameSuffix', 'labels', 'commonAnnotations', 'images', 'replicas', 'patches',
  'configMapGenerator', 'secretGenerator', 'generatorOptions', 'replacements', 'crds', 'configurations', 'openapi', 'generators', 'transformers', 'validators', 'helmCharts', 'helmGlobals', 'buildMetadata', 'sortOptions'])

function newFields(before: string, after: string): readonly string[] {
  const [left, right] = [manifestsOf(before)[0]?.value, manifestsOf(after)[0]?.value]
  if (!isFields(right)) return ['it is no mapping']
  const fields = Object.keys(right).filter(key => !(isFields(left) && key in left) && !FIELDS.has(key)).map(key => `the field ${key} is new, and deprecated or unknown`)
  const twice = (['images', 'replicas'] as const).flatMap(key => repeated(right[key]).filter(name => !(isFields(left) && repeated(left[key]).includes(name))).map(name => `${key} has a second entry for ${name}`))
  return [...fields, ...twice]
}

function repeated(list: Value | undefined): readonly string[] {
  const names = isList(list) ? list.map(item => (isFields(item) ? String(item['name']) : '')) : []
  return names.filter((name, i) => names.indexOf(name) !== i)
}

function errorsOf(text: string): readonly string[] {
  return [...parseAllDocuments(text, { logLevel: 'silent' })].flatMap(document => document.errors.map(error => error.code))
}

function changedLines(before: string, after: string): number {
  const { removed, added } = lineDifference(before, after)
  return Math.max(removed.length, added.length)
}

function linesOf(text: string): readonly string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? []
}

/** Lines that go and lines that come. A last line that only gained its newline is neither (DESIGN.md section 9). */
export function lineDifference(before: string, after: string): { readonly removed: readonly string[], readonly added: readonly string[] } {
  const [left, right] = [[...linesOf(before)], [...linesOf(after)]]
  const last = left.at(-1)
  if (last !== undefined && !last.endsWith('\n') && right.length > left.length) left.splice(-1, 1, `${last}${after.includes('\r\n') ? '\r\n' : '\n'}`)
  let start = 0
  while (start < left.length && start < right.length && left[start] === right[start]) start += 1
  let end = 0
  while (end < left.length - start && end < right.length - start && left[left.length - 1 - end] === right[right.length - 1 - end]) end += 1
  return subsequence(left.slice(start, left.length - end), right.slice(start, right.length - end))
}

/** The longest common subsequence by its table; the middle of an edit is short. */
function subsequence(left: readonly string[], right: readonly string[]): { readonly removed: readonly string[], readonly added: readonly string[] } {
  if (left.length * right.length > 4_000_000) return { removed: left, added: right }
  const table = Array.from({ length: left.length + 1 }, () => new Uint32Array(right.length + 1))
  const at = (i: number, j: number): number => table[i]?.[j] ?? 0
  for (let i = left.length - 1; i >= 0; i -= 1) {
    for (let j = right.length - 1; j >= 0; j -= 1) table[i]?.set([left[i] === right[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))], j)
  }
  const [removed, added]: [string[], string[]] = [[], []]
  let [i, j] = [0, 0]
  while (i < left.length || j < right.length) {
    if (i < left.length && j < right.length && left[i] === right[j]) [i, j] = [i + 1, j + 1]
    else if (j < right.length && (i >= left.length || at(i, j + 1) >= at(i + 1, j))) added.push(right[j++] ?? '')
    else removed.push(left[i++] ?? '')
  }
  return { removed, added }
}

import { fieldAt } from '../field.ts'
import type { FieldPath } from '../field.ts'
import { canonical, isList, isObject, sameJson, valueAt } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'

/**
 * Where the values of a layer stand: in the manifest of the set, in a file that a generator reads, in what is no value of a file (the name of a folder), or in the Secret of
 * a cluster, null for the cluster that Argo CD runs in and knows without one.
 */
export type ParamSource =
  | { readonly kind: 'manifest', readonly at: FieldPath }
  | { readonly kind: 'file', readonly file: string, readonly steps: readonly (string | number)[] }
  | { readonly kind: 'fixed', readonly what: string }
  | { readonly kind: 'cluster', readonly secret: string | null }

/** Values that come from one place. */
export interface ParamLayer { readonly values: JsonObject, readonly source: ParamSource }

/** What one Application of a set is made of; of two layers that have a parameter the last one counts. */
export type ParamSet = readonly ParamLayer[]

/** A parameter that was found: its text, and where its value stands. */
export interface Param { readonly text: string, readonly value: Json, readonly source: ParamSource, readonly steps: readonly string[] }

/** An expression that only looks a parameter up: `{{name}}`, with goTemplate `{{ .a.b }}`, `{{ index .path.segments 1 }}` or `{{ index .metadata.labels "example.com/tag" }}`. */
const LOOKUP = /\{\{\s*(?:(\.?)([\w.[\]/-]+)|index\s+\.([\w.]+)\s+(?:(\d+)|"([^"\\]*)"))\s*\}\}/g

/** A parameter as a template writes it: names with dots between them, and a last step that may hold dots itself. */
export interface Looked { readonly name: string, readonly last: string | null }

/** A part of a template: a text, or an expression with the one parameter that it looks up, where it does nothing else. */
export interface Expression { readonly index: number, readonly whole: string, readonly looked: Looked | null }

/** The expressions of a text that look one parameter up. With goTemplate names begin with a dot, without it they do not. */
export function lookupsIn(text: string, go: boolean): readonly Expression[] {
  return [...text.matchAll(LOOKUP)].map(match => {
    const [whole, dot, plain, list, item, key] = match
    const last = item ?? key ?? null
    const name = list ?? plain ?? ''
    return { index: match.index, whole, looked: go === (list !== undefined || dot === '.') && !(go && /[[\]/]/.test(name)) ? { name, last } : null }
  })
}

/** The parameter that a template looks up; null where it is not there, is no scalar, or is written in a way that Go would show otherwise. */
export function findParam(set: ParamSet, { name, last }: Looked, go: boolean): Param | null {
  for (const { values, source } of [...set].reverse()) {
    const flat = go ? undefined : valueAt(values, name)
    const steps = flat === undefined ? [...name.split('.'), ...last === null ? [] : [last]] : [name]
    const value = flat ?? fieldAt(values, steps)
    if (value === undefined) continue
    const text = shown(value)
    return text === null ? null : { text, value, source, steps }
  }
  return null
}

/** As Go prints it: large and broken numbers come out in other ways than they were written. */
function shown(value: Json): string | null {
  if (typeof value === 'string') return value.includes('{{') ? null : value
  if (typeof value === 'boolean') return String(value)
  return typeof value === 'number' && Number.isInteger(value) && Math.abs(value) < 1e6 ? String(value) : null
}

/**
 * A template filled in; an expression that does more than look a parameter up stands as it is, with `marked` followed by all that it may be made of, so that a change
 * of that shows.
 */
export function fill(template: Json | undefined, set: ParamSet, { go, marked = false }: { readonly go: boolean, readonly marked?: boolean }): Json | undefined {
  if (isList(template)) return template.map(item => fill(item, set, { go, marked }) ?? null)
  if (isObject(template)) return Object.fromEntries(Object.entries(template).map(([key, item]) => [fillText(key, set, { go, marked: false }), fill(item, set, { go, marked })]))
  return typeof template === 'string' ? fillText(template, set, { go, marked }) : template
}

function fillText(template: string, set: ParamSet, { go, marked }: { readonly go: boolean, readonly marked: boolean }): string {
  let text = ''
  let end = 0
  for (const { index, whole, looked } of lookupsIn(template, go)) {
    const found = looked === null ? null : findParam(set, looked, go)
    text += `${template.slice(end, index)}${found?.text ?? whole}`
    end = index + whole.length
  }
  text += template.slice(end)
  // Without goTemplate what is not known stays as it is in the Application, too.
  return marked && go && text.includes('{{') ? `${text} of ${canonical(usedBy(text, set))}` : text
}

/** The parameters that expressions may use; all of them where they may take the whole map. */
function usedBy(text: string, set: ParamSet): Json {
  const inside = [...text.matchAll(/\{\{(.*?)\}\}/gs)].map(([, expression = '']) => expression.replaceAll(/"(?:[^"\\]|\\.)*"|`[^`]*`/g, '""')).join(' ')
  const names = new Set([...inside.matchAll(/\.(\w+)/g)].map(([, name]) => name))
  const whole = /(?:^|[\s(|])\.(?![\w])|\$|\b(?:range|with|template|define|block)\b/.test(inside)
  return set.map(({ values }) => whole ? values : Object.fromEntries(Object.entries(values).filter(([name]) => names.has(name))))
}

/** Both sets as one; null where they give one parameter two values, of which Argo CD's versions take another one each, or none. */
export function joined(first: ParamSet, second: ParamSet): ParamSet | null {
  const clash = first.some(a => second.some(b => clashes(a.values, b.values)))
  return clash ? null : [...first, ...second]
}

function clashes(a: JsonObject, b: JsonObject): boolean {
  return Object.entries(a).some(([key, value]) => {
    const other = b[key]
    return other !== undefined && (isObject(value) && isObject(other) ? clashes(value, other) : !sameJson(value, other))
  })
}

/** The first set with the second one laid over it; null where something empty would be laid over something, which goTemplate leaves as it was. */
export function laidOver(base: ParamSet, over: ParamSet, go: boolean): ParamSet | null {
  const empty = go && over.some(({ values }) => hasEmpty(values))
  return empty ? null : [...base, ...over]
}

function hasEmpty(value: Json | undefined): boolean {
  if (isObject(value)) return Object.values(value).some(hasEmpty)
  return isList(value) || value === '' || value === 0 || value === false || value === null
}

/** As Argo CD's SanitizeName. */
export function sanitized(name: string): string {
  return name.toLowerCase().replaceAll(/[^-a-z0-9.]/g, '-').slice(0, 253).replaceAll(/^[-.]+|[-.]+$/g, '')
}

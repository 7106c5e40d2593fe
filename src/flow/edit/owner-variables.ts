import { expressionsOf } from '../../model/envsubst.ts'
import type { Part } from '../../model/envsubst-parse.ts'
import { substitute } from '../../model/envsubst.ts'
import { fieldAt } from '../../model/field.ts'
import type { FieldPath } from '../../model/field.ts'
import { isList, isObject, sameJson } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import type { Substitution, VariableSource } from '../../model/overlay.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { Look, Sought } from './look.ts'
import { candidateOf } from './look.ts'

/** An object before and after variables were put into it, and who named them. */
export interface Templated {
  readonly template: KubernetesObject
  readonly object: KubernetesObject
  readonly rules: Substitution
  /** `Kustomization flux-system/apps`, which holds the inline values and names the others. */
  readonly owner: string
  readonly namespace: string
}

/** The text that a field had before variables were put into it, where there are any in it; null otherwise. */
export function templateText({ template, object }: Pick<Templated, 'template' | 'object'>, path: FieldPath): string | null {
  const value = fieldAt(template, byIndex(object, path))
  return typeof value === 'string' && (expressionsOf(value)?.some(({ kind }) => kind === 'expression') ?? false) ? value : null
}

/**
 * Where the variables of a field are defined. A value that came from a variable is edited there and never where it is used (editing.md 4.4); what is not
 * defined in the repository, or not known, blocks the field.
 */
export function variableLooks(of: Templated, text: string, sought: Sought): readonly Look[] {
  const expressions = (expressionsOf(text) ?? []).filter(part => part.kind === 'expression')
  const looks = [...new Set(expressions.map(({ variable }) => variable))].map(variable => variableLook(of, { text, variable, expressions }, sought))
  return looks.some(look => look.kind === 'candidate') ? looks.filter(look => look.kind === 'candidate') : looks
}

type Expression = Extract<Part, { kind: 'expression' }>
interface Use { readonly text: string, readonly variable: string, readonly expressions: readonly Expression[] }

function variableLook(of: Templated, use: Use, sought: Sought): Look {
  const { variable } = use
  const blocked = (code: 'TEMPLATE' | 'ENCRYPTED' | 'INLINE', sentence: string, at: string): Look => ({ kind: 'blocked', code, at, sentence })
  const source = definition(of.rules, variable)
  if (source === null) {
    const own = use.expressions.find(one => one.variable === variable)?.source ?? ''
    return blocked('TEMPLATE', `the value comes from ${own}, and nothing defines ${variable}`, `${of.owner} spec.postBuild`)
  }
  const at = placeName(of, source, variable)
  if (source.kind === 'Secret' && source.values !== null) return blocked('ENCRYPTED', `the value comes from the variable ${variable} of ${sourceName(of, source)}`, at)
  if (source.values === null || source.values[variable] === null) return blocked('TEMPLATE', `the value comes from the variable ${variable}, which ${sourceName(of, source)} may hold and nobody can read here`, at)
  const wanted = typeof sought.after === 'object' || sought.after === undefined ? null : solved(of, use, String(sought.after))
  if (wanted === null) return blocked('TEMPLATE', `what is asked cannot be had from ${use.text} by another value of ${variable}`, at)
  if (source.place === undefined) {
    return source.kind === 'inline' ? blocked('INLINE', `the value comes from the variable ${variable}, which ${of.owner} sets itself`, at)
      : blocked('TEMPLATE', `the value comes from the variable ${variable} of ${sourceName(of, source)}; ask for the change of that object`, at)
  }
  const { file, document, steps } = source.place
  const layer = { file, what: `variable ${variable} of ${source.kind === 'inline' ? of.owner : sourceName(of, source)}`, depth: -1, layer: 0 }
  return candidateOf(layer, [{ op: 'set', place: { document, steps: [...steps, variable], inner: null }, value: wanted }])
}

function sourceName({ namespace }: Templated, { kind, name }: VariableSource): string {
  return `${kind} ${namespace}/${name}`
}

function placeName(of: Templated, source: VariableSource, variable: string): string {
  if (source.kind === 'inline') return `${of.owner} ${source.name}.${variable}`
  return `${sourceName(of, source)} data.${variable}`
}

/** The source that decides a variable: the last that has it, or that may. null where none has. */
function definition({ sources }: Substitution, variable: string): VariableSource | null {
  return sources.findLast(({ values }) => values === null || Object.hasOwn(values, variable)) ?? null
}

/** The value that a variable needs, so that the text becomes what is asked while all others stay; null where there is none. */
function solved(of: Templated, { text, variable, expressions }: Use, asked: string): string | null {
  const slots = expressions.filter(one => one.variable === variable)
  // A variable that only counts through bash's operators, or through another's default, is left to people.
  if (slots.length === 0 || slots.some(one => one.operator !== '' && !/^:?[-=]$/.test(one.operator))) return null
  const pieces = (expressionsOf(text) ?? []).map(part => part.kind === 'expression' && part.variable === variable ? null : valueOf(of.rules, part))
  if (pieces.some(piece => piece === undefined)) return null
  const fixed = pieces.reduce<number>((sum, piece) => sum + (piece?.length ?? 0), 0)
  const length = (asked.length - fixed) / slots.length
  if (!Number.isInteger(length) || length <= 0) return null
  const start = (pieces.indexOf(null) < 0 ? [] : pieces.slice(0, pieces.indexOf(null))).reduce<number>((sum, piece) => sum + (piece?.length ?? 0), 0)
  const value = asked.slice(start, start + length)
  return !/[\n\r]/.test(value) && pieces.map(piece => piece ?? value).join('') === asked ? value : null
}

/** What a piece of the text becomes; undefined where that is not known. */
function valueOf(rules: Substitution, part: Part): string | undefined {
  if (part.kind === 'text') return part.text
  const result = substitute(part.source, name => {
    const source = definition(rules, name)
    const text = source?.values?.[name]
    return source === null ? { kind: 'unset' } : text === null || text === undefined ? { kind: 'unknown' } : { kind: 'value', text: text.replaceAll('\n', '') }
  })
  return result.ok && result.unresolved.length === 0 ? result.text : undefined
}

/** A path with list items by index: the names of items may hold variables too. */
function byIndex(object: KubernetesObject, path: FieldPath): FieldPath {
  return path.map((step, i) => {
    if (typeof step === 'string') return step
    const list: Json | undefined = fieldAt(object, path.slice(0, i))
    const at = isList(list) ? list.findIndex(item => isObject(item) && sameJson(item[step.key], step.value)) : -1
    return at < 0 ? step : String(at)
  })
}

import type { Json, JsonObject } from '../../model/json.ts'
import { objectsAt, textAt, textsAt, valueAt } from '../../model/json.ts'
import { badRequest } from './api-error.ts'

/** True for the objects a list or watch is about. */
export type Selector = (object: JsonObject) => boolean

/** What a selector asks of one label; `operator` as in matchExpressions, `=` for an entry of matchLabels. */
interface Requirement { readonly key: string, readonly operator: string, readonly values: readonly string[] }

const KEY = String.raw`[^\s=!(),<>]+`
const REQUIREMENT = new RegExp(String.raw`^(?:!\s*(${KEY})|(${KEY})(?:\s+(in|notin)\s*\(([^()]*)\)|\s*(==|=|!=)\s*(${KEY})?)?)`)

/** Reads `labelSelector`: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`. Throws 400 for anything else. */
export function labelSelector(text: string): Selector {
  const requirements: Requirement[] = []
  let rest = text.trim()
  while (rest !== '') {
    const match = REQUIREMENT.exec(rest)
    if (!match) throw badRequest(`found '${tokenOf(rest)}', expected: !, identifier, or 'end of string'`)
    const [whole, absent, key = '', listed, list = '', operator, value = ''] = match
    if (absent !== undefined) requirements.push({ key: absent, operator: 'DoesNotExist', values: [] })
    else if (listed !== undefined) requirements.push({ key, operator: listed === 'in' ? 'In' : 'NotIn', values: list.split(',').map(item => item.trim()) })
    else requirements.push({ key, operator: operator === undefined ? 'Exists' : operator === '!=' ? 'NotIn' : 'In', values: [value] })
    rest = rest.slice(whole.length).trimStart()
    if (rest !== '' && !rest.startsWith(',')) throw badRequest(`found '${tokenOf(rest)}', expected: ',' or 'end of string'`)
    if (rest === ',') throw badRequest("found '', expected: identifier after ','")
    rest = rest.slice(1).trimStart()
  }
  return object => requirements.every(requirement => meets(valueAt(object, 'metadata', 'labels'), requirement))
}

/** What a text begins with, as the server names it in its refusal. */
function tokenOf(text: string): string {
  return /^(?:==|!=|[=!(),<>]|[^\s=!(),<>]+)/.exec(text)?.[0] ?? ''
}

function meets(labels: Json | undefined, { key, operator, values }: Requirement): boolean {
  const value = textAt(labels, key)
  if (operator === 'Exists') return value !== undefined
  if (operator === 'DoesNotExist') return value === undefined
  return (value !== undefined && values.includes(value)) === (operator !== 'NotIn')
}

/** Reads `fieldSelector`: `path=value` and `path!=value`, where `supported` says which paths. Throws 400 for other paths. */
export function fieldSelector(text: string, supported: (path: string) => boolean): Selector {
  const tests = text.split(',').filter(part => part !== '').map((part): Selector => {
    const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(part)
    if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${part}'`)
    const [, path = '', operator, wanted = ''] = match
    if (!supported(path)) throw badRequest(`field label not supported: ${path}`)
    return object => ((textAt(object, ...path.split('.')) ?? '') === wanted) === (operator !== '!=')
  })
  return object => tests.every(test => test(object))
}

/** What a LabelSelector of an object asks, in the order of the keys. */
function requirementsOf(selector: Json | undefined): readonly Requirement[] {
  const labels = Object.entries(valueAt(selector, 'matchLabels') ?? {}).map(([key, value]) => ({ key, operator: '=', values: [String(value)] }))
  const expressions = objectsAt(selector, 'matchExpressions').map(item => ({ key: textAt(item, 'key') ?? '', operator: textAt(item, 'operator') ?? '', values: textsAt(item, 'values') }))
  return [...labels, ...expressions].sort((a, b) => a.key < b.key ? -1 : 1)
}

/** True where the labels satisfy a LabelSelector of an object; an empty one matches all, none at all nothing. */
export function matchesSelector(selector: Json | undefined, labels: Json | undefined): boolean {
  return selector !== undefined && requirementsOf(selector).every(requirement => meets(labels, requirement))
}

/** A LabelSelector of an object as a query writes it, in the order of the keys; a text stays. */
export function selectorText(selector: Json | undefined): string {
  if (typeof selector === 'string') return selector
  return requirementsOf(selector).map(({ key, operator, values }) => {
    if (operator === '=') return `${key}=${values[0]}`
    if (operator === 'Exists' || operator === 'DoesNotExist') return operator === 'Exists' ? key : `!${key}`
    return `${key} ${operator.toLowerCase()} (${values.toSorted().join(',')})`
  }).join(',')
}

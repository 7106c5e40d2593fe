import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, objectsAt, textAt, valueAt } from '../../model/json.ts'
import { badRequest } from './api-error.ts'

/** True for the objects a list or watch is about. */
export type Selector = (object: JsonObject) => boolean

const KEY = String.raw`[^\s=!(),<>]+`
const IS_ABSENT = new RegExp(`^!\\s*(${KEY})`)
const IS_ONE_OF = new RegExp(`^(${KEY})\\s+(in|notin)\\s*\\(([^()]*)\\)`)
const IS_VALUE = new RegExp(`^(${KEY})(?:\\s*(==|=|!=)\\s*(${KEY})?)?`)

/** Reads `labelSelector`: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`. Throws 400 for anything else. */
export function labelSelector(text: string): Selector {
  const tests: Selector[] = []
  let rest = text.trim()
  while (rest !== '') {
    const { length, test } = requirement(rest)
    tests.push(test)
    rest = rest.slice(length).trimStart()
    if (rest !== '' && !rest.startsWith(',')) throw badRequest(`found '${tokenOf(rest)}', expected: ',' or 'end of string'`)
    if (rest === ',') throw badRequest("found '', expected: identifier after ','")
    rest = rest.slice(1).trimStart()
  }
  return object => tests.every(test => test(object))
}

function requirement(text: string): { readonly length: number, readonly test: Selector } {
  const [absent, gone] = IS_ABSENT.exec(text) ?? []
  if (absent !== undefined) return { length: absent.length, test: object => label(object, gone) === undefined }
  const [listed, of, which, values = ''] = IS_ONE_OF.exec(text) ?? []
  const all = values.split(',').map(value => value.trim())
  if (listed !== undefined) return { length: listed.length, test: object => all.includes(label(object, of) ?? '\0') === (which === 'in') }
  const [plain, key, operator, value = ''] = IS_VALUE.exec(text) ?? []
  if (plain === undefined) throw badRequest(`found '${tokenOf(text)}', expected: !, identifier, or 'end of string'`)
  return { length: plain.length, test: object => operator === undefined ? label(object, key) !== undefined : (label(object, key) === value) === (operator !== '!=') }
}

/** What a text begins with, as the server names it in its refusal. */
function tokenOf(text: string): string {
  return /^(?:==|!=|[=!(),<>]|[^\s=!(),<>]+)/.exec(text)?.[0] ?? ''
}

function label(object: JsonObject, key = ''): string | undefined {
  return textAt(object, 'metadata', 'labels', key)
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

/** True where the labels satisfy a LabelSelector of an object (matchLabels and matchExpressions); an empty one matches all. */
export function matchesSelector(selector: Json | undefined, labels: Json | undefined): boolean {
  if (!isObject(selector)) return false
  const found = isObject(labels) ? labels : {}
  const wanted = isObject(selector['matchLabels']) ? selector['matchLabels'] : {}
  return Object.entries(wanted).every(([key, value]) => found[key] === value) && objectsAt(selector, 'matchExpressions').every(item => {
    const value = found[textAt(item, 'key') ?? '']
    const values = valueAt(item, 'values')
    const listed = isList(values) && value !== undefined && values.includes(value)
    switch (textAt(item, 'operator')) {
      case 'In': return listed
      case 'NotIn': return !listed
      case 'Exists': return value !== undefined
      default: return value === undefined
    }
  })
}

/** A LabelSelector of an object as a query writes it, in the order of the keys; a text stays. */
export function selectorText(selector: Json | undefined): string {
  if (typeof selector === 'string') return selector
  const labels = Object.entries(valueAt(selector, 'matchLabels') ?? {}).map(([key, value]) => ({ key, text: `${key}=${typeof value === 'string' ? value : ''}` }))
  const expressions = objectsAt(selector, 'matchExpressions').map(item => {
    const [key, operator] = [textAt(item, 'key') ?? '', textAt(item, 'operator') ?? '']
    if (operator === 'Exists' || operator === 'DoesNotExist') return { key, text: operator === 'Exists' ? key : `!${key}` }
    const values = valueAt(item, 'values')
    return { key, text: `${key} ${operator.toLowerCase()} (${isList(values) ? values.filter(value => typeof value === 'string').sort().join(',') : ''})` }
  })
  return [...labels, ...expressions].sort((a, b) => a.key < b.key ? -1 : a.key > b.key ? 1 : 0).map(item => item.text).join(',')
}

import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject, objectsAt, textAt, valueAt } from '../../model/json.ts'
import { badRequest } from './api-error.ts'

/** True for the objects a list or watch is about. */
export type Selector = (object: JsonObject) => boolean

const TOKEN = /\s*(==|!=|=|!|\(|\)|,|<|>|[^\s=!(),<>]+)/gy

/** Reads `labelSelector`: `a=b`, `a==b`, `a!=b`, `a in (b,c)`, `a notin (b)`, `a`, `!a`. Throws 400 for anything else. */
export function labelSelector(text: string): Selector {
  const tokens = [...text.matchAll(TOKEN)].map(match => match[1] ?? '')
  const tests: Selector[] = []
  while (tokens.length > 0) {
    tests.push(requirement(tokens))
    const next = tokens.shift()
    if (next === undefined) break
    if (next !== ',') throw badRequest(`found '${next}', expected: ',' or 'end of string'`)
    if (tokens.length === 0) throw badRequest("found '', expected: identifier after ','")
  }
  return object => tests.every(test => test(object))
}

function requirement(tokens: string[]): Selector {
  const first = tokens.shift() ?? ''
  if (first === '!') {
    const key = identifier(tokens.shift())
    return object => label(object, key) === undefined
  }
  if (isSymbol(first)) throw badRequest(`found '${first}', expected: !, identifier, or 'end of string'`)
  const operator = tokens[0]
  if (operator === undefined || operator === ',') return object => label(object, first) !== undefined
  tokens.shift()
  switch (operator) {
    case '=': case '==': {
      const value = optionalValue(tokens)
      return object => label(object, first) === value
    }
    case '!=': {
      const value = optionalValue(tokens)
      return object => label(object, first) !== value
    }
    case 'in': case 'notin': {
      const values = valueList(tokens)
      return object => (values.includes(label(object, first) ?? '\0')) === (operator === 'in')
    }
    default: throw badRequest(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`)
  }
}

function isSymbol(token: string): boolean {
  return /^[=!(),<>]+$/.test(token)
}

function identifier(token: string | undefined): string {
  if (token === undefined || isSymbol(token)) throw badRequest(`found '${token ?? ''}', expected: identifier`)
  return token
}

function optionalValue(tokens: string[]): string {
  return tokens[0] === undefined || tokens[0] === ',' ? '' : identifier(tokens.shift())
}

function valueList(tokens: string[]): readonly string[] {
  if (tokens.shift() !== '(') throw badRequest("found '', expected: '('")
  const out: string[] = []
  for (;;) {
    const token = tokens.shift()
    if (token === ')') return out
    if (token === undefined) throw badRequest("found '', expected: ',', or ')'")
    if (token !== ',') out.push(identifier(token))
  }
}

function label(object: JsonObject, key: string): string | undefined {
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
  const expressions = isList(selector['matchExpressions']) ? selector['matchExpressions'] : []
  return Object.entries(wanted).every(([key, value]) => found[key] === value) && expressions.every(item => {
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

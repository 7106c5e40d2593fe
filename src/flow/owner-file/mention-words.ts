import { isList, isObject, textAt } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'

/** A scalar that may name something: `path` and `chart` a folder, anything else a file beside it. */
export interface Word { readonly key: 'path' | 'chart' | '', readonly text: string }

/** What stands for something else: `{{ … }}` of templates, `${…}` of Flux and shells. */
const EXPRESSION = /\{\{[\s\S]*?\}\}(?!\})|\$\{[^}\n]*\}/g
const OPEN = '\u0001'
const CLOSE = '\u0002'

/** True for a text in which something else will stand. */
export function isTemplated(text: string): boolean {
  return text.includes('{{') || text.includes('${')
}

/** A text in parts that are meant literally and expressions. */
export function partsOf(text: string): readonly { readonly literal: boolean, readonly text: string }[] {
  const parts: { literal: boolean, text: string }[] = []
  let at = 0
  for (const match of text.matchAll(EXPRESSION)) {
    if (match.index > at) parts.push({ literal: true, text: text.slice(at, match.index) })
    parts.push({ literal: false, text: match[0].startsWith('{{') ? match[0].slice(2, -2) : match[0].slice(2, -1) })
    at = match.index + match[0].length
  }
  return at < text.length ? [...parts, { literal: true, text: text.slice(at) }] : parts
}

/** The words of YAML or JSON that may not be readable, because it is a template or broken. */
export function wordsOfText(text: string): readonly Word[] {
  const held: string[] = []
  const plain = text.replace(/\\"/g, '"').replace(EXPRESSION, found => `${OPEN}${held.push(found) - 1}${CLOSE}`)
  const shown = (word: string): string => word.replace(new RegExp(`${OPEN}(\\d+)${CLOSE}`, 'g'), (_found, i: string) => held[Number(i)] ?? '')
  const named = [...plain.matchAll(/(?:^|[\s{,"'])(path|chart)["']?\s*:[ \t]*["']?([^\s"',}\]]+)/g)].map(([, key = '', word = '']): Word => ({ key: key === 'chart' ? 'chart' : 'path', text: shown(word) }))
  const others = [...new Set(plain.split(/[\s"'`,;[\]{}()<>|=]+/))].filter(word => word !== '' && !word.endsWith(':')).map((word): Word => ({ key: '', text: shown(word) }))
  return [...named, ...others]
}

/** The same for what was read; texts over several lines are read as YAML of their own. */
export function wordsOfJson(value: Json | undefined, key: Word['key'] = ''): readonly Word[] {
  if (typeof value === 'string') return value.includes('\n') ? wordsOfText(value) : [{ key, text: value }]
  if (isList(value)) return value.flatMap(item => wordsOfJson(item, key))
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([name, item]) => wordsOfJson(item, name === 'path' || name === 'chart' ? name : ''))
}

/** The object's own name as a text shows it; null where it is a template. */
export function nameOfText(text: string): string | null {
  const name = /\bmetadata["']?\s*:[^]*?\bname["']?\s*:[ \t]*["']?([^\s"',}]+)/.exec(text)?.[1]
  return name === undefined || isTemplated(name) || name.includes('{') ? null : name
}

/** `argocd/shop` as far as it is known. */
export function shownName(value: Json): string {
  const [namespace, name] = [textAt(value, 'metadata', 'namespace'), textAt(value, 'metadata', 'name') ?? '?']
  return namespace === undefined ? name : `${namespace}/${name}`
}

/** Words that look like paths: with a folder in them, or under a key that says so. */
export function pathsIn(text: string): readonly string[] {
  const keyed = [...text.matchAll(/(?:path|chart|dir|directory|folder|source|values?Files?)["']?\s*:[ \t]*["']?([\w./-]+)/gi)].map(([, word = '']) => word)
  const others = text.split(/[\s"'`,;[\]{}()<>|=]+/).filter(word => /\w\/?/.test(word) && word.includes('/') && !word.includes('://') && !isTemplated(word))
  return [...keyed, ...others]
}

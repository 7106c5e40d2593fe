import { isList, isObject } from './json.ts'
import type { Json, JsonObject } from './json.ts'

/** One key of Helm's values: map keys and list indices. */
export type ValuePath = readonly (string | number)[]

const MOST_INDEX = 65_536
const MOST_NESTED = 30

/** The key that a `--set` names (`a.b[0].c`, a backslash before what is meant literally); null where Helm would not take the text as one key. */
export function setPath(name: string): ValuePath | null {
  const path: (string | number)[] = []
  let key = ''
  // After a closed bracket only a dot, another bracket or the end can follow.
  let closed = false
  for (let i = 0; i < name.length; i++) {
    const char = name.charAt(i)
    if (char === ',' || char === '=') return null
    if (char === '[') {
      const index = indexAt(name, i)
      if (index === null || (!closed && key === '')) return null
      if (!closed) path.push(key)
      path.push(index)
      key = ''
      closed = true
      i = name.indexOf(']', i)
    } else if (char === '.') {
      if (!closed && key === '') return null
      if (!closed) path.push(key)
      key = ''
      closed = false
    } else {
      if (closed || (char === '\\' && i + 1 >= name.length)) return null
      key += char === '\\' ? name.charAt(++i) : char
    }
  }
  if (!closed) path.push(key)
  const last = path.at(-1)
  return last === '' || path.filter(step => typeof step === 'string').length > MOST_NESTED ? null : path
}

function indexAt(name: string, bracket: number): number | null {
  const digits = /^\[(\d{1,5})\]/.exec(name.slice(bracket))?.[1]
  return digits === undefined || Number(digits) > MOST_INDEX ? null : Number(digits)
}

/** The name by which `--set` reaches a key. */
export function setName(path: ValuePath): string {
  return path.map((step, i) => typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${step.replace(/[\\.[\],=]/g, '\\$&')}`).join('')
}

/** What a value of `--set` means: `true`, `null` and whole numbers are typed, `{a,b}` is a list; null in `value` is Helm's nil. Undefined: Helm refuses it. */
export function setValue(text: string, string: boolean): Json | undefined {
  if (text.startsWith('{')) return listValue(text.slice(1), string)
  const { items, rest } = parts(text, ',')
  return items.length === 1 && rest === null ? typed(items[0] ?? '', string) : undefined
}

/** The text that `--set` reads as this value; null where there is none. */
export function setText(value: Json, string: boolean): string | null {
  if (typeof value === 'object' && value !== null) return null
  const plain = String(value)
  const text = /\\|^\{/.test(plain) ? plain.replace(/[\\,]|^\{/g, '\\$&') : plain.replaceAll(',', '\\,')
  return setValue(text, string) === value ? text : null
}

/** Values with one key set, as `--set` does: maps and lists on the way are made; null where something else is in the way. */
export function withValue(root: Json | undefined, path: ValuePath, value: Json): Json | null {
  const [step, ...rest] = path
  if (step === undefined) return value
  if (typeof step === 'number') {
    if (root !== undefined && root !== null && !isList(root)) return null
    const list = [...root ?? []]
    while (list.length <= step) list.push(null)
    const item = list[step]
    const inner = rest.length === 0 ? value : withValue(isObject(item) || isList(item) ? item : undefined, rest, value)
    return inner === null && rest.length > 0 ? null : list.map((one, i) => i === step ? inner : one)
  }
  if (root !== undefined && !isObject(root)) return null
  const map: JsonObject = root ?? {}
  const inner = rest.length === 0 ? value : withValue(Object.hasOwn(map, step) ? map[step] : undefined, rest, value)
  return inner === null && rest.length > 0 ? null : { ...map, [step]: inner }
}

/** Values over values as Helm lays one value file over another: maps are merged, all else is replaced; null stays. */
export function mergedValues(below: JsonObject, above: JsonObject): JsonObject {
  const merged: Record<string, Json | undefined> = { ...below }
  for (const [key, value] of Object.entries(above)) {
    const there = Object.hasOwn(merged, key) ? merged[key] : undefined
    merged[key] = isObject(there) && isObject(value) ? mergedValues(there, value) : value
  }
  return merged
}

/** The value at a key; undefined where it is not there. */
export function valueAtPath(root: Json | undefined, path: ValuePath): Json | undefined {
  let here = root
  for (const step of path) {
    if (typeof step === 'number' ? !isList(here) : !isObject(here) || !Object.hasOwn(here, step)) return undefined
    here = typeof step === 'number' ? (isList(here) ? here[step] : undefined) : (isObject(here) ? here[step] : undefined)
  }
  return here
}

function listValue(text: string, string: boolean): Json | undefined {
  const { items, rest } = parts(text, ',', '}')
  return rest === '' ? items.map(item => typed(item, string)) : undefined
}

/** The parts between separators, a backslash before what is meant literally; `rest` is what follows `end`, null where it is not there. */
function parts(text: string, separator: string, end?: string): { readonly items: readonly string[], readonly rest: string | null } {
  const items: string[] = []
  let item = ''
  for (let i = 0; i < text.length; i++) {
    const char = text.charAt(i)
    if (char === '\\') item += text.charAt(++i)
    else if (char === separator) {
      items.push(item)
      item = ''
    } else if (char === end) return { items: [...items, item], rest: text.slice(i + 1) }
    else item += char
  }
  return { items: [...items, item], rest: null }
}

function typed(text: string, string: boolean): Json {
  if (string) return text
  const lower = text.toLowerCase()
  if (lower === 'true' || lower === 'false') return lower === 'true'
  if (lower === 'null') return null
  if (text === '0') return 0
  const number = /^[-+]?[1-9][0-9]*$|^[-+]0[0-9]*$/.test(text) ? Number(text) : NaN
  return Number.isSafeInteger(number) ? number : text
}

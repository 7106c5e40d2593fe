import { fieldAt } from '../../model/field.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { isList, isObject } from '../../model/json.ts'
import type { Sought } from './look.ts'
import { isDigits, nested, reachOf } from './reach.ts'

/**
 * The operations of a JSON patch (RFC 6902) that change one field: by index, with a `test` on every item on the way before it, so that the build fails
 * loudly when somebody moves the items (DESIGN.md section 5). null where a path leads through an item that is not there.
 */
export function jsonPatch(sought: Sought): readonly JsonObject[] | null {
  const { object, path, before, after } = sought
  const { steps, rest, here } = reachOf(object, path)
  const tests = path.slice(0, steps.length).flatMap((step, i): readonly JsonObject[] => {
    const at = steps.slice(0, i + 1)
    if (typeof step !== 'string') return [{ op: 'test', path: pointer([...at, step.key]), value: step.value }]
    const list = isDigits(step) && isList(fieldAt(object, path.slice(0, i)))
    const item = list ? fieldAt(object, path.slice(0, i + 1)) : undefined
    if (item === undefined || isList(item)) return []
    if (!isObject(item)) return [{ op: 'test', path: pointer(at), value: item }]
    const key = tellingKey(item)
    return key === null ? [] : [{ op: 'test', path: pointer([...at, key]), value: item[key] }]
  })
  if (rest.length === 0) {
    if (before === undefined) return null
    return [...tests, after === undefined ? { op: 'remove', path: pointer(steps) } : { op: 'replace', path: pointer(steps), value: after }]
  }
  const [step, ...more] = rest
  if (step === undefined || after === undefined || rest.slice(0, -1).some(one => typeof one !== 'string' || isDigits(one))) return null
  const inside = nested(more, after)
  if (here === null) return [...tests, { op: 'replace', path: pointer(steps), value: nested(rest, after) }]
  if (typeof step === 'string' && !(isDigits(step) && isList(here))) return isObject(here) ? [...tests, { op: 'add', path: pointer([...steps, step]), value: inside }] : null
  if (!isList(here)) return null
  const item: Json = typeof step !== 'string' && isObject(inside) ? { [step.key]: step.value, ...inside } : inside
  return [...tests, { op: 'add', path: pointer([...steps, '-']), value: item }]
}

const TELLING = ['name', 'host', 'key', 'id', 'alert', 'record', 'path', 'port', 'type', 'kind']

/** The field by which people would tell an item from its neighbours; null where none of its fields is a plain value. */
function tellingKey(item: JsonObject): string | null {
  const plain = (key: string): boolean => item[key] !== undefined && item[key] !== null && !isObject(item[key]) && !isList(item[key])
  return [...TELLING, ...Object.keys(item)].find(plain) ?? null
}

function pointer(steps: readonly (string | number)[]): string {
  return steps.map(step => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
}

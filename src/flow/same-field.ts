import type { FieldPath } from '../model/field.ts'
import { sameJson } from '../model/json.ts'
import type { Json } from '../model/json.ts'
import { quantity } from './quantity.ts'

/** True where two values of one field mean the same to the API server: quantities by amount (`0.5` = `500m`), everything else exactly. */
export function sameField(path: FieldPath, a: Json | undefined, b: Json | undefined): boolean {
  if (sameJson(a, b)) return true
  if (!isQuantityField(path)) return false
  const [left, right] = [amount(a), amount(b)]
  return left !== null && left === right
}

function isQuantityField(path: FieldPath): boolean {
  const section = path.at(-2)
  return path.at(-3) === 'resources' && (section === 'limits' || section === 'requests')
}

function amount(value: Json | undefined): bigint | null {
  return typeof value === 'string' || typeof value === 'number' ? quantity(String(value)) : null
}

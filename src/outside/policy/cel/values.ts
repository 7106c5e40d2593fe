import type { Json } from '../../../model/json.ts'
import { isList, isObject } from '../../../model/json.ts'
import { Unevaluable } from './unevaluable.ts'

const INT_LIMIT = 2 ** 63

/**
 * JSON as CEL sees it: integers are BigInt, objects are Maps (so that a key named `constructor` is only a key).
 * Keys with null are left out, as the API server leaves them out of what it admits.
 */
export function celValue(value: Json): unknown {
  if (typeof value === 'number') return Number.isInteger(value) && Math.abs(value) < INT_LIMIT ? BigInt(value) : value
  if (isList(value)) return value.map(celValue)
  if (!isObject(value)) return value
  const map = new Map<string, unknown>()
  for (const key of Object.keys(value)) {
    const item = value[key]
    if (item !== undefined && item !== null) map.set(key, celValue(item))
  }
  return map
}

/** Fields of the admission request that a cluster knows and that nobody knows before the change is applied. */
const UNKNOWN_FIELDS = new Set(['userInfo', 'options', 'uid'])
/** Fields that are there in a cluster for some requests, and are left out here as they would be there. */
const OPTIONAL_FIELDS = new Set(['name', 'namespace', 'subResource', 'requestSubResource'])

/** A value of which only named fields can be looked at. */
export class FieldsOnly extends Map<string, unknown> {
  override keys(): never {
    throw new Unevaluable('request and variables cannot be gone through')
  }
}

/** `request`: a map that refuses what is not known locally, instead of calling it absent. */
export class RequestValue extends FieldsOnly {
  override get(key: string): unknown {
    if (UNKNOWN_FIELDS.has(key)) throw new Unevaluable(`request.${key} cannot be known before the change is applied`)
    const value = super.get(key)
    if (value === undefined && !OPTIONAL_FIELDS.has(key)) throw new Unevaluable(`request.${key} is no field of an admission request`)
    return value
  }

  override has(key: string): boolean {
    return this.get(key) !== undefined
  }
}

/** `variables`: each is evaluated when it is first looked at, and once (policy.md 2.3). */
export class VariableValues extends FieldsOnly {
  readonly #outcomes = new Map<string, { readonly value: unknown } | { readonly error: unknown }>()
  readonly #evaluate: (name: string) => unknown

  constructor(evaluate: (name: string) => unknown) {
    super()
    this.#evaluate = evaluate
  }

  override get(name: string): unknown {
    const outcome = this.#outcomes.get(name) ?? this.#first(name)
    if ('error' in outcome) throw outcome.error
    return outcome.value
  }

  override has(name: string): boolean {
    return this.get(name) !== undefined
  }

  #first(name: string): { readonly value: unknown } | { readonly error: unknown } {
    let outcome: { readonly value: unknown } | { readonly error: unknown }
    try {
      outcome = { value: this.#evaluate(name) }
    } catch (error) {
      outcome = { error }
    }
    this.#outcomes.set(name, outcome)
    return outcome
  }
}

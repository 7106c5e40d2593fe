import { WritError } from './error.ts'

/** Names that mean something to the language Writ is written in, wherever they stand on the way to a field. No kind of Kubernetes has a field of such a name. */
const RESERVED: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype'])

/** Throws usage/bad-argument where a step on the way to a field has such a name. */
export function checkStep(step: string): void {
  if (RESERVED.has(step)) throw reserved(step, 'no step of a field path')
}

/** Throws usage/bad-argument for such a name anywhere in what names fields by its own shape: a patch. */
export function checkSteps(value: unknown): void {
  everyKey(value, checkStep)
}

/** Throws usage/bad-argument for `__proto__` anywhere in a value or a manifest. Keys such as `constructor` may be somebody's data. */
export function checkValue(value: unknown): void {
  everyKey(value, key => { if (key === '__proto__') throw reserved(key, 'no key that is taken') })
}

function everyKey(value: unknown, check: (key: string) => void): void {
  if (typeof value !== 'object' || value === null) return
  for (const [key, inner] of Object.entries(value)) {
    if (!Array.isArray(value)) check(key)
    everyKey(inner, check)
  }
}

function reserved(key: string, why: string): WritError {
  return new WritError('usage/bad-argument', `'${key}' is ${why}.`, { hint: 'Name the field as kubectl explain shows it.' })
}

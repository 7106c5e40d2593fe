import { Environment, Optional } from '@marcbachmann/cel-js'
import { celEquals, celIn, entriesOf } from './equality.ts'
import { lists } from './lists.ts'
import type { Meter } from './meter.ts'
import { Cidr, Ip, NETWORK } from './network.ts'
import { QUANTITY, Quantity } from './quantity.ts'
import { REGEX } from './regex.ts'
import { CHARACTERS_PER_STEP, register } from './register.ts'
import type { Overload, Pay } from './register.ts'
import { strings } from './strings.ts'
import { Unevaluable } from './unevaluable.ts'
import { URLS, UrlValue } from './url.ts'
import { RequestValue, VariableValues } from './values.ts'

const OPTIONS = { enableOptionalTypes: true, homogeneousAggregateLiterals: false }

/** Reads expressions as people wrote them; nothing that it parses is evaluated. */
export function readingEnvironment(): Environment {
  return new Environment({ ...OPTIONS, limits: { maxAstNodes: 20_000, maxDepth: 200 } })
}

/** Evaluates expressions that rewrite() made, with the functions of Kubernetes; every step is paid for at the meter. */
export function evaluatingEnvironment(meter: Meter): Environment {
  const environment = new Environment({ ...OPTIONS, limits: { maxAstNodes: 1_000_000, maxDepth: 2_000 } })
  environment.registerType('kubernetes.Quantity', Quantity)
  environment.registerType('kubernetes.URL', UrlValue)
  environment.registerType('net.IP', Ip)
  environment.registerType('net.CIDR', Cidr)
  environment.registerType('writ.Request', RequestValue)
  environment.registerType('writ.Variables', VariableValues)
  for (const name of ['object', 'oldObject', 'params', 'namespaceObject']) environment.registerVariable(name, 'dyn')
  environment.registerVariable('request', 'writ.Request')
  environment.registerVariable('variables', 'writ.Variables')
  const pay: Pay = steps => { meter.spend(steps) }
  register(environment, [...core(pay), ...lists(pay), ...strings(pay), ...REGEX, ...QUANTITY, ...NETWORK, ...URLS])
  return environment
}

function core(pay: Pay): readonly Overload[] {
  return [
    ['writ_pay(int): bool', (steps: bigint) => {
      pay(Number(steps))
      return true
    }],
    ['writ_paid(dyn): dyn', (value: unknown) => paid(value, pay)],
    ['writ_equal(dyn, dyn): bool', celEquals],
    ['writ_in(dyn, dyn): bool', celIn],
    ['writ_has(dyn, string): bool', has],
    ['writ_keys(dyn): list', (value: unknown) => paid(keys(value), pay)],
    ['writ_at(dyn, dyn): dyn', at],
    ['writ_toMap(list): map', (pairs: readonly (readonly [unknown, unknown])[]) => new Map(pairs)],
    ['writ_ofNonZero(dyn): optional<dyn>', (value: unknown) => isZero(value) ? Optional.none() : Optional.of(value)],
  ]
}

/** Pays for a value that was just made, by its size. */
function paid<T>(value: T, pay: Pay): T {
  if (typeof value === 'string' || value instanceof Uint8Array) pay(value.length / CHARACTERS_PER_STEP)
  else if (Array.isArray(value)) pay(value.length)
  return value
}

/** has(): true where the key is there, false for what has no keys, as cel-go says (policy.md 2.4). */
function has(value: unknown, key: string): boolean {
  if (value instanceof Optional) return value.hasValue() && has(value.value(), key)
  if (typeof value !== 'object' || value === null) return false
  return entriesOf(value)?.has(key) ?? false
}

/** What the first of two variables goes through: the indices of a list, the keys of a map. */
function keys(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value.map((_, i) => BigInt(i))
  const entries = typeof value === 'object' && value !== null ? entriesOf(value) : null
  if (entries === null) throw new Unevaluable('a comprehension goes through lists and maps only')
  return [...entries.keys()]
}

function at(value: unknown, key: unknown): unknown {
  if (Array.isArray(value)) return value[Number(key)]
  return typeof value === 'object' && value !== null ? entriesOf(value)?.get(key) : undefined
}

function isZero(value: unknown): boolean {
  if (value === null || value === false || value === '' || value === 0 || value === 0n) return true
  if (Array.isArray(value)) return value.length === 0
  return typeof value === 'object' && entriesOf(value)?.size === 0
}

import { isList, isObject } from './json.ts'
import type { Json } from './json.ts'

/** What stands where a secret stood. */
export const REDACTED = '[redacted]'

/** Names of environment variables whose literal value is taken for a secret. */
const SECRET_NAME = /(?:^|_)(?:PASSWORD|PASSWD|SECRET|TOKEN|API_?KEY|PRIVATE_?KEY|CREDENTIALS?)$/

/** Keys whose value is taken for a secret. */
const SECRET_KEY = /(?:password|passwd)$/i

/** JSON without secrets: `redact` cleans each text; values that their key, their variable's name or their kind says are secret go whole. */
export function hideSecrets(value: Json, redact: (text: string) => string): Json {
  if (typeof value === 'string') return redact(value)
  if (isList(value)) return value.map(item => hideSecrets(item, redact))
  if (!isObject(value)) return value
  const secretObject = value['kind'] === 'Secret'
  const variable = typeof value['name'] === 'string' ? value['name'] : ''
  const entries = Object.entries(value).flatMap(([key, inner]): [string, Json][] => {
    if (inner === undefined) return []
    if (secretObject && (key === 'data' || key === 'stringData')) return [[key, hidden(inner)]]
    if (typeof inner === 'string' && inner !== '' && (isSecretKey(key) || (key === 'value' && isSecretVariable(variable, inner)))) return [[key, REDACTED]]
    return [[redact(key), hideSecrets(inner, redact)]]
  })
  return Object.fromEntries(entries)
}

/** True where the value of such a key is taken for a secret. */
export function isSecretKey(key: string): boolean {
  return SECRET_KEY.test(key)
}

/** True where the literal value of an environment variable is taken for a secret: paths, references and switches are none. */
export function isSecretVariable(name: string, value: string): boolean {
  return SECRET_NAME.test(name) && !/^(?:\/|\$|true$|false$)/.test(value)
}

function hidden(value: Json): Json {
  return isObject(value) ? Object.fromEntries(Object.keys(value).map(key => [key, REDACTED])) : REDACTED
}

const TRUE = /^(?:y|Y|yes|Yes|YES|true|True|TRUE|on|On|ON)$/
const FALSE = /^(?:n|N|no|No|NO|false|False|FALSE|off|Off|OFF)$/
const NULL = /^(?:|~|null|Null|NULL)$/
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/
const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/

/**
 * What a plain YAML scalar means to Kubernetes: the rules of Go's sigs.k8s.io/yaml (YAML 1.1 without sexagesimals and timestamps).
 * `0755` is 493, `yes` is true, `12:30` and `2024-01-01` are strings. Infinities and NaN stay text, because JSON has neither.
 */
export function plainScalar(text: string): null | boolean | number | string {
  if (NULL.test(text)) return null
  if (TRUE.test(text)) return true
  if (FALSE.test(text)) return false
  if (!/^[-+.0-9]/.test(text)) return text
  const digits = text.replaceAll('_', '')
  const integer = INTEGER.exec(digits)
  if (integer !== null) return integerOf(integer)
  return FLOAT.test(digits) ? Number(digits) : text
}

function integerOf([, sign, hex, binary, octal, decimal]: RegExpExecArray): number {
  const magnitude = hex !== undefined ? Number(`0x${hex}`)
    : binary !== undefined ? Number(`0b${binary}`)
    : octal !== undefined ? Number(`0o${octal}`)
    : Number(decimal)
  return sign === '-' && magnitude !== 0 ? -magnitude : magnitude
}

/**
 * Options for npm `yaml` that make it read a document as Kubernetes does; data only, so that every reader uses the same.
 * Failsafe knows strings only; the one tag added resolves plain scalars.
 */
export const GO_YAML = {
  schema: 'failsafe',
  customTags: [{ tag: 'tag:yaml.org,2002:str', default: true, test: /^/, resolve: plainScalar }],
  merge: true,
  logLevel: 'silent',
  stringKeys: false,
} as const

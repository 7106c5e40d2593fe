/**
 * The functions of Kubernetes' CEL that this engine has. What is not listed is refused by name when the policy is compiled,
 * also where the engine underneath would know it: a cluster would not (policy.md 2.4, guard 6).
 */
export const METHODS: ReadonlySet<string> = new Set([
  // strings
  'startsWith', 'endsWith', 'contains', 'matches', 'find', 'findAll', 'size', 'charAt', 'indexOf', 'lastIndexOf', 'join',
  'lowerAscii', 'upperAscii', 'replace', 'split', 'substring', 'trim', 'format',
  // lists and comprehensions
  'all', 'exists', 'exists_one', 'existsOne', 'map', 'filter', 'transformList', 'transformMap',
  'isSorted', 'sum', 'min', 'max', 'slice', 'flatten', 'distinct', 'sort', 'sortBy', 'reverse', 'first', 'last',
  // quantities
  'sign', 'isInteger', 'asInteger', 'asApproximateFloat', 'add', 'sub', 'isLessThan', 'isGreaterThan', 'compareTo',
  // addresses
  'family', 'isUnspecified', 'isLoopback', 'isLinkLocalMulticast', 'isLinkLocalUnicast', 'isGlobalUnicast',
  'containsIP', 'containsCIDR', 'ip', 'masked', 'prefixLength',
  // URLs
  'getScheme', 'getHost', 'getHostname', 'getPort', 'getEscapedPath', 'getQuery',
  // optionals
  'hasValue', 'value', 'or', 'orValue', 'optMap', 'optFlatMap',
  // times
  'getFullYear', 'getMonth', 'getDate', 'getDayOfMonth', 'getDayOfWeek', 'getDayOfYear', 'getHours', 'getMinutes', 'getSeconds', 'getMilliseconds',
])

export const FUNCTIONS: ReadonlySet<string> = new Set([
  'size', 'has', 'type', 'int', 'uint', 'double', 'string', 'bool', 'bytes', 'dyn', 'timestamp', 'duration', 'matches',
  'quantity', 'isQuantity', 'url', 'isURL', 'ip', 'isIP', 'cidr', 'isCIDR',
])

/** `sets.contains` and the like: functions of a name space, each with the name that it has in the engine. */
export const NAMESPACED: ReadonlyMap<string, string> = new Map([
  ['sets.contains', 'writ_setsContains'], ['sets.equivalent', 'writ_setsEquivalent'], ['sets.intersects', 'writ_setsIntersects'],
  ['strings.quote', 'writ_quote'], ['lists.range', 'writ_range'], ['ip.isCanonical', 'writ_ipIsCanonical'],
  ['optional.of', 'optional.of'], ['optional.none', 'optional.none'], ['optional.ofNonZeroValue', 'writ_ofNonZero'],
])

/** The first words of NAMESPACED, and those that exist in a cluster only. */
export const NAMESPACES: ReadonlySet<string> = new Set(['sets', 'strings', 'lists', 'ip', 'optional', 'cel', 'format', 'math', 'base64', 'regex'])

/** Names of types, which stand where variables stand. */
export const TYPE_NAMES: ReadonlySet<string> = new Set(['int', 'uint', 'double', 'string', 'bool', 'bytes', 'list', 'map', 'null_type', 'type', 'google'])

import type { z } from 'zod'

type Issue = z.core.$ZodIssue

/** One issue in words, with the path that it is about and, for a misspelt key, that key. */
export interface Explained { readonly path: readonly PropertyKey[], readonly key: string | null, readonly message: string }

/** zod's issues in the words of somebody who edits a YAML file. Of a union the branch that fits best is told. */
export function explain(issues: readonly Issue[]): readonly Explained[] {
  return issues.flatMap(issue => explainOne(issue))
}

function explainOne(issue: Issue): readonly Explained[] {
  const told = (message: string, key: string | null = null): Explained => ({ path: issue.path, key, message })
  switch (issue.code) {
    case 'unrecognized_keys': return issue.keys.map(key => told(`unknown key ${JSON.stringify(key)}`, key))
    case 'invalid_union': return explainUnion(issue)
    case 'invalid_type': return [told(wrongType(issue))]
    case 'invalid_value': return [told(`must be one of ${issue.values.map(String).join(', ')}`)]
    case 'invalid_format': return [told(issue.message.startsWith('Invalid') ? `must match ${issue.pattern ?? issue.format}` : `must be ${issue.message}`)]
    case 'too_small': return [told(issue.origin === 'number' ? `must be at least ${issue.minimum}` : 'must not be empty')]
    case 'too_big': return [told(`must be at most ${issue.maximum}`)]
    default: return [told(issue.message)]
  }
}

function wrongType(issue: Extract<Issue, { code: 'invalid_type' }>): string {
  if (issue.message.endsWith('received undefined')) return 'is missing'
  const wanted = { string: 'a text (quote it)', array: 'a list', object: 'a map', record: 'a map', int: 'a whole number', number: 'a number', boolean: 'true or false' }
  const found = /received (\w+)$/.exec(issue.message)?.[1]
  const name = Object.entries(wanted).find(([type]) => type === issue.expected)?.[1] ?? issue.expected
  return `must be ${name}${found === undefined || issue.expected === 'int' ? '' : `, not ${found === 'null' ? 'empty' : found}`}`
}

function explainUnion(issue: Extract<Issue, { code: 'invalid_union' }>): readonly Explained[] {
  const branches = issue.errors.map(branch => explain(branch)).sort((a, b) => a.length - b.length)
  const best = branches[0] ?? []
  const missing = branches.every(branch => branch.some(told => told.path.length === 0 && told.message === 'is missing'))
  if (missing || best.length === 0) return [{ path: issue.path, key: null, message: missing ? 'is missing' : issue.message }]
  return best.map(told => ({ ...told, path: [...issue.path, ...told.path] }))
}

import type { z } from 'zod'
import { WritError } from '../model/error.ts'
import { inputName } from './input-names.ts'

type Issue = z.core.$ZodIssue

/** Input that does not fit its schema as usage/bad-argument: each flag by its name, and what it takes in plain words. */
export function badInput(issues: readonly Issue[], names: Readonly<Record<string, string>> = {}): WritError {
  const told = issues.flatMap(fitting).map(issue => `${names[issue.path.join('.')] ?? nameOf(issue)} ${inWords(issue)}`.trim())
  return new WritError('usage/bad-argument', `${[...new Set(told)].join('; ')}.`)
}

/** Of a choice between shapes, what is wrong with the one that fits best. */
function fitting(issue: Issue): readonly Issue[] {
  if (issue.code !== 'invalid_union') return [issue]
  const branches = issue.errors.map(branch => branch.flatMap(fitting))
  const [best] = branches.toSorted((a, b) => a.length - b.length)
  const [lack] = best ?? []
  if (lack !== undefined && branches.every(branch => branch.length === 1 && branch.every(isMissing))) return [{ ...lack, path: issue.path }]
  return best === undefined || best.length === 0 ? [issue] : best.map(one => ({ ...one, path: [...issue.path, ...one.path] }))
}

function isMissing(issue: Issue): boolean {
  return issue.code === 'invalid_type' && issue.message.endsWith('received undefined')
}

function nameOf(issue: Issue): string {
  return issue.path.length === 0 && issue.code === 'custom' ? '' : inputName(issue.path)
}

function inWords(issue: Issue): string {
  switch (issue.code) {
    case 'too_small': return issue.origin === 'string' ? 'must not be empty' : issue.origin === 'array' ? 'must be given' : `must be ${issue.minimum} or more`
    case 'too_big': return issue.origin === 'string' ? `must not be longer than ${issue.maximum} characters` : issue.origin === 'array' ? `must not be given more than ${issue.maximum} times` : `must be ${issue.maximum} or less`
    case 'invalid_value': return `must be one of ${issue.values.map(String).join(', ')}`
    case 'invalid_type': return isMissing(issue) ? 'must be given' : `must be a ${issue.expected === 'int' ? 'whole number' : issue.expected}`
    case 'invalid_key': return `takes NAME=AMOUNT: the name ${issue.issues[0]?.message ?? 'is not understood'}`
    case 'invalid_format': return issue.message.startsWith('must') ? issue.message : issue.message.startsWith('Invalid') ? 'is not understood' : `must be ${issue.message}`
    case 'unrecognized_keys': return `takes no ${issue.keys.join(', ')}`
    default: return issue.code === 'custom' || issue.message.startsWith('must') ? issue.message : `is not understood (${issue.message})`
  }
}

import { RE2JS } from 're2js'
import { badValue } from './register.ts'
import type { Overload } from './register.ts'

const KEPT = 500
const compiled = new Map<string, RE2JS>()

/** Regular expressions of policies, on an engine that needs time linear to the text (policy.md 2.4, guard 1). */
export const REGEX: readonly Overload[] = [
  ['writ_matches(string, string): bool', (text: string, pattern: string) => expression(pattern).matcher(text).find()],
  ['string.find(string): string', (text: string, pattern: string) => findAll(text, pattern, 1)[0] ?? ''],
  ['string.findAll(string): list<string>', (text: string, pattern: string) => findAll(text, pattern, Infinity)],
  ['string.findAll(string, int): list<string>', (text: string, pattern: string, limit: bigint) => findAll(text, pattern, limit < 0n ? Infinity : Number(limit))],
]

function expression(pattern: string): RE2JS {
  const known = compiled.get(pattern)
  if (known !== undefined) return known
  const fresh = compile(pattern)
  if (compiled.size >= KEPT) compiled.clear()
  compiled.set(pattern, fresh)
  return fresh
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern)
  } catch {
    throw badValue(`${JSON.stringify(pattern)} is no regular expression of RE2`)
  }
}

function findAll(text: string, pattern: string, limit: number): string[] {
  const found: string[] = []
  const matcher = expression(pattern).matcher(text)
  while (found.length < limit && matcher.find()) found.push(matcher.group() ?? '')
  return found
}

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EditCase } from './cases.ts'
import { buildsIn, judge } from './judge.ts'
import type { Origin } from './origin.ts'
import type { Stage } from './run-case.ts'
import { scopeOf } from './run-case.ts'
import { put } from './working-copy.ts'

/** What became of a case under the naive editor: which of E, I, M and V it kept; null where it found no scalar to swap. */
export interface NaiveResult { readonly failed: readonly string[] }

/** Swaps the scalar in the file that the object comes from, as an editor does that does not render, and is judged by the same judge. */
export async function runNaive(one: EditCase, stage: Stage, { at }: Origin): Promise<NaiveResult | null> {
  if (at === null) return null
  const { copy, repository } = stage
  const path = join(copy.folder, at.path)
  const text = readFileSync(path, 'utf8')
  put(path, Buffer.from(`${text.slice(0, at.start)}${inStyle(text.slice(at.start, at.end), one.newValue)}${text.slice(at.end)}`))
  const restore = (): void => { copy.restore(copy.touched()) }
  try {
    const verdict = await judge({ one, files: copy.touched(), consumers: repository.consumers, scope: scopeOf(one, repository), answer: null }, { after: buildsIn(copy.folder), before: repository.before, between: restore })
    return { failed: [...new Set(verdict.problems.map(problem => problem.slice(0, 1)))] }
  } finally {
    restore()
  }
}

function inStyle(old: string, value: EditCase['newValue']): string {
  const quote = /^["']/.exec(old)?.[0]
  if (quote === '"') return JSON.stringify(String(value))
  return quote === undefined ? String(value) : `'${String(value).replaceAll('\'', '\'\'')}'`
}

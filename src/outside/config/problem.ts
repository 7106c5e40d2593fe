import { WritError } from '../../model/error.ts'

/** Something in the configuration that cannot stand, and where it is written. Line and column count from 1. */
export interface Problem {
  readonly file: string
  readonly line: number
  readonly column: number
  readonly message: string
}

/** `environments/prod.yaml:3:8`, as editors and terminals make it a link. */
export function showPlace(problem: Pick<Problem, 'file' | 'line' | 'column'>): string {
  return `${problem.file}:${problem.line}:${problem.column}`
}

/** Throws one config/invalid that lists every problem; nothing where there is none. */
export function throwProblems(problems: readonly Problem[]): void {
  if (problems.length === 0) return
  const ordered = [...problems].sort(byPlace)
  const lines = ordered.map(problem => `${showPlace(problem)}: ${problem.message}`)
  const only = ordered.length === 1 ? lines[0] ?? '' : `The configuration has ${ordered.length} problems:\n  ${lines.join('\n  ')}`
  throw new WritError('config/invalid', only, {
    hint: ordered.length === 1 ? 'Correct the line that is named.' : 'Correct the lines that are named.',
    data: { problems: ordered.map(({ file, line, column, message }) => ({ file, line, column, message })) },
  })
}

function byPlace(a: Problem, b: Problem): number {
  return a.file === b.file ? a.line - b.line || a.column - b.column : a.file < b.file ? -1 : 1
}

import { cpSync } from 'node:fs'
import { join } from 'node:path'
import type { EditRun } from './answer.ts'
import { argumentsOf, runWrit } from './answer.ts'
import type { EditCase } from './cases.ts'
import { pathOf } from './cases.ts'
import type { CountedPath } from './counted-path.ts'
import type { Verdict } from './judge.ts'
import { askedBuild, buildsIn, diffsFit, judge, obstacleOf } from './judge.ts'
import type { LaidOut } from './laid-out.ts'
import { lineDifference } from './minimal.ts'
import type { OriginKind } from './origin.ts'
import type { TouchedFile, WorkingCopy } from './working-copy.ts'
import { put } from './working-copy.ts'

export type Outcome = 'solved' | 'refused' | 'wrong' | 'failed' | 'apart'

/** What became of one case: one line of the results. */
export interface CaseResult {
  readonly id: string
  readonly repo: string
  readonly engine: EditCase['engine']
  readonly entry: EditCase['entry']
  readonly field: string
  readonly outcome: Outcome
  /** The code of a refusal or failure; why a case stands apart, and whether it was refused as it should be. */
  readonly code: string | null
  readonly message: string
  readonly problems: readonly string[]
  readonly verdict: Verdict | null
  readonly milliseconds: number
  /** Times that a renderer was started; plain files need none. */
  readonly renders: number
  readonly bare: number | null
  readonly diff: string
  readonly command: string
  /** Added by the run: where the value comes from, and which letters the naive editor lost; null where it found nothing to swap. */
  readonly origin?: OriginKind
  readonly naive?: readonly string[] | null
}

/** Where cases run: the program, the repository as it is, a copy to edit, and where copies of wrong edits are kept. */
export interface Stage {
  readonly program: readonly string[]
  readonly repository: LaidOut
  readonly copy: WorkingCopy
  readonly counted: CountedPath
  readonly timeout: number
  readonly keep: string | null
}

/** Files that are laid over the copy before a case, such as a trap. */
export type Overlay = readonly { readonly path: string, readonly bytes: Buffer }[]

/** Which scope a user needs for a case: `shared` where the asked directory itself is one that others read by listing it. */
export function scopeOf(one: EditCase, repository: LaidOut): 'shared' | null {
  return one.entry === 'referenced' || (one.entry === 'dir' && repository.consumers.listedFrom.has(pathOf(one))) ? 'shared' : null
}

/** Runs one case through the command and judges what it did; the copy is as it was afterwards. */
export async function runCase(one: EditCase, stage: Stage, overlay: Overlay = []): Promise<CaseResult> {
  const { copy, repository } = stage
  const here = buildsIn(copy.folder)
  const original = new Map(overlay.map(({ path, bytes }) => [path, bytes]))
  for (const { path, bytes } of overlay) put(join(copy.folder, path), bytes)
  const before = overlay.length === 0 ? repository.before : here
  const obstacle = obstacleOf(one, await before(askedBuild(one)))
  const scope = scopeOf(one, repository)
  const args = argumentsOf(one, scope)
  stage.counted.taken()
  const run = await runWrit(stage.program, args, { cwd: copy.folder, timeout: stage.timeout, path: stage.counted.path })
  // What the command touched: the overlay is its ground.
  const touched = (): readonly TouchedFile[] => copy.touched().map(file => ({ ...file, before: original.get(file.path) ?? file.before })).filter(file => !same(file.before, file.after))
  const files = touched()
  const common = {
    id: one.id, repo: one.repo, engine: one.engine, entry: one.entry, field: one.field.replace(/:.*/, ''), milliseconds: run.milliseconds, renders: stage.counted.taken(),
    bare: repository.bare.get(pathOf(one)) ?? null, diff: files.map(shownDiff).join(''), command: `writ ${args.map(arg => (/^[\w./=:-]+$/.test(arg) ? arg : `'${arg}'`)).join(' ')}`, message: run.answer?.message ?? run.words, verdict: null,
  }
  try {
    const early = withoutJudging(run, { files, obstacle })
    if (early !== null) return kept(stage, { ...common, ...early })
    const once = await again(stage, args, touched)
    const diffs = run.answer?.files.map(file => file.diff) ?? []
    const fits = diffs.some(diff => diff.includes('[redacted]')) || diffsFit(copy.folder, diffs) ? [] : ['J: the reported diff is not the one of the files']
    const restore = (): void => { for (const file of files) put(join(copy.folder, file.path), file.before) }
    const verdict = await judge({ one, files, consumers: repository.consumers, scope, answer: run.answer }, { after: here, before, between: restore })
    for (const file of files) put(join(copy.folder, file.path), file.after)
    const problems = [...obstacle === null ? [] : [`E: the case is none: ${obstacle}`], ...verdict.problems, ...once, ...fits]
    return kept(stage, { ...common, verdict, outcome: problems.length === 0 ? 'solved' : 'wrong', code: null, problems })
  } finally {
    copy.restore(copy.touched())
  }
}

/** What the answer alone settles; null where files were edited. */
function withoutJudging(run: EditRun, { files, obstacle }: { readonly files: readonly TouchedFile[], readonly obstacle: string | null }): Pick<CaseResult, 'outcome' | 'code' | 'problems'> | null {
  const code = run.answer?.code ?? null
  const problems = formProblems(run, files)
  if (problems.length > 0) return { outcome: 'wrong', code, problems }
  if (run.answer === null || run.answer.status === 'failed') return { outcome: 'failed', code: code ?? `exit ${String(run.exit)}`, problems }
  if (run.answer.status === 'refused') return obstacle === null ? { outcome: 'refused', code, problems } : { outcome: 'apart', code: `${obstacle}: ${code ?? ''}`, problems }
  return run.answer.status === 'no_change' ? { outcome: 'wrong', code, problems: ['E: it says that nothing needs to change'] } : null
}

/** A result whose working copy is worth a look is kept with it. */
function kept(stage: Stage, result: CaseResult): CaseResult {
  if (stage.keep !== null && result.outcome !== 'solved' && result.outcome !== 'apart') cpSync(stage.copy.folder, join(stage.keep, result.id), { recursive: true })
  return result
}

/** The same request again changes nothing and says so. */
async function again(stage: Stage, args: readonly string[], touched: () => readonly TouchedFile[]): Promise<readonly string[]> {
  const before = touched()
  const second = await runWrit(stage.program, args, { cwd: stage.copy.folder, timeout: stage.timeout })
  const after = touched()
  const changed = before.length !== after.length || before.some((file, i) => file.path !== after[i]?.path || !same(file.after, after[i]?.after ?? null))
  return [
    ...second.answer?.status === 'no_change' && second.exit === 0 ? [] : [`V: a second time the answer is ${second.answer?.status ?? 'none'} ${second.answer?.code ?? ''} with exit ${String(second.exit)}: ${second.answer?.message ?? second.words}`],
    ...changed ? ['V: a second time changes files'] : [],
  ]
}

/** What no answer may be like, whatever it says. */
function formProblems(run: EditRun, files: readonly TouchedFile[]): readonly string[] {
  const status = run.answer?.status ?? null
  const exits = { edited: [0], no_change: [0], refused: [3, 6], failed: [1, 2] }
  return [
    ...status !== 'edited' && files.length > 0 ? [`J: it says ${status ?? 'nothing'} and touches ${files.map(file => file.path).join(', ')}`] : [],
    ...status === 'edited' && files.length === 0 ? ['J: it says edited and touches nothing'] : [],
    ...status !== null && !exits[status].includes(run.exit ?? -1) ? [`J: it says ${status} and exits ${String(run.exit)}`] : [],
    ...status === 'refused' && !/^[A-Z][A-Z_]+$/.test(run.answer?.code ?? '') ? ['J: a refusal without a code'] : [],
  ]
}

function shownDiff({ path, before, after }: TouchedFile): string {
  const { removed, added } = lineDifference(before?.toString('utf8') ?? '', after?.toString('utf8') ?? '')
  return [path, ...removed.map(line => `-${line.replace(/\r?\n$/, '')}`), ...added.map(line => `+${line.replace(/\r?\n$/, '')}`)].join('\n').slice(0, 4000) + '\n'
}

function same(a: Buffer | null, b: Buffer | null): boolean {
  return a === null || b === null ? a === b : a.equals(b)
}

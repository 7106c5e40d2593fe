import { execFileSync } from 'node:child_process'
import { isDeepStrictEqual } from 'node:util'
import type { EditAnswer } from './answer.ts'
import type { BuildAsk, Rendered } from './build.ts'
import { build } from './build.ts'
import type { EditCase } from './cases.ts'
import { pathOf } from './cases.ts'
import { changedIdentities, compareManifests } from './compare.ts'
import type { Consumer, Consumers } from './consumers.ts'
import { othersReached } from './consumers.ts'
import { stepsOf, targetsOf, valueAt, withValue } from './field.ts'
import type { Manifest, Value } from './manifests.ts'
import { identityOf, manifestsOf } from './manifests.ts'
import type { Minimality } from './minimal.ts'
import { minimality, validity } from './minimal.ts'
import type { TouchedFile } from './working-copy.ts'

/** E, I, M and V of testing.md section 7, and J: the answer says what is so. A problem starts with its letter. */
export interface Verdict {
  readonly problems: readonly string[]
  readonly form: Minimality['form']
  readonly changedLines: number
  readonly addedLines: number
  /** Lists in another order than before, where the order says nothing. */
  readonly reordered: readonly string[]
  /** Other consumers whose render changed, and those of which nobody can say because they do not render. */
  readonly others: readonly string[]
  readonly unknown: readonly string[]
}

/** The same render in two states of the files: as they were and as they are. */
export interface TwoStates {
  readonly after: (ask: Omit<BuildAsk, 'folder'>) => Promise<Rendered>
  readonly before: (ask: Omit<BuildAsk, 'folder'>) => Promise<Rendered>
  /** Puts the files back, between the two. */
  readonly between: () => void
}

/** What there is to judge: which edit of which case. `answer` is null for an editor that declares nothing. */
export interface Judged {
  readonly one: EditCase
  readonly files: readonly TouchedFile[]
  readonly consumers: Consumers
  readonly scope: 'shared' | null
  readonly answer: EditAnswer | null
}

/** How the asked directory is rendered. */
export function askedBuild(one: EditCase): Omit<BuildAsk, 'folder'> {
  return { path: pathOf(one), way: 'asked', restrictor: 'root' }
}

/** Whether a case can be judged at all: exactly one object holds the old value (testing.md 6.2). */
export function obstacleOf(one: EditCase, before: Rendered): 'does not render' | 'duplicate' | 'absent' | 'other value' | null {
  if (before === null) return 'does not render'
  const found = targetsOf(one, manifestsOf(before))
  if (found.length > 1) return 'duplicate'
  if (found[0] === undefined) return 'absent'
  return valueAt(found[0], stepsOf(one)) === one.oldValue ? null : 'other value'
}

/** Judges one edit. The files are in their new state; `between` puts them back. */
export async function judge(judged: Judged, states: TwoStates): Promise<Verdict> {
  const { one, files, consumers } = judged
  const near = othersReached(consumers, pathOf(one), files.map(file => file.path))
  const asked = askedBuild(one)
  const after = await states.after(asked)
  const othersAfter = await inTurn(near, async other => states.after(buildOf(other)))
  states.between()
  const before = await states.before(asked)
  const othersBefore = await inTurn(near, async other => states.before(buildOf(other)))
  const exact = exactness(one, before, after)
  const bytes = minimality(files)
  const isolated = isolation(judged, near.map((other, i) => ({ path: other.path, before: othersBefore[i] ?? null, after: othersAfter[i] ?? null })))
  const said = judged.answer === null ? [] : saying(judged, judged.answer)
  const lettered = (letter: string, problems: readonly string[]): readonly string[] => problems.map(problem => `${letter}: ${problem}`)
  return {
    problems: [...lettered('E', exact.problems), ...lettered('I', isolated.problems), ...lettered('M', bytes.problems), ...lettered('V', validity(files)), ...lettered('J', said)],
    form: bytes.form, changedLines: bytes.changedLines, addedLines: bytes.addedLines, reordered: exact.reordered, others: isolated.others, unknown: isolated.unknown,
  }
}

/** True where a diff, taken back from the new file, gives the old one. */
export function diffsFit(folder: string, diffs: readonly string[]): boolean {
  try {
    execFileSync('git', ['-c', 'core.autocrlf=false', 'apply', '--reverse', '--check', '--whitespace=nowarn', '-'], { cwd: folder, input: diffs.join(''), stdio: ['pipe', 'ignore', 'ignore'] })
    return true
  } catch {
    return false
  }
}

/** The render after is the render before with that one value set: read as YAML 1.1 as the tools do, and where people wrote it as YAML 1.2 too. */
function exactness(one: EditCase, before: Rendered, after: Rendered): { readonly problems: readonly string[], readonly reordered: readonly string[] } {
  if (before === null) return { problems: ['it did not render before'], reordered: [] }
  if (after === null) return { problems: ['it does not render any more'], reordered: [] }
  const results = (['1.1', '1.2'] as const).map(version => {
    const expected = manifestsOf(before, version).map(manifest => asked(one, manifest))
    return compareManifests(expected, manifestsOf(after, version))
  })
  return { problems: [...new Set(results.flatMap(result => result.wrong))], reordered: results[0]?.reordered ?? [] }
}

function asked(one: EditCase, manifest: Manifest): Manifest {
  const isTarget = targetsOf(one, [manifest]).length === 1
  return isTarget ? { ...manifest, value: withValue(manifest.value, stepsOf(one), one.newValue) } : manifest
}

interface Other { readonly path: string, readonly before: Rendered, readonly after: Rendered }

/** No other consumer changes unseen: the declared ones are those that change, with the objects that do, and without the scope there are none. */
function isolation({ answer, scope }: Judged, near: readonly Other[]): { readonly problems: readonly string[], readonly others: readonly string[], readonly unknown: readonly string[] } {
  const unknown = near.filter(other => other.before === null).map(other => other.path)
  const known = near.filter((other): other is Other & { readonly before: string } => other.before !== null)
  const changed = known.filter(other => other.before !== other.after).map(other => ({ path: other.path, objects: other.after === null ? null : changedIdentities(manifestsOf(other.before), manifestsOf(other.after)) }))
    .filter(other => other.objects === null || other.objects.length > 0)
  const declared = (answer?.blast ?? []).map(entry => ({ path: entry.path.replace(/^\.\/|^\.$|\/$/g, ''), objects: entry.objects }))
  const problems = [
    ...changed.filter(other => other.objects === null).map(other => `${other.path} does not render any more`),
    ...scope === null && changed.length > 0 ? [`without the scope for it ${changed.map(other => other.path).join(', ')} changes`] : [],
    ...changed.filter(other => !declared.some(entry => entry.path === other.path)).map(other => `${other.path} changes and is not declared`),
    ...declared.filter(entry => entry.objects !== null && !changed.some(other => other.path === entry.path)).map(entry => `${entry.path} is declared and does not change`),
    ...declared.filter(entry => entry.objects === null && known.some(other => other.path === entry.path)).map(entry => `${entry.path} is said not to render, and does`),
    ...changed.flatMap(other => {
      const entry = declared.find(one => one.path === other.path && one.objects !== null)
      const names = (entry?.objects ?? []).map(nameOfDeclared).sort()
      return entry === undefined || isDeepStrictEqual(names, other.objects) ? [] : [`in ${other.path} ${(other.objects ?? []).join(', ')} changes, ${names.join(', ')} is declared`]
    }),
  ]
  return { problems, others: changed.map(other => other.path), unknown }
}

/** The answer's own words: one change, of the asked object, to the asked value; and the files that are touched. */
function saying({ one, files }: Judged, answer: EditAnswer): readonly string[] {
  const [change, ...more] = answer.changes
  const object = change?.object
  const listed = answer.files.map(file => file.path).sort()
  return [
    ...change === undefined || more.length > 0 ? [`${answer.changes.length} changes are reported`] : [],
    ...object !== undefined && (object.name !== one.name || (object.namespace ?? null) !== one.ns || `${object.apiVersion ?? ''}/${object.kind}` !== one.gvk) ? [`the change of ${JSON.stringify(object)} is reported`] : [],
    ...change !== undefined && (change.after !== one.newValue || change.before !== one.oldValue) ? [`${JSON.stringify(change.before)} → ${JSON.stringify(change.after)} is reported`] : [],
    ...isDeepStrictEqual(listed, files.map(file => file.path).sort()) ? [] : [`${listed.join(', ')} is reported, ${files.map(file => file.path).join(', ')} is touched`],
  ]
}

function nameOfDeclared(object: unknown): string {
  return isFieldsLike(object) ? identityOf({ apiVersion: text(object['apiVersion']), kind: text(object['kind']), metadata: { namespace: text(object['namespace']), name: text(object['name']) } }) : String(object)
}

function isFieldsLike(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

function text(value: unknown): Value {
  return typeof value === 'string' ? value : ''
}

// Nobody knows which restrictor a consumer without an owner has: without one all renders that renders with one.
function buildOf(other: Consumer): Omit<BuildAsk, 'folder'> {
  return { path: other.path, way: other.way, restrictor: 'none' }
}

async function inTurn<From, To>(list: readonly From[], each: (one: From) => Promise<To>): Promise<readonly To[]> {
  const results: To[] = []
  for (const one of list) results.push(await each(one))
  return results
}

/** A renderer of one folder. */
export function buildsIn(folder: string): (ask: Omit<BuildAsk, 'folder'>) => Promise<Rendered> {
  return async ask => build({ ...ask, folder })
}

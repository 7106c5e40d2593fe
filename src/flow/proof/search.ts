import type { Evidence, Refusal } from '../../model/error.ts'
import { refuse } from '../../model/error.ts'
import { samePath, showPath } from '../../model/field.ts'
import type { Edit } from '../../model/field.ts'
import { showOwner } from '../../model/owner.ts'
import type { BlastEntry, FileChange, ObjectChange } from '../../model/plan.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { refOf } from '../../model/resource.ts'
import type { RefusalCode } from '../../model/codes.ts'
import { compareRenders } from '../compare.ts'
import type { Look } from '../edit/look.ts'
import type { Candidate, Texts } from '../edit/place.ts'
import { fileChanges } from '../edit/place.ts'
import { splice } from '../edit/splice.ts'
import type { Bench } from './bench.ts'
import { blastOf } from './blast.ts'
import type { Blast, Places } from './blast.ts'
import type { RenderAsk } from './closure.ts'
import type { Consumer } from './consumers.ts'
import { judgeDifference } from './verdict.ts'

/** Everything a search needs; `before` is the render of the unchanged commit, `edits` are all that are asked and not yet so. */
export interface Search {
  readonly places: Places | null
  readonly bench: Bench
  readonly ask: RenderAsk
  readonly before: readonly KubernetesObject[]
  readonly target: KubernetesObject
  readonly edits: readonly Edit[]
  readonly consumers: readonly Consumer[]
  readonly texts: Texts
  readonly scope: 'app' | 'shared'
  looks(edit: Edit): readonly Look[]
  /** Everything that is applied over the files, for the evidence of SHADOWED. */
  readonly layers: readonly Evidence[]
}

/** The files that reach every asked field and nothing else, and what they do to others. */
export interface Choice {
  readonly texts: Texts
  readonly files: readonly FileChange[]
  readonly places: readonly string[]
  readonly changes: readonly ObjectChange[]
  readonly after: readonly KubernetesObject[]
  readonly covered: readonly Edit[]
  readonly blast: Blast
}

interface Attempt { readonly at: string, readonly what: string, readonly code: RefusalCode, readonly sentence: string, /** Other objects change, but not the asked one: the file only happens to hold the same value. */ readonly beside?: boolean }
const MOST_TRIED = 25

/** Reaches the edits one after the other, each with the place of the smallest blast radius (editing.md 4.3). */
export async function search(of: Search): Promise<Choice | Refusal> {
  let chosen: Choice | null = null
  for (;;) {
    const open: Edit | undefined = of.edits.find(edit => chosen === null || !chosen.covered.some(done => samePath(done.path, edit.path)))
    if (open === undefined) break
    const next: Choice | Refusal = await choose(of, open, chosen)
    if ('refused' in next) return next
    chosen = next
  }
  return chosen ?? refuse('NO_CANDIDATE', 'Nothing is left to change.')
}

async function choose(of: Search, edit: Edit, sofar: Choice | null): Promise<Choice | Refusal> {
  const looks = of.looks(edit)
  const attempts: Attempt[] = looks.flatMap(look => look.kind === 'blocked' ? [{ ...look, what: 'value' }] : [])
  const shared: Choice[] = []
  for (const look of looks.filter(candidate => candidate.kind === 'candidate').slice(0, MOST_TRIED)) {
    const tried = await attempt(of, { edit, candidate: look.candidate, sofar })
    if ('sentence' in tried) attempts.push(tried)
    else if (tried.blast.entries.length === 0) return tried
    else shared.push(tried)
  }
  const smallest = shared.reduce<Choice | null>((best, choice) => best === null || choice.blast.entries.length < best.blast.entries.length ? choice : best, null)
  if (smallest === null) return refusalOf(edit, attempts, of.layers)
  return of.scope === 'shared' ? smallest : sharedBase(edit, smallest)
}

async function attempt(of: Search, { edit, candidate, sofar }: { readonly edit: Edit, readonly candidate: Candidate, readonly sofar: Choice | null }): Promise<Choice | Attempt> {
  const spliced = spliceCandidate(sofar?.texts ?? of.texts, candidate)
  if ('sentence' in spliced) return spliced
  const at = spliced.places[0] ?? candidate.file
  const failed = (code: RefusalCode, sentence: string): Attempt => ({ at, what: candidate.what, code, sentence })
  const files = fileChanges(of.texts, spliced.texts)
  const [render] = await of.bench.render(files, [of.ask])
  if (render?.ok !== true) return failed('WIDE', `the source does not render with it: ${render?.message ?? ''}`)
  const after = render.objects.map(({ object }) => object)
  const changes = compareRenders(of.before, after)
  const verdict = judgeDifference({ changes, before: of.before, after, target: refOf(of.target), edits: of.edits })
  if (verdict.kind === 'wide') return { ...failed('WIDE', verdict.sentences.join('; ')), beside: verdict.beside }
  if (verdict.kind === 'none' || !verdict.covered.some(done => samePath(done.path, edit.path))) return failed('SHADOWED', 'it has no effect on the field')
  const blast = await blastOf(of.places, of.bench, { consumers: of.consumers, changes: files })
  if (blast.broken !== null) return failed('WIDE', blast.broken)
  return { texts: spliced.texts, files, places: [...sofar?.places ?? [], ...spliced.places], changes, after, covered: verdict.covered, blast }
}

function spliceCandidate(texts: Texts, candidate: Candidate): { readonly texts: Texts, readonly places: readonly string[] } | Attempt {
  const changed = new Map(texts)
  const places: string[] = []
  for (const change of candidate.changes) {
    if ('text' in change) {
      changed.set(change.file, change.text)
      places.push(change.file)
      continue
    }
    let text = changed.get(change.file)
    for (const edit of change.edits) {
      if (typeof text !== 'string') return { at: change.file, what: candidate.what, code: 'NO_CANDIDATE', sentence: 'the file cannot be read' }
      const spliced = splice(text, edit)
      if (!spliced.ok) return { at: `${change.file}:${spliced.line}`, what: candidate.what, code: spliced.code, sentence: spliced.sentence }
      text = spliced.text
      changed.set(change.file, text)
      places.push(`${change.file}:${spliced.line}`)
    }
  }
  return places.length === 0 ? { at: candidate.file, what: candidate.what, code: 'NO_CANDIDATE', sentence: 'there is nothing to edit' } : { texts: changed, places }
}

/** What a place is refused for says most; then that every edit is too wide, then that none has an effect. */
function refusalOf(edit: Edit, tried: readonly Attempt[], layers: readonly Evidence[]): Refusal {
  const field = showPath(edit.path)
  const meant = tried.filter(({ beside }) => beside !== true)
  const attempts = meant.length > 0 ? meant : tried
  const evidence: Evidence[] = attempts.map(({ at, what, sentence }) => ({ sentence: `${what}: ${sentence}`, at }))
  const special = attempts.find(({ code }) => code !== 'WIDE' && code !== 'SHADOWED' && code !== 'NO_CANDIDATE')
  if (special !== undefined) return refuse(special.code, `${field} is not edited: ${special.sentence}.`, evidence)
  if (attempts.some(({ code }) => code === 'WIDE')) return refuse('WIDE', `Every edit that reaches ${field} changes more than was asked.`, evidence)
  if (attempts.some(({ code }) => code === 'SHADOWED')) return refuse('SHADOWED', `The places that hold ${field} have no effect: a later layer decides it.`, [...evidence, ...layers])
  return refuse('NO_CANDIDATE', `No place in the repository holds ${field} = ${JSON.stringify(edit.before ?? null)} in a form that can be edited.`, evidence)
}

function sharedBase(edit: Edit, choice: Choice): Refusal {
  const entries = choice.blast.entries
  const unknown = entries.filter(entry => entry.changes === null).length
  const count = `${entries.length} other consumer${entries.length === 1 ? '' : 's'}`
  const evidence = [{ sentence: `${showPath(edit.path)} stands here`, at: choice.places.at(-1) ?? '' }, ...entries.map(sharedEvidence)]
  return refuse('SHARED_BASE', `${showPath(edit.path)} stands in a file that ${count} use${entries.length === 1 ? 's' : ''} too${unknown > 0 ? `, ${unknown} of them with unknown effect` : ''}.`, evidence)
}

function sharedEvidence(entry: BlastEntry): Evidence {
  const owners = entry.owners.map(showOwner).join(', ')
  const effect = entry.changes === null ? `its effect is unknown: ${entry.error ?? ''}` : `${entry.changes.length} object${entry.changes.length === 1 ? '' : 's'} would change`
  return { sentence: `${owners === '' ? 'a kustomization that no known owner claims' : owners}: ${effect}`, at: entry.path === '' ? '.' : entry.path }
}

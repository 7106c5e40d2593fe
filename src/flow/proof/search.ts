import type { Evidence, Refusal } from '../../model/error.ts'
import { refuse } from '../../model/error.ts'
import { samePath, withField } from '../../model/field.ts'
import type { Edit } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import type { FileChange, ObjectChange } from '../../model/plan.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { isKubernetesObject, refKey, refOf } from '../../model/resource.ts'
import { compareRenders } from '../fields/compare.ts'
import type { Texts } from '../edit/place.ts'
import type { Suspect } from '../edit/sentinels.ts'
import { fileChanges } from '../edit/place.ts'
import type { Bench } from './bench.ts'
import { blastOf, reachesOthers } from './blast.ts'
import type { Blast, Places } from './blast.ts'
import { cascadeOf } from './cascade.ts'
import type { RenderAsk } from './closure.ts'
import type { Consumer } from './consumer.ts'
import type { AskingLooker, Standing } from './looks.ts'
import type { Attempt, Trial } from './trials.ts'
import { OTHERS, inOrder, trialsOf } from './trials.ts'
import { arrivingLooks } from './sentinel-search.ts'
import { refusalOf, sharedBase } from './search-refusal.ts'
import { judgeDifference } from './verdict.ts'

/** Everything a search needs; `before` is the render of the unchanged commit, `edits` are all that are asked and not yet so. */
export interface Search {
  readonly places: Places | null
  readonly bench: Bench
  readonly ask: RenderAsk
  /** How the asked path is rendered once files are changed; a sentence where they say what cannot be honoured. */
  readonly after: (changes: readonly FileChange[]) => Promise<RenderAsk | string>
  readonly before: readonly KubernetesObject[]
  readonly target: KubernetesObject
  readonly edits: readonly Edit[]
  readonly consumers: readonly Consumer[]
  readonly texts: Texts
  readonly scope: 'app' | 'shared'
  readonly looker: AskingLooker
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
  /** What a person should know before deciding. */
  readonly notes: readonly string[]
}

const MOST_TRIED = 25
const MOST_ROUNDS = 3

/** Reaches the edits, all at once where their likeliest places do, else one after the other, each with the place of the smallest blast radius (editing.md 4.3). */
export async function search(of: Search): Promise<Choice | Refusal> {
  let chosen: Choice | null = await together(of)
  for (;;) {
    const open: Edit | undefined = of.edits.find(edit => chosen === null || !chosen.covered.some(done => samePath(done.path, edit.path)))
    if (open === undefined) break
    const next: Choice | Refusal = await choose(of, open, chosen)
    if ('refused' in next) return next
    chosen = next
  }
  return chosen ?? refuse('NO_CANDIDATE', 'Nothing is left to change.')
}

/** The likeliest place of every edit, in one render; null where that is not exact. */
async function together(of: Search): Promise<Choice | null> {
  if (of.edits.length < 2) return null
  let now = standing(of, null)
  let object: Json | undefined = of.target
  const places: string[] = []
  const notes: string[] = []
  for (const edit of of.edits) {
    const trials = trialsOf(await of.looker.looks(edit, now), { texts: now.texts, consumers: of.consumers })
    const [first] = inOrder(trials.usable, of.scope)
    if (first === undefined || (of.scope === 'app' && first.readers > 0)) return null
    object = withField(object, edit.path, edit.after)
    if (!isKubernetesObject(object)) return null
    now = { ...now, texts: first.texts, object }
    places.push(...first.places)
    notes.push(...first.candidate.note === undefined ? [] : [first.candidate.note])
  }
  const tried = await render(of, { texts: now.texts, places, notes, failed: (code, sentence) => ({ at: places[0] ?? '', what: 'all together', code, sentence }) })
  return 'sentence' in tried || tried.covered.length < of.edits.length || (of.scope === 'app' && reachesOthers(tried.blast)) ? null : tried
}

async function choose(of: Search, edit: Edit, sofar: Choice | null): Promise<Choice | Refusal> {
  const now = standing(of, sofar)
  const { usable, attempts } = trialsOf(await of.looker.looks(edit, now), { texts: now.texts, consumers: of.consumers })
  const round: Round = { edit, sofar, tried: [...attempts], shared: null }
  const [last, likely] = [usable.filter(({ candidate }) => candidate.tier === 'last'), usable.filter(({ candidate }) => candidate.tier !== 'last')]
  const found = await tryAll(of, round, likely) ?? await tryArriving(of, round, now) ?? await tryAll(of, round, last)
  if (found !== null) return found
  if (round.shared === null) return refusalOf(edit, withUnreached(of, round), of.layers)
  const blast = await blastOf(of.places, of.bench, { consumers: of.consumers, changes: round.shared.files })
  return sharedBase(edit, { at: round.shared.places.at(-1) ?? '', entries: blast.entries.filter(entry => entry.carrier !== true) })
}

/** Guesses without any effect say nothing about the field. */
function withUnreached({ looker }: Search, { edit, tried }: Round): readonly Attempt[] {
  const why = tried.every(({ code, beside }) => beside === true || code === 'SHADOWED' || code === 'NO_CANDIDATE') ? looker.unreached?.(edit) ?? null : null
  return why === null ? tried : [{ at: why.at, what: 'value', code: why.code, sentence: why.sentence }]
}

/** What was tried for one edit, and the first place that is exact but that others share. */
interface Round { readonly edit: Edit, readonly sofar: Choice | null, readonly tried: Attempt[], shared: Choice | null }

/** The first of the trials that is exact and does nothing to others that it may not. */
async function tryAll(of: Search, round: Round, trials: readonly Trial[]): Promise<Choice | null> {
  const { edit, sofar } = round
  for (const trial of inOrder(trials, of.scope).slice(0, MOST_TRIED)) {
    // One place that others share too is enough to tell the caller about.
    if (trial.readers > 0 && round.shared !== null) continue
    const outcome = await attempt(of, { edit, trial, sofar })
    if ('sentence' in outcome) round.tried.push(outcome)
    else if (of.scope === 'shared' || !reachesOthers(outcome.blast)) return outcome
    else round.shared ??= outcome
  }
  return null
}

/**
 * The places whose values are seen to arrive in the field, where those that were looked for are not the ones: first what holds the whole value, then what
 * holds a part of it. A mark may keep another from arriving (an image that no entry knows any more): where what arrives has no effect by itself, the rest
 * is marked once more without it.
 */
async function tryArriving(of: Search, round: Round, now: Standing): Promise<Choice | null> {
  if (round.shared !== null || round.tried.some(({ code }) => OTHERS.has(code))) return null
  const all = of.looker.suspects(round.edit, now.texts)
  const isWhole = (suspect: Suspect): boolean => suspect.value === round.edit.before
  for (let suspects of [all.filter(isWhole), all.filter(suspect => !isWhole(suspect))]) {
    for (let rounds = 0; rounds < MOST_ROUNDS; rounds++) {
      const arrived = await arrivingLooks({ bench: of.bench, after: of.after, base: of.texts, texts: now.texts, before: of.before, target: refOf(of.target), edit: round.edit }, suspects)
      if (arrived.length === 0) break
      const { usable, attempts } = trialsOf(arrived.flatMap(({ look }) => look ?? []), { texts: now.texts, consumers: of.consumers })
      round.tried.push(...attempts)
      const before = round.tried.length
      const found = await tryAll(of, round, usable)
      // The source is found, even where it reaches too much.
      if (found !== null || round.shared !== null || round.tried.slice(before).some(({ code, beside }) => code === 'WIDE' && beside !== true)) return found
      suspects = suspects.filter(suspect => !arrived.some(one => one.suspect === suspect))
    }
  }
  return null
}

function standing(of: Search, sofar: Choice | null): Standing {
  const objects = sofar?.after ?? of.before
  const cascade = cascadeOf({ before: of.before, after: objects, target: refOf(of.target) })
  const key = refKey({ ...refOf(of.target), name: cascade?.to ?? refOf(of.target).name })
  return { texts: sofar?.texts ?? of.texts, objects, object: objects.find(object => refKey(refOf(object)) === key) ?? of.target, edits: of.edits }
}

async function attempt(of: Search, { edit, trial, sofar }: { readonly edit: Edit, readonly trial: Trial, readonly sofar: Choice | null }): Promise<Choice | Attempt> {
  const { candidate, texts } = trial
  const failed: Made['failed'] = (code, sentence) => ({ at: trial.places[0] ?? candidate.file, what: candidate.what, code, sentence })
  const notes = [...sofar?.notes ?? [], ...candidate.note === undefined ? [] : [candidate.note]]
  const choice = await render(of, { texts, places: [...sofar?.places ?? [], ...trial.places], notes, failed })
  if ('sentence' in choice || choice.covered.some(done => samePath(done.path, edit.path))) return choice
  return failed('SHADOWED', 'it has no effect on the field')
}

/** Files as they would be, and how to say why they are not. */
interface Made { readonly texts: Texts, readonly places: readonly string[], readonly notes: readonly string[], readonly failed: (code: Attempt['code'], sentence: string) => Attempt }

async function render(of: Search, { texts, places, notes, failed }: Made): Promise<Choice | Attempt> {
  const files = fileChanges(of.texts, texts)
  const ask = await of.after(files)
  if (typeof ask === 'string') return failed('WIDE', `the owner's manifest would not be honoured: ${ask}`)
  const [result] = await of.bench.render(files, [ask])
  if (result?.ok !== true) return notRendering(of, failed, result?.message ?? '')
  const after = result.objects.map(({ object }) => object)
  const changes = compareRenders(of.before, after)
  const verdict = judgeDifference({ changes, before: of.before, after, target: refOf(of.target), edits: of.edits })
  if (verdict.kind === 'wide') return { ...failed('WIDE', verdict.sentences.join('; ')), beside: verdict.beside }
  if (verdict.kind === 'none') return failed('SHADOWED', 'it has no effect on the field')
  const blast = await effectOn(of, files)
  if (blast.broken !== null) return failed('WIDE', blast.broken)
  return { texts, files, places, changes: verdict.changes, after, covered: verdict.covered, blast, notes }
}

/** A chart says itself which values it does not take, by its schema or by `fail` and `required`. */
function notRendering({ ask }: Search, failed: Made['failed'], message: string): Attempt {
  return ask.format === 'helm' ? failed('RENDER_FAILED', `the chart does not render with it: ${message.replace(/\s*\n\s*/g, ' ')}`) : failed('WIDE', `the source does not render with it: ${message}`)
}

/** What changed files do to others. Where none may change, the first that does is all that is looked for. */
async function effectOn(of: Search, files: readonly FileChange[]): Promise<Blast> {
  const [first, ...rest] = of.consumers.filter(({ closure }) => closure.opaque || files.some(({ path }) => closure.files.has(path)))
  if (first === undefined || of.scope === 'shared') return blastOf(of.places, of.bench, { consumers: of.consumers, changes: files })
  const blast = await blastOf(of.places, of.bench, { consumers: [first], changes: files })
  if (blast.broken !== null || reachesOthers(blast)) return blast
  const others = await blastOf(of.places, of.bench, { consumers: rest, changes: files })
  return { ...others, entries: [...blast.entries, ...others.entries], rendered: [...blast.rendered, ...others.rendered] }
}

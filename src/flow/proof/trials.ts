import type { RefusalCode } from '../../model/codes.ts'
import type { Look } from '../edit/look.ts'
import type { Candidate, Texts } from '../edit/place.ts'
import { splice } from '../edit/splice.ts'
import type { Consumer } from './consumer.ts'

/** A place that was looked at or tried, and why it is not the one. */
export interface Attempt { readonly at: string, readonly what: string, readonly code: RefusalCode, readonly sentence: string, /** Other objects change, but not the asked one: the file only happens to hold the same value. */ readonly beside?: boolean }

/** A candidate with its edits made, ready to be rendered. */
export interface Trial {
  readonly candidate: Candidate
  readonly texts: Texts
  /** `path:line` of each edit. */
  readonly places: readonly string[]
  /** How many other consumers read a file that it changes. */
  readonly readers: number
}

export interface Trials { readonly usable: readonly Trial[], readonly attempts: readonly Attempt[] }

/** Whoever writes these values would overwrite them, cannot read them, or means something else by them: they are not decided elsewhere instead. */
export const OTHERS: ReadonlySet<RefusalCode> = new Set(['IGNORED', 'ENCRYPTED', 'TEMPLATE'])

/**
 * Makes the edits of all candidates. Where the place that holds the field belongs to somebody else (Flux image automation, SOPS, a template),
 * nothing new is laid over it.
 */
export function trialsOf(looks: readonly Look[], of: { readonly texts: Texts, readonly consumers: readonly Consumer[] }): Trials {
  const attempts: Attempt[] = looks.flatMap(look => look.kind === 'blocked' ? [{ at: look.at, code: look.code, sentence: look.sentence, what: 'value' }] : [])
  const usable: Trial[] = []
  let foreign = false
  for (const candidate of looks.flatMap(look => look.kind === 'candidate' ? [look.candidate] : look.instead ?? [])) {
    const made = trialOf(candidate, of)
    if (!('sentence' in made)) usable.push(made)
    else {
      attempts.push(made)
      foreign ||= candidate.tier === undefined && OTHERS.has(made.code)
    }
  }
  return { usable: foreign ? usable.filter(({ candidate }) => candidate.tier === undefined) : usable, attempts }
}

/**
 * The order of DESIGN.md section 5: what is there and only the asked delivery reads, then what could be new in its overlay, then what others read too.
 * Where the caller asks for the shared scope, what is there comes before anything new, unless the asked path is itself read by others, fewer of them.
 */
export function inOrder(trials: readonly Trial[], scope: 'app' | 'shared'): readonly Trial[] {
  const fewest = Math.min(...trials.filter(({ candidate, readers }) => candidate.tier === 'added' && readers > 0).map(({ readers }) => readers))
  const shared = { there: 3, added: scope === 'shared' ? 2 : 4, last: 6 }
  const own = { there: 0, added: 2, last: 5 }
  const rank = ({ candidate, readers }: Trial): number => {
    const tier = candidate.tier ?? 'there'
    if (scope === 'shared' && tier === 'there' && readers > 0 && readers <= fewest) return 1
    return (readers > 0 ? shared : own)[tier]
  }
  return trials.map((trial, i) => ({ trial, i })).sort((a, b) => rank(a.trial) - rank(b.trial) || a.i - b.i).map(({ trial }) => trial)
}

function trialOf(candidate: Candidate, of: { readonly texts: Texts, readonly consumers: readonly Consumer[] }): Trial | Attempt {
  const changed = new Map(of.texts)
  const places: string[] = []
  for (const change of candidate.changes) {
    if ('text' in change) {
      places.push(placeOf(change.file, changed.get(change.file) ?? null, change.text))
      changed.set(change.file, change.text)
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
  if (places.length === 0) return { at: candidate.file, what: candidate.what, code: 'NO_CANDIDATE', sentence: 'there is nothing to edit' }
  const readers = of.consumers.filter(({ closure, carries }) => closure.opaque || candidate.changes.some(({ file }) => closure.files.has(file) && carries?.files.has(file) !== true))
  return { candidate, texts: changed, places: [...new Set(places)], readers: readers.length }
}

/** The first line of a file that is another. */
function placeOf(file: string, before: string | null, after: string | null): string {
  const [old, now] = [(before ?? '').split('\n'), (after ?? '').split('\n')]
  return before === null || after === null ? file : `${file}:${Math.max(0, now.findIndex((line, i) => line !== old[i])) + 1}`
}

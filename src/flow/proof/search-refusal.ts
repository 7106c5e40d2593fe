import type { Evidence, Refusal } from '../../model/error.ts'
import { refuse } from '../../model/error.ts'
import { showPath } from '../../model/field.ts'
import type { Edit } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import { showOwner } from '../../model/owner.ts'
import type { BlastEntry } from '../../model/plan.ts'
import type { Attempt } from './trials.ts'

/** Why no place will do. What a place is refused for says most; then that every edit is too wide, then that none has an effect. */
export function refusalOf(edit: Edit, tried: readonly Attempt[], layers: readonly Evidence[]): Refusal {
  const field = showPath(edit.path)
  const meant = tried.filter(({ beside }) => beside !== true)
  const attempts = meant.length > 0 ? meant : tried
  const evidence = distinct(attempts.map(({ at, what, sentence }) => ({ sentence: `${what}: ${sentence}`, at })))
  const special = attempts.find(({ code }) => code !== 'WIDE' && code !== 'SHADOWED' && code !== 'NO_CANDIDATE' && code !== 'RENDER_FAILED')
  if (special !== undefined) return refuse(special.code, `${field} is not edited: ${special.sentence}.`, evidence)
  // The likeliest place says most.
  const first = attempts.find(({ code }) => code === 'WIDE' || code === 'RENDER_FAILED')
  if (first?.code === 'RENDER_FAILED') return notAccepted(edit, evidence)
  if (first?.code === 'WIDE') return refuse('WIDE', `Every edit that reaches ${field} changes more than was asked.`, evidence)
  if (attempts.some(({ code }) => code === 'SHADOWED')) return refuse('SHADOWED', `The places that hold ${field} have no effect: a later layer decides it.`, [...evidence, ...layers])
  const what = edit.before === undefined ? `can hold ${field}, which is not set` : `holds ${field} = ${JSON.stringify(edit.before)} in a form that can be edited`
  return refuse('NO_CANDIDATE', `No place in the repository ${what}.`, evidence)
}

function notAccepted({ path, before, after }: Edit, evidence: readonly Evidence[]): Refusal {
  const what = after === undefined ? `that ${showPath(path)} goes` : before === undefined || before === null ? `${showPath(path)}, which is not set` : `${shown(after)} for ${showPath(path)}`
  return refuse('RENDER_FAILED', `The chart does not accept ${what}.`, evidence, 'Ask for something that the chart accepts; what it says itself is in the evidence.')
}

function shown(value: Json): string {
  const text = JSON.stringify(value)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

function distinct(evidence: readonly Evidence[]): readonly Evidence[] {
  return evidence.filter((one, i) => evidence.findIndex(other => other.sentence === one.sentence && other.at === one.at) === i)
}

/** The field stands where others read it, and the caller asks for the asked delivery only. */
export function sharedBase(edit: Edit, { at, entries }: { readonly at: string, readonly entries: readonly BlastEntry[] }): Refusal {
  const unknown = entries.filter(entry => entry.changes === null).length
  const count = `${entries.length} other consumer${entries.length === 1 ? '' : 's'}`
  const evidence = [{ sentence: `${showPath(edit.path)} stands here`, at }, ...entries.map(sharedEvidence)]
  return refuse('SHARED_BASE', `${showPath(edit.path)} stands in a file that ${count} use${entries.length === 1 ? 's' : ''} too${unknown > 0 ? `, ${unknown} of them with unknown effect` : ''}.`, evidence)
}

function sharedEvidence(entry: BlastEntry): Evidence {
  const owners = entry.owners.map(showOwner).join(', ')
  const effect = entry.changes === null ? `its effect is unknown: ${entry.error ?? ''}` : `${entry.changes.length} object${entry.changes.length === 1 ? '' : 's'} would change`
  const who = entry.by === undefined ? `${owners === '' ? 'a kustomization that no known owner claims' : owners}: ` : ''
  return { sentence: `${who}${effect}`, at: entry.path === '' ? '.' : entry.path }
}

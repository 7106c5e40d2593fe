import { showOwner } from '../../../model/owner.ts'
import type { BlastEntry } from '../../../model/plan.ts'
import { environmentNames } from './head.ts'
import { code, words } from './inert.ts'
import { inBrief, objectTables } from './objects.ts'
import type { Redact } from './objects.ts'
import type { PageInput } from './page-input.ts'
import { showsAll } from './page-input.ts'
import { counted, folded, join, table } from './part.ts'
import type { Part } from './part.ts'

const MOST_CONSUMERS = 40
const MOST_IN_CELL = 3

/** Who else gets something else by the same edit. */
export function blastPart({ change, redact }: PageInput): Part {
  const { blast } = change.plan
  if (blast.length === 0) return { text: '', left: null }
  const touched = blast.filter(entry => entry.changes === null || entry.changes.length > 0)
  const rest = blast.length - touched.length
  const same = rest === 0 ? '' : `${counted(rest, 'other consumer')} of the same files ${rest === 1 ? 'stays as it is' : 'stay as they are'}.`
  if (touched.length === 0) return { text: join(['### Who else is affected', `Nobody. ${same}`]), left: null }
  const rows = touched.slice(0, MOST_CONSUMERS).map(entry => [code(entry.path === '' ? '(root)' : entry.path, 'cell'), ownersOf(entry), environmentsOf(entry), effectOf(entry, redact)])
  const more = touched.length > rows.length ? `${counted(touched.length - rows.length, 'more consumer')}: ${showsAll(change)}.` : ''
  const head = '### Who else is affected'
  const brief = `${counted(touched.length, 'other consumer')} ${touched.length === 1 ? 'changes' : 'change'}, too, which do not fit here: ${showsAll(change)}.`
  return { text: join([head, table(['path', 'owner', 'environment', 'what changes'], rows), more, same]), left: { rank: 7, brief: join([head, brief]) } }
}

/** What deploys with it although it does not touch it: the owner is behind. */
export function alsoShipsPart({ change, redact }: PageInput): Part {
  const { alsoShips } = change.plan
  if (alsoShips === null) return { text: '', left: null }
  const { changes, since, because, environments = [] } = alsoShips
  const where = environments.length === 0 ? '' : ` In ${environmentNames(environments)}.`
  const what = changes.length === 0 ? 'Nothing that differs' : `${counted(changes.length, 'object')} of other commits`
  const sentence = `**${what} since ${code(since.slice(0, 12))}**, because ${words(redact(because))}.${where} The policies have judged it, and an approval covers it, too.`
  const head = '### What else ships with it'
  const objects = changes.length === 0 ? '' : folded(`What else changes, ${counted(changes.length, 'object')}`, objectTables(changes, { redact, rest: showsAll(change), cluster: change.plan.owner.destination.cluster }))
  return { text: join([head, sentence, objects]), left: { rank: 5, brief: join([head, `${sentence} Its objects are left out here: ${showsAll(change)}.`]) } }
}

function ownersOf({ owners, by }: BlastEntry): string {
  if (owners.length === 0) return by === undefined ? '(no known owner)' : words(by, 'cell')
  const more = owners.length > MOST_IN_CELL ? [`and ${owners.length - MOST_IN_CELL} more`] : []
  return [...owners.slice(0, MOST_IN_CELL).map(owner => code(showOwner(owner), 'cell')), ...more].join('<br>')
}

function environmentsOf({ environments }: BlastEntry): string {
  return environments.length === 0 ? '(counts as prod)' : environments.slice(0, 10).map(name => code(name, 'cell')).join('<br>')
}

function effectOf({ changes, error, carrier }: BlastEntry, redact: Redact): string {
  if (changes === null) return `**unknown**: it did not render before either${error === null ? '' : ` (${words(redact(error.split('\n')[0] ?? ''), 'cell')})`}`
  if (carrier === true) return 'only brings the manifest to the cluster'
  const more = changes.length > MOST_IN_CELL ? [`and ${counted(changes.length - MOST_IN_CELL, 'more object')}`] : []
  return [...changes.slice(0, MOST_IN_CELL).map(one => inBrief(one, redact)), ...more].join('<br>')
}

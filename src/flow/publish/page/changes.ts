import { showOwner } from '../../../model/owner.ts'
import type { Plan } from '../../../model/plan.ts'
import { showRef } from '../../../model/resource.ts'
import { code, fenced, words } from './inert.ts'
import { isSecret, objectTables } from './objects.ts'
import type { PageInput } from './page-input.ts'
import { showsAll } from './page-input.ts'
import { counted, folded, join } from './part.ts'
import type { Part } from './part.ts'

/** A diff of so many lines is read at once; a longer one is opened by who wants it. */
const OPEN_LINES = 40
const MOST_LINES = 600

/** What will be different in the cluster: the rendered objects, and what they reach where an owner's own manifest is edited. */
export function clusterPart({ change, redact }: PageInput): Part {
  const { plan } = change
  const how = { redact, rest: showsAll(change), cluster: plan.target.cluster }
  const through = (plan.through ?? []).toReversed().map(one => join([
    `${code(showRef(one.target))} changes through ${code(showOwner(one.owner))}: ${words(redact(one.sentence))}.`, objectTables(one.changes, { ...how, cluster: one.target.cluster }),
  ]))
  const own = through.length === 0 ? '' : `What is edited is the owner's own manifest:`
  const text = join(['### What changes in the cluster', ...through, own, objectTables(plan.proof.changes, how)])
  return { text, left: { rank: 8, brief: join(['### What changes in the cluster', `${counted(plan.proof.changes.length, 'object')} with ${counted(plan.proof.changes.reduce((sum, one) => sum + one.fields.length, 0), 'field')}, too many to stand here: ${showsAll(change)}.`]) } }
}

/** Where it is written, and the files' diff. */
export function sourcePart({ change, redact }: PageInput): Part {
  const { plan } = change
  const { source } = plan.owner
  const places = plan.places.slice(0, 20).map(place => `- ${code(place)}`)
  const more = plan.places.length > places.length ? [`- and ${plan.places.length - places.length} more`] : []
  const where = `In ${code(redact(source.url))}, for branch ${code(plan.branch)}, made on ${code(plan.base.slice(0, 12))}:`
  const head = ['### What changes in Git', where, [...places, ...more].join('\n')]
  const brief = join([...head, `The diff is left out here; the forge shows the files, and ${showsAll(change)}.`])
  return { text: join([...head, sourceDiff(plan, { redact, rest: showsAll(change) })]), left: { rank: 4, brief } }
}

function sourceDiff(plan: Plan, { redact, rest }: { readonly redact: (text: string) => string, readonly rest: string }): string {
  const all = [plan.proof.changes, ...(plan.through ?? []).map(one => one.changes), ...plan.blast.map(entry => entry.changes ?? [])].flat()
  if (all.some(isSecret)) return 'The diff is not shown here: values of a Secret come from these files.'
  const lines = redact(plan.diff).replace(/\n$/, '').split('\n').filter(line => !line.startsWith('diff --git '))
  if (plan.diff.trim() === '') return ''
  const kept = lines.slice(0, MOST_LINES)
  const diff = fenced(kept.join('\n'), 'diff')
  const cut = lines.length > kept.length ? `${counted(lines.length - kept.length, 'more line')}: the forge shows the files, and ${rest}.` : ''
  return join([lines.length <= OPEN_LINES ? diff : folded(`The diff, ${counted(lines.length, 'line')}`, diff), cut])
}

import { wholeOf } from '../../../model/field.ts'
import { showOwner } from '../../../model/owner.ts'
import type { ApprovalNeed, Plan } from '../../../model/plan.ts'
import { code, quoted, words } from './inert.ts'
import type { PageInput } from './page-input.ts'
import { showsAll } from './page-input.ts'
import { counted, join } from './part.ts'
import type { Part } from './part.ts'
import { takeBackCommand } from './take-back.ts'

const MOST_NAMES = 12

/** Whose word is needed, who merges, and what comes then. */
export function decidePart(input: PageInput): Part {
  const { plan } = input.change
  const lines = [`- ${approvals(input)}`, `- ${merging(input)}`, ...afterMerge(plan, input.can).map(line => `- ${line}`)]
  return { text: join(['### What it needs, and what happens then', lines.join('\n')]), left: null }
}

/** What a person should know before deciding. */
export function notesPart({ change, redact }: PageInput): Part {
  const { notes = [] } = change.plan
  if (notes.length === 0) return { text: '', left: null }
  const lines = notes.slice(0, 20).map(note => `- ${words(redact(note))}`)
  const more = notes.length > lines.length ? [`- and ${counted(notes.length - lines.length, 'more note')}: ${showsAll(change)}`] : []
  return { text: join(['### To know before', [...lines, ...more].join('\n')]), left: { rank: 6, brief: join(['### To know before', `${counted(notes.length, 'note')} that do not fit here: ${showsAll(change)}.`]) } }
}

/** The way back: the command, and the plan of whoever asked. */
export function takeBackPart({ change, redact }: PageInput): Part {
  const command = `\`${takeBackCommand(change.id)}\` opens a change request with the former values, under the same proof and approvals.`
  const { rollbackPlan } = change.plan.request
  if (rollbackPlan === null || rollbackPlan.trim() === '') return { text: join(['### To take it back', command]), left: null }
  const head = join(['### To take it back', command])
  return { text: join([head, 'The plan of whoever asked:', quoted(redact(rollbackPlan))]), left: { rank: 9, brief: join([head, `The rollback plan is left out here: ${showsAll(change)}.`]) } }
}

function approvals({ change, people, can }: PageInput): string {
  const { needs, request, environmentClass } = change.plan
  if (needs.count === 0) return `No approval: class ${environmentClass} asks for none.`
  const how = can.reviews ? ', as a review here' : ''
  const signed = `${can.reviews ? ' or ' : ', '}by \`writ approve change/${change.id}${needs.signed ? ' --key FILE' : ''}\``
  const may = people.filter(person => person.kind === 'human' && person.name !== request.requester.person && isEntitled(person.groups, needs) && (!needs.senior || needs.count > 1 || person.groups.includes(needs.seniorGroup)))
  const names = may.slice(0, MOST_NAMES).map(({ name, groups }) => `${code(name)}${needs.senior && needs.count > 1 && groups.includes(needs.seniorGroup) ? ' (senior)' : ''}`)
  const who = names.length === 0 ? ' **Nobody in people.yaml may.**' : ` Who may: ${names.join(', ')}${may.length > names.length ? ` and ${may.length - names.length} more` : ''}.`
  return `**${counted(needs.count, 'approval')}** by ${from(needs)}${how}${signed}.${who}`
}

function isEntitled(groups: readonly string[], needs: ApprovalNeed): boolean {
  return needs.groups.length === 0 || needs.groups.some(group => groups.includes(group))
}

function from({ count, groups, senior, seniorGroup }: ApprovalNeed): string {
  const whom = groups.length > 0 ? `${count === 1 ? 'another person' : 'other people'} of ${groups.map(group => code(group)).join(' or ')}` : count === 1 ? 'another person' : 'other people'
  if (!senior) return whom
  return count === 1 ? `${whom} who is in ${code(seniorGroup)}` : `${whom}, one of them in ${code(seniorGroup)}`
}

function merging({ change, can }: PageInput): string {
  const { mergesItself, branch } = change.plan
  if (mergesItself) return `Then Writ merges it into ${code(branch)} by itself.`
  return can.mergedBy === 'forge' ? `Then a person merges it into ${code(branch)} here.` : `Then a person merges it into ${code(branch)} by \`writ merge change/${change.id}\`.`
}

function afterMerge(plan: Plan, can: PageInput['can']): readonly string[] {
  const { owner, environment } = plan
  const { delivery, destination } = owner
  const name = code(showOwner(owner))
  const where = destination.namespace === null ? code(destination.cluster) : `${code(destination.namespace)} on ${code(destination.cluster)}`
  const held = delivery.behindBecause === null ? '' : ` It is behind now, because ${words(delivery.behindBecause)}.`
  const takes = delivery.automated ? `${name} takes it up by itself, into ${where}.${held}` : `${name} does **not** sync by itself: somebody starts the sync, into ${where}.${held}`
  const promotion = delivery.promotion === undefined ? [] : [`People promote what was rendered into ${code(delivery.promotion.branch)}.`]
  const within = environment.syncTimeout === undefined ? '' : `, or failed after ${code(environment.syncTimeout)}`
  const goal = isGone(plan) ? 'the object is gone' : `the live fields are as asked and the object is healthy for ${code(environment.verify.stability)}`
  const seen = `It is verified once ${goal}${within}${can.comments ? '; a comment here says where it stands' : ''}.`
  return [takes, ...promotion, seen]
}

function isGone({ edits }: Plan): boolean {
  const whole = wholeOf(edits)
  return whole !== null && whole.after === undefined
}

import type { Environment } from '../../../model/environment.ts'
import { CLASS_RULES } from '../../../model/environment.ts'
import type { Plan } from '../../../model/plan.ts'
import { code, quoted, words } from './inert.ts'
import type { PageInput } from './page-input.ts'
import { showsAll } from './page-input.ts'
import { counted, join } from './part.ts'
import type { Part } from './part.ts'

/** What is asked, where, how risky, and by whom: what a reviewer reads first. */
export function headPart({ change, redact }: PageInput): Part {
  const { plan } = change
  return { text: join([sizeOf(plan), whereIs(plan), whoAsks(plan, redact)]), left: null }
}

/** Why, in the requester's own words. */
export function reasonPart({ change, redact }: PageInput): Part {
  const { reason } = change.plan.request
  if (reason === null || reason.trim() === '') return { text: '', left: null }
  return { text: quoted(redact(reason)), left: { rank: 10, brief: `The reason is left out here: ${showsAll(change)}.` } }
}

function whereIs({ environment, environmentClass }: Plan): string {
  const risk = `risk ${CLASS_RULES[environmentClass].riskLevel}`
  const name = `Environment **${code(environment.name)}**`
  if (!environment.known) return `No environment covers it, so that it counts as **prod**: ${risk}.`
  return environmentClass === environment.class ? `${name}: class ${environmentClass}, ${risk}.` : `${name} is of class ${environment.class}, and it **reaches class ${environmentClass}**, whose rules stand: ${risk}.`
}

function sizeOf({ proof, blast }: Plan): string {
  const others = blast.filter(entry => entry.carrier !== true && (entry.changes === null || entry.changes.length > 0)).length
  const reach = others === 0 ? 'nobody else is affected' : `**${counted(others, 'other consumer')} ${others === 1 ? 'is' : 'are'} affected, too**`
  return `${capital(proof.sentence)}; ${reach}.`
}

function whoAsks({ request }: Plan, redact: (text: string) => string): string {
  const { requester, incident } = request
  const who = code(requester.person ?? requester.alias)
  const known = requester.person === null ? ' (not in people.yaml)' : ''
  const machine = requester.kind === 'ai' ? `**Proposed by a machine**: ${who}, an AI${known}` : `Asked by ${who}${known}`
  const whom = requester.onBehalfOf === undefined ? '' : `, on behalf of ${code(requester.onBehalfOf)}`
  const why = incident === null ? '' : `, because of incident ${words(redact(incident))}`
  const says = request.reason === null || request.reason.trim() === '' ? '. No reason was given.' : requester.kind === 'ai' ? '. Its words, as data:' : ':'
  return `${machine}${whom}${why}${says}`
}

/** A class as its environment has it, for what else ships. */
export function environmentNames(environments: readonly (string | Pick<Environment, 'name'>)[]): string {
  return environments.map(one => code(typeof one === 'string' ? one : one.name)).join(', ')
}

function capital(text: string): string {
  const plain = words(text)
  return plain.slice(0, 1).toUpperCase() + plain.slice(1)
}

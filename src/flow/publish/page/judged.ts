import type { Plan, ServerAnswer } from '../../../model/plan.ts'
import { showRef } from '../../../model/resource.ts'
import type { Verdict } from '../../../model/verdict.ts'
import { code, words } from './inert.ts'
import type { Redact } from './objects.ts'
import type { PageInput } from './page-input.ts'
import { showsAll } from './page-input.ts'
import { folded, join, table } from './part.ts'
import type { Part } from './part.ts'

const MOST_VERDICTS = 40
const MOST_ANSWERS = 10
const RESULTS = ['error', 'deny', 'warn', 'audit', 'pass', 'skip'] as const

/** What the policies say: what did not simply pass stands open. */
export function policyPart({ change, redact }: PageInput): Part {
  const { verdicts } = change.plan
  const counts = RESULTS.map(result => ({ result, count: verdicts.filter(verdict => verdict.result === result).length })).filter(({ count }) => count > 0)
  const sum = counts.length === 0 ? 'none applies' : counts.map(({ result, count }) => `${count} ${result}`).join(', ')
  const [told, rest] = [verdicts.filter(loud), verdicts.filter(verdict => !loud(verdict))]
  const over = (list: readonly Verdict[]): string => list.length > MOST_VERDICTS ? `${list.length - MOST_VERDICTS} more: ${showsAll(change)}.` : ''
  const head = `### Policies: ${sum}`
  const open = told.length === 0 ? '' : join([verdictTable(told, redact), over(told)])
  const quiet = rest.length === 0 ? '' : folded(`${rest.length} that ${rest.length === 1 ? 'has' : 'have'} nothing against it`, join([verdictTable(rest, redact), over(rest)]))
  return { text: join([head, open, quiet]), left: { rank: 3, brief: join([head, `What each of them says is left out here: ${showsAll(change)}.`]) } }
}

function loud({ result }: Verdict): boolean {
  return isLoud(result)
}

function isLoud(result: Verdict['result']): boolean {
  return result !== 'pass' && result !== 'skip'
}

function verdictTable(verdicts: readonly Verdict[], redact: Redact): string {
  const rows = verdicts.slice(0, MOST_VERDICTS).map(({ result, policy, object, message, preExisting }) => [
    isLoud(result) ? `**${result}**` : result, code(policy, 'cell'), code(object, 'cell'), `${preExisting ? '(was so before) ' : ''}${result === 'pass' ? '' : words(redact(message ?? ''), 'cell')}`,
  ])
  return table(['', 'policy', 'object', 'what it says'], rows)
}

/** How it was proven, and what the API server said: for who wants to know. */
export function proofPart({ change, redact }: PageInput): Part {
  const { proof, base, digest, server = [] } = change.plan
  const rows = [
    ['rendered by', `${code(proof.renderer.name, 'cell')} ${code(proof.renderer.version, 'cell')}`],
    ['on commit', code(base, 'cell')],
    ['all objects before', code(proof.beforeHash, 'cell')],
    ['all objects after', code(proof.afterHash, 'cell')],
    ['the difference', words(proof.sentence, 'cell')],
    ['what approvals are bound to', `digest ${code(digest, 'cell')}`],
    ...serverRows(server, redact),
  ]
  const said = serverWord(change.plan)
  return { text: folded(`Proof: two renders that differ in exactly this${said}`, table(['', ''], rows)), left: { rank: 2, brief: `Proven by two renders; their hashes are left out here: ${showsAll(change)}.` } }
}

/** What stands in the way of a promise does not stay folded away. */
function serverWord({ server = [] }: Plan): string {
  if (server.length === 0) return ''
  if (server.some(({ asked }) => asked === 'not asked')) return '; the API server was not asked about all of it'
  if (server.some(({ asked }) => asked === 'schema')) return '; the API server was asked for its schema only'
  return server.some(({ warnings }) => warnings.length > 0) ? '; the API server accepts it, with warnings' : '; the API server accepts it (dry run)'
}

function serverRows(server: readonly ServerAnswer[], redact: Redact): readonly (readonly string[])[] {
  const rows = server.slice(0, MOST_ANSWERS).map(({ object, asked, because, warnings }) => {
    const said = { 'dry run': 'accepts it (dry run)', 'schema': `asked for its schema only: ${words(redact(because ?? ''), 'cell')}`, 'not asked': `not asked: ${words(redact(because ?? ''), 'cell')}` }[asked]
    return [`API server on ${code(showRef(object), 'cell')}`, [said, ...warnings.slice(0, 5).map(warning => words(redact(warning), 'cell'))].join('<br>')]
  })
  return server.length > rows.length ? [...rows, ['API server', `and ${server.length - rows.length} more`]] : rows
}

import type { Check } from '../../../model/forge.ts'
import type { BaseBranch, CheckRun, Rule, Status } from './answers.ts'

/** What is known of the checks of a head. `runs`: null where they may not be read. `blocked`: GitHub's own `mergeable_state`. */
export interface Checked {
  readonly statuses: readonly Status[]
  readonly runs: readonly CheckRun[] | null
  readonly branch: BaseBranch | null
  readonly rules: readonly Rule[]
  readonly blocked: string | null | undefined
}

/** A check that the base waits for; `app`: only this App's word counts, null where anybody's does. */
interface Required { readonly name: string, readonly app: number | null }

const STATES: Readonly<Record<string, Check['state']>> = { success: 'passed', pending: 'pending' }
const CONCLUSIONS: ReadonlySet<string> = new Set(['success', 'neutral', 'skipped'])
/** GitHub would merge: nothing that it requires is open. */
const FREE: ReadonlySet<string> = new Set(['clean', 'unstable', 'has_hooks'])
const WORST: readonly Check['state'][] = ['failed', 'pending', 'passed']

/** Statuses and check runs, and what the base requires and nobody has reported yet. */
export function checksOf({ statuses, runs, branch, rules, blocked }: Checked): readonly Check[] {
  const required = requiredOf(branch, rules)
  const reported = [
    ...statuses.map(({ context, state, target_url }) => ({ name: context, app: null, state: STATES[state] ?? 'failed' as const, url: target_url ?? null })),
    ...oneOfEach(runs ?? []),
  ]
  // A status does not tell which App set it; a check run does.
  const fits = (one: Required, of: { readonly name: string, readonly app: number | null }): boolean => one.name === of.name && (one.app === null || of.app === null || one.app === of.app)
  const set = reported.map(({ name, app, state, url }): Check => ({ name, state, url, required: required.some(one => fits(one, { name, app })) }))
  const open = required.filter(one => !reported.some(of => fits(one, of)))
  // Where check runs may not be read, GitHub's own word stands for those that are required.
  const unseen: Check['state'] = runs === null && FREE.has(blocked ?? '') ? 'passed' : 'pending'
  return [...set, ...[...new Set(open.map(({ name }) => name))].map((name): Check => ({ name, state: unseen, required: true, url: null }))]
}

/** Several suites may run a check of one name; it has passed when all of them have. */
function oneOfEach(runs: readonly CheckRun[]): readonly { readonly name: string, readonly app: number | null, readonly state: Check['state'], readonly url: string | null }[] {
  const found = new Map<string, { readonly name: string, readonly app: number | null, readonly state: Check['state'], readonly url: string | null }>()
  for (const { name, status, conclusion, html_url, app } of runs) {
    const state = status !== 'completed' ? 'pending' : CONCLUSIONS.has(conclusion ?? '') ? 'passed' : 'failed'
    const key = JSON.stringify([name, app?.id ?? null])
    const before = found.get(key)
    if (before === undefined || WORST.indexOf(state) < WORST.indexOf(before.state)) found.set(key, { name, app: app?.id ?? null, state, url: html_url ?? null })
  }
  return [...found.values()]
}

/** From the protection of the branch and from rulesets; the same name in both is required once for each App that is asked for. */
function requiredOf(branch: BaseBranch | null, rules: readonly Rule[]): readonly Required[] {
  const protection = branch?.protection?.required_status_checks
  const on = protection !== undefined && protection.enforcement_level !== 'off'
  const checks = on ? protection.checks ?? [] : []
  const contexts = on ? (protection.contexts ?? []).filter(name => !checks.some(check => check.context === name)) : []
  return [
    ...checks.map(({ context, app_id }) => ({ name: context, app: appOf(app_id) })), ...contexts.map(name => ({ name, app: null })),
    ...rules.filter(({ type }) => type === 'required_status_checks').flatMap(({ parameters }) => parameters?.required_status_checks ?? []).map(({ context, integration_id }) => ({ name: context, app: appOf(integration_id) })),
  ]
}

/** -1 is anybody. */
function appOf(id: number | null | undefined): number | null {
  return id === null || id === undefined || id < 0 ? null : id
}

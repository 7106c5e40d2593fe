import { Option } from 'commander'
import type { Command } from 'commander'
import { bad } from './arguments.ts'
import type { Format, Job } from './job.ts'

const EVERYWHERE = 'Options of every command:'

/** The options of every command; kubectl takes them before and after the verb, so both levels have them. */
export function common(command: Command, formats = 'json, yaml, wide or name'): Command {
  return command
    .addOption(new Option('-n, --namespace <name>', 'the namespace').helpGroup(EVERYWHERE))
    .addOption(new Option('--context <name>', 'the cluster, by its context in the kubeconfig').helpGroup(EVERYWHERE))
    .addOption(new Option('--cluster <name>', 'the cluster, by its name in writ.yaml').helpGroup(EVERYWHERE))
    .addOption(new Option('--config <folder>', 'the configuration (default: $WRIT_CONFIG, else ./environments)').helpGroup(EVERYWHERE))
    .addOption(new Option('-o, --output <format>', formats).helpGroup(EVERYWHERE))
}

/** The options of every change verb. */
export function changing(command: Command): Command {
  return command
    .option('--dry-run', 'plan only: show everything, write nothing')
    .option('--wait', 'stay until the change is verified or has ended')
    .option('--timeout <duration>', 'with --wait: stop waiting after this long (30s, 10m, 1h); the change goes on')
    .option('--scope <scope>', 'app: only this object may change; shared: others that use the file may, too', 'app')
    .option('--reason <text>', 'why; stands in the commit and the change request')
    .option('--incident <id>', 'the incident that this is for')
    .option('--rollback-plan <text>', 'how to take it back')
}

/** The options of one command, those before the verb included; what stands nearer to the verb's own words wins. */
export function optionsOf(command: Command): Readonly<Record<string, unknown>> {
  const chain: Command[] = []
  for (let at: Command | null = command; at !== null; at = at.parent) chain.unshift(at)
  const merged: Record<string, unknown> = {}
  for (const level of chain) {
    for (const [name, value] of Object.entries(level.opts())) if (value !== undefined) merged[name] = value
  }
  return merged
}

/** A text option, or null where it was not given. */
export function textOption(options: Readonly<Record<string, unknown>>, name: string): string | null {
  const value = options[name]
  return typeof value === 'string' ? value : null
}

/** Format and configuration folder, for every job. Throws usage/bad-argument. */
export function jobOptions(options: Readonly<Record<string, unknown>>): Pick<Job, 'format' | 'config'> {
  return { format: formatOf(textOption(options, 'output')), config: textOption(options, 'config') }
}

function formatOf(text: string | null): Format {
  if (text === null) return 'text'
  if (text === 'json' || text === 'yaml' || text === 'wide' || text === 'name') return text
  throw bad(`-o takes json, yaml, wide or name, not ${JSON.stringify(text)}.`, 'Leave -o out for text.')
}

/** The cluster that is meant. Throws usage/bad-argument where two flags name two. */
export function clusterOf(options: Readonly<Record<string, unknown>>): string | null {
  const [cluster, context] = [textOption(options, 'cluster'), textOption(options, 'context')]
  if (cluster !== null && context !== null && cluster !== context) throw bad('--cluster and --context both name a cluster.', 'Give one of them.')
  return cluster ?? context
}

/** Throws usage/bad-argument where a place is named that the command would not heed. */
export function everywhere(options: Readonly<Record<string, unknown>>, command: string, names: readonly string[] = ['namespace', 'context', 'cluster']): void {
  const name = names.find(one => textOption(options, one) !== null)
  if (name !== undefined) throw bad(`--${name} is not for ${command}, which takes everything in the configuration.`, `Leave --${name} out.`)
}

/** How far to go, from --wait and --timeout. */
export function waiting(options: Readonly<Record<string, unknown>>): { readonly until: 'wait' | 'end', readonly timeout?: number } {
  const text = textOption(options, 'timeout')
  const until = options['wait'] === true ? 'end' : 'wait'
  if (text === null) return { until }
  if (until === 'wait') throw bad('--timeout says how long to wait, and --wait is not given.', 'Give --wait, too.')
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)]
  if (parts.length === 0 || parts.map(part => part[0]).join('') !== text) throw bad(`--timeout takes a duration such as 30s, 10m or 1h, not ${JSON.stringify(text)}.`, 'Give --timeout=10m.')
  const unit: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
  return { until, timeout: parts.reduce((sum, [, amount, name]) => sum + Number(amount) * (unit[name ?? 's'] ?? 0), 0) }
}

/** What every change verb takes beside its fields; the operation checks it. */
export function changeInput(options: Readonly<Record<string, unknown>>, named: { readonly type: string, readonly name: string }): Readonly<Record<string, unknown>> {
  return {
    target: { cluster: clusterOf(options), namespace: textOption(options, 'namespace'), type: named.type, name: named.name },
    scope: textOption(options, 'scope') ?? 'app',
    reason: textOption(options, 'reason'), incident: textOption(options, 'incident'), rollbackPlan: textOption(options, 'rollbackPlan'),
    dryRun: options['dryRun'] === true, until: waiting(options).until,
  }
}

/** The job of a change verb, which wants to see its change verified. */
export function changeJob(operation: string, options: Readonly<Record<string, unknown>>, input: Readonly<Record<string, unknown>>): Job {
  const { timeout } = waiting(options)
  return { kind: 'operation', operation, input, wants: 'verified', ...jobOptions(options), ...timeout === undefined ? {} : { timeout } }
}

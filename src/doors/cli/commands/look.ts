import type { Command } from 'commander'
import { WritError } from '../../../model/error.ts'
import { bad, namedChange, onlyObject, wholeNumber } from '../arguments.ts'
import { clusterOf, common, jobOptions, optionsOf, textOption, waiting } from '../options.ts'
import { examples } from './take.ts'
import type { Take, Words } from './take.ts'

type Options = Readonly<Record<string, unknown>>

/** The commands that only look. */
export function addLookCommands(program: Command, take: Take): void {
  owner(program, take)
  get(program, take)
  describe(program, take)
  list(program, take)
  history(program, take)
  diff(program, take)
}

function owner(program: Command, take: Take): void {
  const command = program.command('owner').argument('<words...>').usage('TYPE/NAME [options]').helpGroup('Look:')
    .summary('who deploys an object, and from where').description('Show which Argo CD Application or Flux Kustomization deploys an object, and the proof.')
  examples(common(command), 'writ owner deployment/web -n shop').action((words: Words) => {
    const options = optionsOf(command)
    take({ kind: 'operation', operation: 'owner', input: { target: target(options, words) }, ...jobOptions(options) })
  })
}

function diff(program: Command, take: Take): void {
  const command = program.command('diff').argument('[words...]').usage('TYPE/NAME | --app NAME [options]').helpGroup('Look:')
    .summary('where live objects are not as Git says').description('Show where a live object, or everything that an owner deploys, is not as Git says: field by field, only what Git declares.')
    .option('--app <name>', 'everything that this Application, Kustomization or HelmRelease deploys')
    .option('--exit-code', 'end with 1 where something differs')
  examples(common(command), 'writ diff deployment/web -n shop', 'writ diff --app shop-dev -n argocd --exit-code').action((words: Words) => {
    const options = optionsOf(command)
    const app = textOption(options, 'app')
    if (app !== null && words.length > 0) throw bad('--app names an owner, and TYPE/NAME an object.', 'Give one of them.')
    const input = app === null ? { target: target(options, words) } : { app: { cluster: clusterOf(options), namespace: textOption(options, 'namespace'), name: app } }
    take({ kind: 'operation', operation: 'diff', input, ...jobOptions(options), ...options['exitCode'] === true ? { wants: 'same' } : {} })
  })
}

function get(program: Command, take: Take): void {
  const command = program.command('get').argument('<words...>').usage('change/ID | changes [options]').helpGroup('Look:')
    .summary('where a change stands').description('Show where a change stands, with branch, URL and the command that shows the difference.')
    .option('--wait', 'go on with the change and stay until it has ended')
    .option('--timeout <duration>', 'with --wait: stop waiting after this long; the change goes on')
  examples(common(listing(command)), 'writ get changes', 'writ get change/abcd2345 -o json').action((words: Words) => {
    const options = optionsOf(command)
    if (isList(words)) return take(listJob(options))
    checkChanges(words)
    if (options['watch'] === true) throw bad('--watch is for lists.', 'writ get change/ID --wait goes on with one change and stays.')
    const { until, timeout } = waiting(options)
    const change = namedChange(words)
    const job = jobOptions(options)
    take(until === 'end'
      ? { kind: 'operation', operation: 'follow', input: { change }, wants: 'verified', ...job, ...timeout === undefined ? {} : { timeout } }
      : { kind: 'operation', operation: 'get', input: { change }, ...job })
  })
}

function describe(program: Command, take: Take): void {
  const command = program.command('describe').argument('<words...>').usage('change/ID [options]').helpGroup('Look:')
    .summary('all about a change').description('Show all about a change: plan, votes, journal.')
  common(command).action((words: Words) => {
    checkChanges(words)
    const options = optionsOf(command)
    take({ kind: 'operation', operation: 'describe', input: { change: namedChange(words) }, ...jobOptions(options) })
  })
}

function list(program: Command, take: Take): void {
  const command = program.command('list').helpGroup('Look:').summary('changes, newest first').description('List changes, newest first.')
  common(listing(command)).action(() => take(listJob(optionsOf(command))))
}

function history(program: Command, take: Take): void {
  const command = program.command('history').argument('[words...]').usage('[TYPE/NAME] [options]').helpGroup('Look:')
    .summary('what changed an object, or everything').description('Show the changes that Writ made; for an object, also the commits of its owner\'s path.')
    .option('--limit <n>', 'how many at most', '50')
  examples(common(command), 'writ history', 'writ history deployment/web -n shop').action((words: Words) => {
    const options = optionsOf(command)
    const input = { ...words.length === 0 ? { target: null, ...place(options) } : { target: target(options, words) }, limit: wholeNumber(textOption(options, 'limit') ?? '50', '--limit', [1, 200]) }
    take({ kind: 'operation', operation: 'history', input, ...jobOptions(options) })
  })
}

function listing(command: Command): Command {
  return command.option('--status <status>', 'only changes of this status: open, verified, rejected, cancelled, superseded, failed, refused').option('--limit <n>', 'how many at most', '50')
    .option('-w, --watch', 'print changes as they move, until Ctrl-C')
}

function listJob(options: Options): Parameters<Take>[0] {
  if (options['wait'] === true) throw bad('--wait is for one change.', 'Name it as change/ID.')
  return { kind: 'operation', operation: 'list', input: { status: textOption(options, 'status'), ...place(options), limit: wholeNumber(textOption(options, 'limit') ?? '50', '--limit', [1, 1000]) }, ...jobOptions(options), ...options['watch'] === true ? { watch: true } : {} }
}

function isList(words: Words): boolean {
  return words.length === 1 && (words[0] === 'changes' || words[0] === 'change')
}

/** What people type after `get`, which could also be the beginning of a change's id. */
const KINDS: ReadonlySet<string> = new Set([
  'all', 'po', 'pod', 'pods', 'deploy', 'deployment', 'deployments', 'rs', 'replicaset', 'replicasets', 'sts', 'statefulset', 'statefulsets', 'ds', 'daemonset', 'daemonsets', 'job', 'jobs', 'cj', 'cronjob', 'cronjobs',
  'svc', 'service', 'services', 'ing', 'ingress', 'ingresses', 'cm', 'configmap', 'configmaps', 'secret', 'secrets', 'ns', 'namespace', 'namespaces', 'no', 'node', 'nodes', 'events', 'hpa', 'pvc', 'pv',
  'app', 'apps', 'application', 'applications', 'ks', 'kustomization', 'kustomizations',
])

/** Objects are kubectl's; somebody who asks Writ for them is told so, and not that a change is missing. */
function checkChanges(words: Words): void {
  const type = words[0]?.split('/')[0] ?? ''
  if (/^changes?$/.test(type)) return
  const object = words[0]?.includes('/') === true || words.length > 1
  if (!object && !KINDS.has(type.toLowerCase())) return
  const hint = object
    ? `kubectl get ${words.join(' ')} shows the object; writ owner ${words.join(' ')} shows who deploys it.`
    : `kubectl get ${type} shows them; writ list shows changes, writ get change/ID one of them, and writ owner ${type}/NAME who deploys an object.`
  throw new WritError('usage/not-supported', `Writ shows changes, not ${type}.`, { hint })
}

function place(options: Options): Readonly<Record<string, unknown>> {
  return { namespace: textOption(options, 'namespace'), cluster: clusterOf(options) }
}

function target(options: Options, words: Words): Readonly<Record<string, unknown>> {
  const { type, name } = onlyObject(words)
  return { ...place(options), type, name }
}

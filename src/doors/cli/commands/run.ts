import { Option } from 'commander'
import type { Command } from 'commander'
import type { Json } from '../../../model/json.ts'
import { bad, onlyObject } from '../arguments.ts'
import { common, everywhere, jobOptions, optionsOf, textOption } from '../options.ts'
import type { SandboxCommand } from '../parts.ts'
import { examples } from './take.ts'
import type { Take, Words } from './take.ts'

/** The commands that keep Writ itself going. */
export function addRunCommands(program: Command, take: Take): void {
  work(program, take)
  init(program, take)
  doctor(program, take)
  sandbox(program, take)
}

function work(program: Command, take: Take): void {
  const command = program.command('work').helpGroup('Run:').summary('drive all open changes').description('Drive all open changes, again and again until it is stopped. The exit code is of the driving: how changes ended, writ list --status failed shows.')
    .option('--once', 'look once at each of them, then end: 0 where nothing is left to do, 4 where some wait, 1 where one could not be driven')
  common(command).action(() => {
    const options = optionsOf(command)
    everywhere(options, 'work')
    const once = options['once'] === true
    take({ kind: 'operation', operation: 'work', input: { once }, ...once ? {} : { wants: 'stopped' as const }, ...jobOptions(options) })
  })
}

function init(program: Command, take: Take): void {
  const command = program.command('init').helpGroup('Run:').summary('write a configuration from the kubeconfig')
    .description('Write a commented configuration from the kubeconfig: clusters, Applications and Kustomizations found, repositories, namespaces. Overwrites nothing.')
  examples(common(command), 'writ init', 'writ init --context admin@main --config ./environments').action(() => {
    const options = optionsOf(command)
    everywhere(options, 'init', ['namespace', 'cluster'])
    take({ kind: 'init', context: textOption(options, 'context'), ...jobOptions(options) })
  })
}

function doctor(program: Command, take: Take): void {
  const command = program.command('doctor').helpGroup('Run:').summary('what is missing on this machine').description('Say what is missing on this machine and in the configuration, and what cannot be done without it.')
  common(command).action(() => {
    everywhere(optionsOf(command), 'doctor')
    take({ kind: 'doctor', ...jobOptions(optionsOf(command)) })
  })
}

function sandbox(program: Command, take: Take): void {
  const group = common(program.command('sandbox').helpGroup('Run:').summary('a whole world to try things in: demo, up, kube')
    .description('Start an embedded Kubernetes API, stand-ins for Argo CD and Flux, and a Git server, on this machine only.').helpCommand(false))
  const demo = group.command('demo').argument('[words...]').usage('[--repo DIR --path PATH --provider argocd|flux TYPE/NAME --set FIELD=VALUE] [options]')
    .summary('run the main job end to end').description('Run the main job end to end on an example, or on a repository of yours.')
    .option('--repo <folder>', 'a Git repository on this machine, which is copied')
    .option('--path <path>', 'the path in it that is deployed')
    .addOption(new Option('--provider <tool>', 'who deploys it').choices(['argocd', 'flux']))
    .option('-c, --container <name>', 'the container that is changed')
    .option('--set <field=value>', 'image, limits.memory, limits.cpu, requests.memory, requests.cpu (with -c), replicas')
    .addOption(new Option('--scope <scope>', 'app: only this object may change; shared: others that use the file may, too').choices(['app', 'shared']))
  examples(common(demo), 'writ sandbox demo', 'writ sandbox demo --repo . --path deploy --provider flux deployment/web -n shop -c web --set image=web:2').action((words: Words) => {
    const options = optionsOf(demo)
    take({ kind: 'sandbox', command: 'demo', options: demoOptions(options, words), ...jobOptions(options) })
  })
  plain(group, { name: 'up', description: 'keep it running, and print the lines to try by hand' }, take)
  plain(group, { name: 'kube', description: 'run the embedded Kubernetes API alone, for kubectl' }, take)
}

function plain(group: Command, { name, description }: { readonly name: SandboxCommand, readonly description: string }, take: Take): void {
  const command = group.command(name).description(`${description[0]?.toUpperCase() ?? ''}${description.slice(1)}.`).summary(description)
  if (name === 'kube') command.option('--kubeconfig <file>', 'the kubeconfig that is written (default: one in a temporary folder)').option('--listen <address>', 'where it listens: 127.0.0.1:PORT (default: any free port)')
  common(command).action(() => {
    const options = optionsOf(command)
    const own = { kubeconfig: textOption(options, 'kubeconfig'), listen: textOption(options, 'listen') }
    take({ kind: 'sandbox', command: name, options: { output: textOption(options, 'output'), ...name === 'kube' ? own : {} }, ...jobOptions(options) })
  })
}

/** Without --repo the example; with it everything that says what is changed in it. */
function demoOptions(options: Readonly<Record<string, unknown>>, words: Words): Readonly<Record<string, Json>> {
  const output = textOption(options, 'output')
  const own = ['repo', 'path', 'provider', 'container', 'set', 'namespace', 'scope'].filter(name => textOption(options, name) !== null)
  if (own.length === 0 && words.length === 0) return { output }
  const missing = ['repo', 'path', 'provider', 'set'].filter(name => textOption(options, name) === null).map(name => `--${name}`)
  if (missing.length > 0) throw bad(`${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} missing.`, 'A demo on a repository of yours needs --repo, --path, --provider, TYPE/NAME and --set; without them all it takes the example.')
  const set = textOption(options, 'set') ?? ''
  const at = set.indexOf('=')
  if (at <= 0 || at === set.length - 1) throw bad(`--set takes FIELD=VALUE, not ${JSON.stringify(set)}.`, 'Such as --set image=web:2.')
  const { type, name } = onlyObject(words)
  return {
    output, repo: textOption(options, 'repo'), path: textOption(options, 'path'), provider: textOption(options, 'provider'),
    namespace: textOption(options, 'namespace'), container: textOption(options, 'container'), scope: textOption(options, 'scope'), target: `${type}/${name}`, set,
  }
}

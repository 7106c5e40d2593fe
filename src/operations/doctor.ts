import type { World } from '../flow/world.ts'
import { WritError, isRefusal } from '../model/error.ts'
import { counted, line } from '../views/line.ts'
import type { Line } from '../views/line.ts'
import { examine, missing } from './doctor/check.ts'
import type { Check, Test } from './doctor/check.ts'
import { examineClusters } from './doctor/examine-clusters.ts'

/** What doctor looks at on the machine. Every method gives what was found, and never throws for what is merely missing. */
export interface Machine {
  /** `v20.19.0` */
  readonly node: string
  /** Where the configuration is, and who says so. */
  readonly folder: { readonly dir: string, readonly from: string }
  /** The first line of `--version`; null where the program cannot be started. */
  version(program: 'git' | 'ssh-keygen'): Promise<string | null>
  /** Name and version of what renders a format. Throws render/no-renderer with what was found. */
  renderer(format: 'kustomize' | 'helm'): Promise<string>
  /** What keeps a renderer from the network and in its bounds. */
  isolation(): Promise<{ readonly network: boolean, readonly memory: boolean }>
  /** Loads SQLite. Throws store/unusable with the reason. */
  sqlite(): Promise<string>
  /** The store's file, which can be written or made. Throws store/read-only, store/unusable, config/…. */
  store(): Promise<string>
  /** The world of the configuration. Throws config/missing, config/invalid. */
  connect(): Promise<Pick<World, 'clusters' | 'servers' | 'environments' | 'people' | 'tools' | 'repositories' | 'policies'> & { readonly caller: string, close(): Promise<void> }>
}

export interface DoctorAnswer { readonly kind: 'Doctor', readonly ok: boolean, readonly checks: readonly Check[], readonly next: string | null }

/** `writ doctor`: looks at everything, stops at nothing. */
export async function doctor(machine: Machine): Promise<DoctorAnswer> {
  const checks: Check[] = []
  for (const test of machineTests(machine)) checks.push(await examine(test))
  checks.push(...await examineWorld(machine))
  const failed = checks.find(check => check.state === 'missing' && check.required) ?? checks.find(check => check.state === 'missing')
  return { kind: 'Doctor', ok: checks.every(check => check.state !== 'missing' || !check.required), checks, next: failed?.install ?? null }
}

export function doctorLines(answer: DoctorAnswer): readonly Line[] {
  const width = Math.max(...answer.checks.map(check => check.name.length))
  const lines = answer.checks.flatMap(check => {
    const head = line(`${check.state.padEnd(8)} ${check.name.padEnd(width)}  ${check.found}`, check.state === 'ok' ? 'good' : check.state === 'missing' && check.required ? 'bad' : 'warn')
    const more = [check.without === null ? null : `without it: ${check.without}`, check.install === null ? null : `do: ${check.install}`]
    return [head, ...more.filter(text => text !== null).map(text => line(`${' '.repeat(11 + width)}${text}`))]
  })
  const texts = answer.checks.flatMap(({ name, text }) => text === undefined ? [] : [line(''), line(`# ${name}`, 'dim'), ...text.split('\n').map(one => line(one))])
  return [...lines, ...texts, ...texts.length === 0 ? [] : [line('')], ...lackingLines(answer), lastLine(answer)]
}

/** What is not required is no failure, and nobody may take it for nothing. */
function lackingLines({ ok, checks }: DoctorAnswer): readonly Line[] {
  const lacking = checks.filter(check => check.state !== 'ok').map(({ name }) => name)
  return !ok || lacking.length === 0 ? [] : [line(`Something cannot be done: see ${lacking.join(', ')} above.`, 'warn')]
}

function lastLine({ ok, checks }: DoctorAnswer): Line {
  if (!ok) return line('Something that Writ requires is missing.', 'bad')
  const configuration = checks.find(check => check.name === 'configuration' && check.state === 'missing')
  if (configuration === undefined) return line('Nothing that Writ requires is missing.', 'good')
  return line('This machine has what Writ requires, and there is no configuration yet. Next: writ init', 'warn')
}

function machineTests(machine: Machine): readonly Test[] {
  return [
    { name: 'node', required: true, without: 'Writ does not run', install: 'install Node 20.19 or later, or 22.12 or later', look: async () => nodeVersion(machine.node) },
    { name: 'git', required: true, without: 'nothing can be read, published or merged', install: 'install git 2.38 or later', look: async () => gitVersion(await machine.version('git')) },
    { name: 'kustomize', required: false, without: 'Kustomize sources cannot be changed; plain directories can', install: 'install kustomize 5, or a kubectl that embeds it (1.27 or later)', look: () => machine.renderer('kustomize') },
    { name: 'helm', required: false, without: 'charts cannot be changed', install: 'install helm 3.10 or later', look: () => machine.renderer('helm') },
    {
      name: 'isolation', required: false, without: 'renderers run without credentials, plugins and remote bases all the same, but the kernel does not enforce that they stay off the network and in their memory',
      install: 'allow unprivileged user namespaces, and install util-linux (unshare, prlimit)', look: async () => isolated(await machine.isolation()),
    },
    {
      name: 'ssh-keygen', required: false, without: 'no approval in staging and prod', install: 'install OpenSSH 8.2 or later',
      look: async () => await machine.version('ssh-keygen') ?? missing('ssh-keygen is not there'),
    },
    { name: 'sqlite', required: true, without: 'no change can be recorded', install: 'npm rebuild better-sqlite3 (needs a C++ compiler, make and Python 3 where no prebuilt binary fits)', look: () => machine.sqlite() },
    { name: 'store', required: true, without: 'no change can be recorded', install: 'correct owner, rights or store.path in writ.yaml', look: () => machine.store() },
  ]
}

function isolated({ network, memory }: { readonly network: boolean, readonly memory: boolean }): string {
  if (network && memory) return 'renderers run without network, in bounded memory (unshare, prlimit)'
  return missing(network ? 'there is no prlimit' : memory ? 'network namespaces cannot be had' : 'neither network namespaces nor prlimit can be had')
}

/** The configuration, and what it leads to. No configuration at all is no fault of the machine. */
async function examineWorld(machine: Machine): Promise<readonly Check[]> {
  const { dir, from } = machine.folder
  const world = await opened(machine)
  if (world instanceof WritError) {
    return [{ name: 'configuration', state: 'missing', required: world.code !== 'config/missing', found: world.message, without: 'every command that needs a cluster ends with exit 2', install: world.hint }]
  }
  try {
    const head = { name: 'configuration', state: 'ok', required: true, found: `${dir} (${from}): ${counted(world.environments.all.length, 'environment')}, ${world.people.length} people`, without: null, install: null } as const
    return [head, ...people(world), ...await policies(world), ...await examineClusters(world), ...await repositories(world)]
  } finally {
    await world.close()
  }
}

async function opened(machine: Machine): Promise<Opened | WritError> {
  try {
    return await machine.connect()
  } catch (error) {
    if (error instanceof WritError) return error
    throw error
  }
}

type Opened = Awaited<ReturnType<Machine['connect']>>

function people(world: Opened): readonly Check[] {
  const checks: Check[] = []
  const me = world.people.find(person => person.aliases.os.includes(world.caller))
  checks.push(me === undefined
    ? { name: 'you', state: 'warning', required: false, found: `${world.caller} is not in people.yaml`, without: 'you may look, and ask for changes in dev and test only', install: `add a person with aliases: {os: [${world.caller}]} to people.yaml` }
    : { name: 'you', state: 'ok', required: false, found: `${world.caller} is ${me.name}${me.groups.length === 0 ? '' : ` (${me.groups.join(', ')})`}`, without: null, install: null })
  for (const environment of world.environments.all) {
    const able = world.people.filter(person => person.kind === 'human' && person.aliases.ssh.length > 0 && (environment.approvers === undefined || person.groups.some(group => environment.approvers?.includes(group) === true)))
    const seniors = able.filter(person => person.groups.includes(environment.seniors))
    const lack = environment.approvals > 0 && able.length === 0 ? 'nobody with an SSH key may approve'
      : environment.rules.requiresSeniorApproval && seniors.length === 0 ? `nobody with an SSH key is in the group ${environment.seniors}` : null
    if (lack !== null) checks.push({ name: `approvals ${environment.name}`, state: 'warning', required: false, found: lack, without: `no change of ${environment.name} can be approved`, install: 'add people with groups and aliases.ssh to people.yaml' })
  }
  return checks
}

async function policies(world: Opened): Promise<readonly Check[]> {
  return [await examine({ name: 'policies', required: true, without: 'every change is refused: POLICY', install: 'correct the file that is named', look: async () => `bundle ${(await world.policies.bundle()).slice(0, 12)}` })]
}

/** Which repositories there are, only the owners know; each is asked once for its default branch. */
async function repositories(world: Opened): Promise<readonly Check[]> {
  const urls = new Set<string>()
  try {
    for (const tool of world.tools) for (const owner of await tool.owners()) urls.add(owner.source.url)
  } catch (error) {
    if (!(error instanceof WritError)) throw error
    return [{ name: 'repositories', state: 'warning', required: false, found: `the owners cannot be listed: ${error.message}`, without: 'which repositories are needed is not known', install: null }]
  }
  return Promise.all([...urls].sort().map(url => repository(world, url)))
}

async function repository(world: Opened, url: string): Promise<Check> {
  return examine({
    name: `repository ${url}`, required: true, without: 'changes of what it deploys are refused or fail', install: 'check its entry in writ.yaml, the credentials of its forge, and the network',
    look: async () => {
      const handle = world.repositories.open(url)
      if (isRefusal(handle)) throw new WritError('config/invalid', handle.message, { hint: handle.hint })
      const tip = await handle.reader.tip('HEAD')
      return tip === null ? missing('it has no default branch') : `${tip.branch} at ${tip.commit.slice(0, 12)}`
    },
  })
}

function nodeVersion(version: string): string {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number)
  const fits = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22
  return fits ? version : missing(`${version} is not supported`)
}

function gitVersion(text: string | null): string {
  if (text === null) return missing('git is not there')
  const [, major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(text) ?? []).map(Number)
  return major > 2 || (major === 2 && minor >= 38) ? text : missing(`${text} is too old`)
}

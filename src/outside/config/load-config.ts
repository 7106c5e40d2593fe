import { createHash } from 'node:crypto'
import { readdirSync, realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join, relative, resolve } from 'node:path'
import { PeopleFile, WritConfig, secretOf } from '../../model/config.ts'
import type { SigningConfig } from '../../model/config.ts'
import { EnvironmentFile } from '../../model/environment.ts'
import { WritError } from '../../model/error.ts'
import { checkEnvironments } from './check-environments.ts'
import { checkPeople } from './check-people.ts'
import { checkWrit } from './check-writ.ts'
import type { Config } from './config.ts'
import { showPlace, throwProblems } from './problem.ts'
import type { Problem } from './problem.ts'
import { loadYaml } from './yaml-source.ts'
import type { Loaded } from './yaml-source.ts'

/**
 * Loads a configuration folder: writ.yaml, people.yaml, and one environment per other *.yaml file.
 * Every problem is found before anything is thrown: config/missing (no folder, no writ.yaml), config/invalid with
 * file:line:column of each, usage/not-supported where all that is wrong is beyond this version.
 */
export function loadConfig(dir: string): Config {
  const names = filesOf(dir)
  const shown = relative(process.cwd(), dir)
  const fileOf = (name: string): string => join(shown.startsWith('..') ? dir : shown === '' ? '.' : shown, name)
  if (!names.includes('writ.yaml')) throw missing(dir, `There is no writ.yaml in ${dir}.`)
  const problems: Problem[] = names.filter(name => name.endsWith('.yml')).map(name => ({
    file: fileOf(name), line: 1, column: 1, message: 'configuration files end in .yaml; rename it, it would be ignored otherwise',
  }))
  const writ = loadYaml(fileOf('writ.yaml'), WritConfig)
  const people = names.includes('people.yaml') ? loadYaml(fileOf('people.yaml'), PeopleFile) : null
  const environments = names.filter(isEnvironment).map(name => loadYaml(fileOf(name), EnvironmentFile))
  const loaded: readonly Loaded<unknown>[] = [writ, ...people === null ? [] : [people], ...environments]
  problems.push(...loaded.flatMap(file => file.problems), ...checkWrit(writ), ...people === null ? [] : checkPeople(people))
  problems.push(...checkEnvironments(environments, writ.value))
  throwProblems(problems)
  if (writ.value === null) throw new WritError('internal/bug', 'writ.yaml has neither a value nor a problem.')
  return {
    dir: resolve(dir),
    id: configId(dir),
    writ: withAbsolutePaths(resolve(dir), writ.value),
    secretPlaces: secretPlaces(writ),
    people: people?.value?.people ?? [],
    environments: environments.flatMap(file => file.value === null ? [] : [file.value]),
  }
}

function secretPlaces({ source, value }: Loaded<WritConfig>): ReadonlyMap<string, string> {
  return new Map((value?.forges ?? []).flatMap((forge, i) => {
    const { name, credentials } = forge
    if (credentials === undefined) return []
    const secret = secretOf(forge)
    const path = secret !== null ? [...secret.keys, 'env' in secret.ref ? 'env' : 'file'] : 'helper' in credentials ? ['helper'] : ['sshKey', 'file']
    return [[name, showPlace(source.problem(['forges', i, 'credentials', ...path], ''))] as const]
  }))
}

function isEnvironment(name: string): boolean {
  return name.endsWith('.yaml') && name !== 'writ.yaml' && name !== 'people.yaml'
}

// Dot files are other programs' (.sops.yaml, .yamllint.yaml). Whatever is named as configuration must be a file: loading it says so.
function filesOf(dir: string): readonly string[] {
  try {
    return readdirSync(dir).filter(name => !name.startsWith('.') && /\.ya?ml$/.test(name)).sort()
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : null
    if (code === 'ENOENT') throw missing(dir, `There is no configuration folder ${dir}.`)
    throw new WritError('config/invalid', `${dir} cannot be read as a configuration folder (${String(code)}).`, { hint: 'Check the path and its rights.' })
  }
}

function missing(dir: string, message: string): WritError {
  return new WritError('config/missing', message, {
    hint: 'Run writ init, which writes one from the kubeconfig, or name the folder with --config or WRIT_CONFIG.', data: { dir },
  })
}

function configId(dir: string): string {
  const real = realpathSync(dir)
  const name = basename(real).replace(/[^A-Za-z0-9._-]/g, '-').slice(0, 40)
  return `${name === '' ? 'root' : name}-${createHash('sha256').update(real).digest('hex').slice(0, 8)}`
}

function withAbsolutePaths(dir: string, writ: WritConfig): WritConfig {
  const path = (written: string): string => resolve(dir, written === '~' || written.startsWith('~/') ? join(homedir(), written.slice(1)) : written)
  const secret = <T extends { env: string } | { file: string }>(ref: T): T | { file: string } => 'file' in ref ? { file: path(ref.file) } : ref
  const signing = (given: SigningConfig | undefined): { signing?: SigningConfig } => {
    if (given === undefined) return {}
    if ('ssh' in given) return { signing: { ssh: { key: { file: path(given.ssh.key.file) } } } }
    return { signing: given.gpg.home === undefined ? given : { gpg: { ...given.gpg, home: path(given.gpg.home) } } }
  }
  return {
    ...writ,
    git: { ...writ.git, ...signing(writ.git.signing) },
    clusters: writ.clusters.map(cluster => cluster.kubeconfig === undefined ? cluster : { ...cluster, kubeconfig: path(cluster.kubeconfig) }),
    forges: writ.forges.map(one => {
      const { credentials, webhook, ...rest } = one
      const forge = { ...rest, ...signing(one.signing), ...webhook === undefined ? {} : { webhook: secret(webhook) } }
      if (credentials === undefined) return forge
      if ('app' in credentials) return { ...forge, credentials: { app: { ...credentials.app, key: secret(credentials.app.key) } } }
      const ssh = 'sshKey' in credentials ? { sshKey: { file: path(credentials.sshKey.file) }, knownHosts: path(credentials.knownHosts) } : {}
      return { ...forge, credentials: { ...credentials, ...'token' in credentials ? { token: secret(credentials.token) } : {}, ...ssh } }
    }),
    ...writ.policies === undefined ? {} : { policies: path(writ.policies) },
    store: writ.store.path === undefined ? {} : { path: path(writ.store.path) },
  }
}

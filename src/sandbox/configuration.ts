import { mkdir, writeFile } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { EnvironmentClass } from '../model/environment.ts'
import type { SshKey } from './keys.ts'

/** One environment of the sandbox: a class and the namespaces it covers; null covers all that no other one does. */
export interface SandboxEnvironment { readonly name: string, readonly class: EnvironmentClass, readonly namespaces: readonly string[] | null }

export interface ConfigurationOptions {
  readonly folder: string
  readonly kubeconfig: string
  readonly context: string
  /** The Git server, `http://127.0.0.1:PORT`. */
  readonly gitUrl: string
  readonly store: string
  readonly environments: readonly SandboxEnvironment[]
  readonly stability: string
  /** How long a rollout must be seen failing; default: as Writ has it. */
  readonly failing?: string
  readonly keys: { readonly peer: SshKey, readonly senior: SshKey }
  /** Where Argo CD runs, and how it names the cluster; default: in `argocd`, as its own. */
  readonly argocd?: ArgocdConfig
}

/** `argocd` of a cluster in `writ.yaml`. */
export interface ArgocdConfig { readonly context?: string, readonly namespace: string, readonly destinations?: readonly string[] }

/** The persons of the sandbox beside whoever runs it. */
export const PEER = 'grace'
export const SENIOR = 'ada'

/** Writes a complete configuration folder, as a person would. Gives the name of the requester. */
export async function writeConfiguration(options: ConfigurationOptions): Promise<string> {
  const requester = requesterName()
  const write = (name: string, content: object): Promise<void> => writeFile(join(options.folder, name), stringify(content), { mode: 0o600 })
  await mkdir(options.folder, { recursive: true })
  await write('writ.yaml', writYaml(options))
  await write('people.yaml', {
    people: [
      { name: requester.name, email: `${requester.name}@example.com`, groups: ['platform'], aliases: { os: [requester.user] } },
      { name: PEER, email: `${PEER}@example.com`, groups: ['platform'], aliases: { ssh: [options.keys.peer.publicKey] } },
      { name: SENIOR, email: `${SENIOR}@example.com`, groups: ['platform', 'senior'], aliases: { ssh: [options.keys.senior.publicKey] } },
    ],
  })
  for (const environment of options.environments) {
    await write(`${environment.name}.yaml`, {
      name: environment.name, class: environment.class,
      covers: [{ cluster: 'sandbox', ...(environment.namespaces === null ? {} : { namespaces: environment.namespaces }) }],
      ...(environment.class === 'dev' || environment.class === 'test' ? { merge: 'automatic' } : {}),
      syncTimeout: '2m', verify: { stability: options.stability, ...(options.failing === undefined ? {} : { failing: options.failing }) },
    })
  }
  return requester.name
}

function writYaml(options: ConfigurationOptions): object {
  return {
    clusters: [{ name: 'sandbox', kubeconfig: options.kubeconfig, context: options.context, argocd: options.argocd ?? { namespace: 'argocd' }, flux: {} }],
    repositories: [{ match: [`${options.gitUrl}/`], forge: 'sandbox' }],
    forges: [{ name: 'sandbox', kind: 'plain', host: new URL(options.gitUrl).host, insecureAllow: ['http', 'loopback'] }],
    store: { path: options.store },
    git: { name: 'Writ', email: 'writ@example.com' },
  }
}

// Whoever runs the sandbox asks for the changes. A user id without a name is an alias by its number, as Writ has it.
function requesterName(): { readonly name: string, readonly user: string } {
  let user: string
  try {
    user = userInfo().username
  } catch {
    user = `uid-${process.getuid?.() ?? 'unknown'}`
  }
  const taken = user === PEER || user === SENIOR || !/^[a-z0-9][a-z0-9._-]*$/.test(user)
  return { name: taken ? 'you' : user, user }
}

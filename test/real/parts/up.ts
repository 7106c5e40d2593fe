import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { startArgoCd } from './argocd.ts'
import type { ArgoAddress, Controller } from './argocd.ts'
import { build, PARTS } from './build.ts'
import type { Part } from './build.ts'
import { startCluster } from './cluster.ts'
import type { ApiGround } from './cluster.ts'
import { startFlux } from './flux.ts'
import { startKubelet } from './kubelet.ts'
import { grantRights } from './rights.ts'

/** What scenarios, in processes of their own, need to know of the parts that run; the file that WRIT_REAL names. */
export interface RealAddress {
  readonly url: string
  readonly caFile: string
  readonly token: string
  /** Kubeconfig files by user. */
  readonly kubeconfigs: { readonly admin: string, readonly writ: string, readonly person: string }
  readonly folders: Readonly<Record<Part, string>>
  /** Where controllers are ended and started again: POST URL/NAME/stop, URL/NAME/start. */
  readonly control: string
  /** For scenarios that start an API server of their own. */
  readonly ground: ApiGround
  /** For scenarios that start an application controller of their own. */
  readonly argocd: ArgoAddress
  /** The folder of the parts' logs. */
  readonly logs: string
}

export interface Up { readonly file: string, stop(keepLogs: boolean): Promise<void> }

/** Names what this machine lacks, after building and installing what can be. */
export function prepare(tell: (line: string) => void): { readonly folders: Readonly<Record<Part, string>> } | { readonly missing: readonly string[] } {
  const missing: string[] = []
  const folders: Partial<Record<Part, string>> = {}
  for (const part of PARTS) {
    const built = build(part)
    if ('missing' in built) missing.push(built.missing)
    else {
      folders[part] = built.folder
      if (built.seconds > 0) tell(`built ${part} in ${built.seconds.toFixed(0)} s`)
    }
  }
  missing.push(...install({ etcd: 'etcd-server', 'redis-server': 'redis-server', setpriv: 'util-linux' }, tell))
  return missing.length > 0 ? { missing } : { folders: folders as Record<Part, string> }
}

// Debian's packages, where this process may install them.
function install(programs: Readonly<Record<string, string>>, tell: (line: string) => void): readonly string[] {
  const lacking = Object.entries(programs).filter(([program]) => !there(program))
  if (lacking.length === 0) return []
  if (process.getuid?.() === 0 && there('apt-get')) {
    const apt = (...args: readonly string[]): void => { spawnSync('apt-get', args, { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, stdio: 'ignore' }) }
    apt('update', '-qq')
    apt('install', '-y', '-qq', '--no-install-recommends', ...lacking.map(([, name]) => name))
    tell(`installed ${lacking.map(([, name]) => name).join(', ')}`)
  }
  return lacking.filter(([program]) => !there(program)).map(([program, name]) => `${program} is not installed (Debian: ${name})`)
}

function there(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}

/** Starts every part on loopback; all they write is in `folder`, which `stop` takes away. */
export async function up({ folder, folders }: { readonly folder: string, readonly folders: Readonly<Record<Part, string>> }, tell: (line: string) => void): Promise<Up> {
  const logs = join(folder, 'logs')
  mkdirSync(logs)
  const ends: (() => Promise<void> | void)[] = []
  const stop = async (keepLogs: boolean): Promise<void> => {
    for (let end = ends.pop(); end !== undefined; end = ends.pop()) await end()
    if (!keepLogs) rmSync(folder, { recursive: true, force: true })
  }
  try {
    const users = [{ name: 'argocd', groups: ['system:masters'] }, { name: 'flux', groups: ['system:masters'] }, { name: 'writ', groups: [] }, { name: 'person', groups: ['people'] }]
    const cluster = await startCluster({ folder: join(folder, 'cluster'), logs, binaries: folders.kubernetes, users })
    ends.push(async () => { for (const program of cluster.programs) await program.stop() })
    tell(`kube-apiserver is ready at ${cluster.url}`)
    await grantRights(cluster.admin)
    const kubelet = await startKubelet(cluster.admin)
    ends.push(() => { kubelet.stop() })
    const argo = await startArgoCd({ folder: join(folder, 'argocd'), logs, binaries: folders.argocd, cluster, path: [folders.kustomize, folders.helm] })
    ends.push(async () => { for (const program of argo.programs()) await program.stop() })
    tell('Argo CD is ready')
    const flux = await startFlux({ folder: join(folder, 'flux'), logs, cluster, binaries: { kustomize: folders['kustomize-controller'], helm: folders['helm-controller'], source: folders['source-controller'] } })
    ends.push(() => flux.stopSources(), async () => { for (const program of flux.programs()) await program.stop() })
    tell('Flux is ready')
    const api = { stop: () => cluster.programs[1]?.stop() ?? Promise.resolve(), start: () => cluster.restartApi() }
    const control = await startControl({ argocd: argo.controller, 'kustomize-controller': flux.kustomize, 'helm-controller': flux.helm, 'kube-apiserver': api })
    ends.push(control.stop)
    const address: RealAddress = {
      ...cluster.address, ground: cluster.ground, folders, control: control.url, argocd: argo.address, logs, kubeconfigs: { admin: cluster.kubeconfigFor('admin'), writ: cluster.kubeconfigFor('writ'), person: cluster.kubeconfigFor('person') },
    }
    const file = join(folder, 'real.json')
    writeFileSync(file, JSON.stringify(address), { mode: 0o600 })
    return { file, stop }
  } catch (error) {
    await stop(true)
    throw new Error(`${error instanceof Error ? error.message : String(error)}\nlogs: ${logs}`, { cause: error })
  }
}

async function startControl(controllers: Readonly<Record<string, Controller>>): Promise<{ readonly url: string, stop(): Promise<void> }> {
  const server = createServer((request, response) => {
    const [, name = '', what] = (request.url ?? '').split('/')
    const controller = controllers[name]
    if (controller === undefined || (what !== 'stop' && what !== 'start')) return void response.writeHead(404).end()
    controller[what]().then(() => response.writeHead(204).end(), (error: unknown) => response.writeHead(500).end(String(error)))
  })
  await new Promise<void>(resolve => { server.listen(0, '127.0.0.1', resolve) })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => new Promise(resolve => {
      server.close(() => { resolve() })
      server.closeAllConnections()
    }),
  }
}

/** What runs, for the record. */
export function versions(folders: Readonly<Record<Part, string>>): readonly string[] {
  const first = (command: string, ...args: readonly string[]): string => execFileSync(command, args, { encoding: 'utf8' }).split('\n')[0] ?? ''
  return [first(join(folders.kubernetes, 'kube-apiserver'), '--version'), first('etcd', '--version'), first('redis-server', '--version'), `kustomize ${first(join(folders.kustomize, 'kustomize'), 'version')}`, `helm ${first(join(folders.helm, 'helm'), 'version', '--short')}`]
}

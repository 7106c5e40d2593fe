import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../../../src/model/json.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import type { RealCluster } from './cluster.ts'
import type { Connection } from './connection.ts'
import { installDefinitions } from './definitions.ts'
import { freePorts, startProgram } from './program.ts'
import type { Program } from './program.ts'

export interface ArgoStart {
  readonly folder: string
  readonly logs: string
  /** The folder with Argo CD's one binary and its definitions. */
  readonly binaries: string
  readonly cluster: RealCluster
  /** Folders of `kustomize` and `helm`. */
  readonly path: readonly string[]
}

/** A controller that scenarios may end and start again. */
export interface Controller { stop(): Promise<void>, start(): Promise<void> }

export interface RealArgo { readonly programs: () => readonly Program[], readonly controller: Controller, readonly address: ArgoAddress }

/** What a further application controller needs of the parts that run: it may share the repo-server and Redis, whose keys carry the settings that decide about manifests. */
export interface ArgoAddress { readonly command: string, readonly cwd: string, readonly env: Readonly<Record<string, string>>, readonly flags: readonly string[] }

/** Namespaces beside its own in which this Argo CD looks for Applications. */
export const APPLICATION_NAMESPACES = 'apps-*'

/** Starts Redis, the repo-server, the application controller and the ApplicationSet controller; the start order is that of testing.md 10. */
export async function startArgoCd(start: ArgoStart): Promise<RealArgo> {
  const { folder, logs, cluster } = start
  for (const name of ['tls', 'ssh', 'gpg', 'plugins']) mkdirSync(join(folder, name), { recursive: true })
  await installDefinitions(cluster.admin, join(start.binaries, 'crds'))
  await installControlPlane(cluster.admin, { namespace: 'argocd', settings: {} })
  const [redis = 0, repo = 0, ...metrics] = await freePorts(7)
  const [repoMetrics = 0, controllerMetrics = 0, setMetrics = 0, setProbe = 0, setHook = 0] = metrics
  const env = {
    PATH: [...start.path, process.env['PATH'] ?? ''].join(':'), ARGOCD_FAKE_IN_CLUSTER: 'true', ARGOCD_GPG_ENABLED: 'false', ARGOCD_TLS_DATA_PATH: join(folder, 'tls'),
    ARGOCD_SSH_DATA_PATH: join(folder, 'ssh'), ARGOCD_GNUPGHOME: join(folder, 'gpg'), ARGOCD_PLUGINSOCKFILEPATH: join(folder, 'plugins'), HOSTNAME: 'argocd-0', KUBECONFIG: cluster.kubeconfigFor('argocd'),
  }
  const address: ArgoAddress = {
    command: join(start.binaries, 'cmd'), cwd: folder, env, flags: ['--kubeconfig', env.KUBECONFIG, '--redis', `127.0.0.1:${redis}`, '--repo-server', `127.0.0.1:${repo}`, '--repo-server-plaintext', '--app-resync', '120'],
  }
  const role = (name: string, port: number, args: readonly string[]): Promise<Program> => startProgram({
    name, command: address.command, args, cwd: folder, logs, env: { ...env, ARGOCD_BINARY_NAME: name }, ready: () => listens(port),
  })
  const store = await startProgram({ name: 'redis', command: 'redis-server', args: ['--port', String(redis), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], cwd: folder, logs, ready: () => listens(redis) })
  const server = await role('argocd-repo-server', repo, ['--port', String(repo), '--metrics-port', String(repoMetrics), '--redis', `127.0.0.1:${redis}`, '--disable-tls'])
  const controller = (): Promise<Program> => startController(address, { name: 'argocd-application-controller', namespace: 'argocd', port: controllerMetrics, logs, flags: ['--application-namespaces', APPLICATION_NAMESPACES] })
  const sets = await role('argocd-applicationset-controller', setProbe, [
    '--kubeconfig', env.KUBECONFIG, '-n', 'argocd', '--argocd-repo-server', `127.0.0.1:${repo}`, '--repo-server-plaintext', '--metrics-addr', `127.0.0.1:${setMetrics}`, '--probe-addr', `127.0.0.1:${setProbe}`,
    // Its own default is port 7000 of every address; without it, it does nothing at all.
    '--webhook-addr', `127.0.0.1:${setHook}`])
  let now = await controller()
  return { address, programs: () => [now, sets, server, store], controller: { stop: () => now.stop(), start: async () => { now = await controller() } } }
}

/** Starts an application controller for a control plane's namespace; its log is `name`. */
export function startController(address: ArgoAddress, of: { readonly name: string, readonly namespace: string, readonly port: number, readonly logs: string, readonly flags?: readonly string[] }): Promise<Program> {
  const { command, cwd, env } = address
  return startProgram({
    name: of.name, command, cwd, logs: of.logs, env: { ...env, ARGOCD_BINARY_NAME: 'argocd-application-controller' }, ready: () => listens(of.port),
    args: [...address.flags, '-n', of.namespace, '--metrics-port', String(of.port), ...of.flags ?? []],
  })
}

/** True where something takes connections at this port of 127.0.0.1. */
export async function listens(port: number): Promise<boolean> {
  const { connect } = await import('node:net')
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true) })
    socket.once('error', () => { resolve(false) })
  })
}

/** What a control plane reads in its namespace: its settings are `argocd-cm`; the rest is as it must be there. */
export async function installControlPlane(admin: Connection, { namespace, settings }: { readonly namespace: string, readonly settings: Readonly<Record<string, string>> }): Promise<void> {
  const part = { 'app.kubernetes.io/part-of': 'argocd' }
  const inArgo = (kind: string, name: string, more: JsonObject = {}): KubernetesObject => ({ apiVersion: 'v1', kind, metadata: { name, namespace, labels: part }, ...more })
  const objects: readonly KubernetesObject[] = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } },
    inArgo('ConfigMap', 'argocd-cm', { data: settings }),
    ...['argocd-cmd-params-cm', 'argocd-rbac-cm', 'argocd-tls-certs-cm', 'argocd-ssh-known-hosts-cm', 'argocd-gpg-keys-cm'].map(name => inArgo('ConfigMap', name)),
    inArgo('Secret', 'argocd-secret', { stringData: { 'server.secretkey': 'only-for-tests', 'admin.password': '', 'admin.passwordMtime': '2026-01-01T00:00:00Z' } }),
    // An Application that is made before its project stays invalid until a hard refresh.
    {
      apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', metadata: { name: 'default', namespace },
      spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }], clusterResourceWhitelist: [{ group: '*', kind: '*' }], sourceNamespaces: [APPLICATION_NAMESPACES] },
    },
  ]
  for (const object of objects) await admin.api.apply(object, 'setup')
}

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

export interface RealArgo { readonly programs: () => readonly Program[], readonly controller: Controller }

/** Namespaces beside its own in which this Argo CD looks for Applications. */
export const APPLICATION_NAMESPACES = 'apps-*'

/** Starts Redis, the repo-server, the application controller and the ApplicationSet controller; the start order is that of testing.md 10. */
export async function startArgoCd(start: ArgoStart): Promise<RealArgo> {
  const { folder, logs, cluster } = start
  for (const name of ['tls', 'ssh', 'gpg', 'plugins']) mkdirSync(join(folder, name), { recursive: true })
  await installDefinitions(cluster.admin, join(start.binaries, 'crds'))
  await installSettings(cluster.admin)
  const [redis = 0, repo = 0, ...metrics] = await freePorts(7)
  const [repoMetrics = 0, controllerMetrics = 0, setMetrics = 0, setProbe = 0, setHook = 0] = metrics
  const env = {
    PATH: [...start.path, process.env['PATH'] ?? ''].join(':'), ARGOCD_FAKE_IN_CLUSTER: 'true', ARGOCD_GPG_ENABLED: 'false', ARGOCD_TLS_DATA_PATH: join(folder, 'tls'),
    ARGOCD_SSH_DATA_PATH: join(folder, 'ssh'), ARGOCD_GNUPGHOME: join(folder, 'gpg'), ARGOCD_PLUGINSOCKFILEPATH: join(folder, 'plugins'), HOSTNAME: 'argocd-0', KUBECONFIG: cluster.kubeconfigFor('argocd'),
  }
  const role = (name: string, port: number, args: readonly string[]): Promise<Program> => startProgram({
    name, command: join(start.binaries, 'cmd'), args, cwd: folder, logs, env: { ...env, ARGOCD_BINARY_NAME: name }, ready: () => listens(port),
  })
  const store = await startProgram({ name: 'redis', command: 'redis-server', args: ['--port', String(redis), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'], cwd: folder, logs, ready: () => listens(redis) })
  const server = await role('argocd-repo-server', repo, ['--port', String(repo), '--metrics-port', String(repoMetrics), '--redis', `127.0.0.1:${redis}`, '--disable-tls'])
  const controller = (): Promise<Program> => role('argocd-application-controller', controllerMetrics, [
    '--kubeconfig', env.KUBECONFIG, '-n', 'argocd', '--redis', `127.0.0.1:${redis}`, '--repo-server', `127.0.0.1:${repo}`, '--repo-server-plaintext', '--metrics-port', String(controllerMetrics),
    '--app-resync', '120', '--application-namespaces', APPLICATION_NAMESPACES])
  const sets = await role('argocd-applicationset-controller', setProbe, [
    '--kubeconfig', env.KUBECONFIG, '-n', 'argocd', '--argocd-repo-server', `127.0.0.1:${repo}`, '--repo-server-plaintext', '--metrics-addr', `127.0.0.1:${setMetrics}`, '--probe-addr', `127.0.0.1:${setProbe}`,
    // Its own default is port 7000 of every address; without it, it does nothing at all.
    '--webhook-addr', `127.0.0.1:${setHook}`])
  let now = await controller()
  return { programs: () => [now, sets, server, store], controller: { stop: () => now.stop(), start: async () => { now = await controller() } } }
}

async function listens(port: number): Promise<boolean> {
  const { connect } = await import('node:net')
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true) })
    socket.once('error', () => { resolve(false) })
  })
}

async function installSettings(admin: Connection): Promise<void> {
  const part = { 'app.kubernetes.io/part-of': 'argocd' }
  const inArgo = (kind: string, name: string, more: JsonObject = {}): KubernetesObject => ({ apiVersion: 'v1', kind, metadata: { name, namespace: 'argocd', labels: part }, ...more })
  const objects: readonly KubernetesObject[] = [
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'argocd' } },
    inArgo('ConfigMap', 'argocd-cm'),
    ...['argocd-cmd-params-cm', 'argocd-rbac-cm', 'argocd-tls-certs-cm', 'argocd-ssh-known-hosts-cm', 'argocd-gpg-keys-cm'].map(name => inArgo('ConfigMap', name)),
    inArgo('Secret', 'argocd-secret', { stringData: { 'server.secretkey': 'only-for-tests', 'admin.password': '', 'admin.passwordMtime': '2026-01-01T00:00:00Z' } }),
    // An Application that is made before its project stays invalid until a hard refresh.
    {
      apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', metadata: { name: 'default', namespace: 'argocd' },
      spec: { sourceRepos: ['*'], destinations: [{ server: '*', namespace: '*' }], clusterResourceWhitelist: [{ group: '*', kind: '*' }], sourceNamespaces: [APPLICATION_NAMESPACES] },
    },
  ]
  for (const object of objects) await admin.api.apply(object, 'setup')
}

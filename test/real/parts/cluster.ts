import { generateKeyPairSync, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from './connection.ts'
import type { Address, Connection } from './connection.ts'
import { kubeconfig, REAL } from './kubeconfig.ts'
import { freePorts, startProgram } from './program.ts'
import type { Program } from './program.ts'

/** Somebody who may call the API: `groups` give rights. */
export interface User { readonly name: string, readonly groups: readonly string[] }

/** A real Kubernetes API on etcd with the controller manager, on loopback, without nodes. */
export interface RealCluster {
  readonly url: string
  /** Of the one to whom everything is allowed. */
  readonly address: Address
  /** What a further API server on the same etcd begins with. */
  readonly ground: ApiGround
  readonly admin: Connection
  /** A file with one context, REAL, for this user. */
  kubeconfigFor(user: string): string
  /** In the order in which they must be stopped. */
  readonly programs: readonly Program[]
  /** Ends the API server and starts it again on the same port and data. */
  restartApi(): Promise<void>
}

export interface ClusterStart {
  /** A folder of its own. */
  readonly folder: string
  readonly logs: string
  /** The folder with kube-apiserver and kube-controller-manager. */
  readonly binaries: string
  readonly users: readonly User[]
}

/** What API servers may share: an etcd, the users with their tokens and the key of service accounts in a folder. */
export interface ApiGround {
  readonly folder: string
  readonly etcd: string
  readonly binary: string
}

const ADMIN = 'admin'

/** Starts etcd, the API server and the controller manager (start order and flags: testing.md 10). */
export async function startCluster(start: ClusterStart): Promise<RealCluster> {
  const { folder, logs } = start
  mkdirSync(folder, { recursive: true })
  const [etcd = 0, peer = 0, port = 0] = await freePorts(3)
  const users = [{ name: ADMIN, groups: ['system:masters'] }, ...start.users].map(user => ({ ...user, token: randomBytes(16).toString('hex') }))
  writeFileSync(join(folder, 'tokens.csv'), users.map(user => `${user.token},${user.name},${user.name},"${user.groups.join(',')}"\n`).join(''), { mode: 0o600 })
  const store = await startProgram({ name: 'etcd', command: 'etcd', cwd: folder, logs, args: etcdFlags(folder, etcd, peer), ready: () => answers(`http://127.0.0.1:${etcd}/health`) })
  const url = `https://127.0.0.1:${port}`
  const caFile = join(folder, 'certs', 'apiserver.crt')
  const kubeconfigFor = (name: string): string => {
    const file = join(folder, `${name}.kubeconfig`)
    const token = users.find(user => user.name === name)?.token
    if (token === undefined) throw new Error(`no user ${name}`)
    writeFileSync(file, kubeconfig({ [REAL]: { url, caFile, token } }), { mode: 0o600 })
    return file
  }
  const token = users[0]?.token ?? ''
  const ground: ApiGround = { folder, etcd: `http://127.0.0.1:${etcd}`, binary: join(start.binaries, 'kube-apiserver') }
  const api = (): Promise<Program> => startProgram({
    name: 'kube-apiserver', command: ground.binary, cwd: folder, logs, args: apiFlags(ground, port, join(folder, 'certs')), ready: () => isReady({ url, caFile, token }),
  })
  const programs = { api: await api() }
  const admin = connect({ url, caFile, token })
  const manager = await startProgram({
    name: 'kube-controller-manager', command: join(start.binaries, 'kube-controller-manager'), cwd: folder, logs,
    args: ['--kubeconfig', kubeconfigFor(ADMIN), '--controllers=*,-nodeipam,-nodelifecycle,-cloud-node-lifecycle,-taint-eviction-controller', '--leader-elect=false', '--secure-port=0', '--concurrent-deployment-syncs=5'],
    // It says nothing about itself; its namespace controller makes this account in every namespace.
    ready: async () => (await admin.request('GET', '/api/v1/namespaces/default/serviceaccounts/default')).status === 200,
  })
  return {
    url, address: { url, caFile, token }, ground, admin, kubeconfigFor,
    // Without etcd the API server hangs on SIGTERM: etcd goes last.
    get programs() { return [manager, programs.api, store] },
    restartApi: async () => {
      await programs.api.stop()
      programs.api = await api()
    },
  }
}

function etcdFlags(folder: string, client: number, peer: number): readonly string[] {
  return ['--unsafe-no-fsync', '--data-dir', join(folder, 'etcd'), '--listen-client-urls', `http://127.0.0.1:${client}`, '--advertise-client-urls', `http://127.0.0.1:${client}`,
    '--listen-peer-urls', `http://127.0.0.1:${peer}`, '--initial-advertise-peer-urls', `http://127.0.0.1:${peer}`, '--initial-cluster', `default=http://127.0.0.1:${peer}`]
}

/**
 * Starts a second API server on the same etcd, whose objects are its own (`--etcd-prefix`), with the same users and tokens. No controller manager and no node run
 * there: what must only be kept and watched works, workloads do not. In a folder of its own; its log is `name`.
 */
export async function startSecondApi(ground: ApiGround, of: { readonly name: string, readonly folder: string, readonly logs: string, readonly token: string }): Promise<{ readonly address: Address, readonly program: Program }> {
  const [port = 0] = await freePorts(1)
  const certs = join(of.folder, 'certs')
  const address: Address = { url: `https://127.0.0.1:${port}`, caFile: join(certs, 'apiserver.crt'), token: of.token }
  const program = await startProgram({ name: of.name, command: ground.binary, cwd: of.folder, logs: of.logs, args: [...apiFlags(ground, port, certs), '--etcd-prefix', `/${of.name}`], ready: () => isReady(address) })
  return { address, program }
}

async function isReady(address: Address): Promise<boolean> {
  return existsSync(address.caFile) && (await connect(address).text('GET', '/readyz')).status === 200
}

function apiFlags({ folder, etcd }: ApiGround, port: number, certs: string): readonly string[] {
  const key = join(folder, 'service-account.key')
  if (!existsSync(key)) writeFileSync(key, generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs1', format: 'pem' }), { mode: 0o600 })
  return ['--etcd-servers', etcd, '--secure-port', String(port), '--bind-address', '127.0.0.1', '--cert-dir', certs,
    '--service-account-key-file', key, '--service-account-signing-key-file', key, '--service-account-issuer', 'https://kubernetes.default.svc',
    '--token-auth-file', join(folder, 'tokens.csv'), '--authorization-mode=RBAC', '--service-cluster-ip-range=10.96.0.0/24', '--disable-admission-plugins=ServiceAccount',
    '--endpoint-reconciler-type=none']
}

async function answers(url: string): Promise<boolean> {
  return (await fetch(url)).ok
}

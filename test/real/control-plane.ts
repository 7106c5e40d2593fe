import { readFileSync } from 'node:fs'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { installControlPlane, listens, startController } from './parts/argocd.ts'
import { freePorts, startProgram } from './parts/program.ts'
import type { Program } from './parts/program.ts'
import type { RealAddress } from './parts/up.ts'
import type { Scene } from './scene.ts'

/** An Argo CD with settings of its own, beside the one that all scenarios share. */
interface ControlPlane { readonly namespace: string, stop(): Promise<void> }

/** The name under which it knows the cluster of the scene as a member, beside `in-cluster`. */
export const MEMBER = 'member'

/** Where the control plane of a scene is; no glob of the shared Argo CD covers it. */
export function controlPlaneNamespace(namespace: string): string {
  return `${namespace}-argo`
}

/**
 * Starts an application controller in a namespace of its own, with its own `argocd-cm`, Secret and project; it shares the repo-server and Redis. It ends with this
 * process at the latest. With `hydrator` it has a commit server, which pushes what is rendered of a dry source without credentials; with `member` it deploys to this cluster under the URL and name of a cluster Secret, too, as a hub does to its members.
 */
export async function startControlPlane(scene: Scene, of: { readonly settings: Readonly<Record<string, string>>, readonly member: boolean, readonly hydrator?: boolean }): Promise<ControlPlane> {
  const namespace = controlPlaneNamespace(scene.namespace)
  await installControlPlane(scene.cluster, { namespace, settings: of.settings })
  if (of.member) await scene.apply(memberSecret(scene.real, namespace))
  const [port = 0] = await freePorts(1)
  const commits = of.hydrator === true ? await startCommitServer(scene) : null
  const flags = commits === null ? [] : ['--hydrator-enabled', '--commit-server', commits.address]
  const program = await startController(scene.real.argocd, { name: `argocd-application-controller-${scene.namespace}`, namespace, port, logs: scene.real.logs, flags })
  return {
    namespace,
    stop: async () => {
      await program.stop()
      await commits?.program.stop()
      await scene.cluster.api.remove({ group: '', version: 'v1', kind: 'Namespace', namespace: null, name: namespace }).catch(() => undefined)
    },
  }
}

async function startCommitServer({ namespace, real: { argocd, logs } }: Scene): Promise<{ readonly address: string, readonly program: Program }> {
  const [port = 0, metrics = 0] = await freePorts(2)
  const program = await startProgram({
    name: `argocd-commit-server-${namespace}`, command: argocd.command, cwd: argocd.cwd, logs, env: { ...argocd.env, ARGOCD_BINARY_NAME: 'argocd-commit-server' },
    args: ['--address', '127.0.0.1', '--port', String(port), '--metrics-address', '127.0.0.1', '--metrics-port', String(metrics)], ready: () => listens(port),
  })
  return { address: `127.0.0.1:${port}`, program }
}

/** What makes this cluster a member of the Argo CD in a namespace, under its URL and MEMBER. */
export function memberSecret(real: RealAddress, namespace: string): KubernetesObject {
  const config = { bearerToken: real.token, tlsClientConfig: { caData: readFileSync(real.caFile).toString('base64') } }
  return {
    apiVersion: 'v1', kind: 'Secret', metadata: { name: 'cluster-member', namespace, labels: { 'argocd.argoproj.io/secret-type': 'cluster' } },
    stringData: { name: MEMBER, server: real.url, config: JSON.stringify(config) },
  }
}

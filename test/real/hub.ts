import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memberSecret } from './control-plane.ts'
import { installControlPlane, startController } from './parts/argocd.ts'
import { startSecondApi } from './parts/cluster.ts'
import { connect } from './parts/connection.ts'
import type { Connection } from './parts/connection.ts'
import { installDefinitions } from './parts/definitions.ts'
import { kubeconfig, REAL, tokenIn } from './parts/kubeconfig.ts'
import { freePorts } from './parts/program.ts'
import { grantRights } from './parts/rights.ts'
import type { RealAddress } from './parts/up.ts'

/** The context of the hub beside `real`, the one of the member. */
export const HUB = 'hub'

/** An API server with nothing but an Argo CD, which deploys to the cluster of the scenes as its member. */
export interface Hub {
  readonly cluster: Connection
  /** Of Writ, with exactly the documents' rights in both clusters; its contexts are `real` and `hub`. */
  readonly kubeconfig: string
  stop(): Promise<void>
}

/** Starts both; they end with this process at the latest. Repo-server and Redis are those of the shared Argo CD. */
export async function startHub(real: RealAddress): Promise<Hub> {
  const folder = await mkdtemp(join(tmpdir(), 'writ-hub-'))
  const name = `hub-${Math.random().toString(36).slice(2, 7)}`
  const { address, program } = await startSecondApi(real.ground, { name, folder, logs: real.logs, token: real.token })
  const cluster = connect(address)
  await grantRights(cluster)
  await installDefinitions(cluster, join(real.folders.argocd, 'crds'))
  await installControlPlane(cluster, { namespace: 'argocd', settings: {} })
  await cluster.api.apply(memberSecret(real, 'argocd'), 'setup')
  const files = { own: join(folder, 'argocd.kubeconfig'), writ: join(folder, 'writ.kubeconfig') }
  const token = tokenIn(real.kubeconfigs.writ)
  await writeFile(files.writ, kubeconfig({ [REAL]: { ...real, token }, [HUB]: { ...address, token } }), { mode: 0o600 })
  await writeFile(files.own, kubeconfig({ [HUB]: address }), { mode: 0o600 })
  const [port = 0] = await freePorts(1)
  const { argocd } = real
  const flags = argocd.flags.map(flag => flag === argocd.env['KUBECONFIG'] ? files.own : flag)
  const controller = await startController({ ...argocd, flags, env: { ...argocd.env, KUBECONFIG: files.own } }, { name: `argocd-application-controller-${name}`, namespace: 'argocd', port, logs: real.logs })
  return {
    cluster, kubeconfig: files.writ,
    stop: async () => {
      await controller.stop()
      await program.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

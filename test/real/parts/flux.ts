import { join } from 'node:path'
import { mkdirSync } from 'node:fs'
import { freePorts, startProgram } from './program.ts'
import type { Program } from './program.ts'
import type { Controller } from './argocd.ts'
import type { RealCluster } from './cluster.ts'
import { installDefinitions } from './definitions.ts'
import { startSources } from './source-controller.ts'

export interface FluxStart {
  readonly folder: string
  readonly logs: string
  readonly binaries: { readonly kustomize: string, readonly helm: string, readonly source: string }
  readonly cluster: RealCluster
}

export interface RealFlux { readonly programs: () => readonly Program[], readonly kustomize: Controller, readonly helm: Controller, stopSources(): Promise<void> }

/** Starts kustomize-controller and helm-controller, and what stands in for source-controller, which cannot be built. */
export async function startFlux(start: FluxStart): Promise<RealFlux> {
  const { cluster, folder, logs, binaries } = start
  mkdirSync(folder, { recursive: true })
  await cluster.admin.api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'flux-system' } }, 'setup')
  for (const of of [binaries.source, binaries.kustomize, binaries.helm]) await installDefinitions(cluster.admin, join(of, 'bases'))
  const sources = await startSources({ cluster: cluster.admin, folder: join(folder, 'sources') })
  const run = async (name: string, binary: string): Promise<Program> => {
    const [metrics = 0, health = 0] = await freePorts(2)
    return startProgram({
      name, command: join(binary, name), cwd: folder, logs, env: { KUBECONFIG: cluster.kubeconfigFor('flux'), RUNTIME_NAMESPACE: 'flux-system' },
      args: ['--metrics-addr', `127.0.0.1:${metrics}`, '--health-addr', `127.0.0.1:${health}`, '--enable-leader-election=false', '--concurrent', '8', '--requeue-dependency', '5s'],
      ready: async () => (await fetch(`http://127.0.0.1:${health}/readyz`)).ok,
    })
  }
  const [kustomize, helm] = [await restartable(() => run('kustomize-controller', binaries.kustomize)), await restartable(() => run('helm-controller', binaries.helm))]
  return { programs: () => [kustomize.now(), helm.now()], kustomize, helm, stopSources: () => sources.stop() }
}

async function restartable(begin: () => Promise<Program>): Promise<Controller & { now(): Program }> {
  let now = await begin()
  return { now: () => now, stop: () => now.stop(), start: async () => { now = await begin() } }
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClusterConfig } from '../../src/model/config.ts'
import { openClusters } from '../../src/outside/cluster/open-clusters.ts'
import { argocdTool } from '../../src/outside/tools/argocd/argocd-tool.ts'
import { ownerIndexes } from '../../src/outside/tools/owner-indexes.ts'
import { fluxTool } from '../../src/outside/tools/flux/flux-tool.ts'
import { hasHelm } from '../../src/sandbox/flux/helm-template.ts'
import { argocdContract } from '../contracts/argocd-controller.ts'
import { fluxContract } from '../contracts/flux-controllers.ts'
import type { ControllerWorld } from '../contracts/controller-ground.ts'
import { startStand } from './stand.ts'

/** The stand-ins as a world of the contract: they look at Git only when they are asked to. */
async function standInWorld(name: 'argocd' | 'flux'): Promise<ControllerWorld> {
  const stand = await startStand({ poll: 3_600_000, files: { 'README.md': 'x\n' } })
  const dir = await mkdtemp(join(tmpdir(), 'writ-contract-'))
  await writeFile(join(dir, 'kubeconfig'), stand.kube.kubeconfig)
  const config: readonly ClusterConfig[] = [{ name: 'one', context: 'writ-sandbox', kubeconfig: 'kubeconfig' }]
  const clusters = await openClusters({ clusters: config, dir, environment: {} })
  const indexes = ownerIndexes({ clusters, kinds: clusters.kinds, config, life: 0 })
  return {
    kubeconfig: stand.kube.kubeconfig, url: stand.url, push: files => stand.push(files),
    tool: name === 'argocd' ? argocdTool({ clusters, config, indexes }) : fluxTool({ clusters, config, indexes }), cluster: clusters.choose({ cluster: null }),
    owners: name === 'argocd' ? 'argocd' : 'flux-system', workloads: 'shop', helm: await hasHelm(), patience: 15_000,
    close: async () => {
      await stand.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

argocdContract('Argo CD (stand-in)', () => standInWorld('argocd'))
fluxContract('Flux (stand-in)', () => standInWorld('flux'))

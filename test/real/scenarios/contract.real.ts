import { readFile } from 'node:fs/promises'
import { basename, dirname } from 'node:path'
import type { ClusterConfig } from '../../../src/model/config.ts'
import { openClusters } from '../../../src/outside/cluster/open-clusters.ts'
import { argocdTool } from '../../../src/outside/tools/argocd/argocd-tool.ts'
import { fluxTool } from '../../../src/outside/tools/flux/flux-tool.ts'
import { ownerIndexes } from '../../../src/outside/tools/owner-indexes.ts'
import { argocdContract } from '../../contracts/argocd-controller.ts'
import type { ControllerWorld } from '../../contracts/controller-ground.ts'
import { fluxContract } from '../../contracts/flux-controllers.ts'
import { sweep } from '../scenario.ts'
import { openScene, realAddress, realRuns } from '../scene.ts'

/** The real controllers as a world of the contract that the stand-ins keep, too. */
async function realWorld(name: 'argocd' | 'flux'): Promise<ControllerWorld> {
  const scene = await openScene({ name: `contract-${name}`, class: 'dev', files: { 'README.md': 'x\n' } })
  const file = scene.real.kubeconfigs.admin
  const config: readonly ClusterConfig[] = [{ name: 'one', context: 'real', kubeconfig: basename(file) }]
  const clusters = await openClusters({ clusters: config, dir: dirname(file), environment: {} })
  const parts = { clusters, config, indexes: ownerIndexes({ clusters, kinds: clusters.kinds, config, life: 0 }) }
  return {
    kubeconfig: await readFile(file, 'utf8'), url: scene.url, push: files => scene.push(files),
    tool: name === 'argocd' ? argocdTool(parts) : fluxTool(parts), cluster: clusters.choose({ cluster: null }),
    owners: name === 'argocd' ? 'argocd' : scene.namespace, workloads: scene.namespace, helm: true, patience: 60_000,
    close: async () => {
      await sweep(scene, [])
      await scene.close()
    },
  }
}

if (realAddress() === null) {
  for (const name of ['Argo CD', 'Flux']) it(`${name} keeps the contract of its stand-in`, function () { if (!realRuns()) this.skip() })
} else {
  argocdContract('Argo CD', () => realWorld('argocd'))
  fluxContract('Flux', () => realWorld('flux'))
}

import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ClusterConfig } from '../../../src/model/config.ts'
import { openClusters } from '../../../src/outside/cluster/open-clusters.ts'
import { argocdTool } from '../../../src/outside/tools/argocd/argocd-tool.ts'
import { ownerIndexes } from '../../../src/outside/tools/owner-indexes.ts'
import { fluxTool } from '../../../src/outside/tools/flux/flux-tool.ts'
import { application, gitRepository, kustomization } from '../../../src/sandbox/example/owners.ts'
import { benchManifest } from '../../contracts/tool.ts'
import type { ToolBench } from '../../contracts/tool.ts'
import { startStand } from '../../sandbox/stand.ts'

/** A tool's adapter against its stand-in, which looks at Git only when it is asked to. */
export async function standInBench(name: 'argocd' | 'flux'): Promise<ToolBench> {
  const stand = await startStand({ poll: 3_600_000, files: { 'apps/web/web.yaml': benchManifest('web:1'), 'apps/other/other.yaml': benchManifest('web:1').replace('name: web\n  namespace', 'name: other\n  namespace') } })
  const dir = await mkdtemp(join(tmpdir(), 'writ-tool-'))
  await writeFile(join(dir, 'kubeconfig'), stand.kube.kubeconfig)
  const config: readonly ClusterConfig[] = [{ name: 'one', context: 'writ-sandbox', kubeconfig: 'kubeconfig' }]
  const clusters = await openClusters({ clusters: config, dir, environment: {} })
  const indexes = ownerIndexes({ clusters, kinds: clusters.kinds, config })
  const argo = name === 'argocd'
  const objects = argo ? [application({ name: 'web', namespace: 'shop', url: stand.url, path: 'apps/web' })] : [gitRepository('apps', stand.url), kustomization({ name: 'web', path: './apps/web' })]
  for (const object of objects) await stand.api.apply(object, 'test')
  const path = argo ? '/apis/argoproj.io/v1alpha1/namespaces/argocd/applications/web' : '/apis/kustomize.toolkit.fluxcd.io/v1/namespaces/flux-system/kustomizations/web'
  const annotation = 'argocd.argoproj.io/skip-reconcile'
  return {
    tool: argo ? argocdTool({ clusters, config, indexes }) : fluxTool({ clusters, config, indexes }),
    cluster: clusters.choose({ cluster: null }),
    owner: { tool: name, kind: argo ? 'Application' : 'Kustomization', cluster: 'one', namespace: argo ? 'argocd' : 'flux-system', name: 'web' },
    url: stand.url,
    push: files => stand.push(files),
    change: async patch => {
      const { status } = await stand.kube.request('PATCH', path, patch)
      if (status !== 200) throw new Error(`the patch was answered ${status}`)
    },
    suspend: argo
      ? { on: { metadata: { annotations: { [annotation]: 'true' } } }, off: { metadata: { annotations: { [annotation]: null } } } }
      : { on: { spec: { suspend: true } }, off: { spec: { suspend: false } } },
    behave: behaviour => { stand.behaviours.set(`${argo ? 'Application argocd' : 'Kustomization flux-system'}/web`, behaviour) },
    close: async () => {
      await stand.stop()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

import type { JsonObject } from '../../src/model/json.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { webManifest } from '../support/web-manifest.ts'
import type { Scene, SeenObject } from './scene.ts'

/** One way of deploying a folder of the scene's repository, as a scenario sees it. */
export interface Deploying {
  readonly tool: 'argocd' | 'flux'
  /** `Application argocd/NAME`, as `writ owner` names it. */
  readonly owner: { readonly kind: string, readonly namespace: string, readonly name: string }
  readonly object: SeenObject
  readonly objects: readonly KubernetesObject[]
}

export const TOOLS = ['argocd', 'flux'] as const

/** An owner of `path` by this tool, which syncs by itself and puts live edits back. `more` is laid over its spec. */
export function deploying(scene: Scene, tool: Deploying['tool'], of: { readonly path: string, readonly name?: string, readonly more?: JsonObject }): Deploying {
  const name = of.name ?? scene.namespace
  if (tool === 'argocd') return { tool, ...argo(scene, { ...of, name }) }
  return { tool, ...flux(scene, { ...of, name }) }
}

type Of = { readonly path: string, readonly name: string, readonly more?: JsonObject }

function argo(scene: Scene, of: Of): Omit<Deploying, 'tool'> {
  return {
    owner: { kind: 'Application', namespace: 'argocd', name: of.name },
    object: { group: 'argoproj.io', version: 'v1alpha1', plural: 'applications', namespace: 'argocd', name: of.name },
    objects: [{
      apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: of.name, namespace: 'argocd' },
      spec: {
        project: 'default', source: { repoURL: scene.url, path: of.path, targetRevision: 'main' }, destination: { server: 'https://kubernetes.default.svc', namespace: scene.namespace },
        syncPolicy: { automated: { prune: true, selfHeal: true } }, ...of.more,
      },
    }],
  }
}

function flux(scene: Scene, of: Of): Omit<Deploying, 'tool'> {
  return {
    owner: { kind: 'Kustomization', namespace: scene.namespace, name: of.name },
    object: { group: 'kustomize.toolkit.fluxcd.io', version: 'v1', plural: 'kustomizations', namespace: scene.namespace, name: of.name },
    objects: [
      { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata: { name: 'apps', namespace: scene.namespace }, spec: { url: scene.url, interval: '10m', ref: { branch: 'main' } } },
      {
        apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata: { name: of.name, namespace: scene.namespace },
        spec: { sourceRef: { kind: 'GitRepository', name: 'apps' }, path: `./${of.path}`, interval: '10m', retryInterval: '10s', timeout: '60s', prune: true, wait: true, ...of.more },
      },
    ],
  }
}

/** A Deployment `web` of the scene's namespace. */
export function web(image: string, more: { readonly replicas?: number, readonly deadline?: number } = {}): string {
  return webManifest({ image, namespace: 'NAMESPACE', replicas: more.replicas ?? 1, spec: `progressDeadlineSeconds: ${more.deadline ?? 600}` })
}

/** The Deployment `web` in the cluster. */
export function webIn(scene: Scene): SeenObject {
  return { group: 'apps', version: 'v1', plural: 'deployments', namespace: scene.namespace, name: 'web' }
}

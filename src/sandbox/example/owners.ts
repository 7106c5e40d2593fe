import type { KubernetesObject } from '../../model/resource.ts'

/** The classes of the example's environments; a namespace is `<team>-<class>`. */
export const STAGES = ['dev', 'staging', 'prod'] as const
export const TEAMS = ['shop', 'pay'] as const

/** An owner of the example, and the format of its source: without a renderer the kustomize ones cannot work. */
export interface ExampleOwner { readonly object: KubernetesObject, readonly format: 'plain' | 'kustomize' }

/** Every Application and Kustomization of the example, all from one repository. */
export function exampleOwners(url: string): readonly ExampleOwner[] {
  const argocd = STAGES.flatMap(stage => [
    { format: 'plain', object: application({ name: `shop-web-${stage}`, namespace: `shop-${stage}`, url, path: `shop/web/${stage}` }) } as const,
    { format: 'kustomize', object: application({ name: `shop-cart-${stage}`, namespace: `shop-${stage}`, url, path: `shop/cart/overlays/${stage}` }) } as const,
  ])
  const flux = STAGES.flatMap(stage => [
    { format: 'plain', object: kustomization({ name: `pay-gateway-${stage}`, path: `./pay/gateway/${stage}` }) } as const,
    { format: 'kustomize', object: kustomization({ name: `pay-ledger-${stage}`, path: `./pay/ledger/overlays/${stage}` }) } as const,
  ])
  // The same Deployment from both: what AMBIGUOUS_OWNER is for.
  const both = [
    { format: 'plain', object: application({ name: 'shop-cache', namespace: 'shop-dev', url, path: 'shop/cache' }) } as const,
    { format: 'plain', object: kustomization({ name: 'shop-cache', path: './shop/cache' }) } as const,
  ]
  // One folder for two environments: what SHARED_BASE is for.
  const shared = ['staging', 'prod'].map(stage => ({ format: 'plain', object: application({ name: `shop-banner-${stage}`, namespace: `shop-${stage}`, url, path: 'shop/banner' }) } as const))
  return [...argocd, ...flux, ...both, ...shared]
}

/** The GitRepository of team pay. */
export function gitRepository(name: string, url: string, branch = 'main'): KubernetesObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata: { name, namespace: 'flux-system' },
    spec: { url, interval: '1m', ref: { branch } },
  }
}

/** An Application that syncs by itself, prunes and puts live edits back. */
export function application(of: { readonly name: string, readonly namespace: string, readonly url: string, readonly path: string, readonly branch?: string }): KubernetesObject {
  return {
    apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: of.name, namespace: 'argocd' },
    spec: {
      project: 'default', source: { repoURL: of.url, path: of.path, targetRevision: of.branch ?? 'main' },
      destination: { server: 'https://kubernetes.default.svc', namespace: of.namespace },
      syncPolicy: { automated: { prune: true, selfHeal: true }, syncOptions: ['CreateNamespace=true'] },
    },
  }
}

/** A Kustomization of the GitRepository `apps`, or of another one. */
export function kustomization(of: { readonly name: string, readonly path: string, readonly source?: string }): KubernetesObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata: { name: of.name, namespace: 'flux-system' },
    spec: { sourceRef: { kind: 'GitRepository', name: of.source ?? 'apps' }, path: of.path, interval: '10m', timeout: '2m', prune: true, wait: true },
  }
}

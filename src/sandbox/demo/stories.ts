import type { FieldPath } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import type { ObjectRef } from '../../model/resource.ts'

/** One field of one live object, and what it shall become. */
export interface Wish { readonly object: ObjectRef, readonly label: string, readonly path: FieldPath, readonly wanted: Json }

/** One request of the demo, as a person would type it. */
export interface Story {
  readonly owner: 'argocd' | 'flux'
  readonly format: 'plain' | 'kustomize'
  readonly environment: string
  /** `writ` and these. */
  readonly request: readonly string[]
  readonly reason: string
  readonly wish: Wish
  /** Who approves with a signature; null where the environment asks nobody. */
  readonly approver: 'peer' | 'senior' | null
}

/** A request that must be refused, and with which code. */
export interface RefusedStory { readonly request: readonly string[], readonly code: string, readonly because: string, readonly format: 'plain' | 'kustomize', readonly owner: 'argocd' | 'flux' }

/** What `demo` tells: for each owner a change in dev, staging and prod. */
export function demoStories(): readonly Story[] {
  const registry = 'registry.example.com'
  return [
    {
      owner: 'argocd', format: 'plain', environment: 'dev', approver: null, reason: 'try the release candidate',
      request: ['set', 'image', 'deployment/web', `web=${registry}/shop/web:1.5.0-rc.1`, '-n', 'shop-dev'], wish: image('shop-dev', 'web', `${registry}/shop/web:1.5.0-rc.1`),
    },
    {
      owner: 'flux', format: 'plain', environment: 'dev', approver: null, reason: 'the gateway was killed for memory twice today',
      request: ['set', 'resources', 'deployment/gateway', '-c', 'gateway', '--limits=memory=256Mi', '-n', 'pay-dev'], wish: memory('pay-dev', 'gateway', '256Mi'),
    },
    {
      owner: 'argocd', format: 'kustomize', environment: 'staging', approver: 'peer', reason: 'load test needs more room',
      request: ['set', 'resources', 'deployment/cart', '-c', 'cart', '--limits=memory=512Mi', '-n', 'shop-staging'], wish: memory('shop-staging', 'cart', '512Mi'),
    },
    {
      owner: 'flux', format: 'kustomize', environment: 'staging', approver: 'peer', reason: 'bring staging up to the new ledger',
      request: ['set', 'image', 'deployment/ledger', `ledger=${registry}/pay/ledger:5.0.1`, '-n', 'pay-staging'], wish: image('pay-staging', 'ledger', `${registry}/pay/ledger:5.0.1`),
    },
    {
      owner: 'argocd', format: 'plain', environment: 'prod', approver: 'senior', reason: 'sale starts on Friday',
      request: ['scale', 'deployment/web', '--replicas=5', '-n', 'shop-prod'], wish: replicas('shop-prod', 'web', 5),
    },
    {
      owner: 'flux', format: 'kustomize', environment: 'prod', approver: 'senior', reason: 'end of the quarter',
      request: ['scale', 'deployment/ledger', '--replicas=4', '-n', 'pay-prod'], wish: replicas('pay-prod', 'ledger', 4),
    },
  ]
}

/** Three requests that Writ must not carry out. */
export function refusedStories(): readonly RefusedStory[] {
  return [
    {
      owner: 'argocd', format: 'plain', code: 'AMBIGUOUS_OWNER', request: ['scale', 'deployment/cache', '--replicas=2', '-n', 'shop-dev'],
      because: 'an Application and a Kustomization both deliver this Deployment',
    },
    {
      owner: 'argocd', format: 'plain', code: 'SHARED_BASE', request: ['scale', 'deployment/banner', '--replicas=3', '-n', 'shop-staging'],
      because: 'staging and prod deploy the same folder: prod would change with it',
    },
    {
      owner: 'argocd', format: 'plain', code: 'POLICY', request: ['set', 'image', 'deployment/web', 'web=registry.example.com/shop/web:latest', '-n', 'shop-prod'],
      because: 'nobody can say later which image "latest" was',
    },
  ]
}


function image(namespace: string, name: string, wanted: string): Wish {
  return { object: deployment(namespace, name), label: 'image', wanted, path: [...CONTAINERS, { key: 'name', value: name }, 'image'] }
}

function memory(namespace: string, name: string, wanted: string): Wish {
  return { object: deployment(namespace, name), label: 'limits.memory', wanted, path: [...CONTAINERS, { key: 'name', value: name }, 'resources', 'limits', 'memory'] }
}

function replicas(namespace: string, name: string, wanted: number): Wish {
  return { object: deployment(namespace, name), label: 'replicas', wanted, path: ['spec', 'replicas'] }
}

const CONTAINERS: FieldPath = ['spec', 'template', 'spec', 'containers']

function deployment(namespace: string, name: string): ObjectRef {
  return { group: 'apps', version: 'v1', kind: 'Deployment', namespace, name }
}

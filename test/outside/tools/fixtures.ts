import type { Cluster, Clusters, KindReader } from '../../../src/flow/ports.ts'
import type { ClusterConfig } from '../../../src/model/config.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import type { KubernetesObject, Target } from '../../../src/model/resource.ts'
import { connect } from '../../../src/outside/cluster/connection.ts'
import type { Connection } from '../../../src/outside/cluster/connection.ts'
import { kindReader } from '../../../src/outside/cluster/kind-reader.ts'
import { kubernetesCluster } from '../../../src/outside/cluster/kubernetes-cluster.ts'
import { ownerIndexes } from '../../../src/outside/tools/owner-indexes.ts'
import type { OwnerIndexes } from '../../../src/outside/tools/owner-indexes.ts'
import { ARGO_KINDS, FLUX_KINDS, KINDS, startObjects } from '../../support/object-server.ts'
import type { ObjectServer, Offered } from '../../support/object-server.ts'

export const COMMIT = '1'.repeat(40)
export const OTHER = '2'.repeat(40)

/** The object that all claims are about. */
export const TARGET: Target = { cluster: 'one', group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web' }

export function live(metadata: JsonObject = {}): KubernetesObject {
  return { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop', uid: 'u1', ...metadata } }
}

/** An entry of `status.resources` for the target. */
export const ENTRY: JsonObject = { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web', status: 'Synced' }

/** A healthy Application that lists the target; parts are laid over. */
export function application(name: string, more: { readonly spec?: JsonObject, readonly source?: JsonObject, readonly status?: JsonObject, readonly metadata?: JsonObject, readonly operation?: JsonObject } = {}): KubernetesObject {
  const source = { repoURL: 'https://git.example/shop.git', path: 'apps/web', targetRevision: 'main', ...more.source }
  return {
    apiVersion: 'argoproj.io/v1alpha1', kind: 'Application',
    metadata: { name, namespace: 'argocd', uid: `uid-${name}`, ...more.metadata },
    spec: { project: 'default', source, destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' }, syncPolicy: { automated: { selfHeal: true } }, ...more.spec },
    status: {
      controllerNamespace: 'argocd', reconciledAt: '2026-01-01T00:01:00Z', sourceType: 'Directory', resources: [ENTRY],
      sync: { status: 'Synced', revision: COMMIT, comparedTo: { source } },
      operationState: { phase: 'Succeeded', finishedAt: '2026-01-01T00:01:00Z', syncResult: { revision: COMMIT } },
      ...more.status,
    },
    ...(more.operation === undefined ? {} : { operation: more.operation }),
  }
}

/** A ready Kustomization that lists the target. */
export function kustomization(name: string, more: { readonly spec?: JsonObject, readonly status?: JsonObject, readonly metadata?: JsonObject } = {}): KubernetesObject {
  return {
    apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization',
    metadata: { name, namespace: 'flux-system', uid: `uid-${name}`, generation: 2, ...more.metadata },
    spec: { interval: '10m', path: './apps/web', prune: true, sourceRef: { kind: 'GitRepository', name: 'shop' }, ...more.spec },
    status: {
      observedGeneration: 2, lastAppliedRevision: `main@sha1:${COMMIT}`, lastAttemptedRevision: `main@sha1:${COMMIT}`,
      inventory: { entries: [{ id: 'shop_web_apps_Deployment', v: 'v1' }] }, conditions: [{ type: 'Ready', status: 'True', reason: 'ReconciliationSucceeded' }],
      ...more.status,
    },
  }
}

export function gitRepository(more: { readonly spec?: JsonObject, readonly status?: JsonObject, readonly name?: string } = {}): KubernetesObject {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata: { name: more.name ?? 'shop', namespace: 'flux-system', generation: 1 },
    spec: { url: 'https://git.example/shop.git', interval: '1m', ref: { branch: 'main' }, ...more.spec },
    status: { artifact: { revision: `main@sha1:${COMMIT}` }, conditions: [{ type: 'Ready', status: 'True' }], ...more.status },
  }
}

/** Object servers as clusters. */
export interface Fleet { readonly clusters: Clusters, readonly kinds: KindReader, readonly servers: Readonly<Record<string, ObjectServer>>, close(): Promise<void> }

const EVERYTHING: readonly Offered[] = [...KINDS, ...ARGO_KINDS, ...FLUX_KINDS]

/** Starts one object server for each name. */
export async function startFleet(names: readonly string[], kinds: readonly Offered[] = EVERYTHING): Promise<Fleet> {
  const servers: Record<string, ObjectServer> = {}
  const clusters = new Map<string, Cluster>()
  const connections = new Map<string, Connection>()
  for (const name of names) {
    const server = await startObjects(kinds)
    servers[name] = server
    const connection = connect({ cluster: name, files: [server.kubeconfig], context: 'test' })
    connections.set(name, connection)
    clusters.set(name, kubernetesCluster(connection, 'shop'))
  }
  function named(name: string): Cluster {
    const found = clusters.get(name)
    if (found === undefined) throw new Error(`no cluster ${name}`)
    return found
  }
  return {
    servers,
    kinds: kindReader(name => {
      const found = connections.get(name)
      if (found === undefined) throw new Error(`no cluster ${name}`)
      return found
    }),
    clusters: { all: [...clusters.values()], named, choose: ask => named(ask.cluster ?? names[0] ?? '') },
    close: async () => { for (const server of Object.values(servers)) await server.close() },
  }
}

/** writ.yaml's word on one cluster that runs its own controllers. */
export const ONE: readonly ClusterConfig[] = [{ name: 'one', context: 'one' }]

/** The adapters' options over a fleet, with indexes of their own. */
export function toolsOf(fleet: Fleet, config: readonly ClusterConfig[] = ONE): { readonly clusters: Clusters, readonly config: readonly ClusterConfig[], readonly indexes: OwnerIndexes } {
  return { clusters: fleet.clusters, config, indexes: ownerIndexes({ clusters: fleet.clusters, kinds: fleet.kinds, config, life: 0 }) }
}

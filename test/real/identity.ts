import { isObject, textAt } from '../../src/model/json.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { nameOf } from '../../src/sandbox/api.ts'
import type { Connection } from './parts/connection.ts'
import { kubeconfig, REAL } from './parts/kubeconfig.ts'
import type { RealAddress } from './parts/up.ts'

/** Somebody of a scenario's own, with the rights of some ClusterRoles. */
export interface Identity { /** A kubeconfig with one context, `real`. */ readonly kubeconfig: string, forget(): Promise<void> }

const RBAC = 'rbac.authorization.k8s.io/v1'

/** Makes a service account in the namespace, binds it to each of the roles in the whole cluster, and gives it a token. */
export async function identity(of: { readonly cluster: Connection, readonly real: RealAddress, readonly namespace: string }, name: string, roles: readonly string[]): Promise<Identity> {
  const { cluster, namespace, real } = of
  await cluster.api.apply({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } }, 'scenario')
  const bindings: readonly KubernetesObject[] = roles.map(role => ({
    apiVersion: RBAC, kind: 'ClusterRoleBinding', metadata: { name: `${namespace}-${name}-${role}` },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role }, subjects: [{ kind: 'ServiceAccount', name, namespace }],
  }))
  for (const binding of bindings) await cluster.api.apply(binding, 'scenario')
  const { body } = await cluster.request('POST', `/api/v1/namespaces/${namespace}/serviceaccounts/${name}/token`, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec: { expirationSeconds: 3600 } })
  const token = isObject(body) ? textAt(body, 'status', 'token') : undefined
  if (token === undefined) throw new Error(`no token for ${name}: ${JSON.stringify(body)}`)
  return {
    kubeconfig: kubeconfig({ [REAL]: { url: real.url, caFile: real.caFile, token } }),
    forget: async () => { for (const binding of bindings) await cluster.api.remove(nameOf(binding)).catch(() => undefined) },
  }
}

import { randomBytes } from 'node:crypto'
import { parse, stringify } from 'yaml'
import { isList, isObject, objectsAt, textAt, valueAt } from '../model/json.ts'
import type { Json } from '../model/json.ts'
import type { KubernetesObject } from '../model/resource.ts'
import { metaText } from './api.ts'
import type { Api } from './api.ts'
import type { Account, Rule } from './kube/rights.ts'
import { startLoop } from './loop.ts'
import type { Running } from './loop.ts'

const GROUP = { group: 'rbac.authorization.k8s.io', version: 'v1' } as const

/** A user of the cluster who may do what the roles say that are bound to its name, as RBAC has it, and nothing else. */
export interface BoundUser {
  readonly account: Account
  /** Takes up roles and bindings as they come and go; until then the user may do nothing. */
  follow(api: Api): Running
  /** The same kubeconfig with this user's token. */
  kubeconfig(admin: string): string
}

export function boundUser(user: string): BoundUser {
  const token = randomBytes(16).toString('hex')
  const held: { rules: readonly Rule[] } = { rules: [] }
  return {
    account: { token, user, get rules() { return held.rules } },
    follow: api => startLoop({
      interval: 100,
      list: async () => {
        held.rules = await rulesOf(api, user)
        return []
      },
      reconcile: () => Promise.resolve(),
    }),
    kubeconfig: admin => {
      const config: unknown = parse(admin)
      const users = isObject(config) ? objectsAt(config, 'users') : []
      return stringify({ ...isObject(config) ? config : {}, users: users.map(one => ({ ...one, user: { token } })) })
    },
  }
}

async function rulesOf(api: Api, user: string): Promise<readonly Rule[]> {
  const [everywhere, inNamespaces, clusterRoles, roles] = await Promise.all(['ClusterRoleBinding', 'RoleBinding', 'ClusterRole', 'Role'].map(kind => api.list({ ...GROUP, kind })))
  const bound = [...everywhere ?? [], ...inNamespaces ?? []].filter(binding => objectsAt(binding, 'subjects').some(subject => subject['kind'] === 'User' && subject['name'] === user))
  return bound.flatMap(binding => {
    const namespace = binding.kind === 'RoleBinding' ? metaText(binding, 'namespace') : null
    const name = textAt(binding, 'roleRef', 'name')
    const role = textAt(binding, 'roleRef', 'kind') === 'Role'
      ? roles?.find(one => metaText(one, 'name') === name && metaText(one, 'namespace') === namespace)
      : clusterRoles?.find(one => metaText(one, 'name') === name)
    return role === undefined ? [] : rulesIn(role, namespace)
  })
}

function rulesIn(role: KubernetesObject, namespace: string | null): readonly Rule[] {
  return objectsAt(role, 'rules').map(rule => {
    const texts = (name: keyof Rule): Readonly<Record<string, readonly string[]>> => isList(valueAt(rule, name)) ? { [name]: textsIn(valueAt(rule, name)) } : {}
    return { verbs: textsIn(valueAt(rule, 'verbs')), ...texts('apiGroups'), ...texts('resources'), ...texts('resourceNames'), ...namespace === null ? texts('nonResourceURLs') : { namespaces: [namespace] } }
  })
}

function textsIn(value: Json | undefined): readonly string[] {
  return isList(value) ? value.filter(one => typeof one === 'string') : []
}

import { expect } from 'chai'
import { Agent, request } from 'node:https'
import { parse } from 'yaml'
import { apiFor } from '../../src/sandbox/api.ts'
import { boundUser } from '../../src/sandbox/bound-user.ts'
import type { BoundUser } from '../../src/sandbox/bound-user.ts'
import { startKube } from '../../src/sandbox/kube/server.ts'
import type { Kube } from '../../src/sandbox/kube/server.ts'
import type { Running } from '../../src/sandbox/loop.ts'

const RBAC = 'rbac.authorization.k8s.io'

describe('the user of the sandbox that has the rights which are bound to it', () => {
  let user: BoundUser
  let kube: Kube
  let running: Running
  let agent: Agent
  const apply = (object: { readonly kind: string, readonly metadata: { readonly name: string, readonly namespace?: string }, readonly rules?: object[], readonly subjects?: object[], readonly roleRef?: object }): Promise<unknown> =>
    apiFor(kube).apply(JSON.parse(JSON.stringify({ apiVersion: `${RBAC}/v1`, ...object })), 'test')
  const subjects = [{ kind: 'User', apiGroup: RBAC, name: 'writ' }]
  const bind = (kind: 'Role' | 'ClusterRole', name: string, namespace?: string): Promise<unknown> =>
    apply({ kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding', metadata: { name, ...namespace === undefined ? {} : { namespace } }, subjects, roleRef: { apiGroup: RBAC, kind, name } })

  before(async () => {
    user = boundUser('writ')
    kube = await startKube({ accounts: [user.account], controller: false })
    running = user.follow(apiFor(kube))
    agent = new Agent({ ca: kube.ca, keepAlive: false })
  })
  after(async () => {
    expect(running.problems).to.deep.equal([])
    await running.stop()
    await kube.stop()
  })

  /** The status over the wire, with the token of the user's kubeconfig. */
  function asked(path: string): Promise<number> {
    const config: { readonly users: readonly { readonly user: { readonly token: string } }[] } = parse(user.kubeconfig(kube.kubeconfig))
    return new Promise((done, fail) => {
      request(`${kube.url}${path}`, { agent, headers: { authorization: `Bearer ${config.users[0]?.user.token ?? ''}` } }, answer => { answer.resume(); done(answer.statusCode ?? 0) }).on('error', fail).end()
    })
  }

  /** Bindings count a moment after they were made, as they do on a server. */
  async function becomes(path: string, status: number): Promise<void> {
    const end = Date.now() + 10_000
    while (await asked(path) !== status) {
      if (Date.now() > end) throw new Error(`${path} never gave ${status}`)
      await new Promise(resolve => { setTimeout(resolve, 20) })
    }
  }

  it('may look around and nothing else, until a role is bound to it', async () => {
    expect([await asked('/version'), await asked('/apis'), await asked('/api/v1/pods')]).to.deep.equal([200, 200, 403])
    await apply({ kind: 'ClusterRole', metadata: { name: 'looker' }, rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['list'] }] })
    await apply({ kind: 'ClusterRoleBinding', metadata: { name: 'of-another' }, subjects: [{ kind: 'User', name: 'eve' }], roleRef: { apiGroup: RBAC, kind: 'ClusterRole', name: 'looker' } })
    expect(await asked('/api/v1/pods')).to.equal(403)
    await bind('ClusterRole', 'looker')
    await becomes('/api/v1/pods', 200)
    expect([await asked('/api/v1/secrets'), await asked('/api/v1/namespaces/default/pods')]).to.deep.equal([403, 200])
  })

  it('loses them with the binding', async () => {
    await bind('ClusterRole', 'looker')
    await becomes('/api/v1/pods', 200)
    await apiFor(kube).remove({ group: RBAC, version: 'v1', kind: 'ClusterRoleBinding', namespace: null, name: 'looker' })
    await becomes('/api/v1/pods', 403)
  })

  it('has what is bound in a namespace there only, of a Role or a ClusterRole', async () => {
    await apply({ kind: 'ClusterRole', metadata: { name: 'maps' }, rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list'] }] })
    await apply({ kind: 'Role', metadata: { name: 'services', namespace: 'default' }, rules: [{ apiGroups: [''], resources: ['services'], verbs: ['list'] }] })
    await bind('ClusterRole', 'maps', 'default')
    await bind('Role', 'services', 'default')
    for (const plural of ['configmaps', 'services']) {
      await becomes(`/api/v1/namespaces/default/${plural}`, 200)
      expect([await asked(`/api/v1/${plural}`), await asked(`/api/v1/namespaces/kube-system/${plural}`)], plural).to.deep.equal([403, 403])
    }
  })
})

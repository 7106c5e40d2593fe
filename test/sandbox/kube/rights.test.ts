import { expect } from 'chai'
import { valueAt } from '../../../src/model/json.ts'
import type { Json } from '../../../src/model/json.ts'
import { startKube } from '../../../src/sandbox/kube/server.ts'
import type { Kube } from '../../../src/sandbox/kube/server.ts'
import { APPLY, deployment, must } from './support.ts'
import { send } from './wire.ts'

const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'
const REVIEWS = '/apis/authorization.k8s.io/v1'
const MERGE = 'application/merge-patch+json'

describe('rights in the embedded Kubernetes API', () => {
  let kube: Kube
  before(async () => {
    kube = await startKube({
      controller: false, accounts: [
        { token: 'jane-token', user: 'jane', rules: [
          { verbs: ['get', 'list', 'watch'], apiGroups: ['', 'apps'], resources: ['pods', 'deployments', 'deployments/scale'], namespaces: ['default'] },
          { verbs: ['patch'], apiGroups: ['apps'], resources: ['deployments', '*/scale'], resourceNames: ['web'] },
          { verbs: ['get'], nonResourceURLs: ['/metrics*'] },
        ] },
        { token: 'root-token', user: 'root', rules: [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'] }] },
      ],
    })
    await must(kube, 'POST', DEPLOYMENTS, deployment('web'))
    await must(kube, 'POST', DEPLOYMENTS, deployment('other'))
  })
  after(() => kube.stop())

  function as(token: string, [method, path]: readonly [string, string], { body, type = 'application/json' }: { readonly body?: Json, readonly type?: string } = {}): ReturnType<typeof send> {
    return send(kube, { path, method, token, headers: { 'content-type': type }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  }

  const REFUSED: readonly (readonly [method: string, path: string, sentence: string])[] = [
    ['GET', '/api/v1/namespaces/kube-system/pods', 'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "kube-system"'],
    ['GET', '/api/v1/pods', 'pods is forbidden: User "jane" cannot list resource "pods" in API group "" at the cluster scope'],
    ['GET', '/api/v1/namespaces/default/secrets/x', 'secrets "x" is forbidden: User "jane" cannot get resource "secrets" in API group "" in the namespace "default"'],
    ['GET', '/api/v1/namespaces/default', 'namespaces "default" is forbidden: User "jane" cannot get resource "namespaces" in API group "" in the namespace "default"'],
    ['GET', '/api/v1/namespaces?watch=true', 'namespaces is forbidden: User "jane" cannot watch resource "namespaces" in API group "" at the cluster scope'],
    ['GET', `${DEPLOYMENTS}/web/status`, 'deployments.apps "web" is forbidden: User "jane" cannot get resource "deployments/status" in API group "apps" in the namespace "default"'],
    ['POST', DEPLOYMENTS, 'deployments.apps is forbidden: User "jane" cannot create resource "deployments" in API group "apps" in the namespace "default"'],
    ['PUT', `${DEPLOYMENTS}/web`, 'deployments.apps "web" is forbidden: User "jane" cannot update resource "deployments" in API group "apps" in the namespace "default"'],
    ['PATCH', `${DEPLOYMENTS}/other`, 'deployments.apps "other" is forbidden: User "jane" cannot patch resource "deployments" in API group "apps" in the namespace "default"'],
    ['DELETE', `${DEPLOYMENTS}/web`, 'deployments.apps "web" is forbidden: User "jane" cannot delete resource "deployments" in API group "apps" in the namespace "default"'],
    ['DELETE', DEPLOYMENTS, 'deployments.apps is forbidden: User "jane" cannot deletecollection resource "deployments" in API group "apps" in the namespace "default"'],
    ['GET', '/apis/nothing/v1/things', 'things.nothing is forbidden: User "jane" cannot list resource "things" in API group "nothing" at the cluster scope'],
    ['GET', '/logs', 'forbidden: User "jane" cannot get path "/logs"'],
  ]
  for (const [method, path, message] of REFUSED) {
    it(`refuse ${method} ${path} in the words of the real server`, async () => {
      const { status, json } = await as('jane-token', [method, path], method === 'GET' || method === 'DELETE' ? {} : { body: {} })
      expect(status).to.equal(403)
      expect(json).to.include({ kind: 'Status', reason: 'Forbidden', message })
    })
  }

  it('change nothing by what they refuse', async () => {
    const names = valueAt(await must(kube, 'GET', DEPLOYMENTS), 'items')
    expect(names).to.have.length(2)
  })

  it('let through exactly what a rule says: verbs, groups, namespaces, names, subresources, paths', async () => {
    expect((await as('jane-token', ['GET', '/api/v1/namespaces/default/pods'])).status).to.equal(200)
    expect((await as('jane-token', ['PATCH', `${DEPLOYMENTS}/web`], { body: { metadata: { labels: { a: 'b' } } }, type: MERGE })).status).to.equal(200)
    expect((await as('jane-token', ['PATCH', `${DEPLOYMENTS}/web/scale`], { body: { spec: { replicas: 2 } }, type: MERGE })).status).to.equal(200)
    expect((await as('jane-token', ['GET', `${DEPLOYMENTS}/other/scale`])).status).to.equal(200)
    expect((await as('jane-token', ['GET', '/metrics/cadvisor'])).status).to.equal(404)
    expect((await as('root-token', ['GET', `${DEPLOYMENTS}/web/status`])).status).to.equal(200)
    for (const path of ['/api', '/apis/apps/v1', '/openapi/v3', '/version']) expect((await as('jane-token', ['GET', path])).status, path).to.equal(200)
  })

  it('let an apply create only who may create', async () => {
    const path = `${DEPLOYMENTS}/web?fieldManager=jane&force=true`
    expect((await as('jane-token', ['PATCH', path], { body: deployment('web'), type: APPLY })).status).to.equal(200)
    await must(kube, 'DELETE', `${DEPLOYMENTS}/web`)
    const { status, json } = await as('jane-token', ['PATCH', path], { body: deployment('web'), type: APPLY })
    expect(status).to.equal(403)
    expect(valueAt(json, 'message')).to.contain('cannot create resource "deployments"')
    expect((await as('root-token', ['PATCH', path], { body: deployment('web'), type: APPLY })).status).to.equal(201)
  })

  it('are told to whoever asks for the own ones', async () => {
    const ask = async (token: string, attributes: Json): Promise<Json | undefined> => valueAt((await as(token, ['POST', `${REVIEWS}/selfsubjectaccessreviews`], { body: { spec: attributes } })).json, 'status', 'allowed')
    const pods = { verb: 'list', resource: 'pods', namespace: 'default' }
    expect(await ask('jane-token', { resourceAttributes: pods })).to.equal(true)
    expect(await ask('jane-token', { resourceAttributes: { ...pods, namespace: 'kube-system' } })).to.equal(false)
    expect(await ask('jane-token', { resourceAttributes: { verb: 'patch', group: 'apps', resource: 'deployments', name: 'web' } })).to.equal(true)
    expect(await ask('jane-token', { resourceAttributes: { verb: 'patch', group: 'apps', resource: 'deployments', subresource: 'scale', name: 'web' } })).to.equal(true)
    expect(await ask('jane-token', { resourceAttributes: { verb: 'patch', group: 'apps', resource: 'deployments' } })).to.equal(false)
    expect(await ask('jane-token', { nonResourceAttributes: { verb: 'get', path: '/metrics/x' } })).to.equal(true)
    expect(await ask('jane-token', { nonResourceAttributes: { verb: 'get', path: '/logs' } })).to.equal(false)
    expect(await ask(kube.token, { resourceAttributes: { verb: '*', group: '*', resource: '*' } })).to.equal(true)
  })

  it('of others are told only to who may ask', async () => {
    const about = (user: string): Json => ({ spec: { user, resourceAttributes: { verb: 'list', resource: 'pods', namespace: 'default' } } })
    expect((await as('jane-token', ['POST', `${REVIEWS}/subjectaccessreviews`], { body: about('root') })).status).to.equal(403)
    for (const [user, allowed] of [['jane', true], ['root', true], ['nobody', false]] as const) {
      expect((await as(kube.token, ['POST', `${REVIEWS}/subjectaccessreviews`], { body: about(user) })).json).to.have.nested.property('status.allowed', allowed)
    }
    expect((await as(kube.token, ['POST', `${REVIEWS}/subjectaccessreviews`], { body: about('') })).json).to.include({ code: 422 })
    expect((await as(kube.token, ['POST', `${REVIEWS}/selfsubjectaccessreviews`], { body: { spec: {} } })).json).to.include({ code: 422 })
    expect((await as(kube.token, ['GET', `${REVIEWS}/subjectaccessreviews`])).status).to.equal(405)
  })

  it('of somebody else are lent to nobody', async () => {
    const path = '/api/v1/namespaces/default/secrets'
    for (const header of ['impersonate-user', 'impersonate-group']) {
      expect((await send(kube, { path, headers: { [header]: 'root' } })).json).to.include({ code: 403, message: 'this server lets nobody act for somebody else' })
    }
  })
})

import { expect } from 'chai'
import { isList, isObject, objectsAt, textAt, valueAt } from '../../../src/model/json.ts'
import type { Json } from '../../../src/model/json.ts'
import { startKube } from '../../../src/sandbox/kube/server.ts'
import type { Kube } from '../../../src/sandbox/kube/server.ts'
import { eventually, must, refusal } from './support.ts'

const DEPLOYMENT = 'io.k8s.api.apps.v1.DeploymentSpec'
const POD = 'io.k8s.api.core.v1.PodSpec'

describe('OpenAPI documents of the embedded Kubernetes API', () => {
  let kube: Kube
  before(async () => {
    kube = await startKube({ controller: false })
    kube.ensureKind({ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', plural: 'applications', namespaced: true })
  })
  after(() => kube.stop())

  async function urls(): Promise<Readonly<Record<string, string>>> {
    const paths = valueAt(await must(kube, 'GET', '/openapi/v3'), 'paths')
    return Object.fromEntries(Object.entries(paths ?? {}).map(([path, entry]) => [path, textAt(entry, 'serverRelativeURL') ?? '']))
  }

  async function document(path: string): Promise<Json> {
    return must(kube, 'GET', (await urls())[path] ?? path)
  }

  it('are listed for every group and version of discovery, each under the hash of what it says', async () => {
    const groups = objectsAt(await must(kube, 'GET', '/apis'), 'groups').flatMap(group => objectsAt(group, 'versions').map(version => `apis/${textAt(version, 'groupVersion')}`))
    const listed = await urls()
    expect(Object.keys(listed)).to.have.members(['api/v1', ...groups])
    for (const [path, url] of Object.entries(listed)) expect(url).to.match(new RegExp(`^/openapi/v3/${path.replaceAll('.', '\\.')}\\?hash=[0-9A-F]{64}$`))
    expect(new Set(Object.values(listed)).size).to.equal(groups.length + 1)
  })

  it('refer to nothing that they do not hold, and name the kind of each resource', async () => {
    for (const [path, url] of Object.entries(await urls())) {
      const found = await must(kube, 'GET', url)
      const schemas = valueAt(found, 'components', 'schemas')
      const references = [...JSON.stringify(found).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map(match => match[1] ?? '')
      expect(references.filter(name => !isObject(valueAt(schemas, name))), path).to.deep.equal([])
      const resources = objectsAt(await must(kube, 'GET', `/${path}`), 'resources').filter(item => !String(item['name']).includes('/'))
      const kinds = Object.values(isObject(schemas) ? schemas : {}).flatMap(schema => objectsAt(schema, 'x-kubernetes-group-version-kind')).map(kind => kind['kind'])
      expect(kinds, path).to.include.members(resources.map(item => item['kind']))
    }
  })

  it('say what apply and strategic merge need: keys of lists, what is owned as one, patch strategies', async () => {
    const apps = await document('apis/apps/v1')
    const field = (type: string, name: string): Json | undefined => valueAt(apps, 'components', 'schemas', type, 'properties', name)
    const PORTS = { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['containerPort', 'protocol'], 'x-kubernetes-patch-strategy': 'merge', 'x-kubernetes-patch-merge-key': 'containerPort' }
    expect(field('io.k8s.api.core.v1.Container', 'ports')).to.deep.include(PORTS)
    expect(field(POD, 'volumes')).to.deep.include({ 'x-kubernetes-list-map-keys': ['name'], 'x-kubernetes-patch-strategy': 'merge,retainKeys', 'x-kubernetes-patch-merge-key': 'name' })
    expect(field(POD, 'tolerations')).to.include({ 'x-kubernetes-list-type': 'atomic' }).and.not.have.property('x-kubernetes-patch-strategy')
    expect(field(POD, 'nodeSelector')).to.include({ type: 'object', 'x-kubernetes-map-type': 'atomic' })
    expect(field(DEPLOYMENT, 'selector')).to.include({ 'x-kubernetes-map-type': 'atomic' }).and.have.nested.property('allOf[0].$ref')
    expect(field(DEPLOYMENT, 'strategy')).to.include({ 'x-kubernetes-patch-strategy': 'retainKeys' })
    expect(field('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', 'finalizers')).to.include({ 'x-kubernetes-list-type': 'set', 'x-kubernetes-patch-strategy': 'merge' })
    expect(field('io.k8s.api.core.v1.ContainerPort', 'protocol')).to.deep.equal({ type: 'string', default: 'TCP' })
  })

  it('say that writes can be validated and tried', async () => {
    const path = valueAt(await document('apis/apps/v1'), 'paths', '/apis/apps/v1/namespaces/{namespace}/deployments/{name}')
    expect(objectsAt(path, 'patch', 'parameters').map(parameter => parameter['name'])).to.deep.equal(['dryRun', 'fieldManager', 'fieldValidation', 'force'])
    expect(valueAt(path, 'patch', 'x-kubernetes-group-version-kind')).to.deep.equal({ group: 'apps', version: 'v1', kind: 'Deployment' })
  })

  it('hold a definition as it was written, under a new hash when it changes, and forget it with it', async () => {
    const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'
    const spec = (type: string): Json => ({ type: 'object', properties: { spec: { type: 'object', properties: { size: { type, default: 3 } } } } })
    const version = (type: string): Json => ({ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: spec(type) } })
    await must(kube, 'POST', definitions, { metadata: { name: 'widgets.example.com' }, spec: { group: 'example.com', scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget' }, versions: [version('integer')] } })
    await eventually(async () => 'apis/example.com/v1' in await urls())
    const [before, apps] = [(await urls())['apis/example.com/v1'], (await urls())['apis/apps/v1']]
    const widget = valueAt(await document('apis/example.com/v1'), 'components', 'schemas', 'com.example.v1.Widget')
    expect(valueAt(widget, 'properties', 'spec', 'properties', 'size')).to.deep.equal({ type: 'integer', default: 3 })
    expect(widget).to.have.deep.property('x-kubernetes-group-version-kind', [{ group: 'example.com', version: 'v1', kind: 'Widget' }])
    expect(widget).to.have.nested.property('properties.metadata.allOf[0].$ref', '#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')
    await must(kube, 'PATCH', `${definitions}/widgets.example.com`, { spec: { versions: [version('number')] } })
    await eventually(async () => (await urls())['apis/example.com/v1'] !== before)
    expect((await urls())['apis/apps/v1']).to.equal(apps)
    await must(kube, 'DELETE', `${definitions}/widgets.example.com`)
    await eventually(async () => !('apis/example.com/v1' in await urls()))
    expect(await refusal(kube, 'GET', '/openapi/v3/apis/example.com/v1')).to.include({ status: 404 })
  })

  it('leave open what nobody defined', async () => {
    const schemas = valueAt(await document('apis/argoproj.io/v1alpha1'), 'components', 'schemas', 'io.argoproj.v1alpha1.Application')
    expect(schemas).to.include({ 'x-kubernetes-preserve-unknown-fields': true })
    expect(isList(valueAt(schemas, 'x-kubernetes-group-version-kind'))).to.equal(true)
  })
})

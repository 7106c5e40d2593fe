import { expect } from 'chai'
import { objectsAt, textAt, valueAt } from '../../../src/model/json.ts'
import type { Json } from '../../../src/model/json.ts'
import { startKube } from '../../../src/sandbox/kube/server.ts'
import type { Kube } from '../../../src/sandbox/kube/server.ts'
import { APPLY, deployment, eventually, must, refusal } from './support.ts'
import { send, watching } from './wire.ts'

const MAPS = '/api/v1/namespaces/default/configmaps'
const DEPLOYMENTS = '/apis/apps/v1/namespaces/default/deployments'
const APPLICATION = { group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', plural: 'applications', namespaced: true }
const MONITOR = { group: 'monitoring.coreos.com', version: 'v1', kind: 'ServiceMonitor', plural: 'servicemonitors', namespaced: true }

describe('embedded Kubernetes API', () => {
  let kube: Kube

  before(async () => {
    kube = await startKube({ controller: false, keepChanges: 20 })
    kube.ensureKind(APPLICATION)
  })
  after(() => kube.stop())

  function overTheWire(path: string, headers: Record<string, string> = {}, body?: string | Buffer): ReturnType<typeof send> {
    return send(kube, { path, headers, ...(body === undefined ? {} : { body }) })
  }

  describe('refusals', () => {
    const cases: readonly (readonly [string, Parameters<Kube['request']>, number, string])[] = [
      ['an object that is not there', ['GET', `${MAPS}/none`], 404, 'configmaps "none" not found'],
      ['a namespace that is not there', ['POST', '/api/v1/namespaces/typo/configmaps', { metadata: { name: 'x' } }], 404, 'namespaces "typo" not found'],
      ['a resource the group does not have', ['GET', '/apis/apps/v1/namespaces/default/widgets'], 404, 'the server could not find the requested resource'],
      ['an object of a namespace without one', ['GET', '/api/v1/configmaps/x'], 404, 'the server could not find the requested resource'],
      ['a validation of another sort', ['POST', `${MAPS}?fieldValidation=Some`, { metadata: { name: 'x' } }], 422, 'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Some": supported values: "", "Ignore", "Strict", "Warn"'],
      ['a subresource the kind does not have', ['GET', `${MAPS}/none/status`], 404, 'the server could not find the requested resource'],
      ['another kind than the path names', ['POST', MAPS, { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x' } }], 400, 'Secret in version "v1" cannot be handled as a ConfigMap: converting (Secret) to (ConfigMap): unknown conversion'],
      ['another version than the path names', ['POST', MAPS, { apiVersion: 'v2', kind: 'ConfigMap', metadata: { name: 'x' } }], 400, 'the API version in the data (v2) does not match the expected API version (v1)'],
      ['another namespace than the path names', ['POST', MAPS, { metadata: { name: 'x', namespace: 'kube-system' } }], 400, 'the namespace of the provided object does not match the namespace sent on the request'],
      ['a value of the wrong type', ['POST', MAPS, { metadata: { name: 'x' }, data: { a: 1 } }], 400, 'ConfigMap in version "v1" cannot be handled as a ConfigMap: json: cannot unmarshal number into Go struct field data.a of type string'],
      ['an unknown content type of a patch', ['PATCH', `${MAPS}/none`, {}, 'application/json'], 415, 'the body of the request was in an unknown format - accepted media types include: application/json-patch+json, application/merge-patch+json, application/strategic-merge-patch+json, application/apply-patch+yaml'],
      ['an apply without a field manager', ['PATCH', `${MAPS}/x`, { metadata: { name: 'x' } }, APPLY], 422, 'PatchOptions.meta.k8s.io "" is invalid: fieldManager: Required value: is required for apply patch'],
      ['a field selector the kind does not have', ['GET', `${MAPS}?fieldSelector=data.a%3D1`], 400, 'field label not supported: data.a'],
      ['a dry run of another sort', ['POST', `${MAPS}?dryRun=Some`, { metadata: { name: 'x' } }], 400, 'dryRun: Unsupported value: "Some": supported values: "All"'],
      ['a write to a whole collection', ['PUT', MAPS, {}], 405, 'the server does not allow this method on the requested resource'],
      ['a continue token nobody gave out', ['GET', `${MAPS}?continue=nonsense`], 400, 'invalid continue token: continue key is not valid: it cannot be read'],
    ]
    for (const [what, request, status, message] of cases) {
      it(`answers ${status} for ${what}`, async () => {
        expect(await refusal(kube, ...request)).to.include({ status, message })
      })
    }

    it('answers 401 without a token, and health and version to anybody', async () => {
      expect(await overTheWire(MAPS, { authorization: 'Bearer wrong' })).to.include({ status: 401 })
      for (const path of ['/healthz', '/livez', '/readyz']) expect(await overTheWire(path, { authorization: '' })).to.include({ status: 200, text: 'ok' })
      expect((await overTheWire('/version', { authorization: '' })).text).to.contain('"minor":"36"')
    })

    it('answers 415 for a body of another format, 406 where nobody can read the answer, 400 for what is no JSON', async () => {
      expect(await overTheWire(MAPS, { 'content-type': 'text/plain' }, 'hello')).to.include({ status: 415 })
      expect(await overTheWire(MAPS, { accept: 'text/html' })).to.include({ status: 406 })
      for (const accept of ['application/vnd.kubernetes.protobuf,application/json', '*/*', 'text/html, application/*;q=0.5']) expect(await overTheWire(MAPS, { accept })).to.include({ status: 200 })
      const { status, json } = await overTheWire(MAPS, { 'content-type': 'application/json' }, '{"a":')
      expect(status).to.equal(400)
      expect(textAt(json, 'message')).to.match(/^the object provided is unrecognized \(must be of type ConfigMap\): couldn't get version\/kind; json parse error: /)
    })

    it('says 404 in plain text for a path it does not know at all', async () => {
      for (const path of ['/nothing', '/apis/none', '/openapi/v2', '/openapi/v3/apis/none/v1', '/apis/none/v1/things']) expect(await overTheWire(path)).to.include({ status: 404, text: '404 page not found\n' })
    })

    it('warns of unknown fields, and refuses them where asked to', async () => {
      const body = JSON.stringify({ ...deployment('warned'), spec: { ...deployment('warned').spec, replica: 2 } })
      const warned = await overTheWire(`${DEPLOYMENTS}?dryRun=All`, { 'content-type': 'application/json' }, body)
      expect(warned).to.include({ status: 201, warning: '299 - "unknown field \\"spec.replica\\""' })
      expect(await overTheWire(`${DEPLOYMENTS}?dryRun=All&fieldValidation=Strict`, { 'content-type': 'application/json' }, body)).to.include({ status: 400 })
      expect(await overTheWire(`${DEPLOYMENTS}?dryRun=All&fieldValidation=Ignore`, { 'content-type': 'application/json' }, body)).to.include({ status: 201, warning: undefined })
      await must(kube, 'POST', DEPLOYMENTS, deployment('strict'))
      const strict = `${DEPLOYMENTS}/strict?fieldValidation=Strict`
      const said = 'strict decoding error: unknown field "spec.replica"'
      expect(await refusal(kube, 'PATCH', strict, { spec: { replica: 3 } }, 'application/strategic-merge-patch+json')).to.include({ status: 422, message: ` "" is invalid: patch: Invalid value: "map[spec:map[replica:3]]": ${said}` })
      expect((await refusal(kube, 'PATCH', strict, { spec: { replica: 3 } })).message).to.match(/^ "" is invalid: patch: Invalid value: "\{.*\}": strict decoding error: unknown field "spec\.replica"$/)
      expect(await refusal(kube, 'PUT', strict, { ...deployment('strict'), extra: 1 })).to.include({ status: 400 })
    })
  })

  describe('reading', () => {
    before(async () => {
      for (const name of ['r1', 'r2', 'r3']) await must(kube, 'POST', '/api/v1/namespaces/kube-system/secrets', { metadata: { name, labels: { n: name } }, stringData: { key: name } })
    })

    it('pages through a list by limit and continue', async () => {
      const names: Json[] = []
      let next = ''
      do {
        const page = await must(kube, 'GET', `/api/v1/namespaces/kube-system/secrets?limit=2${next}`)
        names.push(...namesOf(page))
        const token = textAt(page, 'metadata', 'continue')
        next = token ? `&continue=${token}` : ''
      } while (next !== '')
      expect(names).to.deep.equal(['r1', 'r2', 'r3'])
    })

    it('goes on as things were at the first page, whatever happened since, and says where that is forgotten', async () => {
      const path = '/api/v1/namespaces/pages/configmaps'
      await must(kube, 'POST', '/api/v1/namespaces', { metadata: { name: 'pages' } })
      for (const name of ['b', 'd', 'f']) await must(kube, 'POST', path, { metadata: { name }, data: { at: 'first' } })
      const first = await must(kube, 'GET', `${path}?limit=1`)
      const rest = `${path}?limit=5&continue=${textAt(first, 'metadata', 'continue')}`
      expect(valueAt(first, 'metadata', 'remainingItemCount')).to.equal(2)
      await must(kube, 'DELETE', `${path}/d`)
      await must(kube, 'PATCH', `${path}/f`, { data: { at: 'later' } })
      await must(kube, 'POST', path, { metadata: { name: 'e' } })
      const second = await must(kube, 'GET', rest)
      expect(namesOf(second)).to.deep.equal(['d', 'f'])
      expect(valueAt(second, 'metadata', 'resourceVersion')).to.equal(valueAt(first, 'metadata', 'resourceVersion'))
      expect(JSON.stringify(second)).to.not.contain('later')
      expect(namesOf(await must(kube, 'GET', `${path}?resourceVersionMatch=Exact&resourceVersion=${textAt(first, 'metadata', 'resourceVersion')}`))).to.deep.equal(['b', 'd', 'f'])
      for (let i = 0; i < 60; i++) await must(kube, 'PATCH', `${path}/f`, { data: { i: String(i) } })
      const { status, body } = await kube.request('GET', rest)
      expect(status).to.equal(410)
      expect(body).to.include({ reason: 'Expired' })
      expect(namesOf(await must(kube, 'GET', `${path}?continue=${textAt(body, 'metadata', 'continue')}`))).to.deep.equal(['e', 'f'])
    })

    it('selects by labels and fields, in one namespace and in all', async () => {
      const names = async (query: string): Promise<readonly Json[]> => namesOf(await must(kube, 'GET', `/api/v1/secrets?${query}`))
      expect(await names(`labelSelector=${encodeURIComponent('n in (r1,r3)')}`)).to.deep.equal(['r1', 'r3'])
      expect(await names(`labelSelector=${encodeURIComponent('n notin (r1),n')}`)).to.deep.equal(['r2', 'r3'])
      expect(await names(`labelSelector=${encodeURIComponent('n!=r1,!other')}`)).to.deep.equal(['r2', 'r3'])
      expect(await names('fieldSelector=metadata.name%3Dr2,metadata.namespace%3Dkube-system')).to.deep.equal(['r2'])
      expect(await names('fieldSelector=metadata.namespace%3Ddefault')).to.deep.equal([])
    })

    it('keeps a secret as the server does: text as base64, typed Opaque', async () => {
      expect(await must(kube, 'GET', '/api/v1/namespaces/kube-system/secrets/r1')).to.deep.include({ type: 'Opaque', data: { key: 'cjE=' } }).and.not.have.property('stringData')
    })

    it('is discovered the old way too', async () => {
      expect(await must(kube, 'GET', '/api')).to.deep.include({ kind: 'APIVersions', versions: ['v1'] })
      const groups = await must(kube, 'GET', '/apis')
      expect(JSON.stringify(groups)).to.contain('"argoproj.io/v1alpha1"')
      expect(await must(kube, 'GET', '/apis/apps')).to.have.nested.property('preferredVersion.version', 'v1')
      const resources = await must(kube, 'GET', '/apis/apps/v1')
      expect(JSON.stringify(resources)).to.contain('"name":"deployments/scale"').and.contain('"name":"deployments/status"')
    })
  })

  describe('watches', () => {
    it('begin with what is there where no revision is given', async () => {
      await must(kube, 'POST', MAPS, { metadata: { name: 'w1' } })
      const { text } = await overTheWire(`${MAPS}?watch=true&timeoutSeconds=1&fieldSelector=metadata.name%3Dw1`)
      expect(eventsOf(text)).to.deep.equal(['ADDED w1'])
    })

    it('go on from a revision, and say DELETED of what leaves the selection', async () => {
      const start = textAt(await must(kube, 'GET', MAPS), 'metadata', 'resourceVersion')
      await must(kube, 'POST', MAPS, { metadata: { name: 'w2', labels: { on: 'yes' } } })
      await must(kube, 'PATCH', `${MAPS}/w2`, { metadata: { labels: { on: 'no' } } })
      const { text } = await overTheWire(`${MAPS}?watch=true&timeoutSeconds=1&labelSelector=on%3Dyes&resourceVersion=${start}`)
      expect(eventsOf(text)).to.deep.equal(['ADDED w2', 'DELETED w2'])
    })

    it('answer ERROR with 410 where the revision is too old', async () => {
      const start = textAt(await must(kube, 'GET', MAPS), 'metadata', 'resourceVersion')
      for (let i = 0; i < 60; i++) await must(kube, 'PATCH', `${MAPS}/w1`, { data: { i: String(i) } })
      const { status, text } = await overTheWire(`${MAPS}?watch=true&timeoutSeconds=5&resourceVersion=${start}`)
      const event: Json = JSON.parse(text)
      expect(status).to.equal(200)
      expect(event).to.have.property('type', 'ERROR')
      expect(valueAt(event, 'object')).to.deep.include({ code: 410, reason: 'Expired' })
    })

    it('end when the client goes, and never reach across kinds', async () => {
      const seen: string[] = []
      const stop = await watching(kube, `${MAPS}?resourceVersion=${textAt(await must(kube, 'GET', MAPS), 'metadata', 'resourceVersion')}`, (type, object) => seen.push(`${type} ${textAt(object, 'metadata', 'name')}`))
      await must(kube, 'POST', '/api/v1/namespaces/default/secrets', { metadata: { name: 'other' } })
      await must(kube, 'DELETE', `${MAPS}/w1`)
      await eventually(() => seen.length > 0)
      stop()
      await must(kube, 'DELETE', `${MAPS}/w2`)
      expect(seen).to.deep.equal(['DELETED w1'])
    })
  })

  describe('writing', () => {
    it('stores nothing in a dry run', async () => {
      const before = textAt(await must(kube, 'GET', DEPLOYMENTS), 'metadata', 'resourceVersion')
      await must(kube, 'POST', `${DEPLOYMENTS}?dryRun=All`, deployment('dry'))
      await must(kube, 'PATCH', `${DEPLOYMENTS}/dry?dryRun=All&fieldManager=m`, deployment('dry'), APPLY)
      expect(textAt(await must(kube, 'GET', DEPLOYMENTS), 'metadata', 'resourceVersion')).to.equal(before)
    })

    it('gives no new revision to a write that changes nothing', async () => {
      const made = await must(kube, 'POST', MAPS, { metadata: { name: 'same' }, data: { a: '1' } })
      const again = await must(kube, 'PATCH', `${MAPS}/same`, { data: { a: '1' } })
      expect(textAt(again, 'metadata', 'resourceVersion')).to.equal(textAt(made, 'metadata', 'resourceVersion'))
    })

    it('refuses a replace on an old revision, in words clients look for', async () => {
      const old = await must(kube, 'GET', `${MAPS}/same`)
      await must(kube, 'PATCH', `${MAPS}/same`, { data: { a: '2' } })
      expect(await refusal(kube, 'PUT', `${MAPS}/same`, old)).to.deep.include({ status: 409, reason: 'Conflict', message: 'Operation cannot be fulfilled on configmaps "same": the object has been modified; please apply your changes to the latest version and try again' })
    })

    it('makes up a name where asked to', async () => {
      const made = await must(kube, 'POST', MAPS, { metadata: { generateName: 'gen-' } })
      expect(textAt(made, 'metadata', 'name')).to.match(/^gen-[a-z0-9]{5}$/)
    })

    it('scales by every sort of patch, and tells appliers apart', async () => {
      await must(kube, 'POST', DEPLOYMENTS, deployment('sized'))
      const path = `${DEPLOYMENTS}/sized/scale`
      expect(await must(kube, 'PATCH', path, { spec: { replicas: 2 } })).to.have.nested.property('spec.replicas', 2)
      expect(await must(kube, 'PATCH', path, [{ op: 'replace', path: '/spec/replicas', value: 3 }], 'application/json-patch+json')).to.include({ kind: 'Scale', apiVersion: 'autoscaling/v1' }).and.have.nested.property('spec.replicas', 3)
      const scale = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'sized' }, spec: { replicas: 4 } }
      expect(await refusal(kube, 'PATCH', `${path}?fieldManager=first`, scale, APPLY)).to.include({ status: 409 })
      expect(await must(kube, 'PATCH', `${path}?fieldManager=first&force=true`, scale, APPLY)).to.have.nested.property('spec.replicas', 4)
      expect(await refusal(kube, 'PATCH', `${DEPLOYMENTS}/sized?fieldManager=second`, { ...deployment('sized'), spec: { ...deployment('sized').spec, replicas: 5 } }, APPLY))
        .to.include({ status: 409, message: 'Apply failed with 1 conflict: conflict with "first" with subresource "scale": .spec.replicas' })
      expect(await refusal(kube, 'PATCH', `${DEPLOYMENTS}/none/scale?fieldManager=first`, { ...scale, metadata: { name: 'none' } }, APPLY)).to.include({ status: 404 })
    })

    it('raises the generation of a Deployment on spec and annotations, never on labels and status', async () => {
      const generation = async (path: string, patch: Json): Promise<Json | undefined> => valueAt(await must(kube, 'PATCH', path, patch), 'metadata', 'generation')
      await must(kube, 'POST', DEPLOYMENTS, deployment('gen'))
      const path = `${DEPLOYMENTS}/gen`
      expect(await generation(path, { metadata: { labels: { a: 'b' } } })).to.equal(1)
      expect(await generation(path, { metadata: { annotations: { a: 'b' } } })).to.equal(2)
      expect(await generation(path, { spec: { replicas: 4 } })).to.equal(3)
      expect(await generation(`${path}/status`, { status: { replicas: 4 } })).to.equal(3)
      expect(await generation(path, { status: { replicas: 9 } })).to.equal(3)
      expect(valueAt(await must(kube, 'GET', path), 'status', 'replicas')).to.equal(4)
    })

    it('has no status subresource for an Argo CD Application: every write raises its generation', async () => {
      const path = '/apis/argoproj.io/v1alpha1/namespaces/default/applications'
      await must(kube, 'POST', path, { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'app' }, spec: { project: 'default' } })
      const written = await must(kube, 'PATCH', `${path}/app`, { status: { sync: { status: 'Synced' } } })
      expect(valueAt(written, 'metadata', 'generation')).to.equal(2)
      expect(valueAt(written, 'status', 'sync', 'status')).to.equal('Synced')
      expect(await refusal(kube, 'PATCH', `${path}/app/status`, { status: {} })).to.include({ status: 404 })
    })

    it('serves a kind nobody defined once it is registered, and keeps its objects as written', async () => {
      const path = '/apis/monitoring.coreos.com/v1/namespaces/default/servicemonitors'
      const { apiVersion, kind } = { apiVersion: 'monitoring.coreos.com/v1', kind: 'ServiceMonitor' }
      expect(await refusal(kube, 'GET', path)).to.include({ status: 404 })
      kube.ensureKind(MONITOR)
      const spec = { endpoints: [{ port: 'http', interval: '0.5' }], empty: {}, none: [], zero: 0, off: false }
      await must(kube, 'PATCH', `${path}/m?fieldManager=flux`, { apiVersion, kind, metadata: { name: 'm' }, spec }, APPLY)
      expect(await must(kube, 'GET', `${path}/m`)).to.have.deep.property('spec', spec)
    })

    it('gives a Service its addresses and ports, which nobody owns and a replace keeps', async () => {
      const services = '/api/v1/namespaces/default/services'
      const spec = { type: 'NodePort', selector: { app: 'x' }, ports: [{ port: 80 }] }
      const made = await must(kube, 'POST', services, { metadata: { name: 'svc' }, spec })
      expect(valueAt(made, 'spec')).to.deep.include({ ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster', externalTrafficPolicy: 'Cluster' })
      expect(valueAt(made, 'metadata', 'managedFields')).to.have.nested.property('[0].fieldsV1.f:spec').that.has.all.keys('f:type', 'f:selector', 'f:ports', 'f:sessionAffinity', 'f:internalTrafficPolicy', 'f:externalTrafficPolicy')
      const replaced = await must(kube, 'PUT', `${services}/svc`, { metadata: { name: 'svc' }, spec: { ...spec, ports: [{ port: 81, name: 'new' }, { port: 80, name: 'old' }] } })
      expect(valueAt(replaced, 'spec', 'clusterIP')).to.equal(valueAt(made, 'spec', 'clusterIP'))
      const [before, after] = [objectsAt(made, 'spec', 'ports'), objectsAt(replaced, 'spec', 'ports')].map(ports => ports.map(port => port['nodePort']))
      expect(after?.[1]).to.equal(before?.[0])
      expect(after?.[0]).to.be.a('number').and.not.equal(before?.[0])
      const inside = await must(kube, 'PATCH', `${services}/svc`, { spec: { type: 'ClusterIP' } })
      expect(JSON.stringify(valueAt(inside, 'spec'))).to.not.match(/nodePort|externalTrafficPolicy/)
    })

    const CONTAINERS = [{ name: 'a', image: 'x:1' }]
    const INVALID: readonly (readonly [string, string, Json, string])[] = [
      ['a Job that never ends', '/apis/batch/v1/namespaces/default/jobs', { metadata: { name: 'x' }, spec: { template: { spec: { containers: CONTAINERS } } } }, 'Job.batch "x" is invalid: spec.template.spec.restartPolicy: Required value: valid values: "OnFailure", "Never"'],
      ['a CronJob without an image', '/apis/batch/v1/namespaces/default/cronjobs', { metadata: { name: 'x' }, spec: { schedule: '* * * * *', jobTemplate: { spec: { template: { spec: { restartPolicy: 'Never', containers: [{ name: 'a' }] } } } } } }, 'CronJob.batch "x" is invalid: spec.jobTemplate.spec.template.spec.containers[0].image: Required value'],
      ['a rolling update of what is recreated', DEPLOYMENTS, { ...deployment('x'), spec: { ...deployment('x').spec, strategy: { type: 'Recreate', rollingUpdate: { maxSurge: 1 } } } }, 'Deployment.apps "x" is invalid: spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is \'Recreate\''],
    ]
    for (const [what, path, body, message] of INVALID) {
      it(`refuses ${what} in the words of a real server`, async () => {
        expect(await refusal(kube, 'POST', path, body)).to.include({ status: 422, message })
      })
    }

    it('lets a Pod change its image, never what it runs on', async () => {
      const pods = '/api/v1/namespaces/default/pods'
      const made = await must(kube, 'POST', pods, { metadata: { name: 'fixed' }, spec: { containers: [{ ...CONTAINERS[0], resources: { limits: { cpu: '1', memory: '1Gi' } } }] } })
      expect(made).to.have.nested.property('status.qosClass', 'Guaranteed')
      expect(made).to.have.deep.nested.property('spec.containers[0].resources.requests', { cpu: '1', memory: '1Gi' })
      const image = { spec: { containers: [{ name: 'a', image: 'x:2' }] } }
      expect(await must(kube, 'PATCH', `${pods}/fixed`, image, 'application/strategic-merge-patch+json')).to.have.nested.property('spec.containers[0].image', 'x:2')
      expect((await refusal(kube, 'PATCH', `${pods}/fixed`, { spec: { nodeName: 'other' } })).message).to.match(/^Pod "fixed" is invalid: spec: Forbidden: pod updates may not change fields other than/)
    })

    it('demands the revision that a replace replaces, where a real server does', async () => {
      const path = '/apis/policy/v1/namespaces/default/poddisruptionbudgets'
      const body = { metadata: { name: 'guarded' }, spec: { minAvailable: 1 } }
      const made = await must(kube, 'POST', path, body)
      expect(await refusal(kube, 'PUT', `${path}/guarded`, body)).to.include({ status: 422, message: 'PodDisruptionBudget.policy "guarded" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update' })
      await must(kube, 'PUT', `${path}/guarded`, { ...made, spec: { minAvailable: 2 } })
    })

    it('writes times that nobody gave as null, as a real server does', async () => {
      await must(kube, 'POST', DEPLOYMENTS, deployment('timed'))
      const written = await must(kube, 'PATCH', `${DEPLOYMENTS}/timed/status`, { status: { conditions: [{ type: 'Available', status: 'True' }] } })
      expect(valueAt(written, 'status', 'conditions')).to.deep.equal([{ type: 'Available', status: 'True', lastUpdateTime: null, lastTransitionTime: null }])
    })

    it('respells quantities in resources and fills in what a real server fills in', async () => {
      const { spec } = deployment('filled')
      const container = { name: 'app', image: 'nginx', ports: [{ containerPort: 80 }], resources: { limits: { cpu: 0.5, memory: '1024Mi' } }, livenessProbe: { httpGet: { port: 80 } }, env: [{ name: 'EMPTY', value: '' }] }
      const body = { ...deployment('filled'), spec: { ...spec, template: { metadata: { labels: { app: 'filled' } }, spec: { serviceAccountName: 'me', containers: [container], volumes: [{ name: 'v' }] } } } }
      const made = await must(kube, 'POST', DEPLOYMENTS, body)
      const pod = valueAt(made, 'spec', 'template', 'spec')
      expect(pod).to.deep.include({ serviceAccount: 'me', restartPolicy: 'Always', volumes: [{ name: 'v', emptyDir: {} }] })
      expect(pod).to.have.deep.nested.property('containers[0]', {
        name: 'app', image: 'nginx', imagePullPolicy: 'Always', ports: [{ containerPort: 80, protocol: 'TCP' }], env: [{ name: 'EMPTY' }],
        resources: { limits: { cpu: '500m', memory: '1Gi' } }, terminationMessagePath: '/dev/termination-log', terminationMessagePolicy: 'File',
        livenessProbe: { httpGet: { path: '/', port: 80, scheme: 'HTTP' }, timeoutSeconds: 1, periodSeconds: 10, successThreshold: 1, failureThreshold: 3 },
      })
    })

    it('refuses to change what cannot change', async () => {
      await must(kube, 'POST', DEPLOYMENTS, deployment('fixed'))
      const selector = { matchLabels: { app: 'other' } }
      expect(await refusal(kube, 'PATCH', `${DEPLOYMENTS}/fixed`, { spec: { selector, template: { metadata: { labels: { app: 'other' } } } } })).to.deep.include({
        status: 422, message: 'Deployment.apps "fixed" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"other"}}: field is immutable',
      })
    })
  })

  describe('deleting', () => {
    it('takes dependents along, one after the other, and orphans them where asked to', async () => {
      const owner = await must(kube, 'POST', MAPS, { metadata: { name: 'owner' } })
      const ownerReferences = [{ apiVersion: 'v1', kind: 'ConfigMap', name: 'owner', uid: textAt(owner, 'metadata', 'uid') ?? '' }]
      await must(kube, 'POST', MAPS, { metadata: { name: 'dependent', ownerReferences } })
      await must(kube, 'DELETE', `${MAPS}/owner?propagationPolicy=Orphan`)
      await eventually(async () => (await kube.request('GET', `${MAPS}/owner`)).status === 404)
      expect(valueAt(await must(kube, 'GET', `${MAPS}/dependent`), 'metadata', 'ownerReferences')).to.equal(undefined)
      const second = await must(kube, 'POST', MAPS, { metadata: { name: 'owner' } })
      await must(kube, 'PATCH', `${MAPS}/dependent`, { metadata: { ownerReferences: [{ ...ownerReferences[0], uid: textAt(second, 'metadata', 'uid') ?? '' }] } })
      await must(kube, 'DELETE', `${MAPS}/owner`, { propagationPolicy: 'Foreground' })
      await eventually(async () => (await kube.request('GET', `${MAPS}/owner`)).status === 404)
      expect(await refusal(kube, 'GET', `${MAPS}/dependent`)).to.include({ status: 404 })
    })

    it('empties a namespace, waits for finalizers in it, and lets nothing in meanwhile', async () => {
      await must(kube, 'POST', '/api/v1/namespaces', { metadata: { name: 'going' } })
      await must(kube, 'POST', '/api/v1/namespaces/going/configmaps', { metadata: { name: 'held', finalizers: ['example.com/hold'] } })
      expect(await must(kube, 'DELETE', '/api/v1/namespaces/going')).to.have.nested.property('status.phase', 'Terminating')
      expect(await refusal(kube, 'POST', '/api/v1/namespaces/going/configmaps', { metadata: { name: 'late' } })).to.include({ status: 403, reason: 'Forbidden' })
      await eventually(async () => valueAt(await must(kube, 'GET', '/api/v1/namespaces/going/configmaps/held'), 'metadata', 'deletionTimestamp') !== undefined)
      await must(kube, 'PATCH', '/api/v1/namespaces/going/configmaps/held', { metadata: { finalizers: null } })
      await eventually(async () => (await kube.request('GET', '/api/v1/namespaces/going')).status === 404)
    })

    it('heeds preconditions', async () => {
      await must(kube, 'POST', MAPS, { metadata: { name: 'guarded' } })
      expect(await refusal(kube, 'DELETE', `${MAPS}/guarded`, { preconditions: { uid: 'another' } })).to.include({ status: 409 })
      expect(await must(kube, 'DELETE', `${MAPS}/guarded`)).to.include({ kind: 'Status', status: 'Success' })
    })
  })

  it('serves a definition\'s kind with pruning, defaults and its status, and withdraws it with its objects', async () => {
    const schema = { type: 'object', properties: { spec: { type: 'object', properties: { mode: { type: 'string', enum: ['a', 'b'], default: 'a' }, name: { type: 'string', pattern: '^x' } } }, status: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } } }
    const names = { plural: 'gadgets', kind: 'Gadget' }
    const versions = ['v1', 'v1beta1'].map(name => ({ name, served: true, storage: name === 'v1', schema: { openAPIV3Schema: schema }, subresources: { status: {} } }))
    await must(kube, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { metadata: { name: 'gadgets.example.com' }, spec: { group: 'example.com', scope: 'Cluster', names, versions } })
    await eventually(async () => JSON.stringify(await must(kube, 'GET', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.example.com')).includes('"Established","status":"True"'))
    const path = '/apis/example.com/v1/gadgets'
    const made = await must(kube, 'POST', path, { apiVersion: 'example.com/v1', kind: 'Gadget', metadata: { name: 'g' }, spec: { extra: 1 }, status: { x: 1 } })
    expect(made).to.have.deep.property('spec', { mode: 'a' })
    expect(made).to.not.have.property('status')
    expect(await refusal(kube, 'PATCH', `${path}/g`, { spec: { mode: 'c', name: 'y' } })).to.deep.include({
      status: 422, message: 'Gadget.example.com "g" is invalid: [spec.mode: Unsupported value: "c": supported values: "a", "b", spec.name: Invalid value: "y": spec.name in body should match \'^x\']',
    })
    expect(await must(kube, 'GET', '/apis/example.com/v1beta1/gadgets/g')).to.include({ apiVersion: 'example.com/v1beta1' })
    await must(kube, 'DELETE', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/gadgets.example.com')
    expect(await refusal(kube, 'GET', path)).to.include({ status: 404 })
  })

  for (const [what, schema] of [
    ['alone', { type: 'object', 'x-kubernetes-preserve-unknown-fields': true }],
    ['beside fields', { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { spec: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true, properties: { size: { type: 'integer' } } } } }],
  ] as const) {
    it(`keeps whatever it is given where the root of a definition's schema says so, ${what}`, async () => {
      const versions = [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }]
      await must(kube, 'POST', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', { metadata: { name: 'things.example.com' }, spec: { group: 'example.com', scope: 'Cluster', names: { plural: 'things', kind: 'Thing' }, versions } })
      await eventually(async () => JSON.stringify(await must(kube, 'GET', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.com')).includes('"Established","status":"True"'))
      const path = '/apis/example.com/v1/things'
      const given = { spec: { size: 1, list: [{ a: 1 }], deep: { none: null, x: { y: true } } }, data: { k: 'v' }, note: 'n' }
      const made = await must(kube, 'POST', `${path}?fieldValidation=Strict`, { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 't' }, ...given })
      expect(made).to.deep.include(given)
      const changed = await must(kube, 'PATCH', `${path}/t?fieldValidation=Strict`, { spec: { deep: { x: { z: 2 } } }, data: null })
      expect(changed).to.have.deep.property('spec', { ...given.spec, deep: { none: null, x: { y: true, z: 2 } } })
      expect(changed).to.not.have.property('data')
      expect(await refusal(kube, 'POST', `${path}?fieldValidation=Strict`, { apiVersion: 'example.com/v1', kind: 'Thing', metadata: { name: 'u', nonsense: 1 } })).to.include({ status: 400 })
      await must(kube, 'DELETE', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.example.com')
      await eventually(async () => (await kube.request('GET', path)).status === 404)
    })
  }
})

function namesOf(list: Json): readonly Json[] {
  const items = valueAt(list, 'items')
  return Array.isArray(items) ? items.map(item => textAt(item, 'metadata', 'name') ?? '') : []
}

function eventsOf(text: string): readonly string[] {
  return text.trim().split('\n').map(line => {
    const event: Json = JSON.parse(line)
    return `${textAt(event, 'type')} ${textAt(event, 'object', 'metadata', 'name')}`
  })
}

import { expect } from 'chai'
import { canonical, isList, isObject, sameJson, textAt } from '../../../src/model/json.ts'
import type { Json, JsonObject } from '../../../src/model/json.ts'
import { groupVersion, isKubernetesObject } from '../../../src/model/resource.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { connect } from '../parts/connection.ts'
import type { Connection } from '../parts/connection.ts'
import { realAddress, realRuns } from '../scene.ts'
import { standInStates } from '../stand-in-states.ts'

const PLURALS: Readonly<Record<string, string>> = { Application: 'applications', AppProject: 'appprojects', GitRepository: 'gitrepositories', HelmChart: 'helmcharts', HelmRelease: 'helmreleases', Kustomization: 'kustomizations' }
/** Argo CD's kinds have no status subresource: their status is a part of the object. */
const WHOLE = /^argoproj\.io\//

describe('what the stand-ins write', function () {
  this.timeout(300_000)
  let cluster: Connection
  let states: readonly KubernetesObject[]
  const namespace = `schema-${Math.random().toString(36).slice(2, 7)}`
  // The stand-ins take their renderers from the PATH.
  const path = process.env['PATH']
  const placed = new Map<string, Promise<KubernetesObject>>()
  before(async function () {
    const real = realAddress()
    if (!realRuns() || real === null) return this.skip()
    cluster = connect(real)
    await cluster.api.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } }, 'scenario')
    process.env['PATH'] = `${real.folders.kustomize}:${real.folders.helm}:${path ?? ''}`
    const all = await standInStates()
    states = [...new Map(all.map(state => [canonical(contentOf(state)), state])).values()]
  })
  after(async () => {
    process.env['PATH'] = path
    if (realAddress() === null) return
    for (const object of await Promise.all(placed.values())) await cluster.request('DELETE', pathOf(object))
    await cluster.request('DELETE', `/api/v1/namespaces/${namespace}`)
  })

  function contentOf(state: KubernetesObject): KubernetesObject {
    const { annotations, labels } = state.metadata
    const name = `${state.kind.toLowerCase()}-${textAt(state, 'metadata', 'name') ?? ''}`
    return { ...state, metadata: { name, namespace, ...annotations === undefined ? {} : { annotations }, ...labels === undefined ? {} : { labels } } }
  }
  function pathOf(object: KubernetesObject, name = textAt(object, 'metadata', 'name') ?? ''): string {
    const { group, version } = groupVersion(object.apiVersion)
    return `/apis/${group}/${version}/namespaces/${namespace}/${PLURALS[object.kind] ?? object.kind}${name === '' ? '' : `/${name}`}`
  }
  /** One object of a kind, suspended, so that no controller takes its state for its own. */
  function place(state: KubernetesObject): Promise<KubernetesObject> {
    const { status: _status, ...rest } = contentOf(state)
    const object = placed.get(state.kind) ?? (async () => {
      const answer = await cluster.request('POST', `${pathOf(state, '')}?fieldValidation=Strict`, { ...rest, metadata: { name: 'placed', namespace }, spec: { ...Object(rest['spec']), suspend: true } })
      const made = answer.body as Json
      if (answer.status !== 201 || !isKubernetesObject(made)) throw new Error(JSON.stringify(made))
      return made
    })()
    placed.set(state.kind, object)
    return object
  }
  /** What the real server says against a state; '' where it takes all of it. Nothing is written. */
  async function refusalOf(state: KubernetesObject): Promise<string> {
    const content = contentOf(state)
    const { status, ...rest } = content
    const asked: { readonly method: string, readonly path: string, readonly sent: JsonObject }[] = [{ method: 'POST', path: pathOf(content, ''), sent: WHOLE.test(content.apiVersion) ? content : rest }]
    if (status !== undefined && !WHOLE.test(content.apiVersion)) {
      const there = await place(state)
      const name = textAt(there, 'metadata', 'name') ?? ''
      asked.push({ method: 'PATCH', path: `${pathOf(there, name)}/status`, sent: { status } })
    }
    for (const { method, path, sent } of asked) {
      const answer = await cluster.request(method, `${path}?dryRun=All&fieldValidation=Strict`, sent)
      if (answer.status >= 300) return `${textAt(answer.body as Json, 'message') ?? ''} (${answer.status})`
      const parts = path.endsWith('/status') ? ['status'] : ['spec', 'operation', ...WHOLE.test(content.apiVersion) ? ['status'] : []]
      const lost = parts.flatMap(part => lostOf(sent[part], (answer.body as JsonObject)[part], part))
      if (lost.length > 0) return `lost: ${lost.join(', ')}`
    }
    return ''
  }

  it('is of every kind that they know', () => {
    expect([...new Set(states.map(state => state.kind))].toSorted()).to.deep.equal(Object.keys(PLURALS).toSorted())
    expect(states.length).to.be.above(200)
  })
  it('is taken whole by the real definitions: no unknown field, no value out of place, nothing pruned', async () => {
    const refused = new Map<string, string>()
    for (const state of states) {
      const words = await refusalOf(state)
      if (words !== '') refused.set(`${state.kind}: ${words.replaceAll(/[a-z]+-[a-z0-9-]+/g, 'NAME')}`, JSON.stringify(state['status']).slice(0, 1500))
    }
    expect([...refused].map(([words, state]) => `${words}\n${state}`).slice(0, 20)).to.deep.equal([])
  })
  for (const kind of ['Application', 'GitRepository', 'HelmChart', 'HelmRelease', 'Kustomization']) {
    it(`would be refused with a field of ${kind} that its definition does not know, and with a value of another type`, async () => {
      const state = states.findLast(one => one.kind === kind && isObject(one['status']))
      if (state === undefined) throw new Error('no state')
      expect(await refusalOf(state)).to.equal('')
      expect(await refusalOf({ ...state, status: { ...Object(state['status']), notThere: 'x' } })).to.include('unknown field "status.notThere"')
      const [first = {}] = isList(Object(state['status'])['conditions']) ? Object(state['status'])['conditions'] : []
      expect(await refusalOf({ ...state, status: { ...Object(state['status']), conditions: [{ ...first, notThere: 'x' }] } })).to.include('unknown field "status.conditions[0].notThere"')
      expect(await refusalOf({ ...state, status: { ...Object(state['status']), conditions: 'x' } })).to.include('status.conditions')
    })
  }
})

/** The paths of what was sent and did not come back. What the server adds does not count. */
function lostOf(sent: Json | undefined, got: Json | undefined, path: string): readonly string[] {
  if (sent === undefined) return []
  if (isObject(sent)) return isObject(got) ? Object.entries(sent).flatMap(([key, value]) => lostOf(value, got[key], `${path}.${key}`)) : [path]
  if (isList(sent)) return isList(got) && got.length === sent.length ? sent.flatMap((value, i) => lostOf(value, got[i], `${path}[${i}]`)) : [path]
  return sameJson(sent, got) ? [] : [path]
}

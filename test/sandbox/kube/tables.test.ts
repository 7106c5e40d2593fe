import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { isList, isObject, objectsAt, textAt, valueAt } from '../../../src/model/json.ts'
import type { Json, JsonObject } from '../../../src/model/json.ts'
import { since } from '../../../src/sandbox/kube/cells.ts'
import { startKube } from '../../../src/sandbox/kube/server.ts'
import type { Kube } from '../../../src/sandbox/kube/server.ts'
import { eventually, must } from './support.ts'
import { send } from './wire.ts'

interface Recorded { readonly columns: Readonly<Record<string, readonly string[]>>, readonly rows: readonly { readonly path: string, readonly body: JsonObject, readonly status?: JsonObject, readonly cells: readonly Json[] }[] }

const TABLE = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json'
const RECORDED: Recorded = JSON.parse(readFileSync('test/fixtures/kube-tables.json', 'utf8').replace(/AGO (\d+)/g, (_, ago: string) => new Date(Date.now() - Number(ago) * 1000).toISOString().replace(/\.\d+Z/, 'Z')))

describe('tables of the embedded Kubernetes API', () => {
  let kube: Kube
  before(async () => {
    kube = await startKube({ controller: false })
    for (const { path, body, status } of RECORDED.rows) {
      if (path.includes('/example.com/')) await eventually(async () => (await kube.request('GET', path)).status === 200)
      await must(kube, 'POST', path, body)
      if (status) await must(kube, 'PATCH', `${path}/${textAt(body, 'metadata', 'name')}/status`, { status })
    }
    await must(kube, 'DELETE', '/api/v1/namespaces/default/pods/p-term')
  })
  after(() => kube.stop())

  async function get(path: string, accept = TABLE): Promise<Json> {
    return (await send(kube, { path, headers: { accept } })).json
  }

  for (const path of Object.keys(RECORDED.columns)) {
    it(`are those of a real server: ${path}`, async () => {
      const table = await get(path)
      const columns = objectsAt(table, 'columnDefinitions')
      const shown = columns.map(({ name, type, format, priority }) => [name, type, format || [], priority || []].flat().join(':'))
      expect(shown).to.deep.equal(RECORDED.columns[path])
      const rows = new Map(objectsAt(table, 'rows').map(row => [textAt(row, 'object', 'metadata', 'name'), row['cells']]))
      for (const { body, cells } of RECORDED.rows.filter(row => row.path === path)) {
        const own = rows.get(textAt(body, 'metadata', 'name'))
        const comparable = (isList(own) ? own : []).map((cell, i) => cells[i] === 'AGE' && /^\d+s$|^20.*Z$/.test(String(cell)) ? 'AGE' : cell)
        expect(comparable).to.deep.equal(cells)
      }
    })
  }

  it('show one object, its metadata with each row, and all of it or nothing where asked to', async () => {
    const path = '/api/v1/namespaces/default/configmaps/c'
    expect(await get(path)).to.deep.include({ kind: 'Table', apiVersion: 'meta.k8s.io/v1' }).and.have.nested.property('rows[0].object.kind', 'PartialObjectMetadata')
    expect(await get(`${path}?includeObject=Object`)).to.have.nested.property('rows[0].object.data.a', 'b')
    expect(await get('/api/v1/namespaces/default/configmaps?includeObject=Object')).to.have.nested.property('rows[0].object').that.deep.includes({ kind: 'ConfigMap', apiVersion: 'v1' })
    expect(await get(`${path}?includeObject=None`)).to.have.nested.property('rows[0]').that.has.all.keys('cells')
  })

  it('go on over pages, and are not made of refusals', async () => {
    const page = await get('/api/v1/namespaces/default/pods?limit=2')
    expect(objectsAt(page, 'rows')).to.have.length(2)
    const next = await get(`/api/v1/namespaces/default/pods?limit=2&continue=${textAt(page, 'metadata', 'continue')}`)
    expect(objectsAt(next, 'rows').map(row => textAt(row, 'object', 'metadata', 'name'))).to.deep.equal(['p-err', 'p-evict'])
    expect(await get('/api/v1/namespaces/default/pods/none')).to.include({ kind: 'Status', code: 404 })
  })

  it('are given only where they are asked for first, and metadata alone where that is', async () => {
    const path = '/api/v1/namespaces/default/secrets'
    expect(await get(path, `application/json,${TABLE}`)).to.include({ kind: 'SecretList' })
    expect(await get(path, 'application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json')).to.include({ kind: 'SecretList' })
    const partial = await get(path, 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1')
    expect(partial).to.include({ kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1' })
    expect(objectsAt(partial, 'items').every(item => item['kind'] === 'PartialObjectMetadata' && isObject(item['metadata']) && item['data'] === undefined)).to.equal(true)
  })

  it('follow a watch, where only the first describes the columns', async () => {
    const path = '/api/v1/namespaces/nsx/configmaps'
    await must(kube, 'POST', path, { metadata: { name: 'w1' } })
    const watching = send(kube, { path: `${path}?watch=true&timeoutSeconds=1`, headers: { accept: TABLE } })
    await must(kube, 'POST', path, { metadata: { name: 'w2' }, data: { a: '1' } })
    const events: readonly Json[] = (await watching).text.trim().split('\n').map((line): Json => JSON.parse(line))
    expect(events.map(event => textAt(event, 'type'))).to.deep.equal(['ADDED', 'ADDED'])
    expect(events.map(event => isList(valueAt(event, 'object', 'columnDefinitions')))).to.deep.equal([true, false])
    expect(events.map(event => valueAt(event, 'object', 'rows')).flat().map(row => valueAt(row ?? null, 'cells'))).to.deep.equal([['w1', 0, '0s'], ['w2', 1, '0s']])
  })

  const SPANS: readonly (readonly [number, string])[] = [
    [-5, '<invalid>'], [-1, '0s'], [0, '0s'], [119, '119s'], [120, '2m'], [125, '2m5s'], [600, '10m'], [10_799, '179m'], [10_800, '3h'], [11_000, '3h3m'], [28_800, '8h'], [172_799, '47h'],
    [172_800, '2d'], [180_000, '2d2h'], [691_200, '8d'], [63_072_000, '2y'], [64_000_000, '2y10d'], [252_288_000, '8y'],
  ]
  it('say how long ago something was in the words of kubectl', () => {
    expect(SPANS.map(([seconds]) => [seconds, since(new Date(1e12 - seconds * 1000).toISOString(), 1e12)])).to.deep.equal(SPANS)
    expect([since(undefined), since('soon')]).to.deep.equal(['<unknown>', '<unknown>'])
  })
})

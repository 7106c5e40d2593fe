import { expect } from 'chai'
import { gzipSync } from 'node:zlib'
import type { JsonObject } from '../../../src/model/json.ts'
import { proofLevel } from '../../../src/model/owner.ts'
import type { Claim } from '../../../src/model/owner.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { fluxTool } from '../../../src/outside/tools/flux/flux-tool.ts'
import { TARGET, live, startFleet, toolsOf } from './fixtures.ts'
import type { Fleet } from './fixtures.ts'

const HISTORY = [{ name: 'shop-web', namespace: 'shop', version: 7, status: 'failed' }, { name: 'shop-web', namespace: 'shop', version: 6, status: 'deployed' }]
const WEB = '---\n# Source: web/templates/web.yaml\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web\n  namespace: shop\n'

function release(status: JsonObject = { history: HISTORY, storageNamespace: 'flux-system' }): KubernetesObject {
  return { apiVersion: 'helm.toolkit.fluxcd.io/v2', kind: 'HelmRelease', metadata: { name: 'web', namespace: 'flux-system' }, spec: {}, status }
}

/** A release as Helm keeps it. */
function stored(manifest: string, packed = (text: string): Buffer => gzipSync(text)): JsonObject {
  const inner = packed(JSON.stringify({ name: 'shop-web', manifest, config: { password: 'hunter2' } })).toString('base64')
  return { apiVersion: 'v1', kind: 'Secret', type: 'helm.sh/release.v1', metadata: { name: 'sh.helm.release.v1.shop-web.v6', namespace: 'flux-system' }, data: { release: Buffer.from(inner).toString('base64') } }
}

const LABELS: JsonObject = { labels: { 'helm.toolkit.fluxcd.io/name': 'web', 'helm.toolkit.fluxcd.io/namespace': 'flux-system' } }
const HELM: JsonObject = { annotations: { 'meta.helm.sh/release-name': 'shop-web', 'meta.helm.sh/release-namespace': 'shop' } }

describe('a HelmRelease without an inventory', () => {
  let fleet: Fleet
  before(async () => { fleet = await startFleet(['one']) })
  beforeEach(() => {
    for (const name of ['web', 'sh.helm.release.v1.shop-web.v6']) for (const kind of ['HelmRelease', 'Secret']) fleet.servers['one']?.remove(kind, name)
  })
  after(() => fleet.close())

  async function claim(metadata: JsonObject, objects: readonly JsonObject[]): Promise<Claim | undefined> {
    fleet.servers['one']?.put(...objects)
    const claims = await fluxTool(toolsOf(fleet)).claims(TARGET, live(metadata))
    return claims[0]
  }

  const rows: readonly [string, JsonObject, readonly JsonObject[], string, string][] = [
    ['is proven by the manifest of the release that Helm deployed last', LABELS, [release(), stored(WEB)], 'proven', 'holds it'],
    ['is found by Helm\'s own annotations, too', HELM, [release(), stored(WEB)], 'proven', 'meta.helm.sh'],
    ['reads a release that is not packed', LABELS, [release(), stored(WEB, text => Buffer.from(text))], 'proven', 'holds it'],
    ['is not proven where the manifest does not hold the object', LABELS, [release(), stored(WEB.replace('name: web', 'name: api'))], 'hinted', 'does not hold it'],
    ['is not proven where a namespace in the manifest is another one', LABELS, [release(), stored(WEB.replace('  name: web', '  name: web\n  namespace: far'))], 'hinted', 'does not hold it'],
    ['is not proven where the record is not there', LABELS, [release()], 'hinted', 'is not there'],
    ['is not proven where the record is none', LABELS, [release(), { ...stored(''), data: { release: 'eA==' } }], 'hinted', 'not of the form'],
    ['is not proven where nothing was deployed yet', LABELS, [release({})], 'hinted', 'names no release'],
  ]
  for (const [name, metadata, objects, level, words] of rows) {
    it(name, async () => {
      const found = await claim(metadata, objects)
      expect(found === undefined ? 'none' : proofLevel(found)).to.equal(level)
      expect(JSON.stringify(found?.evidence)).to.include(words).and.not.include('hunter2')
    })
  }
  it('says which right is missing where the record may not be read', async () => {
    fleet.servers['one']?.intercept(request => request.url?.includes('/secrets/') === true ? { status: 403, body: { message: 'secrets is forbidden' } } : null)
    const found = await claim(LABELS, [release(), stored(WEB)])
    fleet.servers['one']?.intercept(null)
    expect([found?.proof, JSON.stringify(found?.evidence)]).to.satisfy(([proof, text]: [boolean, string]) => !proof && text.includes('may not be read') && text.includes('Flux 2.8'))
  })
  it('is nobody\'s where no mark names it', async () => {
    expect(await claim({}, [release(), stored(WEB)])).to.equal(undefined)
  })
})

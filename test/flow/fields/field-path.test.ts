import { expect } from 'chai'
import { fieldPath } from '../../../src/flow/fields/field-path.ts'
import { WritError } from '../../../src/model/error.ts'
import type { Json } from '../../../src/model/json.ts'

const OBJECT: Json = {
  spec: {
    replicas: 2,
    containers: [{ name: 'web', image: 'web:1', args: ['-v', '-q'], ports: [{ containerPort: 80 }] }],
    ports: [{ name: 'udp', port: 53, protocol: 'UDP' }, { name: 'tcp', port: 53, protocol: 'TCP' }, { name: 'http', port: 80 }],
    rules: [{ host: 'a.example' }, { host: 'b.example' }], empty: [], nothing: null,
  },
  data: { x: '1', 'a.b/c': '2', 'x~y': '3' },
}

function said(text: string, goes = false): string {
  try {
    return JSON.stringify(fieldPath(text, OBJECT, goes))
  } catch (error) {
    if (error instanceof WritError) return `${error.code}: ${error.message}`
    throw error
  }
}

describe('a field path', () => {
  const fits: readonly (readonly [string, unknown])[] = [
    ['spec.replicas', ['spec', 'replicas']],
    ['data["a.b/c"]', ['data', 'a.b/c']],
    ['data.a\\.b/c', ['data', 'a.b/c']],
    ['/data/a.b~1c', ['data', 'a.b/c']],
    ['/data/x~0y', ['data', 'x~y']],
    ['spec.containers[name=web].image', ['spec', 'containers', { key: 'name', value: 'web' }, 'image']],
    ['spec.containers[0].image', ['spec', 'containers', { key: 'name', value: 'web' }, 'image']],
    ['/spec/containers/0/args/1', ['spec', 'containers', { key: 'name', value: 'web' }, 'args', '1']],
    ['/spec/containers/0/args/-', ['spec', 'containers', { key: 'name', value: 'web' }, 'args', '2']],
    ['/spec/containers/0/args/2', ['spec', 'containers', { key: 'name', value: 'web' }, 'args', '2']],
    ['spec.rules[host=b.example].host', ['spec', 'rules', { key: 'host', value: 'b.example' }, 'host']],
    ['spec.ports[name=tcp].port', ['spec', 'ports', { key: 'name', value: 'tcp' }, 'port']],
    // Made where the key is the one that tells items apart, in the type that it has.
    ['spec.containers[name=new].image', ['spec', 'containers', { key: 'name', value: 'new' }, 'image']],
    ['spec.containers[name=web].ports[containerPort=90].name', ['spec', 'containers', { key: 'name', value: 'web' }, 'ports', { key: 'containerPort', value: 90 }, 'name']],
    ['spec.empty[port=8080].name', ['spec', 'empty', { key: 'port', value: 8080 }, 'name']],
    ['spec.nothing.a', ['spec', 'nothing', 'a']],
    ['spec.template.metadata.labels.a', ['spec', 'template', 'metadata', 'labels', 'a']],
  ]
  for (const [text, path] of fits) it(`may be ${text}`, () => { expect(said(text)).to.equal(JSON.stringify(path)) })

  const never: readonly (readonly [string, RegExp])[] = [
    ['spec.containers.web.image', /spec\.containers is a list, so "web" names nothing in it/],
    ['/spec/containers/00/image', /is a list, so "00" names nothing/],
    ['/spec/containers/7/image', /spec\.containers has 1 item, counted from 0/],
    ['/spec/containers/-/name', /has 1 item/],
    ['/spec/containers/0/args/4', /has 2 items/],
    ['spec.containers[name=web][image=a].x', /is a map, so \[image=a\] names nothing/],
    ['data[x=1].y', /data is a map/],
    ['data.x.y.z', /data\.x holds "1", below which nothing stands/],
    ['spec.replicas.a', /holds 2/],
    ['spec.ports[port=53].port', /spec\.ports has 2 items with port=53/],
    ['spec.ports[name=grpc].port', /spec\.ports has no item with name=grpc; it has udp, tcp, http/],
    ['spec.rules[host=z].host', /has no item with host=z; it has a\.example, b\.example/],
    ['', /is no field path/],
    ['spec..a', /is no field path/],
    ['/a~2', /is no field path/],
  ]
  for (const [text, why] of never) it(`is never ${JSON.stringify(text)}`, () => { expect(said(text)).to.match(/^usage\/bad-argument: /).and.match(why) })

  it('of something that shall go may lead to what is not there any more', () => {
    expect(said('spec.ports[name=grpc]', true)).to.equal('["spec","ports",{"key":"name","value":"grpc"}]')
    expect(said('/spec/containers/7', true)).to.equal('["spec","containers","7"]')
    expect(said('spec.containers.web', true)).to.match(/is a list/)
  })
})

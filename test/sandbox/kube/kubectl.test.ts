import { expect } from 'chai'
import { execFile } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { startKube } from '../../../src/sandbox/kube/server.ts'
import type { Kube } from '../../../src/sandbox/kube/server.ts'
import { deployment } from './support.ts'

const run = promisify(execFile)

describe('embedded Kubernetes API with kubectl', () => {
  let kube: Kube
  let folder: string

  before(async function () {
    const found = await run('kubectl', ['version', '--client']).then(() => true, () => false)
    if (!found) {
      console.log('      skipped: no kubectl on PATH')
      return this.skip()
    }
    kube = await startKube()
    folder = await mkdtemp(join(tmpdir(), 'writ-kubectl-'))
    await writeFile(join(folder, 'config'), kube.kubeconfig, { mode: 0o600 })
    await writeFile(join(folder, 'web.yaml'), stringify(deployment('web', 'nginx:1', 2)))
  })
  after(async () => {
    await kube?.stop()
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  async function kubectl(...args: readonly string[]): Promise<string> {
    const env = { PATH: process.env['PATH'] ?? '', HOME: folder, KUBECONFIG: join(folder, 'config') }
    const { stdout } = await run('kubectl', [...args], { env, cwd: folder, timeout: 20_000 })
    return stdout.trim()
  }

  it('creates from a file and gets it, as a table and as JSON', async () => {
    expect(await kubectl('create', '-f', 'web.yaml', '--validate=false')).to.equal('deployment.apps/web created')
    expect(await kubectl('get', 'deploy')).to.match(/^NAME\s+AGE\nweb\s/)
    const object: unknown = JSON.parse(await kubectl('get', 'deployments.apps', 'web', '-o', 'json'))
    expect(object).to.have.nested.property('spec.template.spec.containers[0].image', 'nginx:1')
    expect(await kubectl('get', 'deploy', '-A', '-l', 'nothing=here', '-o', 'name')).to.equal('')
  })

  it('patches, scales, sets an image and sees the rollout through', async () => {
    expect(await kubectl('patch', 'deploy', 'web', '-p', '{"metadata":{"labels":{"a":"b"}}}')).to.equal('deployment.apps/web patched')
    expect(await kubectl('patch', 'deploy', 'web', '--type=json', '-p', '[{"op":"remove","path":"/metadata/labels/a"}]')).to.equal('deployment.apps/web patched')
    expect(await kubectl('scale', 'deploy', 'web', '--replicas=3')).to.equal('deployment.apps/web scaled')
    expect(await kubectl('set', 'image', 'deploy/web', 'app=nginx:2')).to.equal('deployment.apps/web image updated')
    expect(await kubectl('rollout', 'status', 'deploy/web', '--timeout=10s')).to.match(/successfully rolled out$/)
    expect(await kubectl('get', 'deploy', 'web', '-o', 'jsonpath={.spec.replicas} {.status.readyReplicas} {.spec.template.spec.containers[0].image}')).to.equal('3 3 nginx:2')
    expect(await kubectl('get', 'pods', '-o', 'jsonpath={.items[*].spec.containers[0].image}')).to.equal('nginx:2 nginx:2 nginx:2')
  })

  it('applies on the client and on the server, annotates, waits, undoes and deletes', async () => {
    expect(await kubectl('apply', '-f', 'web.yaml', '--validate=false')).to.equal('deployment.apps/web configured')
    expect(await kubectl('apply', '-f', 'web.yaml', '--validate=false', '--server-side', '--force-conflicts')).to.equal('deployment.apps/web serverside-applied')
    expect(await kubectl('annotate', 'deploy', 'web', 'note=x')).to.equal('deployment.apps/web annotated')
    expect(await kubectl('wait', '--for=condition=Available', 'deploy/web', '--timeout=5s')).to.equal('deployment.apps/web condition met')
    expect(await kubectl('rollout', 'undo', 'deploy/web')).to.equal('deployment.apps/web rolled back')
    expect(await kubectl('auth', 'can-i', 'delete', 'pods')).to.equal('yes')
    expect(await kubectl('delete', 'deploy', 'web')).to.equal('deployment.apps "web" deleted')
  })

  it('says plainly what it cannot do: protobuf bodies and OpenAPI documents', async () => {
    const generator: unknown = await kubectl('create', 'namespace', 'x').catch((error: unknown) => error)
    expect(String(generator)).to.contain('UnsupportedMediaType').and.contain('does not read protobuf')
    const explain: unknown = await kubectl('explain', 'deploy').catch((error: unknown) => error)
    expect(String(explain)).to.contain('the server could not find the requested resource')
  })
})

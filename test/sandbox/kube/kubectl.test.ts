import { expect } from 'chai'
import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { stringify } from 'yaml'
import { startKube } from '../../../src/sandbox/kube/server.ts'
import type { Kube } from '../../../src/sandbox/kube/server.ts'
import { deployment, eventually } from './support.ts'

const run = promisify(execFile)
const KUBECTL = 'kubectl'
const WIDGETS = {
  apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com', scope: 'Namespaced', names: { plural: 'widgets', kind: 'Widget', shortNames: ['wd'] },
    versions: [{
      name: 'v1', served: true, storage: true, subresources: { status: {} }, additionalPrinterColumns: [{ name: 'Size', type: 'integer', jsonPath: '.spec.size' }],
      schema: { openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties: { size: { type: 'integer', minimum: 1 } } } } } },
    }],
  },
}

describe('embedded Kubernetes API with kubectl', function () {
  this.timeout(60_000)
  let kube: Kube
  let folder: string

  before(async function () {
    const found = await run(KUBECTL, ['version', '--client']).then(() => true, () => false)
    if (!found) {
      console.log('      skipped: no kubectl on PATH')
      return this.skip()
    }
    kube = await startKube({ accounts: [{ token: 'limited', user: 'jane', rules: [{ verbs: ['get', 'list'], apiGroups: [''], resources: ['pods'], namespaces: ['default'] }] }] })
    folder = await mkdtemp(join(tmpdir(), 'writ-kubectl-'))
    await writeFile(join(folder, 'config'), kube.kubeconfig, { mode: 0o600 })
    await writeFile(join(folder, 'limited'), kube.kubeconfig.replace(kube.token, 'limited'), { mode: 0o600 })
    for (const [name, image] of [['web', 'nginx:1'], ['web2', 'nginx:2']] as const) await writeFile(join(folder, `${name}.yaml`), stringify(deployment('web', image, 2)))
    await writeFile(join(folder, 'typo.yaml'), stringify({ ...deployment('web'), spec: { ...deployment('web').spec, replica: 2 } }))
    await writeFile(join(folder, 'crd.yaml'), stringify(WIDGETS))
    await writeFile(join(folder, 'widget.yaml'), stringify({ apiVersion: 'example.com/v1', kind: 'Widget', metadata: { name: 'w' }, spec: { size: 3 } }))
  })
  after(async () => {
    await kube?.stop()
    if (folder) await rm(folder, { recursive: true, force: true })
  })

  function environment(config = 'config'): NodeJS.ProcessEnv {
    return { PATH: process.env['PATH'] ?? '', HOME: folder, KUBECONFIG: join(folder, config) }
  }

  /** What it prints, for the words of a line. */
  async function kubectl(line: string, ...more: readonly string[]): Promise<string> {
    const { stdout } = await run(KUBECTL, [...line.split(' '), ...more], { env: environment(), cwd: folder, timeout: 20_000 })
    return stdout.trim()
  }

  /** Runs lines one after another; each prints what stands beside it. */
  async function prints(rows: readonly (readonly [line: string, printed: string])[]): Promise<void> {
    for (const [line, printed] of rows) expect(await kubectl(line), line).to.equal(printed)
  }

  /** How it ends where it does not end well, and all that it prints. */
  async function failing(line: string, config?: string): Promise<string> {
    const error: unknown = await run(KUBECTL, line.split(' '), { env: environment(config), cwd: folder, timeout: 20_000 }).catch((caught: unknown) => caught)
    if (!(error instanceof Error) || !('code' in error) || !('stdout' in error) || !('stderr' in error)) throw new Error(`kubectl ${line} went well`)
    return `${String(error.code)} ${String(error.stdout)}${String(error.stderr)}`.trim()
  }

  it('knows the kinds, by their short names too', async () => {
    expect(await kubectl('api-resources --api-group=apps -o name')).to.equal('controllerrevisions.apps\ndaemonsets.apps\ndeployments.apps\nreplicasets.apps\nstatefulsets.apps')
    expect(await kubectl('api-versions')).to.contain('apps/v1').and.contain('authorization.k8s.io/v1')
    expect(await kubectl('get ns default -o jsonpath={.status.phase}')).to.equal('Active')
  })

  it('creates from a file, with validation, and gets it in every form', async () => {
    expect(await failing('create -f typo.yaml')).to.contain('strict decoding error: unknown field "spec.replica"')
    expect(await kubectl('create -f web.yaml')).to.equal('deployment.apps/web created')
    expect(await kubectl('rollout status deploy/web --timeout=10s')).to.match(/successfully rolled out$/)
    expect(await kubectl('get deploy')).to.match(/^NAME\s+READY\s+UP-TO-DATE\s+AVAILABLE\s+AGE\nweb\s+2\/2\s+2\s+2\s+\d+s$/)
    expect(await kubectl('get deploy -o wide')).to.match(/CONTAINERS\s+IMAGES\s+SELECTOR\nweb\s.*\sapp\s+nginx:1\s+app=web$/)
    expect(await kubectl('get deploy,pods -A -l app=web')).to.match(/^NAMESPACE\s+NAME\s+READY[^]*default\s+pod\/web-\S+\s+1\/1\s+Running\s+0/)
    expect(await kubectl('get deploy web -o yaml')).to.contain('image: nginx:1').and.contain('progressDeadlineSeconds: 600')
    expect(JSON.parse(await kubectl('get deployments.apps web -o json'))).to.have.nested.property('spec.template.spec.containers[0].image', 'nginx:1')
    expect(await kubectl('get deploy -A -l nothing=here -o name')).to.equal('')
    expect(await kubectl('get namespaces --sort-by=.metadata.name')).to.match(/^NAME\s+STATUS\s+AGE\ndefault\s+Active\s+\S+\nkube-system\s+Active/)
    expect(await kubectl('get deploy -o custom-columns=N:.metadata.name,I:.spec.template.spec.containers[0].image --no-headers')).to.match(/^web\s+nginx:1$/)
    expect(await kubectl('get pods --chunk-size=1 -o name')).to.match(/^pod\/web-\S+\npod\/web-\S+$/)
    expect(await kubectl('describe deploy web')).to.match(/Replicas:\s+2 desired \| 2 updated \| 2 total \| 2 available/).and.contain('NewReplicaSet:').and.contain('Events:')
  })

  it('watches rows as they change', async () => {
    const child = spawn(KUBECTL, ['get', 'deploy', 'web', '-w'], { env: environment(), cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
    const closed = new Promise(done => { child.on('close', done) })
    let out = ''
    child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString() })
    try {
      await eventually(() => out.includes('2/2'))
      await kubectl('scale deploy web --replicas=3')
      await eventually(() => /^web\s+3\/3\s+3\s+3/m.test(out))
      expect(out.match(/^NAME/gm)).to.have.length(1)
    } finally {
      child.kill()
      await closed
    }
    expect(await kubectl('scale deploy web --replicas=2 --current-replicas=3')).to.equal('deployment.apps/web scaled')
  })

  it('diffs and applies on the client', async () => {
    expect(await kubectl('apply -f web.yaml')).to.equal('deployment.apps/web configured')
    expect(await kubectl('diff -f web.yaml')).to.equal('')
    expect(await failing('diff -f web2.yaml')).to.match(/^1 /).and.contain('-      - image: nginx:1').and.contain('+      - image: nginx:2')
    expect(await kubectl('apply -f web2.yaml --dry-run=server')).to.equal('deployment.apps/web configured (server dry run)')
    expect(await kubectl('apply -f web.yaml')).to.equal('deployment.apps/web unchanged')
    expect(await failing('apply -f typo.yaml')).to.contain('unknown field "spec.replica"')
    expect(await kubectl('apply -f typo.yaml --validate=warn --dry-run=server')).to.contain('configured (server dry run)')
  })

  it('diffs and applies on the server, with conflicts', async () => {
    expect(await failing('apply -f web2.yaml --server-side --field-manager=other')).to.match(/^1 /).and.contain('Apply failed with 1 conflict: conflict with "kubectl-create" using apps/v1: .spec.template.spec.containers[name="app"].image')
    expect(await failing('diff -f web2.yaml --server-side --force-conflicts')).to.match(/^1 /).and.contain('+      - image: nginx:2')
    expect(await kubectl('apply -f web2.yaml --server-side --force-conflicts --dry-run=server')).to.equal('deployment.apps/web serverside-applied (server dry run)')
    expect(await kubectl('apply -f web2.yaml --server-side --force-conflicts')).to.equal('deployment.apps/web serverside-applied')
    expect(await failing('apply -f typo.yaml --server-side')).to.contain('.spec.replica: field not declared in schema')
  })

  it('patches in three ways, sets image and environment, labels and annotates', async () => {
    await prints([
      ['patch deploy web -p {"metadata":{"labels":{"a":"b"}}}', 'deployment.apps/web patched'],
      ['patch deploy web --type=merge -p {"metadata":{"labels":{"a":"c"}}}', 'deployment.apps/web patched'],
      ['patch deploy web --type=json -p [{"op":"remove","path":"/metadata/labels/a"}]', 'deployment.apps/web patched'],
      ['set image deploy/web app=nginx:3', 'deployment.apps/web image updated'],
      ['set env deploy/web MODE=fast', 'deployment.apps/web env updated'],
      ['label deploy web tier=front', 'deployment.apps/web labeled'],
      ['annotate deploy web note=x', 'deployment.apps/web annotated'],
      ['get deploy web -o jsonpath={.metadata.labels}{.metadata.annotations.note}{.spec.template.spec.containers[0].image}{.spec.template.spec.containers[0].env}', '{"tier":"front"}xnginx:3[{"name":"MODE","value":"fast"}]'],
    ])
  })

  it('follows, restarts and undoes rollouts', async () => {
    expect(await kubectl('rollout status deploy/web --timeout=10s')).to.match(/successfully rolled out$/)
    expect(await kubectl('rollout restart deploy/web')).to.equal('deployment.apps/web restarted')
    expect(await kubectl('wait --for=jsonpath={.status.observedGeneration} deploy/web --timeout=5s')).to.equal('deployment.apps/web condition met')
    expect(await kubectl('rollout history deploy/web')).to.match(/^deployment\.apps\/web \nREVISION\s+CHANGE-CAUSE\n1\s/)
    expect(await kubectl('rollout undo deploy/web --to-revision=1')).to.equal('deployment.apps/web rolled back')
    expect(await kubectl('rollout status deploy/web --timeout=10s')).to.match(/successfully rolled out$/)
    expect(await kubectl('wait --for=condition=Available deploy/web --timeout=5s')).to.equal('deployment.apps/web condition met')
    expect(await kubectl('get deploy web -o jsonpath={.spec.template.spec.containers[0].image}')).to.equal('nginx:1')
  })

  it('edits with an editor, and replaces', async () => {
    const { stdout } = await run(KUBECTL, ['edit', 'deploy', 'web'], { env: { ...environment(), EDITOR: 'sed -i s/nginx:1/nginx:5/' }, cwd: folder, timeout: 20_000 })
    expect(stdout.trim()).to.equal('deployment.apps/web edited')
    await prints([
      ['get deploy web -o jsonpath={.spec.template.spec.containers[0].image}', 'nginx:5'],
      ['replace -f web.yaml', 'deployment.apps/web replaced'],
      ['get deploy web -o jsonpath={.spec.template.spec.containers[0].image}', 'nginx:1'],
    ])
  })

  it('explains fields and types', async () => {
    expect(await kubectl('explain deployment.spec.strategy')).to.match(/FIELD: strategy <DeploymentStrategy>/).and.match(/rollingUpdate\s+<RollingUpdateDeployment>/)
    expect(await kubectl('explain pods --recursive')).to.match(/ports\s+<\[\]ContainerPort>/).and.match(/limits\s+<map\[string\]Quantity>/)
    expect(await failing('explain pods.spec.nothing')).to.contain('field "nothing" does not exist')
  })

  it('refuses the protobuf that kubectl makes up itself, and takes the same from a file', async () => {
    expect(await failing('create namespace made')).to.match(/^1 Error from server \(UnsupportedMediaType\)/).and.contain('accepted media types include: application/json, application/yaml')
    await writeFile(join(folder, 'made.yaml'), await kubectl('create deployment d --image=nginx:1.2 --replicas=0 --port=80 --dry-run=client -o yaml'))
    expect(await kubectl('create -f made.yaml')).to.equal('deployment.apps/d created')
    expect(await kubectl('get deploy d -o jsonpath={.spec.replicas}{.spec.template.spec.containers[0].ports}{.metadata.labels}')).to.equal('0[{"containerPort":80,"protocol":"TCP"}]{"app":"d"}')
    expect(await kubectl('delete -f made.yaml --wait=false')).to.equal('deployment.apps "d" deleted')
  })

  it('knows what a token may do, and is refused the rest', async () => {
    const question = { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectAccessReview', spec: { resourceAttributes: { verb: 'delete', resource: 'pods' } } }
    await writeFile(join(folder, 'may.json'), JSON.stringify(question))
    const ask = ['create', '--raw', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', '-f', 'may.json']
    for (const [config, allowed] of [['config', true], ['limited', false]] as const) {
      const { stdout } = await run(KUBECTL, ask, { env: environment(config), cwd: folder })
      expect(JSON.parse(stdout)).to.deep.include({ status: { allowed } })
    }
    expect(await failing('get secrets', 'limited')).to.equal('1 Error from server (Forbidden): secrets is forbidden: User "jane" cannot list resource "secrets" in API group "" in the namespace "default"')
    expect((await run(KUBECTL, ['get', 'pods', '-o', 'name'], { env: environment('limited') })).stdout).to.contain('pod/web-')
  })

  it('takes definitions and their objects as any other kind', async () => {
    expect(await kubectl('apply -f crd.yaml')).to.equal('customresourcedefinition.apiextensions.k8s.io/widgets.example.com created')
    expect(await kubectl('wait --for=condition=Established crd/widgets.example.com --timeout=5s')).to.contain('condition met')
    expect(await kubectl('apply -f widget.yaml')).to.equal('widget.example.com/w created')
    expect(await kubectl('get wd')).to.match(/^NAME\s+SIZE\nw\s+3$/)
    expect(await kubectl('patch wd w --type=merge -p {"spec":{"size":4}}')).to.equal('widget.example.com/w patched')
    expect(await kubectl('diff -f widget.yaml').catch((error: unknown) => String(error instanceof Error && 'stdout' in error ? error.stdout : error))).to.contain('+  size: 3')
    expect(await failing('patch wd w --type=merge -p {"spec":{"size":0}}')).to.contain('spec.size: Invalid value: 0: spec.size in body should be greater than or equal to 1')
    expect(await kubectl('explain widgets.spec')).to.match(/size\s+<integer>/)
    expect(await kubectl('delete -f crd.yaml')).to.contain('deleted')
  })

  it('deletes, and waits until it is gone', async () => {
    expect(await kubectl('delete deploy web --timeout=10s')).to.equal('deployment.apps "web" deleted')
    expect(await kubectl('wait --for=delete pod -l app=web --timeout=10s')).to.satisfy((text: string) => text === '' || text.includes('condition met'))
    expect(await failing('get deploy web')).to.equal('1 Error from server (NotFound): deployments.apps "web" not found')
    expect(await kubectl('delete deploy web --ignore-not-found')).to.equal('')
  })
})

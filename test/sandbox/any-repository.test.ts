import { expect } from 'chai'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { WritError } from '../../src/model/error.ts'
import { copyScenario, copyStory } from '../../src/sandbox/demo/any-repository.ts'
import type { AnyRepository } from '../../src/sandbox/demo/any-repository.ts'
import { startSandbox } from '../../src/sandbox/up.ts'
import type { Sandbox } from '../../src/sandbox/up.ts'
import { deploymentText } from './stand.ts'

const FILES = {
  'deploy/web.yaml': deploymentText('web:1').replace(/^( *)containers:/m, '$1initContainers:\n$1  - name: first\n$1    image: first:1\n$1containers:'),
  'deploy/scaler.yaml': 'apiVersion: autoscaling/v1\nkind: HorizontalPodAutoscaler\nmetadata: { name: other }\nspec:\n  maxReplicas: 3\n  targetCPUUtilizationPercentage: 50\n  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: other }\n',
  'deploy/not-a-manifest.yaml': 'receivers: []\n',
}

describe('the demo on a repository of one\'s own', () => {
  let folder: string
  let sandbox: Sandbox
  const ask = (more: Partial<AnyRepository> = {}): AnyRepository => ({
    repo: folder, path: 'deploy', provider: 'argocd', namespace: 'shop', container: null, target: 'deployment/web', set: 'replicas=2', scope: 'app', ...more,
  })

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'writ-any-'))
    for (const [path, text] of Object.entries(FILES)) {
      await mkdir(dirname(join(folder, path)), { recursive: true })
      await writeFile(join(folder, path), text)
    }
    sandbox = await startSandbox({ scenario: await copyScenario(ask()) })
  })
  after(async () => {
    await sandbox.stop()
    await rm(folder, { recursive: true, force: true })
  })

  const early: readonly (readonly [string, Partial<AnyRepository>, RegExp])[] = [
    ['a repository that is not there', { repo: '/nowhere' }, /^\/nowhere is no folder/],
    ['a path that is not there', { path: 'nowhere' }, /nowhere is no folder/],
    ['a path that is a file', { path: 'deploy/web.yaml' }, /is no folder/],
    ['a field that is not known', { set: 'env.A=1' }, /env\.A is not a field of this demo/],
    ['a resource that is not known', { set: 'limits.gpu=1' }, /limits\.gpu is not a field/],
    ['a number of replicas that is none', { set: 'replicas=many' }, /replicas is a number, not many/],
    ['a namespace that cannot be', { namespace: 'Shop_1' }, /Shop_1 is no name of a namespace/],
    ['no value', { set: 'image=' }, /FIELD=VALUE/],
  ]
  for (const [what, more, words] of early) {
    it(`refuses ${what} before anything is started`, async () => {
      expect(await refusal(copyScenario(ask(more)))).to.match(words)
    })
  }

  const late: readonly (readonly [string, Partial<AnyRepository>, RegExp])[] = [
    ['an object that is not there', { target: 'deployment/nope' }, /not among the objects of deploy\..*There is deployment\/web -n shop/],
    ['an object of another kind', { target: 'statefulset/web' }, /There is deployment\/web -n shop/],
    ['an object in another namespace', { namespace: 'elsewhere' }, /in namespace elsewhere is not.*There is deployment\/web -n shop/],
    ['a container that is not there', { container: 'nope', set: 'image=web:2' }, /There is no container nope.*It has web, first/],
    ['containers of a kind without a pod template', { target: 'horizontalpodautoscalers/other', set: 'image=web:2' }, /has no containers/],
  ]
  for (const [what, more, words] of late) {
    it(`refuses ${what}, and says what there is`, async () => {
      expect(await refusal(copyStory(sandbox, ask(more)))).to.match(words)
    })
  }

  it('spells the request as a person would type it', async () => {
    const story = async (more: Partial<AnyRepository>): Promise<string> => (await copyStory(sandbox, ask(more))).request.join(' ')
    expect(await story({})).to.equal('scale deployment/web --replicas=2 -n shop')
    expect(await story({ target: 'deploy/web', set: 'image=web:2' })).to.equal('set image deploy/web web=web:2 -n shop')
    expect(await story({ set: 'requests.memory=1Gi', scope: 'shared' })).to.equal('set resources deployment/web -c web --requests=memory=1Gi -n shop --scope shared')
  })

  it('looks for an init container where it is', async () => {
    const { wish } = await copyStory(sandbox, ask({ container: 'first', set: 'image=first:2' }))
    expect(wish.path).to.deep.equal(['spec', 'template', 'spec', 'initContainers', { key: 'name', value: 'first' }, 'image'])
  })
})

async function refusal(work: Promise<unknown>): Promise<string> {
  const error = await work.then(() => null, (caught: unknown) => caught)
  if (!(error instanceof WritError)) return String(error)
  expect(error.code).to.equal('usage/bad-argument')
  return `${error.message} ${error.hint}`
}

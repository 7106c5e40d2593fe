import { expect } from 'chai'
import { join } from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import { planRollback } from '../../../src/flow/roll-back.ts'
import type { World } from '../../../src/flow/world.ts'
import { isRefusal, refuse } from '../../../src/model/error.ts'
import { isObject, plainJson } from '../../../src/model/json.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import type { Plan, PlanResult } from '../../../src/model/plan.ts'
import type { RollbackTo } from '../../../src/model/request.ts'
import { isKubernetesObject, showRef } from '../../../src/model/resource.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { systemClock } from '../../../src/outside/clock.ts'
import { openRepository } from '../../../src/outside/git/open-repository.ts'
import { argocdTool } from '../../../src/outside/tools/argocd/argocd-tool.ts'
import { fluxTool } from '../../../src/outside/tools/flux/flux-tool.ts'
import { ownerObjects } from '../../../src/outside/tools/owner-objects.ts'
import { environment, plan } from '../../fixtures/plan.ts'
import { bareRepository } from '../../outside/git/bare.ts'
import type { BareRepository } from '../../outside/git/bare.ts'
import { ONE, kustomization, startFleet, toolsOf } from '../../outside/tools/fixtures.ts'
import type { Fleet } from '../../outside/tools/fixtures.ts'
import { answeringServer } from '../../support/answering-server.ts'
import { proofWorld } from '../../support/proof-world.ts'

const WEB = 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  replicas: 2\n  template:\n    spec:\n      containers:\n        - name: web\n          image: web:1\n'
const FILES: Readonly<Record<string, string>> = {
  'web/kustomization.yaml': 'resources:\n  - web.yaml\n', 'web/web.yaml': WEB,
  'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n', 'chart/values.yaml': 'tag: "0"\n',
  'chart/templates/web.yaml': WEB.replace('  namespace: shop\n', '').replace('image: web:1', 'image: "web:{{ .Values.tag }}"'),
}
const RELEASE = 'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  interval: 10m\n  chart:\n    spec:\n      chart: ./chart\n      sourceRef: { kind: GitRepository, name: ops, namespace: flux-system }\n  values:\n    tag: "TAG" # pinned\n'
const APP = 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: shop\n  namespace: argocd\nspec:\n  project: default\n  destination: { server: https://kubernetes.default.svc, namespace: shop }\n  syncPolicy: { automated: {} }\n  source:\n    repoURL: REPO\n    targetRevision: main\n    path: web\n    kustomize:\n      images:\n        - web:TAG\n'
const STATUS = { status: { controllerNamespace: 'argocd', sourceType: 'Kustomize', resources: [{ group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web', status: 'Synced' }], sync: { status: 'Synced', revision: '1'.repeat(40) } } }

describe('earlier states of what an owner\'s own manifest decides', function () {
  this.timeout(60_000)
  let fleet: Fleet
  let ops: BareRepository
  let world: World

  beforeEach(async function () {
    fleet = await startFleet(['one'])
    ops = await bareRepository(FILES)
    const reader = openRepository({ url: ops.url, cacheDir: join(ops.root, 'cache'), access: { allow: ['file'], host: 'localhost' }, committer: { name: 'Writ', email: 'writ@example.com' } }).reader
    const unused = (): never => { throw new Error('not part of this test') }
    const base = proofWorld({ repository: { ...ops, reader, commit: unused, dispose: unused }, owners: [] })
    try {
      for (const format of ['helm', 'kustomize']) await base.renderers.find(one => one.format === format)?.info()
    } catch (error) {
      console.log(`      skipped: ${error instanceof Error ? error.message : String(error)}`)
      this.skip()
    }
    const handle = base.repositories.open('')
    world = {
      ...base, clock: { ...systemClock(), sleep: () => Promise.resolve() }, clusters: fleet.clusters, servers: { named: () => answeringServer() }, environments: { all: [], of: () => environment('dev') },
      tools: [argocdTool(toolsOf(fleet)), fluxTool(toolsOf(fleet))], ownerObjects: ownerObjects({ clusters: fleet.clusters, config: ONE }),
      policies: { bundle: () => Promise.resolve('b'), judge: (_environment, objects) => Promise.resolve(objects.map(({ ref }) => ({ policy: 'seen', binding: 'all', object: showRef(ref), result: 'pass', preExisting: false, severity: null, message: '', file: '' } as const))) },
      repositories: { same: (a, b) => a === b, open: url => url !== ops.url || isRefusal(handle) ? refuse('REPOSITORY_UNKNOWN', `unknown ${url}`) : { ...handle, reader } },
    }
    const web = plainJson(parse(WEB))
    if (isObject(web) && isKubernetesObject(web)) fleet.servers['one']?.put({ ...web, metadata: { ...web.metadata, uid: 'u1' } })
  })
  afterEach(async () => {
    await fleet.close()
    await ops.remove()
  })

  /** Commits the manifest with each tag, one after the other; what is live is the last. */
  async function declare(path: string, text: string, more: JsonObject): Promise<void> {
    for (const tag of ['2', '3']) await ops.commit({ [path]: text.replace('TAG', tag) }, 'main', `tag ${tag}`)
    const live = parseAllDocuments(text.replace('TAG', '3')).map(document => plainJson(document.toJS())).filter(value => isObject(value)).map(value => ({ ...value, ...more })).filter((value): value is KubernetesObject & JsonObject => isKubernetesObject(value))
    fleet.servers['one']?.put(...live)
  }

  function root(path: string, id: string): void {
    const source: KubernetesObject = { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata: { name: 'ops', namespace: 'flux-system' }, spec: { url: ops.url, interval: '1m', ref: { branch: 'main' } }, status: {} }
    fleet.servers['one']?.put(kustomization('root', { spec: { path, sourceRef: { kind: 'GitRepository', name: 'ops' } }, status: { inventory: { entries: [{ id, v: 'v1' }] } } }), source)
  }

  function back(to: RollbackTo): Promise<PlanResult> {
    const { verb: _verb, asks: _asks, target: _target, scope: _scope, ...about } = plan().request
    return planRollback(world, { ...about, to, target: { cluster: null, namespace: 'shop', type: 'deploy', name: 'web' }, scope: null, overwrite: false })
  }

  async function planned(to: RollbackTo): Promise<Plan> {
    const result = await back(to)
    if (!('digest' in result)) throw new Error(isRefusal(result) ? `${result.refused} ${result.message} ${JSON.stringify(result.evidence)}` : 'no change')
    return result
  }

  const added = ({ files }: Plan): readonly string[] => files.flatMap(({ path, before, after }) => [path, ...(after ?? '').split('\n').filter(line => !(before ?? '').split('\n').includes(line))])

  it('come back in the values of a HelmRelease', async () => {
    await declare('flux/web.yaml', RELEASE, { status: { inventory: { entries: [{ id: 'shop_web_apps_Deployment', v: 'v1' }] } } })
    root('./flux', 'shop_web_helm.toolkit.fluxcd.io_HelmRelease')
    const result = await planned({ kind: 'previous' })
    expect(added(result)).to.deep.equal(['flux/web.yaml', '    tag: "2" # pinned'])
    expect(result.notes?.join('\n')).to.match(/takes back [0-9a-f]{12} \(Ann: tag 3\)/)
  })

  it('come back in the overrides of an Application that another owner deploys', async () => {
    await declare('apps/shop.yaml', APP.replace('REPO', ops.url), STATUS)
    root('./apps', 'argocd_shop_argoproj.io_Application')
    expect(added(await planned({ kind: 'previous' }))).to.deep.equal(['apps/shop.yaml', '        - web:2'])
    const first = ops.git('rev-list', '--max-parents=0', 'main')
    const none = await back({ kind: 'revision', commit: first })
    expect(isRefusal(none) ? [none.refused, none.evidence[0]?.sentence] : none).to.deep.equal(['NO_TARGET', 'Kustomization flux-system/root: apps does not exist in the repository.'])
  })

  it('are those of the source alone where nobody deploys the manifest from Git', async () => {
    await declare('elsewhere/shop.yaml', APP.replace('REPO', ops.url), STATUS)
    await ops.commit({ 'web/web.yaml': WEB.replace('replicas: 2', 'replicas: 3') })
    expect(added(await planned({ kind: 'previous' }))).to.deep.equal(['web/web.yaml', '  replicas: 2'])
  })
})

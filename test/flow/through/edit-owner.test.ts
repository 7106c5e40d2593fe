import { expect } from 'chai'
import { join } from 'node:path'
import { parse, parseAllDocuments } from 'yaml'
import { findOwner } from '../../../src/flow/owner/find-owner.ts'
import { plan as planChange } from '../../../src/flow/plan.ts'
import type { World } from '../../../src/flow/world.ts'
import { isRefusal, refuse } from '../../../src/model/error.ts'
import { showPath } from '../../../src/model/field.ts'
import { isObject, plainJson } from '../../../src/model/json.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import { askedObject } from '../../../src/model/plan.ts'
import type { Plan, PlanResult } from '../../../src/model/plan.ts'
import type { FieldAsk } from '../../../src/model/request.ts'
import { isKubernetesObject, showRef } from '../../../src/model/resource.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { proveMerge } from '../../../src/flow/prove.ts'
import { stillReaches } from '../../../src/flow/through/still-reaches.ts'
import { systemClock } from '../../../src/outside/clock.ts'
import { openRepository } from '../../../src/outside/git/open-repository.ts'
import { argocdTool } from '../../../src/outside/tools/argocd/argocd-tool.ts'
import { fluxTool } from '../../../src/outside/tools/flux/flux-tool.ts'
import { ownerObjects } from '../../../src/outside/tools/owner-objects.ts'
import { planDocument } from '../../../src/views/documents.ts'
import { planLines } from '../../../src/views/plan-lines.ts'
import { environment, plan } from '../../fixtures/plan.ts'
import { bareRepository } from '../../outside/git/bare.ts'
import type { BareRepository } from '../../outside/git/bare.ts'
import { ONE, application, kustomization, startFleet, toolsOf } from '../../outside/tools/fixtures.ts'
import type { Fleet } from '../../outside/tools/fixtures.ts'
import { answeringServer } from '../../support/answering-server.ts'
import { proofWorld } from '../../support/proof-world.ts'

const WEB = 'apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  replicas: 2\n  template:\n    spec:\n      containers:\n        - name: web\n          image: web:1\n'
const APPS: Readonly<Record<string, string>> = {
  'web/kustomization.yaml': 'resources:\n  - web.yaml\n', 'web/web.yaml': WEB,
  'vars/web.yaml': WEB.replace('web:1', 'web:${TAG}'),
  'chart/Chart.yaml': 'apiVersion: v2\nname: web\nversion: 1.0.0\n', 'chart/values.yaml': 'image: web\ntag: "0"\nreplicas: 1\n',
  'chart/templates/web.yaml': WEB.replace('  namespace: shop\n', '').replace('replicas: 2', 'replicas: {{ .Values.replicas }}').replace('image: web:1', 'image: "{{ .Values.image }}:{{ .Values.tag }}"'),
}
const IMAGE: FieldAsk = { kind: 'image', container: 'web', value: 'web:3' }

describe('a field that the owner\'s own manifest decides', function () {
  this.timeout(60_000)
  let fleet: Fleet
  let apps: BareRepository
  let ops: BareRepository
  let world: World
  let there: KubernetesObject[] = []
  let start = ''

  before(async function () {
    fleet = await startFleet(['one'])
    apps = await bareRepository(APPS)
    ops = await bareRepository({ 'README.md': 'x\n' })
    start = ops.git('rev-parse', 'main')
    const readers = new Map([apps, ops].map(one => [one.url, openRepository({ url: one.url, cacheDir: join(one.root, 'cache'), access: { allow: ['file'], host: 'localhost' }, committer: { name: 'Writ', email: 'writ@example.com' } }).reader] as const))
    const unused = (): never => { throw new Error('not part of this test') }
    const base = proofWorld({ repository: { ...apps, reader: readers.get(apps.url) ?? unused(), commit: unused, dispose: unused }, owners: [] })
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
      repositories: {
        same: (a, b) => a === b,
        open: url => {
          const reader = readers.get(url)
          return reader === undefined || isRefusal(handle) ? refuse('REPOSITORY_UNKNOWN', `unknown ${url}`) : { ...handle, reader }
        },
      },
    }
  })
  afterEach(() => {
    for (const { kind, metadata } of there) fleet.servers['one']?.remove(kind, String(metadata['name']))
    there = []
    ops.git('update-ref', 'refs/heads/main', start)
  })
  after(async () => {
    await fleet.close()
    await Promise.all([apps.remove(), ops.remove()])
  })

  function put(...objects: readonly KubernetesObject[]): void {
    there.push(...objects)
    fleet.servers['one']?.put(...objects)
  }

  /** Objects that a file of the operations repository declares, as they live. */
  function declared(text: string, more: JsonObject = {}): readonly KubernetesObject[] {
    return parseAllDocuments(text).map(document => plainJson(document.toJS())).filter(value => isObject(value)).map(value => ({ ...value, ...more })).filter(value => isKubernetesObject(value))
  }
  const web = (more: JsonObject = {}): void => {
    const object = plainJson(parse(WEB))
    if (isObject(object) && isKubernetesObject(object)) put({ ...object, metadata: { ...object.metadata, uid: 'u1', ...more } })
  }
  const listing = (id: string): JsonObject => ({ inventory: { entries: [{ id, v: 'v1' }] } })
  const root = (path: string, ids: readonly string[]): readonly KubernetesObject[] => [
    kustomization('root', { spec: { path, sourceRef: { kind: 'GitRepository', name: 'ops' } }, status: { inventory: { entries: ids.map(id => ({ id, v: 'v1' })) } } }), git('ops', ops.url), git('apps', apps.url),
  ]
  const git = (name: string, url: string): KubernetesObject => ({ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata: { name, namespace: 'flux-system' }, spec: { url, interval: '1m', ref: { branch: 'main' } }, status: {} })
  const asked = (asks: readonly FieldAsk[]): Promise<PlanResult> => planChange(world, { ...plan().request, target: { cluster: null, namespace: 'shop', type: 'deploy', name: 'web' }, asks })
  async function planned(...asks: readonly FieldAsk[]): Promise<Plan> {
    const result = await asked(asks)
    if (!('digest' in result)) throw new Error(isRefusal(result) ? `${result.refused} ${result.message} ${JSON.stringify(result.evidence)}` : 'no change')
    return result
  }
  const diff = ({ files }: Plan): readonly string[] => files.flatMap(({ path, before, after }) => [path, ...(after ?? '').split('\n').filter(line => !(before ?? '').split('\n').includes(line))])

  const APP = 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: shop\n  namespace: argocd\nspec:\n  project: default\n  destination: { server: https://kubernetes.default.svc, namespace: shop }\n  syncPolicy: { automated: {} }\n  source:\n    repoURL: REPO\n    targetRevision: main\n'
  const STATUS = { status: { controllerNamespace: 'argocd', sourceType: 'Kustomize', resources: [{ group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web', status: 'Synced' }], sync: { status: 'Synced', revision: '1'.repeat(40) } } }
  const argo = async (source: string): Promise<void> => {
    const text = `${APP.replace('REPO', apps.url)}${source}`
    await ops.commit({ 'apps/shop.yaml': text }, 'main')
    put(...declared(text, STATUS), ...root('./apps', ['argocd_shop_argoproj.io_Application']))
  }

  it('is edited in the file that declares the Application, in another repository, and proven there and below', async () => {
    web()
    await argo('    path: web\n    kustomize:\n      images:\n        - web:2 # pinned\n')
    const result = await planned(IMAGE)
    expect(diff(result)).to.deep.equal(['apps/shop.yaml', '        - web:3 # pinned'])
    expect([showRef(result.target), result.owner.name, result.owner.source.url]).to.deep.equal(['Application argocd/shop', 'root', ops.url])
    expect(result.through?.map(({ target, edits }) => `${showRef(target)} ${edits.map(edit => `${showPath(edit.path)} ${String(edit.before)} ${String(edit.after)}`).join()}`)).to.deep.equal(['Deployment shop/web spec.template.spec.containers[name=web].image web:2 web:3'])
    expect(result.proof.changes.map(({ object }) => showRef(object))).to.deep.equal(['Application argocd/shop'])
    expect(result.verdicts.map(({ object }) => object)).to.include.members(['Application argocd/shop', 'Deployment shop/web'])
    expect(planLines(result).map(one => one.text).join('\n')).to.include('Deployment shop/web on one: ').and.include('edited is    Application argocd/shop').and.include('reaches      Deployment shop/web through Application argocd/shop')
  })
  it('names the asked object everywhere, and says that somebody must start the owner\'s sync', async () => {
    web()
    const text = `${APP.replace('REPO', apps.url).replace('{ automated: {} }', '{}')}    path: web\n    kustomize: { images: [web:2] }\n`
    await ops.commit({ 'apps/shop.yaml': text }, 'main')
    put(...declared(text, { status: { ...STATUS.status, sync: { status: 'Synced', revision: apps.git('rev-parse', 'main') } } }), ...root('./apps', ['argocd_shop_argoproj.io_Application']))
    const result = await planned(IMAGE)
    expect([showRef(askedObject(result).target), result.notes?.join()]).to.satisfy(([name, notes]: [string, string]) => name === 'Deployment shop/web' && notes.includes('a person starts each sync'))
    expect(JSON.stringify(planDocument(result, null))).to.not.include('"live"')
  })
  it('is refused where the owner is behind, with what would go along and how it catches up', async () => {
    web()
    const old = apps.git('rev-parse', 'main')
    const text = `${APP.replace('REPO', apps.url).replace('{ automated: {} }', '{}')}    path: web\n    kustomize: { images: [web:2] }\n`
    await ops.commit({ 'apps/shop.yaml': text }, 'main')
    await apps.commit({ 'web/more.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: more, namespace: shop }\n', 'web/kustomization.yaml': 'resources:\n  - web.yaml\n  - more.yaml\n' }, 'main')
    put(...declared(text, { status: { ...STATUS.status, sync: { status: 'OutOfSync', revision: old }, operationState: { phase: 'Succeeded', syncResult: { revision: old } } } }), ...root('./apps', ['argocd_shop_argoproj.io_Application']))
    const result = await asked([IMAGE])
    apps.git('update-ref', 'refs/heads/main', old)
    expect(isRefusal(result) ? JSON.stringify(result) : '').to.include('it is behind (manual sync').and.include('ConfigMap shop/more would be deployed along').and.include('writ sync application/shop -n argocd (--dry-run shows')
  })
  it('is looked at again before the merge, since what the owner deploys may have moved', async () => {
    web()
    await argo('    path: web\n    kustomize:\n      images:\n        - web:2\n')
    const result = await planned(IMAGE)
    const before = apps.git('rev-parse', 'main')
    expect(await stillReaches(world, result)).to.equal(null)
    await apps.commit({ 'web/other.yaml': 'apiVersion: v1\nkind: ConfigMap\nmetadata: { name: other }\n', 'web/kustomization.yaml': 'resources:\n  - web.yaml\n  - other.yaml\n' }, 'main')
    expect(await stillReaches(world, result)).to.equal(null)
    await apps.commit({ 'web/other.yaml': WEB.replace('name: web\n  namespace', 'name: api\n  namespace') }, 'main')
    expect(await stillReaches(world, result)).to.include('what the edit of Application argocd/shop reaches is not what was planned')
    apps.git('update-ref', 'refs/heads/main', before)
    const { through: _through, ...plain } = result
    expect(await stillReaches(world, plain)).to.equal(null)
  })
  it('is edited in values, parameters or valuesObject of the Application', async () => {
    web()
    await argo('    path: chart\n    helm:\n      releaseName: web\n      parameters:\n        - name: tag\n          value: "2"\n      valuesObject:\n        replicas: 2\n')
    expect(diff(await planned(IMAGE))).to.deep.equal(['apps/shop.yaml', '          value: "3"'])
    expect(diff(await planned({ kind: 'replicas', value: 4 }))).to.deep.equal(['apps/shop.yaml', '        replicas: 4'])
  })
  it('stays in the source where that decides it', async () => {
    web()
    await argo('    path: web\n    kustomize:\n      images:\n        - web:2\n')
    const result = await planned({ kind: 'replicas', value: 4 })
    expect([diff(result)[0], result.through, result.owner.kind]).to.deep.equal(['web/web.yaml', undefined, 'Application'])
  })
  it('is edited in variables, images and patches of a Kustomization', async () => {
    web()
    const flux = (body: string): string => `apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata:\n  name: web\n  namespace: flux-system\nspec:\n  interval: 10m\n  prune: true\n  sourceRef: { kind: GitRepository, name: apps }\n${body}`
    const cases: readonly (readonly [string, string])[] = [
      ['  path: ./vars\n  postBuild:\n    substitute:\n      TAG: "2"\n', '      TAG: "3"'],
      ['  path: ./web\n  images:\n    - name: web\n      newTag: "2"\n', '      newTag: "3"'],
    ]
    for (const [body, line] of cases) {
      await ops.commit({ 'flux/web.yaml': flux(body) }, 'main')
      put(...declared(flux(body), { status: { ...listing('shop_web_apps_Deployment'), conditions: [{ type: 'Ready', status: 'True' }] } }), ...root('./flux', ['flux-system_web_kustomize.toolkit.fluxcd.io_Kustomization']))
      expect(diff(await planned(IMAGE))).to.deep.equal(['flux/web.yaml', line])
    }
  })

  const RELEASE = 'apiVersion: helm.toolkit.fluxcd.io/v2\nkind: HelmRelease\nmetadata:\n  name: web\n  namespace: shop\nspec:\n  interval: 10m\n  chart:\n    spec:\n      chart: ./chart\n      sourceRef: { kind: GitRepository, name: apps, namespace: flux-system }\n'
  const release = async (body: string, more: string | null = null): Promise<void> => {
    const text = `${RELEASE}${body}`
    await ops.commit({ 'flux/web.yaml': text, ...more === null ? {} : { 'flux/values.yaml': more } }, 'main')
    put(...declared(text, { status: listing('shop_web_apps_Deployment') }), ...root('./flux', ['shop_web_helm.toolkit.fluxcd.io_HelmRelease', 'shop_web-values__ConfigMap']), ...more === null ? [] : declared(more))
  }
  it('is edited in the values of a HelmRelease, whose chart is in another repository', async () => {
    web()
    await release('  values:\n    tag: "2" # pinned\n')
    const result = await planned(IMAGE)
    expect(diff(result)).to.deep.equal(['flux/web.yaml', '    tag: "3" # pinned'])
    expect([showRef(result.target), result.owner.name, result.through?.[0]?.owner.kind]).to.deep.equal(['HelmRelease shop/web', 'root', 'HelmRelease'])
  })
  it('becomes a value of the HelmRelease where only the chart has it', async () => {
    web()
    await release('  values:\n    tag: "2"\n')
    expect(diff(await planned({ kind: 'replicas', value: 4 }))).to.deep.equal(['flux/web.yaml', '    replicas: 4'])
  })
  it('is edited in the ConfigMap that a HelmRelease takes values from', async () => {
    web()
    await release('  valuesFrom:\n    - { kind: ConfigMap, name: web-values }\n', 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web-values\n  namespace: shop\ndata:\n  values.yaml: |\n    tag: "2"\n')
    const result = await planned(IMAGE)
    expect(diff(result)).to.deep.equal(['flux/values.yaml', '    tag: "3"'])
    expect(showRef(result.target)).to.equal('ConfigMap shop/web-values')
  })
  it('is no change where the values give it already', async () => {
    web()
    await release('  values:\n    tag: "3"\n')
    const result = await asked([IMAGE])
    expect('noChange' in result ? result.message : '').to.include('already so in Git')
  })
  it('is edited two owners up where one overrides the other', async () => {
    web()
    const child = `${APP.replace('REPO', apps.url)}    path: web\n    kustomize:\n      images:\n        - web:2\n`
    const parent = `${APP.replace('REPO', ops.url).replace('name: shop', 'name: parent')}    path: set\n    kustomize:\n      patches:\n        - target: { kind: Application, name: shop }\n          patch: |-\n            - op: replace\n              path: /spec/source/kustomize/images/0\n              value: web:2\n`
    await ops.commit({ 'apps/parent.yaml': parent, 'set/kustomization.yaml': 'resources:\n  - shop.yaml\n', 'set/shop.yaml': child.replace('- web:2', '- web:0') }, 'main')
    put(...declared(child, STATUS), ...declared(parent, { status: { controllerNamespace: 'argocd', resources: [{ group: 'argoproj.io', version: 'v1alpha1', kind: 'Application', namespace: 'argocd', name: 'shop', status: 'Synced' }] } }), ...root('./apps', ['argocd_parent_argoproj.io_Application']))
    const result = await planned(IMAGE)
    expect(diff(result)).to.deep.equal(['apps/parent.yaml', '              value: web:3'])
    expect(result.through?.map(({ target }) => showRef(target))).to.deep.equal(['Application argocd/shop', 'Deployment shop/web'])
  })

  it('is edited in the element of an ApplicationSet that generates the owner', async () => {
    web()
    const set = `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata:\n  name: all\n  namespace: argocd\nspec:\n  generators:\n    - list:\n        elements:\n          - { name: shop, tag: "2" }\n          - name: other\n            tag: "5"\n  template:\n    metadata: { name: '{{name}}' }\n    spec:\n      project: default\n      destination: { server: https://kubernetes.default.svc, namespace: shop }\n      syncPolicy: { automated: {} }\n      source:\n        repoURL: ${apps.url}\n        targetRevision: main\n        path: web\n        kustomize: { images: ['web:{{tag}}'] }\n`
    await ops.commit({ 'apps/set.yaml': set }, 'main')
    const [child] = declared(`${APP.replace('REPO', apps.url)}    path: web\n    kustomize: { images: [web:2] }\n`, STATUS)
    if (child === undefined) throw new Error('no child')
    put(...declared(set), { ...child, metadata: { ...child.metadata, ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'all', controller: true }] } }, ...root('./apps', ['argocd_all_argoproj.io_ApplicationSet']))
    const result = await planned(IMAGE)
    expect(diff(result)).to.deep.equal(['apps/set.yaml', '          - { name: shop, tag: "3" }'])
    expect([showRef(result.target), result.through?.map(({ target }) => showRef(target)), result.blast]).to.deep.equal(['ApplicationSet argocd/all', ['Deployment shop/web'], []])
    expect([diff(await planned({ kind: 'replicas', value: 4 }))[0]]).to.deep.equal(['web/web.yaml'])
  })
  describe('of an ApplicationSet with a git generator', () => {
    const set = (image: string, generators: string): string => `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata:\n  name: all\n  namespace: argocd\nspec:\n  goTemplate: true\n  generators:\n${generators}  template:\n    metadata: { name: '{{.name}}' }\n    spec:\n      project: default\n      destination: { server: https://kubernetes.default.svc, namespace: shop }\n      source:\n        repoURL: ${apps.url}\n        targetRevision: main\n        path: web\n        kustomize: { images: ['${image}'] }\n`
    const FILES = (): string => `    - git:\n        repoURL: ${ops.url}\n        revision: main\n        files: [{ path: 'envs/*/config.json' }]\n`
    const generate = async (text: string, files: Readonly<Record<string, string>>): Promise<void> => {
      web()
      await ops.commit(files, 'main')
      const [child] = declared(`${APP.replace('REPO', apps.url)}    path: web\n    kustomize: { images: [web:2] }\n`, STATUS)
      if (child === undefined) throw new Error('no child')
      put(...declared(text), { ...child, metadata: { ...child.metadata, uid: 'a1', ownerReferences: [{ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', name: 'all', controller: true }] } })
    }
    const ENVS = { 'envs/shop/config.json': '{\n  "name": "shop",\n  "tag": "2"\n}\n', 'envs/other/config.json': '{"name": "other", "tag": "5"}\n' }

    it('is edited in the file that the generator reads, also where nobody deploys the set', async () => {
      await generate(set('web:{{.tag}}', FILES()), ENVS)
      const result = await planned(IMAGE)
      expect(diff(result)).to.deep.equal(['envs/shop/config.json', '  "tag": "3"'])
      expect([showRef(result.target), showRef(askedObject(result).target), result.owner.kind, result.owner.name, result.blast]).to.deep.equal(['Application argocd/shop', 'Deployment shop/web', 'ApplicationSet', 'all', []])
      expect(result.proof.changes.map(({ object }) => showRef(object))).to.deep.equal(['Application argocd/shop'])
      expect(await stillReaches(world, result)).to.equal(null)
      const merged = await ops.commit({ 'envs/shop/config.json': ENVS['envs/shop/config.json'].replace('"2"', '"3"') }, 'work')
      expect(await proveMerge(world, result, { baseCommit: result.base, mergedTree: merged })).to.include({ exact: true })
      const wrong = await ops.commit({ 'envs/shop/config.json': ENVS['envs/shop/config.json'].replace('"2"', '"4"') }, 'work')
      expect(await proveMerge(world, result, { baseCommit: result.base, mergedTree: wrong })).to.include({ exact: false })
    })
    it('is refused where the file makes others, too, with their names', async () => {
      await generate(set('web:{{.tag}}', `    - matrix:\n        generators:\n          - git: { repoURL: '${ops.url}', revision: main, files: [{ path: 'envs/shop/config.json' }] }\n          - list: { elements: [{ name: shop }, { name: other }] }\n`), { 'envs/shop/config.json': '{"tag": "2"}\n' })
      const result = await asked([IMAGE])
      expect(isRefusal(result) ? JSON.stringify(result) : '').to.include('changes more than was asked').and.include('Application argocd/other spec.source.kustomize.images.0 changes too')
    })
    it('is refused where another living set reads the value, with the name of what it generates', async () => {
      const text = set('web:{{.tag}}', FILES())
      await generate(text, ENVS)
      put(...declared(text.replace('name: all', 'name: more').replace('{{.name}}', 'more-{{.name}}')))
      const result = await asked([IMAGE])
      expect(isRefusal(result) ? JSON.stringify(result) : '').to.include('ApplicationSet argocd/more').and.include('--scope shared')
    })
    it('says in which namespaces ApplicationSets could not be looked at', async () => {
      await generate(set('web:{{.tag}}', FILES()), ENVS)
      put({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'argocd-cmd-params-cm', namespace: 'argocd' }, data: { 'applicationsetcontroller.namespaces': 'team-a' } })
      fleet.servers['one']?.intercept(({ url = '' }) => /v1alpha1\/applicationsets|team-a\/applicationsets/.test(url) ? { status: 403 } : null)
      const result = await planned(IMAGE)
      fleet.servers['one']?.intercept(null)
      expect(JSON.stringify(result.ownerEvidence)).to.include('whether an ApplicationSet of another namespace reads them, too, is not known: they may not be listed in team-a')
    })
    it('is refused where the Application lives otherwise than its file says', async () => {
      await generate(set('web:{{.tag}}', FILES()), { ...ENVS, 'envs/shop/config.json': '{"name": "shop", "tag": "7"}\n' })
      const result = await asked([IMAGE])
      expect(isRefusal(result) ? JSON.stringify(result) : '').to.include('is no longer \\"web:2\\"')
    })
    const JOINED = (second: string): string => `    - matrix:\n        generators:\n          - git: { repoURL: '${ops.url}', revision: main, files: [{ path: 'envs/*/config.json' }] }\n          - ${second}\n`
    const cluster = (name: string, labels: JsonObject): KubernetesObject => ({
      apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'argocd', labels: { 'argocd.argoproj.io/secret-type': 'cluster', ...labels }, annotations: { 'kubectl.kubernetes.io/last-applied-configuration': 'login-a', contact: 'login-b' } },
      data: { name: Buffer.from(name).toString('base64'), server: Buffer.from(`https://${name}.example`).toString('base64'), config: Buffer.from('login-c').toString('base64') },
    })
    const joined = (image: string, second: string): string => set(image, JOINED(second)).replace("name: '{{.name}}'", "name: '{{.app}}'")
    const APPS_FILES = { 'envs/shop/config.json': '{\n  "app": "shop",\n  "tag": "2",\n  "stage": "low"\n}\n', 'envs/other/config.json': '{"app": "other", "tag": "5", "stage": "high"}\n' }
    const BY_STAGE = "clusters: { selector: { matchLabels: { stage: '{{.stage}}' } } }"
    it('is edited in the file that a matrix joins with clusters', async () => {
      await generate(joined('web:{{.tag}}', BY_STAGE), APPS_FILES)
      put(cluster('dev', { stage: 'low' }), cluster('prod', { stage: 'high' }))
      const result = await planned(IMAGE)
      expect(diff(result)).to.deep.equal(['envs/shop/config.json', '  "tag": "3",'])
      expect(result.proof.changes.map(({ object }) => showRef(object))).to.deep.equal(['Application argocd/shop'])
      expect(result.owner.render.generates?.clusters).to.deep.equal(['dev', 'prod'].map(name => ({ secret: `argocd/${name}`, name, server: `https://${name}.example`, project: '', labels: { 'argocd.argoproj.io/secret-type': 'cluster', stage: name === 'dev' ? 'low' : 'high' }, annotations: {} })))
      expect(JSON.stringify(result)).to.not.include('login-')
      expect(JSON.stringify(planDocument(result, null))).to.not.include('login-')
    })
    it('is refused where the file makes an Application for each of several clusters', async () => {
      await generate(joined('web:{{.tag}}', BY_STAGE).replace("'{{.app}}'", "'{{.app}}{{.metadata.labels.more}}'"), APPS_FILES)
      put(cluster('dev', { stage: 'low', more: '' }), cluster('prod', { stage: 'low', more: '-b' }))
      const result = await asked([IMAGE])
      expect(isRefusal(result) ? JSON.stringify(result) : '').to.include('Application argocd/shop-b spec.source.kustomize.images.0 changes too')
    })
    it('is refused with the Secret and the label where that decides', async () => {
      const text = joined('web:{{.metadata.labels.tag}}', BY_STAGE)
      await generate(text, APPS_FILES)
      put(cluster('dev', { stage: 'low', tag: '2' }), ...root('./apps', ['argocd_all_argoproj.io_ApplicationSet']))
      await ops.commit({ 'apps/set.yaml': text }, 'main')
      const result = await asked([IMAGE])
      expect(isRefusal(result) ? JSON.stringify(result) : '').to.include('Change metadata.labels.tag of Secret argocd/dev where it is kept').and.include('apps/set.yaml:22')
    })
    it('names the right without which cluster Secrets are not known, and the line of the generator', async () => {
      await generate(joined('web:{{.tag}}', BY_STAGE), { ...APPS_FILES, 'sets/all.yaml': joined('web:{{.tag}}', BY_STAGE) })
      fleet.servers['one']?.intercept(({ url }) => url?.includes('/secrets') === true ? { status: 403 } : null)
      const result = await asked([IMAGE])
      fleet.servers['one']?.intercept(null)
      expect(isRefusal(result) ? JSON.stringify(result) : '').to.include('INLINE').and.include('Writ may not list Secrets in namespace argocd of cluster one (verb list, resource secrets)').and.include(`sets/all.yaml:12 of ${ops.url}`)
    })
    it('says what keeps a set that nobody deploys from being edited, with its file and line', async () => {
      const text = set('web:{{.tag}}', JOINED('pullRequest: { github: {} }'))
      await generate(text, { ...ENVS, 'sets/all.yaml': `# a set\n${text}` })
      const result = await asked([IMAGE])
      expect(isRefusal(result) ? JSON.stringify(result) : '').to.include('deployed by nobody').and.include('ApplicationSet all: its pullRequest generator gives what stands in open pull requests').and.include(`sets/all.yaml:13 of ${ops.url}`)
    })
    it('says it at the field where no file holds the set', async () => {
      await generate(set('web:{{.tag | quote}}', FILES()), ENVS)
      const result = await asked([IMAGE])
      expect(isRefusal(result) ? JSON.stringify(result) : '').to.include('that no value can be found for').and.include('ApplicationSet argocd/all spec.template.spec.source.kustomize.images')
    })
    it('says which element of a set that nobody deploys would have to change', async () => {
      await generate(set('web:{{.tag}}', '    - list:\n        elements:\n          - { name: shop, tag: "2" }\n'), {})
      const result = await asked([IMAGE])
      expect(isRefusal(result) ? JSON.stringify(result) : '').to.include('would have to say 3 for 2 at spec.generators').and.include('"at":"ApplicationSet argocd/all spec.generators')
    })
    it('is refused with what the generator gives, at file and line, where somebody deploys the set', async () => {
      const text = set('web:{{.tag}}', JOINED('scmProvider: { github: {} }'))
      await generate(text, ENVS)
      put(...root('./apps', ['argocd_all_argoproj.io_ApplicationSet']))
      await ops.commit({ 'apps/set.yaml': text }, 'main')
      const result = await asked([IMAGE])
      expect(isRefusal(result) ? JSON.stringify(result) : '').to.include('INLINE').and.include('a forge lists').and.include('by hand').and.include('apps/set.yaml:12')
    })
    it('is told as a gate by whoever only asks for the owner', async () => {
      const text = set('web:{{.tag}}', JOINED('plugin: { configMapRef: { name: x } }'))
      await generate(text, { ...ENVS, 'sets/all.yaml': text })
      const answer = await findOwner(world, { cluster: null, namespace: 'shop', type: 'deploy', name: 'web' })
      expect(isRefusal(answer) ? [answer.message] : answer.gates.filter(({ flag }) => flag === 'generated').map(({ sentence, at }) => `${sentence} (${at ?? ''})`)).to.deep.equal([
        'ApplicationSet all writes its spec: what stands in it is changed there (metadata.ownerReferences)',
        `what stands in its spec cannot be changed through ApplicationSet argocd/all: its plugin generator gives what a plugin answers (sets/all.yaml:12 of ${ops.url})`,
      ])
    })
    it('names a repository that writ.yaml does not', async () => {
      await generate(set('web:{{.tag}}', `    - git: { repoURL: 'https://elsewhere.example/x.git', revision: main, files: [{ path: 'envs/*/config.json' }] }\n`), {})
      put(...root('./apps', ['argocd_all_argoproj.io_ApplicationSet']))
      await ops.commit({ 'apps/set.yaml': set('web:{{.tag}}', `    - git: { repoURL: 'https://elsewhere.example/x.git', revision: main, files: [{ path: 'envs/*/config.json' }] }\n`) }, 'main')
      const result = await asked([IMAGE])
      expect(isRefusal(result) ? JSON.stringify(result) : '').to.include('unknown https://elsewhere.example/x.git')
    })
  })
  it('says where to edit it where nobody deploys the owner from Git', async () => {
    web()
    put(...declared(`${APP.replace('REPO', apps.url)}    path: web\n    kustomize:\n      images: [web:2]\n`, STATUS))
    const result = await asked([IMAGE])
    expect(isRefusal(result) ? `${result.refused} ${result.message} ${JSON.stringify(result.evidence)}` : '').to.include('INLINE').and.include('spec.source.kustomize.images of Application argocd/shop').and.include('nobody deploys that from Git')
  })
  it('is refused where the owner lives otherwise than in Git', async () => {
    web()
    await argo('    path: web\n    kustomize:\n      images: [web:2]\n')
    put(...declared(`${APP.replace('REPO', apps.url)}    path: web\n    kustomize:\n      images: [web:2]\n      namePrefix: ""\n`.replace('web:2', 'web:7'), STATUS))
    const result = await asked([IMAGE])
    expect(isRefusal(result) ? JSON.stringify(result) : '').to.include('is not as Kustomization flux-system/root has it in Git')
  })
  const remote: readonly (readonly [string, string, KubernetesObject, string])[] = [
    ['a chart repository', RELEASE.replace('kind: GitRepository, name: apps', 'kind: HelmRepository, name: charts'), { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmRepository', metadata: { name: 'charts', namespace: 'flux-system' }, spec: { url: 'https://charts.example' } }, 'https://charts.example'],
    ['an OCI registry', RELEASE.replace(/ {2}chart:\n[^]*$/, '  chartRef: { kind: OCIRepository, name: web, namespace: flux-system }\n'), { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'OCIRepository', metadata: { name: 'web', namespace: 'flux-system' }, spec: { url: 'oci://registry.example/web' }, status: { artifact: { metadata: { 'org.opencontainers.image.source': 'https://git.example/charts', 'org.opencontainers.image.revision': 'main@sha1:abc' } } } }, 'it was built from https://git.example/charts at main@sha1:abc'],
  ]
  for (const [name, text, source, words] of remote) {
    it(`is refused where the chart comes from ${name}, with where that is and how to ask for the value`, async () => {
      web()
      put(...declared(text, { status: listing('shop_web_apps_Deployment') }), source)
      const result = await asked([IMAGE])
      expect(isRefusal(result) ? `${result.refused} ${JSON.stringify(result.evidence)} ${result.hint}` : '').to.include('NON_GIT_SOURCE').and.include(words).and.include('writ set field helmrelease/web -n shop spec.values.KEY=VALUE')
    })
  }
  describe('of what a ResourceSet of the Flux operator makes', () => {
    const resourceSet = (inputs: string, body: string): string => `apiVersion: fluxcd.controlplane.io/v1\nkind: ResourceSet\nmetadata:\n  name: apps\n  namespace: flux-system\nspec:\n  inputs:\n${inputs}  resources:\n    - ${WEB.trimEnd().replaceAll('\n', '\n      ').replace('web:1', body)}\n`
    const READY: JsonObject = { status: { ...listing('shop_web_apps_Deployment'), conditions: [{ type: 'Ready', status: 'True' }] } }
    const make = async (text: string, more: JsonObject = READY, files: Readonly<Record<string, string>> = {}): Promise<void> => {
      web({ labels: { 'resourceset.fluxcd.controlplane.io/name': 'apps', 'resourceset.fluxcd.controlplane.io/namespace': 'flux-system' } })
      await ops.commit({ 'sets/apps.yaml': text, ...files }, 'main')
      put(...declared(text, more), ...root('./sets', ['flux-system_apps_fluxcd.controlplane.io_ResourceSet']))
    }
    const INPUTS = '    - tag: "1" # pinned\n'
    const refused = async (...asks: readonly FieldAsk[]): Promise<string> => {
      const result = await asked(asks)
      return isRefusal(result) ? `${result.refused} ${result.message} ${JSON.stringify(result.evidence)} ${result.hint}` : 'no refusal'
    }

    it('is edited in the input of the set, and proven there and below', async () => {
      await make(resourceSet(INPUTS, 'web:<< inputs.tag >>'))
      const result = await planned(IMAGE)
      expect(diff(result)).to.deep.equal(['sets/apps.yaml', '    - tag: "3" # pinned'])
      expect([showRef(result.target), result.owner.name, showRef(askedObject(result).target)]).to.deep.equal(['ResourceSet flux-system/apps', 'root', 'Deployment shop/web'])
      expect(result.through?.map(({ owner, edits, sentence }) => `${owner.kind} ${edits.map(({ before, after }) => `${String(before)} ${String(after)}`).join()} ${sentence}`)).to.deep.equal(['ResourceSet web:1 web:3 ResourceSet flux-system/apps makes exactly this of it'])
      expect(result.verdicts.map(({ object }) => object)).to.include.members(['ResourceSet flux-system/apps', 'Deployment shop/web'])
      expect(planLines(result).map(one => one.text).join('\n')).to.include('reaches      Deployment shop/web through ResourceSet flux-system/apps')
      expect(await stillReaches(world, result)).to.equal(null)
      const merged = await ops.commit({ 'sets/apps.yaml': resourceSet(INPUTS.replace('"1"', '"3"'), 'web:<< inputs.tag >>') }, 'work-set')
      expect(await proveMerge(world, result, { baseCommit: result.base, mergedTree: merged })).to.include({ exact: true })
      const answer = await findOwner(world, { cluster: null, namespace: 'shop', type: 'deploy', name: 'web' })
      expect(isRefusal(answer) ? answer.message : answer.obstacle).to.equal(null)
    })
    it('is edited in the literal of the template', async () => {
      await make(resourceSet(INPUTS, 'web:<< inputs.tag >>'))
      expect(diff(await planned({ kind: 'replicas', value: 4 }))).to.deep.equal(['sets/apps.yaml', '        replicas: 4'])
    })
    it('is no change where the set makes it so already', async () => {
      await make(resourceSet(INPUTS, 'web:<< inputs.tag >>'))
      const result = await asked([{ kind: 'image', container: 'web', value: 'web:1' }])
      expect('noChange' in result ? result.message : '').to.include('Deployment shop/web is already so in Git')
    })
    it('is refused where the edit decides other objects, with their names, and shown with all of them where those may change', async () => {
      const text = resourceSet(`${INPUTS}    - tag: "9"\n      app: b\n`, 'web:1').replace("- tag: \"1\" # pinned", '- app: a').replace('name: web\n        namespace', "name: << inputs.app >>\n        namespace").replace('- app: a', '- app: web')
      await make(text)
      expect(await refused(IMAGE)).to.include('SHARED_BASE').and.include('Deployment shop/b spec.template.spec.containers[name=web].image changes too')
      const result = await planChange(world, { ...plan().request, target: { cluster: null, namespace: 'shop', type: 'deploy', name: 'web' }, asks: [IMAGE], scope: 'shared' })
      expect('digest' in result ? result.through?.[0]?.changes.map(({ object }) => showRef(object)) : JSON.stringify(result)).to.deep.equal(['Deployment shop/web', 'Deployment shop/b'])
      expect('digest' in result ? result.verdicts.map(({ object }) => object) : '').to.include('Deployment shop/b')
    })
    it('is refused with file and line where an expression does more', async () => {
      await make(resourceSet(INPUTS, 'web:<< inputs.tag | upper >>'))
      expect(await refused(IMAGE)).to.include('UNSUPPORTED').and.include('does more than print inputs').and.include('"at":"sets/apps.yaml:21"').and.include('It stands in sets/apps.yaml:2.')
    })
    it('is refused beside an input provider', async () => {
      await make(`${resourceSet(INPUTS, 'web:<< inputs.tag >>')}  inputsFrom:\n    - { kind: ResourceSetInputProvider, name: tags }\n`)
      expect(await refused(IMAGE)).to.include('ResourceSetInputProvider tags')
      const answer = await findOwner(world, { cluster: null, namespace: 'shop', type: 'deploy', name: 'web' })
      expect(isRefusal(answer) ? answer.message : answer.obstacle?.refused).to.equal('UNSUPPORTED')
    })
    it('is refused while the set has not made what its spec says, lives otherwise, or is switched off', async () => {
      const text = resourceSet(INPUTS, 'web:<< inputs.tag >>')
      await make(text, { status: { ...listing('shop_web_apps_Deployment'), conditions: [{ type: 'Ready', status: 'False' }] } })
      expect(await refused(IMAGE)).to.include('it has not made what its spec says')
      await make(text)
      put(...declared(text.replace('"1"', '"5"'), READY))
      expect(await refused(IMAGE)).to.include('the spec in the source and the live one differ')
      await make(text.replace('  namespace: flux-system\n', '  namespace: flux-system\n  annotations: { fluxcd.controlplane.io/reconcile: disabled }\n'))
      expect(await refused(IMAGE)).to.include('SUSPENDED')
    })
    it('is refused where nobody deploys the set', async () => {
      await make(resourceSet(INPUTS, 'web:<< inputs.tag >>'))
      fleet.servers['one']?.remove('Kustomization', 'root')
      expect(await refused(IMAGE)).to.include('UNSUPPORTED').and.include('nobody deploys ResourceSet flux-system/apps from Git')
    })
  })
  describe('of what was built from a repository of writ.yaml', () => {
    const source = (kind: string, metadata: JsonObject): KubernetesObject => ({ apiVersion: 'source.toolkit.fluxcd.io/v1', kind, metadata: { name: 'web', namespace: 'flux-system' }, spec: kind === 'Bucket' ? { endpoint: 'minio.example', bucketName: 'web' } : { url: 'oci://registry.example/web' }, status: { artifact: { revision: 'latest@sha256:1', metadata } } })
    const built = (revision: string): JsonObject => ({ 'org.opencontainers.image.source': apps.url, 'org.opencontainers.image.revision': revision })
    const applied = (kind: string): KubernetesObject => kustomization('web', { spec: { path: './', sourceRef: { kind, name: 'web' } }, status: listing('shop_web_apps_Deployment') })
    const refusal = async (...objects: readonly KubernetesObject[]): Promise<string> => {
      web()
      put(...objects)
      const result = await asked([IMAGE])
      return isRefusal(result) ? `${result.refused} ${JSON.stringify(result.evidence)} ${result.hint}` : ''
    }
    it('names the file of a Kustomization\'s object at the commit that the artifact names', async () => {
      const commit = apps.git('rev-parse', 'main')
      expect(await refusal(applied('OCIRepository'), source('OCIRepository', built(`main@sha1:${commit}`)))).to.include('NON_GIT_SOURCE').and.include(`it was built from ${apps.url} at main@sha1:${commit}`)
        .and.include('Change it there by hand').and.include(`${apps.url}: `).and.include('web/web.yaml:2 holds Deployment shop/web')
    })
    it('looks at the default branch where the commit is unknown', async () => {
      expect(await refusal(applied('OCIRepository'), source('OCIRepository', built(`v1/${'0'.repeat(40)}`)))).to.include('web/web.yaml:2 holds Deployment shop/web')
    })
    it('names the chart of a release by its chartRef', async () => {
      const [release] = declared(RELEASE.replace(/ {2}chart:\n[^]*$/, '  chartRef: { kind: OCIRepository, name: web, namespace: flux-system }\n'), { status: { ...listing('shop_web_apps_Deployment'), history: [{ chartName: 'web', chartVersion: '1.0.0' }] } })
      expect(release === undefined ? '' : await refusal(release, source('OCIRepository', built('main')))).to.include('writ set field helmrelease/web').and.include('chart/Chart.yaml is that of chart web')
    })
    it('says that a bucket does not say what it was built from', async () => {
      expect(await refusal(applied('Bucket'), source('Bucket', {}))).to.include('NON_GIT_SOURCE').and.include('it comes from bucket web of minio.example').and.include('has no org.opencontainers.image.source')
    })
    it('never takes a repository for known that writ.yaml does not name', async () => {
      expect(await refusal(applied('OCIRepository'), source('OCIRepository', { 'org.opencontainers.image.source': 'https://elsewhere.example/x' }))).to.include('it was built from https://elsewhere.example/x').and.not.include('of writ.yaml')
    })
  })
  it('never adds whole objects to a release, nor takes them away', async () => {
    web()
    await release('  values:\n    tag: "2"\n')
    const result = await planChange(world, { ...plan().request, verb: 'delete', target: { cluster: null, namespace: 'shop', type: 'deploy', name: 'web' }, asks: [{ kind: 'delete' }] })
    expect(isRefusal(result) ? result.refused : '').to.equal('UNSUPPORTED')
  })
  it('is refused where two own the object, whoever is asked first', async () => {
    web()
    await argo('    path: web\n    kustomize:\n      images: [web:2]\n')
    put(application('other'))
    const result = await asked([IMAGE])
    expect(isRefusal(result) ? result.refused : '').to.equal('AMBIGUOUS_OWNER')
  })
})

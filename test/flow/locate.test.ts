import { expect } from 'chai'
import { join } from 'node:path'
import { chooseOwner } from '../../src/flow/owner/choose-owner.ts'
import { classify } from '../../src/flow/classify.ts'
import { locate } from '../../src/flow/locate.ts'
import type { World } from '../../src/flow/world.ts'
import { isRefusal, refuse } from '../../src/model/error.ts'
import { showPath } from '../../src/model/field.ts'
import { showJson } from '../../src/model/json.ts'
import type { JsonObject } from '../../src/model/json.ts'
import type { Claim } from '../../src/model/owner.ts'
import type { Classified } from '../../src/model/plan.ts'
import type { ChangeRequest, FieldAsk } from '../../src/model/request.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { systemClock } from '../../src/outside/clock.ts'
import { openRepository } from '../../src/outside/git/open-repository.ts'
import { argocdTool } from '../../src/outside/tools/argocd/argocd-tool.ts'
import { fluxTool } from '../../src/outside/tools/flux/flux-tool.ts'
import { errorOf, failureOf } from '../contracts/failure.ts'
import { environment, plan } from '../fixtures/plan.ts'
import { bareRepository } from '../outside/git/bare.ts'
import type { BareRepository } from '../outside/git/bare.ts'
import { TARGET, application, gitRepository, kustomization, live, startFleet, toolsOf } from '../outside/tools/fixtures.ts'
import type { Fleet } from '../outside/tools/fixtures.ts'
import { proofWorld } from '../support/proof-world.ts'

const spec = { replicas: 2, template: { spec: { containers: [{ name: 'web', image: 'web:1' }] } } }

function request(asks: readonly FieldAsk[], target: Partial<ChangeRequest['target']> = {}): ChangeRequest {
  return { ...plan().request, verb: 'set image', target: { cluster: null, namespace: 'shop', type: 'deploy', name: 'web', ...target }, asks }
}

const IMAGE: FieldAsk = { kind: 'image', container: 'web', value: 'web:2' }
const SCALE: FieldAsk = { kind: 'replicas', value: 3 }

describe('from a request to its owner', () => {
  let fleet: Fleet
  let repository: BareRepository
  let world: World
  let tip: string
  const put = (...objects: readonly JsonObject[]): void => { fleet.servers['one']?.put(...objects) }

  before(async () => {
    fleet = await startFleet(['one'])
    repository = await bareRepository({ 'apps/web/web.yaml': 'apiVersion: v1\n' })
    tip = repository.git('rev-parse', 'main')
    repository.git('tag', 'v1')
    const { reader } = openRepository({ url: repository.url, cacheDir: join(repository.root, 'cache'), access: { allow: ['file'], host: 'localhost' }, committer: { name: 'Writ', email: 'writ@example.com' } })
    const unused = (): never => { throw new Error('not part of this test') }
    const base = { ...proofWorld({ repository: { ...repository, reader, commit: unused, dispose: unused }, owners: [] }), clock: systemClock() }
    const handle = base.repositories.open('')
    world = {
      ...base, clusters: fleet.clusters,
      environments: { all: [], of: (_cluster, namespace, namespaceObject) => environment('dev', { name: `${namespace ?? 'cluster'}${namespaceObject === null ? '' : '+'}` }) },
      tools: [argocdTool(toolsOf(fleet)), fluxTool(toolsOf(fleet))],
      repositories: { same: (a, b) => a === b, open: url => url === repository.url ? handle : refuse('REPOSITORY_UNKNOWN', 'unknown') },
    }
  })
  beforeEach(() => {
    for (const kind of ['Application', 'Kustomization', 'GitRepository', 'Deployment', 'HorizontalPodAutoscaler', 'Namespace', 'Job', 'ClusterRole']) for (const name of ['shop', 'other', 'web', 'api', 'web-api', 'shop-api']) fleet.servers['one']?.remove(kind, name)
    put({ ...live(), spec }, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } })
  })
  after(async () => {
    await fleet.close()
    await repository.remove()
  })

  describe('classify', () => {
    it('says cluster, object, environment and fields', async () => {
      const result = await classify(world, request([IMAGE, SCALE]))
      if (isRefusal(result)) throw new Error(result.message)
      expect(result.target).to.deep.equal({ ...TARGET, uid: 'u1' })
      expect(result.environment.name).to.equal('shop+')
      expect(result.edits.map(edit => `${showPath(edit.path)} = ${showJson(edit.after)}`)).to.deep.equal(['spec.template.spec.containers[name=web].image = web:2', 'spec.replicas = 3'])
    })
    it('takes the namespace of the context where none is named', async () => {
      const result = await classify(world, request([IMAGE], { namespace: null }))
      expect(isRefusal(result) ? '' : result.target.namespace).to.equal('shop')
    })
    it('gives cluster-scoped objects no namespace', async () => {
      put({ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'web', uid: 'r' } })
      expect(await failureOf(classify(world, request([IMAGE], { type: 'clusterrole' })))).to.equal('classify/no-field')
    })
    const missing: readonly [string, Partial<ChangeRequest['target']>, string][] = [
      ['a name that is close', { name: 'wbe' }, 'Did you mean web?'],
      ['a name with more to it', { name: 'web-ap' }, 'web-api'],
      ['a namespace that is close', { namespace: 'shopp' }, 'There is no namespace shopp. Did you mean shop?'],
      ['the same name elsewhere', { name: 'backend' }, 'in namespace far'],
    ]
    for (const [name, target, words] of missing) {
      it(`hints at ${name} where the object is not there`, async () => {
        put({ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web-api', namespace: 'shop' } }, { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'backend', namespace: 'far' } })
        const error = await errorOf(classify(world, request([IMAGE], target)))
        expect(error?.code).to.equal('cluster/not-found')
        expect(error?.hint).to.include(words)
      })
    }
    it('still says not found where it may not list', async () => {
      fleet.servers['one']?.intercept(request => /deployments\?|namespaces\?/.test(request.url ?? '') ? { status: 403, body: { message: 'no' } } : null)
      expect(await failureOf(classify(world, request([IMAGE], { name: 'wbe' })))).to.equal('cluster/not-found')
      fleet.servers['one']?.intercept(null)
    })
    it('hints at the kind where it is misspelt', async () => {
      const error = await errorOf(classify(world, request([IMAGE], { type: 'deploymnet' })))
      expect([error?.code, error?.hint]).to.deep.equal(['cluster/unknown-kind', 'Did you mean deployment or deployments?'])
    })
    it('takes one field asked twice for one, unless the values differ', async () => {
      const same = await classify(world, request([IMAGE, IMAGE]))
      expect(isRefusal(same) ? 0 : same.edits.length).to.equal(1)
      expect(await failureOf(classify(world, request([IMAGE, { ...IMAGE, value: 'web:3' }])))).to.equal('usage/bad-argument')
      expect(await failureOf(classify(world, request([])))).to.equal('usage/bad-argument')
    })
    it('refuses replicas that an autoscaler sets, and only those', async () => {
      const hpa = (name: string, target: JsonObject): JsonObject => ({ apiVersion: 'autoscaling/v2', kind: 'HorizontalPodAutoscaler', metadata: { name, namespace: 'shop' }, spec: { scaleTargetRef: target } })
      put(hpa('other', { apiVersion: 'apps/v1', kind: 'Deployment', name: 'api' }), hpa('api', { apiVersion: 'other/v1', kind: 'Deployment', name: 'web' }))
      expect(isRefusal(await classify(world, request([SCALE])))).to.equal(false)
      put(hpa('web', { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }))
      const refused = await classify(world, request([SCALE]))
      expect(isRefusal(refused) ? `${refused.refused} ${refused.evidence[0]?.sentence ?? ''}` : '').to.include('IGNORED HorizontalPodAutoscaler shop/web')
      expect(isRefusal(await classify(world, request([IMAGE])))).to.equal(false)
    })
    it('refuses templates that never change', async () => {
      put({ apiVersion: 'batch/v1', kind: 'Job', metadata: { name: 'web', namespace: 'shop', uid: 'j' }, spec })
      const refused = await classify(world, request([IMAGE], { type: 'job' }))
      expect(isRefusal(refused) ? refused.refused : '').to.equal('UNSUPPORTED')
    })
  })

  describe('locate', () => {
    async function classified(object: KubernetesObject = live(), more: Partial<Classified> = {}): Promise<Classified> {
      put({ ...object, spec })
      const result = await classify(world, request([IMAGE]))
      if (isRefusal(result)) throw new Error(result.message)
      return { ...result, ...more }
    }
    const app = (name: string, more: Parameters<typeof application>[1] = {}): KubernetesObject => application(name, { ...more, source: { repoURL: repository.url, ...more.source } })
    const source = (): KubernetesObject => gitRepository({ spec: { url: repository.url } })

    it('gives the owner, its proof and the commit of its branch: Argo CD', async () => {
      put(app('shop'))
      const located = await locate(world, await classified())
      if (isRefusal(located)) throw new Error(located.message)
      expect([located.owner.name, located.base, located.branch]).to.deep.equal(['shop', tip, 'main'])
      expect(located.ownerEvidence[0]?.sentence).to.include('status.resources lists it')
    })
    it('gives the owner, its proof and the commit of its branch: Flux', async () => {
      put(kustomization('shop'), source())
      const located = await locate(world, await classified())
      if (isRefusal(located)) throw new Error(located.message)
      expect([located.owner.tool, located.owner.source.path, located.base]).to.deep.equal(['flux', 'apps/web', tip])
    })
    it('follows the default branch by its name', async () => {
      put(app('shop', { source: { targetRevision: 'HEAD' } }))
      const located = await locate(world, await classified())
      expect(isRefusal(located) ? located.message : located.branch).to.equal('main')
    })
    const track = (id: string): KubernetesObject => live({ annotations: { 'argocd.argoproj.io/tracking-id': id } })
    const refused: readonly [string, () => readonly KubernetesObject[], KubernetesObject, string, string][] = [
      ['two Applications list it', () => [app('shop'), app('other')], live(), 'AMBIGUOUS_OWNER', 'Application argocd/shop (cluster one) and Application argocd/other'],
      ['Argo CD and Flux both list it', () => [app('shop'), kustomization('shop'), source()], live(), 'AMBIGUOUS_OWNER', 'Kustomization flux-system/shop'],
      ['its labels name a living owner that does not list it', () => [kustomization('shop'), kustomization('other', { status: { inventory: { entries: [] } } }), source()], live({ labels: { 'kustomize.toolkit.fluxcd.io/name': 'other', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' } }), 'AMBIGUOUS_OWNER', 'Kustomization flux-system/other'],
      ['its mark names nobody', () => [], track('shop:apps/Deployment:shop/web'), 'OWNER_NOT_FOUND', 'which is not there'],
      ['its mark names one that does not list it', () => [app('shop', { status: { resources: [] } })], track('shop:apps/Deployment:shop/web'), 'OWNER_NOT_FOUND', 'does not list it'],
      ['its mark was copied', () => [app('shop', { status: { resources: [] } })], track('shop:apps/Deployment:shop/api'), 'UNMANAGED', 'it was copied'],
      ['nobody lists it', () => [app('shop', { status: { resources: [] } })], live(), 'UNMANAGED', 'Application argocd/shop deploys to namespace shop'],
      ['it is part of a plain Helm release', () => [], live({ annotations: { 'meta.helm.sh/release-name': 'web' } }), 'UNMANAGED', 'a Helm release installed without GitOps'],
      ['Config Sync manages it', () => [], live({ annotations: { 'configmanagement.gke.io/managed': 'enabled' } }), 'UNMANAGED', 'It is managed by Config Sync, which this version does not speak to'],
      ['kapp manages it', () => [], live({ labels: { 'kapp.k14s.io/app': '1' } }), 'UNMANAGED', 'It is managed by kapp'],
      ['Rancher Fleet manages it', () => [], live({ annotations: { 'objectset.rio.cattle.io/id': 'x' } }), 'UNMANAGED', 'It is managed by Rancher Fleet'],
      ['another object makes it', () => [app('shop')], live({ ownerReferences: [{ kind: 'Rollout', name: 'web', controller: true }] }), 'UNSUPPORTED', 'is made by Rollout web'],
      ['its repository is not configured', () => [app('shop', { source: { repoURL: 'https://elsewhere.example/x.git' } })], live(), 'REPOSITORY_UNKNOWN', 'unknown'],
      ['its owner follows a tag', () => [app('shop', { source: { targetRevision: 'v1' } })], live(), 'PINNED', 'is no branch'],
      ['its owner follows a branch that is not there', () => [app('shop', { source: { targetRevision: 'mian' } })], live(), 'PINNED', 'misspelt branch'],
      ['its owner\'s path is not there', () => [app('shop', { source: { path: 'apps/gone' } })], live(), 'NOT_RENDERED', 'apps/gone'],
      ['its owner has what Writ does not honour', () => [app('shop', { source: { plugin: { name: 'x' } } })], live(), 'UNSUPPORTED', 'spec.source.plugin'],
    ]
    for (const [name, owners, object, code, words] of refused) {
      it(`answers ${code} where ${name}`, async () => {
        put(...owners())
        const result = await locate(world, await classified(object))
        expect(isRefusal(result) ? result.refused : 'an owner').to.equal(code)
        expect(JSON.stringify(result)).to.include(words)
      })
    }
    it('takes an owner whose rendered source people promote only where nothing waits for them', async () => {
      const staged = (hydratedSHA: string, synced: string): KubernetesObject => application('shop', { spec: { sourceHydrator: { drySource: { repoURL: repository.url, targetRevision: 'main', path: 'apps/web' }, syncSource: { targetBranch: 'env/dev', path: 'web' }, hydrateTo: { targetBranch: 'env/dev-next' } } }, status: { sourceHydrator: { lastSuccessfulOperation: { drySHA: tip, hydratedSHA } }, sync: { status: 'Synced', revision: synced } } })
      const promoted = await repository.commit({ 'promoted.txt': 'x\n' }, 'env/dev')
      put(staged(tip, promoted))
      const located = await locate(world, await classified())
      expect(isRefusal(located) ? located.message : located.owner.delivery.promotion?.branch).to.equal('env/dev-next')
      put(staged(promoted, tip))
      const waits = await locate(world, await classified())
      expect(isRefusal(waits) ? `${waits.refused} ${waits.message} ${waits.hint}` : '').to.include('UNSUPPORTED').and.include('waits on env/dev-next').and.include('Promote env/dev-next first')
    })
    it('answers OWNER_UNPROVEN where a kind of owner may not be looked at, with an owner or without', async () => {
      fleet.servers['one']?.intercept(request => request.url?.includes('/helmreleases') === true ? { status: 403, body: { message: 'helmreleases is forbidden' } } : null)
      put(app('shop'))
      const base = await classified()
      const unproven = await locate(world, base)
      fleet.servers['one']?.remove('Application', 'shop')
      const nobody = await locate(world, base)
      put(app('shop'))
      const asked = await locate(world, { ...base, environment: { ...base.environment, provider: 'argocd' } })
      fleet.servers['one']?.intercept(null)
      expect(isRefusal(unproven) ? `${unproven.refused} ${unproven.message} ${unproven.evidence[0]?.sentence ?? ''}` : '').to.include('OWNER_UNPROVEN').and.include('Application argocd/shop').and.include('helmreleases is forbidden')
      expect(isRefusal(nobody) ? nobody.refused : '').to.equal('OWNER_UNPROVEN')
      expect(isRefusal(asked)).to.equal(false)
    })
    it('looks once more where the owner may just be writing its list, and only then', async () => {
      const late = async (reconciledAt: string): Promise<readonly [string, number]> => {
        put(app('shop', { status: { resources: [], controllerNamespace: 'argocd', reconciledAt, operationState: { phase: 'Succeeded' } } }))
        const asked = await classified({ ...track('shop:apps/Deployment:shop/web'), metadata: { ...track('shop:apps/Deployment:shop/web').metadata, creationTimestamp: '2026-01-01T00:00:30Z' } })
        let slept = 0
        const clock = { ...world.clock, sleep: (ms: number) => { slept += ms; put(app('shop')); return Promise.resolve() } }
        const located = await locate({ ...world, clock }, asked)
        return [isRefusal(located) ? located.refused : located.owner.name, slept]
      }
      expect(await late('2026-01-01T00:00:00Z')).to.deep.equal(['shop', 3000])
      expect(await late('2026-01-01T00:01:00Z')).to.deep.equal(['OWNER_NOT_FOUND', 0])
    })
    it('looks once more where the marks name another living owner than the one that lists it, and takes it once they agree', async () => {
      const labels = { labels: { 'kustomize.toolkit.fluxcd.io/name': 'other', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' } }
      const none = { status: { inventory: { entries: [] } } }
      put(kustomization('shop'), kustomization('other', none), source())
      const asked = await classified(live(labels))
      const clock = { ...world.clock, sleep: () => { put(kustomization('other'), kustomization('shop', none)); return Promise.resolve() } }
      const located = await locate({ ...world, clock }, asked)
      expect(isRefusal(located) ? located.refused : located.owner.name).to.equal('other')
    })
    it('takes a prover whose mark names somebody who is gone', async () => {
      put(kustomization('shop'), source())
      const located = await locate(world, await classified(live({ labels: { 'kustomize.toolkit.fluxcd.io/name': 'gone', 'kustomize.toolkit.fluxcd.io/namespace': 'flux-system' } })))
      expect(isRefusal(located) ? located.message : located.owner.name).to.equal('shop')
    })
    it('asks only the tool that the environment names, and nobody where it names none', async () => {
      put(app('shop'), kustomization('shop'), source())
      const base = await classified()
      const only = await locate(world, { ...base, environment: { ...base.environment, provider: 'flux' } })
      expect(isRefusal(only) ? only.message : only.owner.tool).to.equal('flux')
      const none = await locate(world, { ...base, environment: { ...base.environment, provider: 'none' } })
      expect(isRefusal(none) ? `${none.refused} ${none.message}` : '').to.include('UNMANAGED').and.include('provider: none')
    })
    const files: readonly [string, 'argocd' | 'flux', string, string?][] = [
      ['apps/web/.argocd-source.yaml', 'argocd', 'an owner', 'kustomize:\n  images: ["nginx:1.28"]\n'], ['apps/web/.argocd-source-shop.yaml', 'argocd', 'an owner', 'kustomize: {namePrefix: a-}\n'],
      ['apps/web/.argocd-source-other.yaml', 'argocd', 'an owner', 'helm: {}\n'], ['apps/web/.argocd-source-shop.yaml', 'argocd', 'UNSUPPORTED', 'plugin: {name: x}\n'],
      ['apps/web/.argocd-source.yaml', 'argocd', 'UNSUPPORTED', 'a: {{ b }}\n'], ['apps/web/.argocd-source.yaml', 'argocd', 'UNSUPPORTED', 'kustomize: {images: [nginx]}\n'],
      ['apps/web/.argocd-source.yaml', 'argocd', 'UNSUPPORTED'], ['apps/web/.argocd-source-shop.yaml', 'argocd', 'UNSUPPORTED'], ['apps/.argocd-source.yaml', 'argocd', 'an owner'],
      ['apps/web/Chart.yaml', 'argocd', 'an owner'], ['.sourceignore', 'flux', 'an owner'], ['apps/web/.sourceignore', 'flux', 'an owner'], ['.sourceignore', 'argocd', 'an owner'], ['apps/web/.argocd-source.yaml', 'flux', 'an owner'],
    ]
    for (const [file, tool, answer, text = 'a: b\n'] of files) {
      it(`answers ${answer} to ${file} in a source of ${tool}: ${JSON.stringify(text)}`, async () => {
        await repository.commit({ [file]: text }, 'main')
        put(...tool === 'argocd' ? [app('shop')] : [kustomization('shop'), source()])
        const result = await locate(world, await classified())
        repository.git('update-ref', 'refs/heads/main', tip)
        expect(isRefusal(result) ? result.refused : 'an owner').to.equal(answer)
        if (isRefusal(result)) expect(result.evidence[0]?.at).to.equal(file)
      })
    }
    const map = (name: string): string => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}, namespace: shop}\n`
    const web = 'apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web, namespace: shop}\n'
    const several: readonly (readonly [string, Readonly<Record<string, string>>, readonly JsonObject[], string])[] = [
      ['takes the source that renders it', { 'a/c.yaml': map('c'), 'b/web.yaml': web }, [{ path: 'a' }, { ref: 'values' }, { path: 'b' }], 'b 2'],
      ['is AMBIGUOUS where two sources render it', { 'a/web.yaml': web, 'b/web.yaml': web }, [{ path: 'a' }, { path: 'b' }], 'AMBIGUOUS renders Deployment shop/web from 2 of its sources'],
      ['is NOT_RENDERED where no source renders it', { 'a/c.yaml': map('c'), 'b/c.yaml': map('d') }, [{ path: 'a' }, { path: 'b' }], 'NOT_RENDERED None of the sources'],
      ['names the source that Writ does not render where no other renders it', { 'a/c.yaml': map('c') }, [{ path: 'a' }, { chart: 'web' }], 'NON_GIT_SOURCE spec.sources[1].chart'],
      ['reads past a source that Writ does not render', { 'a/web.yaml': web }, [{ path: 'a' }, { chart: 'web' }], 'a 0'],
      ['is refused where another source cannot be looked at', { 'a/web.yaml': web }, [{ path: 'a' }, { path: 'gone' }], 'NOT_RENDERED One of the sources'],
      ['is refused where another source follows no branch', { 'a/web.yaml': web, 'b/c.yaml': map('c') }, [{ path: 'a' }, { path: 'b', targetRevision: 'v9' }], 'PINNED One of the sources'],
    ]
    for (const [name, contents, sources, answer] of several) {
      it(`of several sources ${name}`, async () => {
        await repository.commit(contents, 'main')
        put(app('shop', { spec: { sources: sources.map(source => ({ repoURL: repository.url, targetRevision: 'main', ...source })) } }))
        const result = await locate(world, await classified())
        repository.git('update-ref', 'refs/heads/main', tip)
        expect(isRefusal(result) ? `${result.refused} ${result.message}` : `${result.owner.source.path} ${String(result.owner.source.index)}`).to.include(answer.split(' ')[0] ?? '').and.include(answer.slice(answer.indexOf(' ') + 1))
      })
    }
    it('reads past a Chart.yaml beside a kustomization file', async () => {
      await repository.commit({ 'apps/web/Chart.yaml': 'a: b\n', 'apps/web/kustomization.yaml': 'resources: []\n' }, 'main')
      put(app('shop'))
      const result = await locate(world, await classified())
      repository.git('update-ref', 'refs/heads/main', tip)
      expect(isRefusal(result)).to.equal(false)
    })
  })
})

describe('choosing an owner', () => {
  const claim = (name: string, more: Partial<Claim>): Claim => ({ owner: { tool: 'argocd', kind: 'Application', cluster: 'one', namespace: 'argocd', name }, proof: false, exists: true, evidence: [], ...more })
  const rows: readonly [string, readonly Claim[], string][] = [
    ['nobody', [], 'nobody'],
    ['one prover', [claim('a', { proof: true })], 'a'],
    ['two provers', [claim('a', { proof: true }), claim('b', { proof: true })], 'AMBIGUOUS_OWNER'],
    ['a prover and a living rival', [claim('a', { proof: true }), claim('b', {})], 'AMBIGUOUS_OWNER'],
    ['a prover and a rival that is gone', [claim('a', { proof: true }), claim('b', { exists: false })], 'a'],
    ['a prover and a weak mark', [claim('a', { proof: true }), claim('b', { weak: true })], 'a'],
    ['a mark', [claim('a', {})], 'OWNER_NOT_FOUND'],
    ['a mark of nobody', [claim('a', { exists: false })], 'OWNER_NOT_FOUND'],
    ['weak marks only', [claim('a', { weak: true })], 'nobody'],
  ]
  for (const [name, claims, answer] of rows) {
    it(`of ${name} gives ${answer}`, () => {
      const chosen = chooseOwner(TARGET, claims)
      expect(chosen === null ? 'nobody' : isRefusal(chosen) ? chosen.refused : chosen.owner.name).to.equal(answer)
    })
  }
})

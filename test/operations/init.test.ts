import { expect } from 'chai'
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Cluster, ServedKind } from '../../src/flow/ports.ts'
import { WritError } from '../../src/model/error.ts'
import type { JsonObject } from '../../src/model/json.ts'
import { isKubernetesObject } from '../../src/model/resource.ts'
import { init, initLines } from '../../src/operations/init.ts'
import type { InitAnswer } from '../../src/operations/init.ts'
import type { Setup } from '../../src/operations/init/setup.ts'
import { environments } from '../../src/outside/config/environments.ts'
import { loadConfig } from '../../src/outside/config/load-config.ts'
import { writeNew } from '../../src/outside/config/write-new.ts'

type Objects = Readonly<Record<string, readonly JsonObject[]>>

const application = (name: string, server: string, source: JsonObject): JsonObject => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name, namespace: 'cd' }, spec: { destination: { server }, source } })
const namespaces = (...names: readonly string[]): readonly JsonObject[] => names.map(name => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } }))
const KUSTOMIZATION = { apiVersion: 'kustomize.toolkit.fluxcd.io/v1', kind: 'Kustomization', metadata: { name: 'x', namespace: 'flux-system' } }

/** An API server that holds just these objects, by kind. */
function cluster(name: string, objects: Objects): Cluster {
  const unused = (): never => { throw new Error('not called by init') }
  return {
    name, defaultNamespace: 'default', resolve: unused, get: unused, annotate: unused, replace: unused, watch: unused,
    served: (group, kind) => Promise.resolve<ServedKind | null>(objects[kind] === undefined ? null : { group, version: 'v1', kind, plural: kind, namespaced: true }),
    list: kind => Promise.resolve((objects[kind.kind] ?? []).filter(isKubernetesObject)),
  }
}

describe('writ init', () => {
  let dir: string
  beforeEach(() => { dir = join(mkdtempSync(join(tmpdir(), 'writ-init-')), 'environments') })
  afterEach(() => { rmSync(join(dir, '..'), { recursive: true, force: true }) })

  function setup(clusters: Readonly<Record<string, { readonly server: string, readonly objects: Objects | null, readonly current?: boolean }>>, user = 'ann'): Setup {
    return {
      dir, user,
      contexts: Object.entries(clusters).map(([name, { server, current }]) => ({ name, server, current: current === true })),
      cluster: (context, name) => {
        const objects = clusters[context]?.objects ?? null
        return objects === null ? Promise.reject(new WritError('cluster/unreachable', `Cluster ${name} does not answer.`)) : Promise.resolve(cluster(name, objects))
      },
      write: (name, text) => writeNew(dir, name, text),
    }
  }
  const run = (of: Setup, context: string | null = null): Promise<InitAnswer> => init(of, { context, progress: () => undefined })
  const hub = {
    server: 'https://hub:6443', current: true,
    objects: {
      Namespace: namespaces('cd', 'shop-dev', 'shop-qa', 'shop-staging', 'shop', 'developers'),
      Application: [
        application('a', 'https://kubernetes.default.svc', { repoURL: 'https://git.example.com/platform/apps.git', path: 'a' }),
        application('b', 'https://edge:6443', { repoURL: 'git@git.example.com:platform/edge.git', path: 'b' }),
        application('c', 'https://kubernetes.default.svc', { repoURL: 'https://charts.example.com', chart: 'redis' }),
      ],
      Kustomization: [KUSTOMIZATION],
      GitRepository: [{ apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'GitRepository', metadata: { name: 'g', namespace: 'flux-system' }, spec: { url: 'https://user:hunter2@other.example.com/x' } }],
    },
  }

  it('writes a configuration that loads, with what it found', async () => {
    const answer = await run(setup({ 'admin@hub': hub, 'admin@edge': { server: 'https://edge:6443', objects: { Namespace: namespaces('shop') } } }))
    expect(answer.files).to.deep.equal(['writ.yaml', 'people.yaml', 'prod.yaml'].map(file => ({ file, state: 'written' })))
    const config = loadConfig(dir)
    expect(config.writ.clusters).to.deep.equal([
      { name: 'hub', context: 'admin@hub', argocd: { namespace: 'cd', destinations: ['https://kubernetes.default.svc', 'in-cluster'] }, flux: {} },
      { name: 'edge', context: 'admin@edge', argocd: { context: 'admin@hub', namespace: 'cd', destinations: ['https://edge:6443'] } },
    ])
    expect(config.writ.repositories).to.deep.equal([
      { match: ['git@git.example.com:platform/edge.git', 'https://git.example.com/platform/apps.git'], forge: 'git.example.com' },
      { match: ['https://other.example.com/x'], forge: 'other.example.com' },
    ])
    expect(config.writ.forges.map(({ name, kind, host }) => `${name} ${kind} ${host}`)).to.deep.equal(['git.example.com plain git.example.com', 'other.example.com plain other.example.com'])
    expect(config.people).to.deep.include({ name: 'ann', kind: 'human', groups: [], aliases: { os: ['ann'], ssh: [], forge: {}, oidc: [], kube: [] } })
  })

  it('takes everything for prod, and only suggests what names look like', async () => {
    await run(setup({ hub }))
    const { of } = environments(loadConfig(dir))
    for (const name of ['shop-dev', 'shop-qa', 'shop-staging', 'shop']) expect(of('hub', name, null), name).to.include({ class: 'prod', known: true })
    const text = readFileSync(join(dir, 'prod.yaml'), 'utf8')
    expect(text).to.contain('#       namespaces: [shop-dev]').and.contain('#       namespaces: [shop-qa]').and.contain('#       namespaces: [shop-staging]').and.not.contain('developers')
  })

  it('gives suggestions that load when they are taken', async () => {
    await run(setup({ hub }))
    const suggested = readFileSync(join(dir, 'prod.yaml'), 'utf8').split('write dev.yaml:\n')[1]?.split('\n\n')[0]?.replaceAll(/^# {3}/gm, '') ?? ''
    writeFileSync(join(dir, 'dev.yaml'), suggested)
    expect(environments(loadConfig(dir)).of('hub', 'shop-dev', null).class).to.equal('dev')
  })

  it('writes no secret of a repository URL', async () => {
    await run(setup({ hub }))
    for (const name of readdirSync(dir)) expect(readFileSync(join(dir, name), 'utf8')).to.not.contain('hunter2')
  })

  it('overwrites nothing, and says what it left', async () => {
    await run(setup({ hub }))
    writeFileSync(join(dir, 'people.yaml'), 'people: []\n')
    rmSync(join(dir, 'prod.yaml'))
    const answer = await run(setup({ hub }, 'somebody'))
    expect(answer.files.map(({ state }) => state)).to.deep.equal(['exists', 'exists', 'written'])
    expect(readFileSync(join(dir, 'people.yaml'), 'utf8')).to.equal('people: []\n')
    expect(initLines(answer).map(({ text }) => text).join('\n')).to.contain(`exists    ${dir}/people.yaml: left as it is`).and.contain('Next: ')
  })

  it('leaves out a cluster that does not answer, as a comment', async () => {
    const answer = await run(setup({ hub, 'far-away': { server: 'https://far', objects: null } }))
    expect(answer.clusters.find(({ name }) => name === 'far-away')?.error).to.equal('Cluster far-away does not answer.')
    expect(loadConfig(dir).writ.clusters.map(({ name }) => name)).to.deep.equal(['hub'])
    expect(readFileSync(join(dir, 'writ.yaml'), 'utf8')).to.contain('# Did not answer when writ init looked: Cluster far-away does not answer.\n  # - name: far-away')
  })

  it('writes something that loads even where no cluster answers', async () => {
    await run(setup({ lonely: { server: 'https://far', objects: null } }))
    expect(loadConfig(dir).writ.clusters.map(({ name }) => name)).to.deep.equal(['lonely'])
  })

  it('takes one API server once, under the current context, and keeps names apart', async () => {
    const empty = { Namespace: [] }
    await run(setup({
      'a@main': { server: 'https://one', objects: empty }, 'b@main': { server: 'https://one', objects: empty, current: true },
      'arn:aws:eks:x:1:cluster/main': { server: 'https://two', objects: empty }, 'true': { server: 'https://three', objects: empty }, '10': { server: 'https://four', objects: empty },
    }))
    expect(loadConfig(dir).writ.clusters.map(({ name, context }) => `${name} ${context}`)).to.have.members(['main b@main', 'arn:aws:eks:x:1:cluster/main arn:aws:eks:x:1:cluster/main', 'true true', '10 10'])
    expect(readFileSync(join(dir, 'writ.yaml'), 'utf8')).to.contain('# The same API server: a@main')
  })

  it('looks at one context only where it is named', async () => {
    const answer = await run(setup({ hub, other: { server: 'https://x', objects: null } }), 'hub')
    expect(answer.clusters.map(({ context }) => context)).to.deep.equal(['hub'])
  })

  const errorOf = async (work: Promise<unknown>): Promise<unknown> => {
    try {
      await work
    } catch (error) {
      return error instanceof WritError ? error.code : error
    }
    return null
  }

  it('says what is missing where there is nothing to begin with', async () => {
    expect(await errorOf(run(setup({})))).to.equal('config/missing')
    expect(await errorOf(run(setup({ hub }), 'nope'))).to.equal('usage/bad-argument')
    expect(existsSync(dir)).to.equal(false)
    writeFileSync(dir, 'a file, no folder')
    expect(await errorOf(run(setup({ hub })))).to.equal('usage/bad-argument')
  })
})

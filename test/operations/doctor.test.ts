import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { parseAllDocuments } from 'yaml'
import type { AccessAsk, Cluster, ServedKind } from '../../src/flow/ports.ts'
import { refuse, WritError } from '../../src/model/error.ts'
import { doctor, doctorLines } from '../../src/operations/doctor.ts'
import type { DoctorAnswer, Machine } from '../../src/operations/doctor.ts'
import type { KubernetesObject } from '../../src/model/resource.ts'
import { NEEDS } from '../../src/operations/doctor/needs.ts'
import { environment } from '../fixtures/plan.ts'

type World = Awaited<ReturnType<Machine['connect']>>

const unused = (): never => { throw new Error('not called by doctor') }
let closed = 0

/** A configuration where all is well; parts are laid over. */
function world(more: Partial<World> = {}): World {
  const person = { name: 'ann', kind: 'human', groups: ['senior'], aliases: { os: ['ann'], ssh: ['ssh-ed25519 AAAA'], forge: {}, oidc: [], kube: [] } } as const
  return {
    caller: 'ann', people: [{ ...person, groups: [...person.groups], aliases: { os: ['ann'], ssh: ['ssh-ed25519 AAAA'], forge: {}, oidc: [], kube: [] } }],
    environments: { all: [environment('dev'), environment('prod')], of: unused },
    clusters: { all: [], choose: unused, named: unused }, servers: { named: unused },
    tools: [], repositories: { open: unused, same: unused }, policies: { bundle: () => Promise.resolve('0123456789abcdef'), judge: unused },
    close: () => {
      closed += 1
      return Promise.resolve()
    },
    ...more,
  }
}

function machine(more: Partial<Machine> = {}): Machine {
  return {
    node: 'v22.12.0', folder: { dir: '/etc/writ', from: '--config' }, version: program => Promise.resolve(program === 'git' ? 'git version 2.40.1' : 'signs'), renderer: () => Promise.resolve('kustomize 5.4.1'), isolation: () => Promise.resolve({ network: true, memory: true }),
    sqlite: () => Promise.resolve('SQLite 3.50'), store: () => Promise.resolve('/var/writ.db'), connect: () => Promise.resolve(world()), ...more,
  }
}

const missing = (answer: DoctorAnswer): readonly string[] => answer.checks.filter(check => check.state !== 'ok').map(({ name, state, required }) => `${name} ${state}${required ? ' (required)' : ''}`)
const tool = (urls: readonly string[]): World['tools'][number] => ({
  name: 'flux', claims: unused, read: unused, refresh: unused, sync: unused, observe: unused,
  owners: () => Promise.resolve(urls.map(url => ({
    ref: { tool: 'flux', kind: 'Kustomization', cluster: 'c', namespace: 'n', name: 'x' }, source: { url, revision: 'main', path: '' },
    render: { format: 'auto', loadRestrictor: 'none', directory: { recurse: true } }, destination: { cluster: 'c', namespace: null }, unsupported: null,
  }))),
})

/** API servers that allow what the function says. */
function all(allowed: (ask: AccessAsk) => boolean): World['servers'] {
  return { named: () => ({ patch: unused, dryApply: unused, dryPatch: unused, schemas: unused, may: ask => Promise.resolve(allowed(ask)), version: () => Promise.resolve('v1.32.1') }) }
}

describe('writ doctor', () => {
  it('is content where nothing is missing, and lets go of the world', async () => {
    closed = 0
    const answer = await doctor(machine())
    expect([answer.ok, missing(answer), answer.next, closed]).to.deep.equal([true, [], null, 1])
    expect(doctorLines(answer).map(({ text }) => text).join('\n')).to.contain('ok       git').and.contain('/etc/writ (--config): 2 environments, 1 people').and.match(/Nothing that Writ requires is missing\.$/)
  })

  it('says of each thing that is missing what cannot be done, and what to do', async () => {
    const answer = await doctor(machine({
      renderer: () => Promise.reject(new WritError('render/no-renderer', 'Kustomize 5.0 or later is needed: kustomize is not there.')), version: () => Promise.resolve(null), isolation: () => Promise.resolve({ network: false, memory: true }),
      sqlite: () => Promise.reject(new WritError('store/unusable', 'better-sqlite3 cannot be loaded: no binary')),
    }))
    expect(missing(answer)).to.deep.equal(['git missing (required)', 'kustomize missing', 'helm missing', 'isolation missing', 'ssh-keygen missing', 'sqlite missing (required)'])
    expect(answer.ok).to.equal(false)
    expect(answer.next).to.equal('install git 2.38 or later')
    for (const check of answer.checks) expect([check.name, check.without === null, check.install === null]).to.deep.equal([check.name, check.state === 'ok', check.state === 'ok'])
    const text = doctorLines(answer).map(line => line.text).join('\n')
    expect(text).to.match(/missing {2}git +git is not there\n +without it: nothing can be read, published or merged\n +do: install git 2\.38 or later/)
  })

  it('says that there is no configuration yet, and what comes next, and is content with the machine', async () => {
    const answer = await doctor(machine({ connect: () => Promise.reject(new WritError('config/missing', 'There is no configuration folder.')) }))
    expect([answer.ok, missing(answer)]).to.deep.equal([true, ['configuration missing']])
    expect(doctorLines(answer).at(-1)?.text).to.equal('This machine has what Writ requires, and there is no configuration yet. Next: writ init')
  })

  it('goes without what is not required', async () => {
    const answer = await doctor(machine({ renderer: () => Promise.reject(new WritError('render/no-renderer', 'none')), version: program => Promise.resolve(program === 'git' ? 'git version 3.0' : null) }))
    expect([answer.ok, missing(answer)]).to.deep.equal([true, ['kustomize missing', 'helm missing', 'ssh-keygen missing']])
  })

  it('knows which versions fit', async () => {
    const node = async (version: string): Promise<boolean> => (await doctor(machine({ node: version }))).ok
    for (const version of ['v20.19.0', 'v20.20.2', 'v22.12.0', 'v24.1.0']) expect(await node(version), version).to.equal(true)
    for (const version of ['v18.20.0', 'v20.18.1', 'v21.7.0', 'v22.11.0']) expect(await node(version), version).to.equal(false)
    for (const [text, is] of [['git version 2.38.0', true], ['git version 2.37.9', false], ['git version 2.39.5 (Apple Git-154)', true], ['git version 1.99', false]] as const) {
      expect((await doctor(machine({ version: () => Promise.resolve(text) }))).ok, text).to.equal(is)
    }
  })

  it('works without a configuration, and tells a missing one from a wrong one', async () => {
    const none = await doctor(machine({ connect: () => Promise.reject(new WritError('config/missing', 'There is none.')) }))
    expect([none.ok, missing(none)]).to.deep.equal([true, ['configuration missing']])
    expect(none.next).to.contain('writ init')
    const wrong = await doctor(machine({ connect: () => Promise.reject(new WritError('config/invalid', 'a.yaml:1:1: no')) }))
    expect([wrong.ok, missing(wrong)]).to.deep.equal([false, ['configuration missing (required)']])
  })

  it('asks every cluster and every repository of an owner, and none of them stops the others', async () => {
    const unreachable = (): Promise<never> => Promise.reject(new WritError('cluster/unreachable', 'Cluster b does not answer.'))
    const namespaces = { group: '', version: 'v1', kind: 'Namespace', plural: 'namespaces', namespaced: false }
    const base = { defaultNamespace: 'd', resolve: unused, get: unused, list: unused, annotate: unused, replace: unused, watch: unused }
    const clusters = [{ ...base, name: 'a', served: (group: string) => Promise.resolve(group === '' ? namespaces : null) }, { ...base, name: 'b', served: unreachable }]
    const handle = (tip: () => Promise<{ branch: string, commit: string } | null>): ReturnType<World['repositories']['open']> => ({
      reader: { url: 'u', tip, tree: unused, worktree: unused, contains: unused, commits: unused, mergeTree: unused, changes: unused },
      writer: { commit: unused, mergeCommit: unused, push: unused }, forge: { name: 'f', kind: 'plain', can: { mergedBy: 'writ', reviews: false, comments: false }, find: unused, put: unused, look: unused, comment: unused, merge: unused, close: unused, readEvent: unused },
    })
    const answer = await doctor(machine({
      connect: () => Promise.resolve(world({
        clusters: { all: clusters, choose: unused, named: unused }, servers: all(() => true), tools: [tool(['https://g/good', 'https://g/bare', 'https://g/foreign', 'http://g/odd']), tool(['https://g/good'])],
        repositories: {
          same: unused,
          open: url => {
            if (url.endsWith('foreign')) return refuse('REPOSITORY_UNKNOWN', 'No entry matches.')
            if (url.startsWith('http:')) throw new WritError('git/refused', 'http is not allowed.')
            return handle(() => Promise.resolve(url.endsWith('bare') ? null : { branch: 'main', commit: 'a'.repeat(40) }))
          },
        },
      })),
    }))
    expect(missing(answer)).to.deep.equal(['cluster b missing (required)', 'repository http://g/odd missing (required)', 'repository https://g/bare missing (required)', 'repository https://g/foreign missing (required)'])
    expect(answer.checks.filter(({ name }) => name === 'repository https://g/good')).to.have.length(1)
  })

  describe('in a cluster', () => {
    const served = (group: string, kind: string, version = 'v1'): ServedKind => ({ group, version, kind, plural: `${kind.toLowerCase()}s`, namespaced: true })
    const workload = (kind: string, name: string, image: string): KubernetesObject => ({ apiVersion: 'apps/v1', kind, metadata: { name }, spec: { template: { spec: { containers: [{ image }] } } } })
    const installed = [served('', 'Namespace'), served('argoproj.io', 'Application', 'v1alpha1'), served('apps', 'Deployment'), served('apps', 'StatefulSet')]

    async function cluster(of: { readonly kinds?: readonly ServedKind[], readonly objects?: readonly KubernetesObject[], readonly may?: (ask: AccessAsk) => boolean }): Promise<DoctorAnswer> {
      const one: Cluster = {
        name: 'a', defaultNamespace: 'd', resolve: unused, get: unused, annotate: unused, replace: unused, watch: unused,
        served: (group, kind) => Promise.resolve((of.kinds ?? installed).find(known => known.group === group && known.kind === kind) ?? null),
        list: kind => Promise.resolve((of.objects ?? []).filter(object => object.kind === kind.kind)),
      }
      return doctor(machine({ connect: () => Promise.resolve(world({ clusters: { all: [one], choose: unused, named: () => one }, servers: all(of.may ?? (() => true)) })) }))
    }
    const found = (answer: DoctorAnswer, name: string): string | undefined => answer.checks.find(check => check.name === name)?.found

    it('says which versions run and which kinds are served', async () => {
      const answer = await cluster({ objects: [workload('StatefulSet', 'argocd-application-controller', 'quay.io/argoproj/argocd:v3.2.0'), workload('Deployment', 'argocd-repo-server', `localhost:5000/argocd@sha256:${'0'.repeat(64)}`)] })
      expect([found(answer, 'cluster a'), found(answer, 'kinds a'), found(answer, 'controllers a')]).to.deep.equal(['reachable, Kubernetes v1.32.1', 'Application v1alpha1', 'argocd-application-controller v3.2.0, argocd-repo-server of a version that its image does not tell'])
      expect(missing(answer)).to.deep.equal([])
      expect(found(await cluster({ kinds: [served('', 'Namespace')] }), 'kinds a')).to.equal('neither Argo CD nor Flux is installed in it')
      expect(found(await cluster({ kinds: [...installed, served('helm.toolkit.fluxcd.io', 'HelmRelease', 'v3')] }), 'kinds a')).to.equal('HelmRelease v3, known is v2')
    })

    it('says where plans cannot be tried by a dry run, which nothing requires', async () => {
      const answer = await cluster({ may: ({ group, resource, verb }) => !(group === 'apps' && resource === 'deployments' && verb === 'patch') })
      expect(missing(answer)).to.deep.equal([])
      expect(found(answer, 'rights a')).to.match(/^all that is needed for what is installed; plans are held against the published schema only/)
      expect(found(await cluster({}), 'rights a')).to.equal('all that is needed for what is installed')
    })

    it('names each right that is missing for what is installed, as roles to apply, and goes on', async () => {
      const answer = await cluster({ may: ({ group, resource, verb }) => !(resource === 'pods' || resource === 'events' || (group === 'argoproj.io' && (verb === 'patch' || verb === 'update'))) })
      expect([answer.ok, missing(answer), found(answer, 'rights a')]).to.deep.equal([true, ['rights a warning'], 'may not get, list, watch pods, events; patch, update applications.argoproj.io'])
      const text = doctorLines(answer).map(line => line.text).join('\n')
      expect(text).to.match(/\nSomething cannot be done: see rights a above\.\nNothing that Writ requires is missing\.$/)
      const roles = parseAllDocuments(text.slice(text.indexOf('apiVersion:'), text.indexOf('\n\nSomething'))).map((document): unknown => document.toJS())
      const head = { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole' }
      expect(roles).to.deep.equal([
        { ...head, metadata: { name: 'writ-missing' }, rules: [{ apiGroups: [''], resources: ['pods', 'events'], verbs: ['get', 'list', 'watch'] }, { apiGroups: ['argoproj.io'], resources: ['applications'], verbs: ['patch'] }] },
        { ...head, metadata: { name: 'writ-steer-missing' }, rules: [{ apiGroups: ['argoproj.io'], resources: ['applications'], verbs: ['update'] }] },
      ])
    })

    it('asks for nothing that the shipped roles do not give', () => {
      const roles = parseAllDocuments(readFileSync('deploy/kubernetes/rbac.yaml', 'utf8')).map(document => document.toJS() as { metadata: { name: string }, rules: readonly { apiGroups: readonly string[], resources: readonly string[], verbs: readonly string[] }[] })
      const gives = (role: string, ask: AccessAsk): boolean => roles.find(({ metadata }) => metadata.name === role)?.rules.some(rule => rule.apiGroups.includes(ask.group) && (rule.resources.includes(ask.resource) || rule.resources.includes('*')) && rule.verbs.includes(ask.verb)) === true
      const lacking = NEEDS.flatMap(({ role, group, resources, verbs }) => resources.flatMap(resource => verbs.filter(verb => !gives(role, { verb, group, resource, namespace: null })).map(verb => `${role}: ${verb} ${resource}.${group}`)))
      expect(lacking).to.deep.equal([])
      expect(roles.map(({ metadata }) => metadata.name)).to.deep.equal(['writ', 'writ-steer'])
    })
  })

  it('does not ask for repositories where the owners cannot be listed', async () => {
    const broken = { ...tool([]), owners: () => Promise.reject(new WritError('cluster/unauthorized', 'forbidden')) }
    expect(missing(await doctor(machine({ connect: () => Promise.resolve(world({ tools: [broken] })) })))).to.deep.equal(['repositories warning'])
  })

  it('warns where the caller is unknown, and where nobody could approve', async () => {
    const answer = await doctor(machine({ connect: () => Promise.resolve(world({ caller: 'eve', people: [{ name: 'bot', kind: 'ai', groups: ['senior'], aliases: { os: ['bot'], ssh: ['k'], forge: {}, oidc: [], kube: [] } }] })) }))
    expect([answer.ok, missing(answer)]).to.deep.equal([true, ['you warning', 'approvals prod warning']])
  })
})

import { expect } from 'chai'
import { refuse, WritError } from '../../src/model/error.ts'
import { doctor, doctorLines } from '../../src/operations/doctor.ts'
import type { DoctorAnswer, Machine } from '../../src/operations/doctor.ts'
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
    clusters: { all: [], choose: unused, named: unused },
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
    expect(missing(answer)).to.deep.equal(['git missing (required)', 'kustomize missing', 'isolation missing', 'ssh-keygen missing', 'sqlite missing (required)'])
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
    expect([answer.ok, missing(answer)]).to.deep.equal([true, ['kustomize missing', 'ssh-keygen missing']])
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
    const clusters = [{ ...base, name: 'a', served: () => Promise.resolve(namespaces) }, { ...base, name: 'b', served: unreachable }]
    const handle = (tip: () => Promise<{ branch: string, commit: string } | null>): ReturnType<World['repositories']['open']> => ({
      reader: { url: 'u', tip, tree: unused, worktree: unused, contains: unused, commits: unused, mergeTree: unused, changes: unused },
      writer: { commit: unused, mergeCommit: unused, push: unused }, forge: { name: 'f', kind: 'plain', can: { mergedBy: 'writ', reviews: false }, find: unused, open: unused, update: unused, merged: unused, close: unused },
    })
    const answer = await doctor(machine({
      connect: () => Promise.resolve(world({
        clusters: { all: clusters, choose: unused, named: unused }, tools: [tool(['https://g/good', 'https://g/bare', 'https://g/foreign', 'http://g/odd']), tool(['https://g/good'])],
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

  it('does not ask for repositories where the owners cannot be listed', async () => {
    const broken = { ...tool([]), owners: () => Promise.reject(new WritError('cluster/unauthorized', 'forbidden')) }
    expect(missing(await doctor(machine({ connect: () => Promise.resolve(world({ tools: [broken] })) })))).to.deep.equal(['repositories warning'])
  })

  it('warns where the caller is unknown, and where nobody could approve', async () => {
    const answer = await doctor(machine({ connect: () => Promise.resolve(world({ caller: 'eve', people: [{ name: 'bot', kind: 'ai', groups: ['senior'], aliases: { os: ['bot'], ssh: ['k'], forge: {}, oidc: [], kube: [] } }] })) }))
    expect([answer.ok, missing(answer)]).to.deep.equal([true, ['you warning', 'approvals prod warning']])
  })
})

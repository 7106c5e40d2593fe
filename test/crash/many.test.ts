import { expect } from 'chai'
import Database from 'better-sqlite3'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { FieldAsk } from '../../src/model/request.ts'
import { startSandbox } from '../../src/sandbox/up.ts'
import type { Sandbox } from '../../src/sandbox/up.ts'
import type { ChildOrder } from './child.ts'
import { children } from './children.ts'
import type { ChildEnd, Children } from './children.ts'
import { laneScenario } from './scenario.ts'

// Each proves its edit again on what the others merged: twice as many take four times as long.
const CONTAINERS = process.env['WRIT_TEST_LONG'] === '1' ? ['c1', 'c2', 'c3', 'c4', 'c5'] : ['c1', 'c2', 'c3']

/** Four fields of each container of one file, with the value asked for: twenty in the long run. */
const ASKS: readonly FieldAsk[] = CONTAINERS.flatMap((container, number) => [
  { kind: 'image', container, value: `registry.example/${container}:3.0.${number}` },
  { kind: 'resource', container, section: 'limits', resource: 'memory', value: `${200 + number}Mi` },
  { kind: 'resource', container, section: 'limits', resource: 'cpu', value: `${300 + number}m` },
  { kind: 'resource', container, section: 'requests', resource: 'memory', value: `${20 + number}Mi` },
])

describe(`${ASKS.length} requests at once on as many fields of one file`, function () {
  this.timeout(240_000)
  let sandbox: Sandbox
  let started: Children

  before(async () => {
    started = await children()
    sandbox = await startSandbox({ scenario: laneScenario(['lane-a'], CONTAINERS), stability: '0s', interval: 200 })
  })
  after(async () => {
    await sandbox?.stop()
    started?.remove()
  })

  it('are all merged: the base holds all values, with one change request and one merge each', async () => {
    const ends = await Promise.all(ASKS.map(run))
    expect(ends.filter(end => end.code !== 0)).to.deep.equal([])
    const git = (...args: string[]): string => execFileSync('git', ['--git-dir', sandbox.git.folderOf('lanes'), ...args], { encoding: 'utf8' }).trim()
    const text = git('show', 'main:lane-a/web.yaml')
    const containers = parse(text).spec.template.spec.containers as readonly { name: string, image: string, resources: Record<string, Record<string, string>> }[]
    const held = containers.flatMap(({ image, resources }) => [image, resources['limits']?.['memory'], resources['limits']?.['cpu'], resources['requests']?.['memory']])
    expect(held).to.deep.equal(ASKS.map(ask => ask.value))
    expect(text).to.contain('# Made for tests; this comment must survive.')
    expect(git('log', '--merges', '--format=%H', 'main').split('\n')).to.have.length(ASKS.length)
    expect(git('for-each-ref', '--format=%(refname)', 'refs/heads/writ').split('\n')).to.have.length(ASKS.length)
    const store = new Database(join(sandbox.folder, 'state', 'writ.db'), { readonly: true })
    try {
      expect(store.prepare('select state, count(*) as n from change_request group by state').all()).to.deep.equal([{ state: 'merged', n: ASKS.length }])
    } finally {
      store.close()
    }
  })

  function run(ask: FieldAsk): Promise<ChildEnd> {
    const order: ChildOrder = { dir: sandbox.config, mode: 'request', namespace: 'lane-a', type: 'deployment', name: 'web', asks: [ask], killAt: null, points: null, until: 'merged' }
    return started.run(order, sandbox.env)
  }
})

import { expect } from 'chai'
import { pathsCover } from '../../src/flow/verify/generate-paths.ts'
import { approvalsNeeded, judge } from '../../src/flow/judge.ts'
import type { World } from '../../src/flow/world.ts'
import { isRefusal } from '../../src/model/error.ts'
import type { JudgedObject, Plan, RenderedChanges } from '../../src/model/plan.ts'
import type { Delivery } from '../../src/model/owner.ts'
import { environment, plan } from '../fixtures/plan.ts'
import { folderRepository, proofWorld } from '../support/proof-world.ts'

describe('approvals needed', () => {
  it('follow the class', () => {
    expect(approvalsNeeded([environment('dev')])).to.include({ count: 0, senior: false, signed: false })
    expect(approvalsNeeded([environment('test')])).to.include({ count: 0, senior: false, signed: false })
    expect(approvalsNeeded([environment('staging')])).to.include({ count: 1, senior: false, signed: true })
    expect(approvalsNeeded([environment('prod')])).to.include({ count: 1, senior: true, signed: true })
  })
  it('are those of the highest affected environment', () => {
    expect(approvalsNeeded([environment('dev'), environment('prod', { approvers: ['platform'], seniors: 'leads' })])).to.deep.equal({ count: 1, senior: true, groups: ['platform'], seniorGroup: 'leads', signed: true })
  })
  it('are of each affected environment that has other people, too', () => {
    const [a, b] = [environment('prod', { name: 'a', approvers: ['team-a'] }), environment('prod', { name: 'b', approvers: ['team-b'] })]
    expect(approvalsNeeded([a, b]).beside).to.deep.equal([{ environment: 'b', count: 1, senior: true, groups: ['team-b'], seniorGroup: 'senior' }])
    expect(approvalsNeeded([environment('prod', { name: 'a' }), environment('staging', { approvers: ['team-b'] })]).beside?.map(need => need.environment)).to.deep.equal(['staging'])
    expect(approvalsNeeded([a, environment('prod', { name: 'b', approvers: ['team-a'], seniors: 'leads' })]).beside).to.have.length(1)
    for (const same of [a, environment('prod', { name: 'b', approvers: ['team-a'] }), environment('prod', { name: 'b' }), environment('dev', { approvers: ['team-b'] })]) expect(approvalsNeeded([a, same]).beside).to.equal(undefined)
  })
  it('never fall below the class, whatever an environment says', () => {
    expect(approvalsNeeded([environment('prod', { approvals: 0 })]).count).to.equal(1)
    expect(approvalsNeeded([environment('dev', { approvals: 2 }), environment('staging')]).count).to.equal(2)
  })
})

describe('judging what else ships', () => {
  const repository = folderRepository()
  after(() => { repository.dispose() })
  const [staging, prod] = [environment('staging', { name: 'shop' }), environment('prod', { name: 'pay' })]
  const judged: { environment: string, names: readonly string[] }[] = []
  const world = (deny: string | null): World => ({
    ...proofWorld({ repository, owners: [] }),
    clusters: { all: [], choose: () => { throw new Error('none') }, named: () => ({ served: () => Promise.resolve(null) }) as never },
    environments: { all: [staging, prod], of: () => environment('prod') },
    policies: {
      bundle: () => Promise.resolve('bundle'),
      judge: (environment, objects) => {
        judged.push({ environment: environment.name, names: objects.map(({ ref }) => ref.name) })
        return Promise.resolve(objects.map(({ ref }) => ({ policy: 'p', binding: 'b', object: `${ref.kind} ${ref.name}`, result: ref.name === deny ? 'deny' : 'pass', preExisting: false, severity: null, message: 'no', file: 'p.yaml' } as const)))
      },
    },
  })
  const object = (name: string): JudgedObject => ({ ref: { group: '', version: 'v1', kind: 'ConfigMap', namespace: 'pay', name }, before: null, after: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } } })
  const rendered: RenderedChanges = { asked: [object('asked')], blast: [], ships: [{ environment: 'pay', objects: [object('along')] }] }
  const proven = (delivery: Partial<Delivery> = {}): Plan => plan({
    environment: staging, alsoShips: { since: 'c'.repeat(40), because: 'manual sync', changes: [], hash: 'h', environments: ['pay'] },
    owner: { ...plan().owner, delivery: { automated: true, reverts: true, syncedCommit: null, behindBecause: null, ...delivery } },
  })
  beforeEach(() => { judged.length = 0 })

  it('asks the policies of the environment that each object is in, and its approvals', async () => {
    const result = await judge(world(null), proven(), rendered)
    if (isRefusal(result)) throw new Error(result.message)
    expect(judged).to.deep.equal([{ environment: 'shop', names: ['asked'] }, { environment: 'pay', names: ['along'] }])
    expect([result.environmentClass, result.needs.senior, result.verdicts.length]).to.deep.equal(['prod', true, 2])
  })
  it('stops the change where a policy denies what would ship along', async () => {
    const result = await judge(world('along'), proven(), rendered)
    expect(isRefusal(result) ? [result.refused, result.evidence[0]?.sentence] : 'a plan').to.deep.equal(['POLICY', 'p denies ConfigMap along: no'])
  })
  it('says why the merge will not deploy at once, and where it never would', async () => {
    const notes = async (delivery: Partial<Delivery>): Promise<readonly string[] | undefined> => { const result = await judge(world(null), proven(delivery), rendered); return isRefusal(result) ? [] : result.notes }
    expect(await notes({})).to.equal(undefined)
    expect(await notes({ behindBecause: 'sync window: window 0 is open' })).to.deep.equal(['Application argocd/shop will not deploy the merge at once: sync window: window 0 is open'])
    expect((await notes({ generatePaths: ['/other'] }))?.[0]).to.match(/looks only at \/other .*hard refresh/)
    expect(await notes({ generatePaths: ['.'] })).to.equal(undefined)
  })
})

describe('the paths that an Application is made of', () => {
  const rows: readonly [readonly string[], string, boolean][] = [
    [['.'], 'apps/web/web.yaml', true], [['.'], 'apps/website/web.yaml', false], [['..'], 'apps/base/web.yaml', true], [['../base'], 'apps/base/web.yaml', true], [['/apps'], 'apps/base/web.yaml', true],
    [['/'], 'anything.yaml', true], [['/apps/web/web.yaml'], 'apps/web/web.yaml', true], [['/other', '.'], 'apps/web/a/b.yaml', true], [[], 'apps/web/web.yaml', false], [['../../..'], 'x.yaml', true],
  ]
  for (const [paths, file, covered] of rows) {
    it(`${paths.join(';')} ${covered ? 'cover' : 'leave out'} ${file}`, () => { expect(pathsCover(paths, 'apps/web', [file])).to.equal(covered) })
  }
})

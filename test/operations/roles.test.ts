import { expect } from 'chai'
import { textAt, valueAt } from '../../src/model/json.ts'
import type { Called, Stage } from '../support/stage.ts'

describe('who may do what in an environment', function () {
  this.timeout(60_000)
  let stage: Stage
  // Loaded late, as the door loads what it needs.
  beforeEach(async () => { stage = await (await import('../support/stage.ts')).Stage.open() })
  afterEach(() => stage.close())

  async function json(user: string, ...args: readonly string[]): Promise<Called> {
    stage.knobs.user = user
    return stage.call(...args, '-o', 'json')
  }
  const ask = (user: string, ...more: readonly string[]): Promise<Called> => json(user, 'scale', 'deploy/web', '--replicas=3', '-n', 'prod', ...more)

  it('lets only proposers ask for a change, and shows the plan to whoever may look', async () => {
    stage.knobs.prod = { proposers: ['senior'] }
    const refused = await ask('ann')
    expect([refused.exit, refused.json['code'], refused.json['message']]).to.deep.equal([2, 'identity/not-allowed', 'ann is in no group that environment prod lists as proposers, and may not propose changes for class prod.'])
    expect(stage.branches()).to.deep.equal(['main'])
    expect((await ask('ann', '--dry-run')).json['kind']).to.equal('Plan')
    expect((await ask('bo')).json['step']).to.equal('approve')
  })

  it('shows plans and changes to viewers and to whoever may do more, and leaves them out of lists for others', async () => {
    stage.knobs.prod = { viewers: ['auditors'] }
    const asked = await ask('bo')
    const id = textAt(asked.json, 'id') ?? ''
    expect([asked.exit, asked.json['step']], asked.err).to.deep.equal([4, 'approve'])
    for (const args of [['get', `change/${id}`], ['describe', `change/${id}`], ['approve', `change/${id}`], ['cancel', `change/${id}`]]) {
      expect((await json('ann', ...args)).json['code'], args.join(' ')).to.equal('identity/not-allowed')
    }
    expect((await ask('ann', '--dry-run')).json['code']).to.equal('identity/not-allowed')
    expect([(await json('ann', 'list')).json['items'], (await json('ann', 'history')).json['items']]).to.deep.equal([[], []])
    expect((await json('bo', 'list')).json['items']).to.have.length(1)
    expect((await json('bo', 'get', `change/${id}`)).json['status']).to.equal('open')
  })

  it('asks for an owner of each changed file by what the base says, where code owners are asked for', async () => {
    stage.knobs.prod = { codeOwners: true }
    const owned = async (by: string): Promise<void> => { await stage.repository.commit({ '.github/CODEOWNERS': `* @nobody\n/prod/ ${by}\n` }) }
    await owned('@carla @org/team')
    const planned = await ask('ann', '--dry-run')
    expect(valueAt(planned.json, 'needs', 'codeOwners')).to.deep.equal([{ owners: ['@carla', '@org/team'], paths: ['prod/web.yaml'], file: '.github/CODEOWNERS', forge: 'local' }])
    const id = textAt((await ask('ann')).json, 'id') ?? ''
    const half = await json('bo', 'approve', id, '--key', stage.keys.bo)
    expect([half.json['step'], textAt(half.json, 'waiting', 'sentence')], half.err).to.deep.equal(['approve', 'waits for 1 approval by a code owner of prod/web.yaml (@carla or @org/team)'])
    await json('ann', 'cancel', id)
    await owned('@Bo-There')
    const other = textAt((await ask('ann')).json, 'id') ?? ''
    expect((await json('bo', 'approve', other, '--key', stage.keys.bo)).json['step']).to.equal('merge')
  })

  it('lets those who asked, approvers and admins end a change, and nobody else where admins are named', async () => {
    stage.knobs.prod = { admins: ['senior'] }
    const asked = await ask('bo')
    const id = textAt(asked.json, 'id') ?? ''
    expect((await json('ann', 'cancel', `change/${id}`)).json['message']).to.equal('ann is in no group that environment prod lists as admins, and may not cancel the change of somebody else.')
    expect((await json('bo', 'cancel', `change/${id}`)).json['status']).to.equal('cancelled')
    const own = textAt((await ask('ann')).json, 'id') ?? ''
    expect((await json('ann', 'cancel', `change/${own}`)).json['status']).to.equal('cancelled')
  })
})

import { expect } from 'chai'
import Database from 'better-sqlite3'
import { readMachineBlock } from '../../../src/flow/publish/page/machine-block.ts'
import type { ChangeBlock } from '../../../src/model/change-block.ts'
import { textAt } from '../../../src/model/json.ts'
import type { Called, Stage } from '../../support/stage.ts'

const FILE = 'prod/web.yaml'

describe('the page on its change request, while the world moves', function () {
  this.timeout(60_000)
  let stage: Stage
  beforeEach(async () => { stage = await (await import('../../support/stage.ts')).Stage.open() })
  afterEach(() => stage.close())

  async function json(user: string, ...args: readonly string[]): Promise<Called> {
    stage.knobs.user = user
    return stage.call(...args, '-o', 'json')
  }

  /** What stands on the one change request now. */
  function page(): { readonly body: string, readonly block: ChangeBlock } {
    const db = new Database(`${stage.dir}/writ.db`, { readonly: true })
    try {
      const rows = db.prepare<[], { body: string }>('select body from change_request').all()
      expect(rows).to.have.length(1)
      const body = rows[0]?.body ?? ''
      return { body, block: readMachineBlock(body) ?? expect.fail(body) }
    } finally {
      db.close()
    }
  }

  async function askedAndApproved(): Promise<string> {
    const id = textAt((await json('ann', 'scale', 'deploy/web', '--replicas=3', '-n', 'prod')).json, 'id') ?? ''
    await json('bo', 'approve', id, '--key', stage.keys.bo)
    return id
  }

  it('shows the values of today where the base moved under it', async () => {
    const file = `${stage.repository.git('show', `main:${FILE}`)}\n`
    const id = await askedAndApproved()
    const before = page()
    expect(before.body).to.contain('| `spec.replicas` | `2` | `3` |')
    await stage.repository.commit({ [FILE]: file.replace('replicas: 2', 'replicas: 4') })
    await json('bo', 'merge', id)
    const after = page()
    expect(after.body).to.contain('| `spec.replicas` | `4` | `3` |')
    expect([after.block.git.head === before.block.git.head, after.block.git.base]).to.deep.equal([false, stage.tip('main')])
    expect(after.block.git.head).to.equal(stage.tip(stage.branches().find(name => name.startsWith('writ/')) ?? ''))
  })

  it('has the digest of today where the policies changed', async () => {
    const id = await askedAndApproved()
    const before = page()
    stage.knobs.bundle = 'another'
    const stopped = await json('bo', 'merge', id)
    expect(stopped.json['step'], stopped.err).to.equal('approve')
    expect(page().block.digest).not.to.equal(before.block.digest)
    expect(page().block.digest).to.equal(textAt(stopped.json, 'plan', 'digest'))
  })

  it('is not touched by looks, approvals and asking again', async () => {
    const id = await askedAndApproved()
    const before = page().body
    await json('ann', 'work', '--once')
    await json('ann', 'scale', 'deploy/web', '--replicas=3', '-n', 'prod')
    expect(page().body).to.equal(before)
    expect(before).not.to.contain('hunter2')
    expect(id).to.equal(page().block.change)
  })
})

import { expect } from 'chai'
import Database from 'better-sqlite3'
import { objectsAt, textAt, valueAt } from '../../../src/model/json.ts'
import type { Called, Stage } from '../../support/stage.ts'

describe('the comment on a change request', function () {
  this.timeout(60_000)
  let stage: Stage
  /** What was sent, in its order. */
  let sent: { readonly request: string, readonly body: string }[]
  let down: boolean
  beforeEach(async () => {
    // Loaded late, as the door loads what it needs; its errors are of that load.
    const { WritError } = await import('../../../src/model/error.ts')
    stage = await (await import('../../support/stage.ts')).Stage.open()
    sent = []
    down = false
    stage.knobs.comment = (request, body) => {
      if (down) return Promise.reject(new WritError('forge/unreachable', 'The forge does not answer.', { retry: true }))
      sent.push({ request, body })
      return Promise.resolve()
    }
  })
  afterEach(() => stage.close())

  async function json(user: string, ...args: readonly string[]): Promise<Called> {
    stage.knobs.user = user
    return stage.call(...args, '-o', 'json')
  }
  const scale = (to = 3): Promise<Called> => json('ann', 'scale', 'deploy/web', `--replicas=${to}`, '-n', 'prod')
  const idOf = (called: Called): string => textAt(called.json, 'id') ?? expect.fail(called.out + called.err)
  /** The first line of each. */
  const said = (): readonly string[] => sent.map(({ body }) => body.split('\n')[0] ?? '')

  it('follows a change from its approval to its verification, and says nothing twice', async () => {
    const id = idOf(await scale())
    for (let i = 0; i < 3; i += 1) await json('ann', 'work', '--once')
    expect(said()).to.deep.equal([`**Waiting for people**: 1 approval by a member of senior. To approve, review the present head here, or use \`writ approve change/${id} --key FILE\`.`])
    await json('bo', 'approve', id, '--key', stage.keys.bo)
    expect(said().slice(1)).to.deep.equal([`**Waiting for people**: a person to merge. Next: \`writ merge change/${id}\`.`])
    await json('bo', 'merge', id, '--wait')
    expect(said().at(-1)).to.match(/^\*\*Verified\*\*: the live fields are as asked, and it is /)
    const last = sent.at(-1)?.body ?? ''
    expect(last).to.match(/asked by `ann`[\s\S]*approved by `bo` \(signed\)[\s\S]*merged by `bo` into `main` as `[0-9a-f]{12}`[\s\S]*\*\*verified\*\*/)
    const all = sent.length
    expect(new Set(sent.map(({ body }) => body)).size).to.equal(all)
    await json('ann', 'get', id, '--wait')
    await json('ann', 'work', '--once')
    expect(sent).to.have.length(all)
    expect(new Set(sent.map(({ request }) => request)).size).to.equal(1)
  })

  it('says how a change ended otherwise: declined, cancelled, superseded', async () => {
    const id = idOf(await scale())
    await json('bo', 'reject', id, '--key', stage.keys.bo)
    expect(said().at(-1)).to.equal('**Declined**: rejected by bo')
    expect(sent.at(-1)?.body).to.match(/`\d{4}-\d\d-\d\d \d\d:\d\d:\d\d` \| \*\*declined\*\* \(`DECLINED`\)/)
    await json('ann', 'cancel', idOf(await scale(4)))
    expect(said().at(-1)).to.match(/^\*\*Cancelled\*\*/)
    await scale(5)
    await scale(6)
    expect(said().filter(line => line.startsWith('**Superseded**'))).to.have.length(1)
  })

  it('keeps no change waiting where the forge takes no comment, notes it once, and says it later', async () => {
    down = true
    const id = idOf(await scale())
    await json('ann', 'work', '--once')
    await json('ann', 'work', '--once')
    const journal = objectsAt((await json('ann', 'describe', id)).json, 'journal').map(entry => [valueAt(entry, 'data', 'kind'), valueAt(entry, 'data', 'code')])
    expect(journal.filter(([kind]) => kind === 'not-told')).to.deep.equal([['not-told', 'forge/unreachable']])
    const approved = await json('bo', 'approve', id, '--key', stage.keys.bo)
    expect([approved.exit, approved.json['step']]).to.deep.equal([4, 'merge'])
    down = false
    expect((await json('bo', 'merge', id, '--wait')).json['status']).to.equal('verified')
    expect(said().at(-1)).to.match(/^\*\*Verified\*\*/)
  })

  it('is written once more, and not otherwise, where a process died before it wrote down that it had been', async () => {
    idOf(await scale())
    const db = new Database(`${stage.dir}/writ.db`)
    db.prepare(`update change set facts = json_remove(facts, '$.told')`).run()
    db.close()
    await json('ann', 'work', '--once')
    await json('ann', 'work', '--once')
    expect(sent.map(({ body }) => body)).to.have.length(2)
    expect(sent[1]).to.deep.equal(sent[0])
  })

  it('says the end later, too, where the forge did not answer when it came', async () => {
    const id = idOf(await scale())
    down = true
    expect((await json('bo', 'reject', id, '--key', stage.keys.bo)).json['status']).to.equal('rejected')
    down = false
    const before = sent.length
    await json('ann', 'work', '--once')
    expect(sent, 'not at every look').to.have.length(before)
    const db = new Database(`${stage.dir}/writ.db`)
    db.prepare(`update change set facts = json_set(facts, '$.untold.at', '2020-01-01T00:00:00.000Z')`).run()
    db.close()
    for (let i = 0; i < 2; i += 1) await json('ann', 'work', '--once')
    expect(said().slice(before)).to.deep.equal(['**Declined**: rejected by bo'])
  })

  it('is not asked for where the forge has none', async () => {
    stage.knobs.comment = null
    const id = idOf(await scale())
    expect(valueAt((await json('ann', 'get', id)).json, 'facts', 'told')).to.equal(undefined)
  })
})

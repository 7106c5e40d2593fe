import { expect } from 'chai'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ServerResponse } from 'node:http'
import { openRepository } from '../../../src/outside/git/open-repository.ts'
import type { Repository, RepositoryOptions } from '../../../src/outside/git/open-repository.ts'
import { errorOf } from '../../contracts/failure.ts'
import { FLUSH, band, endlessly, hostileServer, line } from './hostile-server.ts'

const ID = 'a'.repeat(40)
const NASTY = '\u001b[2J\u001b]0;you are owned\u0007\u202e\u0007\b'
// oxlint-disable-next-line no-control-regex -- control characters are the point
const UNCLEAN = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/

describe('a hostile Git server', function () {
  // Each is given up by limits of its own; a machine that is busy makes them long.
  this.timeout(60_000)
  let folder: string
  beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'writ-hostile-')) })
  afterEach(() => { rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) })

  async function facing<T>(answers: Parameters<typeof hostileServer>[0], work: (repository: Repository) => Promise<T>, more: Partial<RepositoryOptions> = {}): Promise<T> {
    const server = await hostileServer(answers)
    try {
      return await work(openRepository({ url: server.url, access: { allow: ['http', 'loopback'], host: server.host }, cacheDir: join(folder, 'cache'), committer: { name: 'W', email: 'w@x' }, timeout: 15_000, ...more }))
    } finally {
      await server.close()
    }
  }
  const main = (response: ServerResponse): void => { response.end(Buffer.concat([line(`${ID} HEAD symref-target:refs/heads/main\n`), line(`${ID} refs/heads/main\n`), FLUSH])) }

  it('that lists branches without end is given up when it has said more than Writ reads', async () => {
    const refs = (response: ServerResponse): void => { endlessly(response, () => Buffer.concat(Array.from({ length: 500 }, () => line(`${ID} refs/heads/main/${randomBytes(20).toString('hex')}${'x'.repeat(400)}\n`)))) }
    const error = await facing({ refs }, ({ reader }) => errorOf(reader.tip('main')), { timeout: 3000 })
    expect(error?.code).to.be.oneOf(['git/too-large', 'git/unreachable'])
  })

  for (const [name, symref] of [['an option', '--upload-pack=touch x'], ['a folder above', '../../x'], ['a line break', 'a\nb'], ['an escape sequence', 'a\u001b[31m'], ['a reflog', 'a@{1}'], ['another namespace', '../tags/x'], ['a very long name', 'x'.repeat(60_000)]] as const) {
    it(`cannot name ${name} as its default branch`, async () => {
      const refs = (response: ServerResponse): void => { response.end(Buffer.concat([line(`${ID} HEAD symref-target:refs/heads/${symref}\n`), FLUSH])) }
      const error = await facing({ refs }, ({ reader }) => errorOf(reader.tip('HEAD')))
      // With a line break in it, it is no answer to the question at all.
      expect(error?.code ?? (name === 'a line break' ? 'git/failed' : 'none')).to.match(/^git\/(?:refused|failed|unreachable)$/)
      expect(`${error?.message ?? ''}${error?.hint ?? ''}`).to.not.match(UNCLEAN).and.not.contain('cannot be started')
    })
  }

  it('that shows 10,000 lines of escape sequences is told in one clean line', async () => {
    const fetch = (response: ServerResponse): void => { response.end(Buffer.concat([line('packfile\n'), ...Array.from({ length: 10_000 }, (_x, n) => band(2, `line ${String(n)} ${NASTY}\n`)), band(3, `no ${NASTY} more\n`)])) }
    const error = await facing({ refs: main, fetch }, ({ reader }) => errorOf(reader.tip('main')))
    expect(error?.message).to.not.match(UNCLEAN)
    expect(error?.message.length).to.be.lessThan(800)
    expect(error?.message).to.match(/no .*more/)
  })

  it('that talks without end is given up', async () => {
    const fetch = (response: ServerResponse): void => {
      response.write(line('packfile\n'))
      endlessly(response, () => Buffer.concat(Array.from({ length: 20 }, () => band(2, `${'x'.repeat(60_000)}\n`))))
    }
    const error = await facing({ refs: main, fetch }, ({ reader }) => errorOf(reader.tip('main')))
    expect(error?.code).to.be.oneOf(['git/too-large', 'git/unreachable'])
    expect(error?.message.length).to.be.lessThan(800)
  })

  it('that sends a pack without end is given up, and nothing of it is kept', async () => {
    // A pack that promises one object of 2 GiB, stored and not compressed, with bytes that never end.
    const header = Buffer.concat([Buffer.from('PACK'), Buffer.from([0, 0, 0, 2, 0, 0, 0, 1]), Buffer.from([0xb0, 0x80, 0x80, 0x80, 0x40]), Buffer.from([0x78, 0x01])])
    const block = (): Buffer => Buffer.concat([Buffer.from([0x00, 0xf0, 0xff, 0x0f, 0x00]), randomBytes(0xfff0)])
    let rest = Buffer.alloc(0)
    const fetch = (response: ServerResponse): void => {
      response.write(Buffer.concat([line('packfile\n'), band(1, header)]))
      endlessly(response, () => {
        while (rest.length < 65_000) rest = Buffer.concat([rest, block()])
        const piece = rest.subarray(0, 65_000)
        rest = rest.subarray(65_000)
        return band(1, piece)
      })
    }
    const error = await facing({ refs: main, fetch }, ({ reader }) => errorOf(reader.tip('main')), { largest: 8 * 1024 * 1024 })
    expect(error?.code).to.equal('git/too-large')
    const packs = readdirSync(join(folder, 'cache')).filter(name => name.endsWith('.git')).flatMap(name => readdirSync(join(folder, 'cache', name, 'objects', 'pack')).map(file => statSync(join(folder, 'cache', name, 'objects', 'pack', file)).size))
    expect(packs.reduce((sum, size) => sum + size, 0)).to.equal(0)
  })

  it('that sends a pack with another object than was asked for, or a broken one, gives nothing', async () => {
    for (const pack of [Buffer.from('PACK\0\0\0\u0002\0\0\0\0'), Buffer.from('garbage'), Buffer.alloc(0)]) {
      const fetch = (response: ServerResponse): void => { response.end(Buffer.concat([line('packfile\n'), band(1, pack), FLUSH])) }
      const error = await facing({ refs: main, fetch }, ({ reader }) => errorOf(reader.tip('main')))
      expect(error?.code).to.match(/^git\//)
      expect(error?.message).to.not.match(UNCLEAN)
    }
  })
})

import { expect } from 'chai'
import { spawn } from 'node:child_process'
import { chmodSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openRepository } from '../../../src/outside/git/open-repository.ts'
import type { Repository } from '../../../src/outside/git/open-repository.ts'
import { normaliseUrl } from '../../../src/outside/url.ts'
import { errorOf, failureOf } from '../../contracts/failure.ts'
import { bareRepository, rawGit } from './bare.ts'
import type { BareRepository } from './bare.ts'
import { gitHttpServer } from './http-server.ts'
import { addFile } from './pusher.ts'

const TEXT = { message: 'm', author: { name: 'Ann', email: 'ann@example.org' }, at: '2026-01-02T03:04:05Z' }

describe('the mirror of a repository', () => {
  let remote: BareRepository
  beforeEach(async () => { remote = await bareRepository() })
  afterEach(() => remote.remove())

  const open = (url = remote.url, cache = 'cache'): Repository => openRepository({ url, access: { allow: ['file'], host: '' }, cacheDir: join(remote.root, cache), committer: { name: 'Writ', email: 'writ@example.org' } })
  const mirrors = (): readonly string[] => readdirSync(join(remote.root, 'cache')).filter(name => name.endsWith('.git'))

  it('is one for every spelling of the URL, and private', async () => {
    for (const url of [remote.url, `${remote.url}/`, remote.dir, remote.url.replace('file://', 'file://localhost')]) {
      expect((await open(url).reader.tip('main'))?.branch).to.equal('main')
      expect(open(url).reader.url).to.equal(normaliseUrl(remote.url))
    }
    expect(mirrors()).to.have.length(1)
    expect(statSync(join(remote.root, 'cache')).mode & 0o777).to.equal(0o700)
    expect(readFileSync(join(remote.root, 'cache', String(mirrors()[0]), 'config'), 'utf8')).to.not.contain('remote')
  })

  it('closes a cache folder that others could write to', async () => {
    mkdirSync(join(remote.root, 'cache'))
    chmodSync(join(remote.root, 'cache'), 0o777)
    await open().reader.tip('main')
    expect(statSync(join(remote.root, 'cache')).mode & 0o777).to.equal(0o700)
  })

  it('is made anew where somebody removed it', async () => {
    const { reader, writer } = open()
    const commit = String((await reader.tip('main'))?.commit)
    rmSync(join(remote.root, 'cache'), { recursive: true })
    expect((await reader.tree(commit)).entries).to.have.length(1)
    rmSync(join(remote.root, 'cache'), { recursive: true })
    expect(await writer.commit(commit, [{ path: 'app.yaml', before: 'replicas: 1\n', after: 'x\n' }], TEXT)).to.match(/^[0-9a-f]{40}$/)
  })

  it('says so where its folder cannot be used', async () => {
    writeFileSync(join(remote.root, 'cache'), 'a file')
    const error = await errorOf(open().reader.tip('main'))
    expect(error?.code).to.equal('git/failed')
    expect(error?.message).to.contain(join(remote.root, 'cache'))
  })

  it('loses what a killed Writ left behind, after an hour', async () => {
    const cache = join(remote.root, 'cache')
    for (const name of ['ask-old', 'index-old', 'x.git.new', 'ask-young']) mkdirSync(join(cache, name), { recursive: true })
    const old = new Date(Date.now() - 7_200_000)
    for (const name of ['ask-old', 'index-old', 'x.git.new']) utimesSync(join(cache, name), old, old)
    await open().reader.tip('main')
    expect(readdirSync(cache).filter(name => /^(?:ask|index)-|new$/.test(name))).to.deep.equal(['ask-young'])
  })

  it('is made once where several openings start at the same time', async () => {
    const tips = await Promise.all(Array.from({ length: 6 }, () => open().reader.tip('main')))
    expect(new Set(tips.map(tip => tip?.commit)).size).to.equal(1)
    expect(mirrors()).to.have.length(1)
    expect(readdirSync(join(remote.root, 'cache')).filter(name => name.endsWith('.new'))).to.deep.equal([])
  })

  it('asks the remote once and fetches nothing where nothing is new', async () => {
    const { reader } = open()
    const commit = String((await reader.tip('main'))?.commit)
    const packs = (): number => readdirSync(join(remote.root, 'cache', String(mirrors()[0]), 'objects', 'pack')).filter(name => name.endsWith('.pack')).length
    expect(packs()).to.equal(1)
    await reader.tip('main')
    await open().reader.tip('main')
    expect(packs()).to.equal(1)
    rmSync(remote.dir, { recursive: true })
    expect(await open().reader.contains(commit, commit)).to.equal(true)
    expect((await open().reader.tree(commit)).entries).to.have.length(1)
    expect(await failureOf(reader.tip('main'))).to.equal('git/unreachable')
  })

  it('stays small and complete after many fetches', async function () {
    this.timeout(60_000)
    const { reader } = open()
    const commits: string[] = []
    const dir = (): string => join(remote.root, 'cache', String(mirrors()[0]))
    await reader.tip('main')
    const own = await open().writer.commit(String((await reader.tip('main'))?.commit), [{ path: 'own.yaml', before: null, after: 'own\n' }], TEXT)
    // As if many processes had fetched each commit on its own.
    const stream = Array.from({ length: 105 }, (_x, number) => `commit refs/heads/main\ncommitter Ann <a@b> ${String(1_700_000_100 + number)} +0000\ndata 1\nx\n${number === 0 ? 'from refs/heads/main^0\n' : ''}M 100644 inline app.yaml\ndata ${String(String(number).length)}\n${String(number)}\n`)
    rawGit(remote.dir, ['fast-import', '--quiet'], { input: stream.join('') })
    commits.push(...remote.git('rev-list', '--reverse', '-n', '105', 'main').split('\n'))
    rawGit(dir(), ['fetch', '-q', remote.url, 'refs/heads/main'])
    rawGit(dir(), ['update-ref', '--stdin'], { input: commits.slice(0, -1).map(id => `create refs/writ/tips/${id} ${id}\n`).join('') })
    for (let number = 0; number < 51; number += 1) rawGit(dir(), ['pack-objects', '-q', join(dir(), 'objects', 'pack', 'pack')], { input: `${String(commits[number])}\n` })
    const last = await remote.commit({ 'app.yaml': 'replicas: 1000\n' })
    await reader.tip('main')
    expect(rawGit(dir(), ['for-each-ref', '--format=%(objectname)', 'refs/writ/tips'])).to.equal(last)
    expect(readdirSync(join(dir(), 'objects', 'pack')).filter(name => name.endsWith('.pack')).length).to.be.lessThan(10)
    expect(readdirSync(dir())).to.not.include('writ-maintenance.lock')
    const again = open()
    for (const id of [commits[0], commits[50], last, own]) expect((await again.reader.tree(String(id))).entries.length).to.be.greaterThan(0)
    expect(rawGit(dir(), ['fsck', '--full', '--connectivity-only']).split('\n').filter(line => !line.startsWith('dangling') && line !== '')).to.deep.equal([])
  })

  it('takes 5 changes at once on one branch in one process: each arrives once', async function () {
    this.timeout(60_000)
    const repository = open()
    await Promise.all(Array.from({ length: 5 }, (_x, number) => addFile(repository, `n${String(number)}.yaml`)))
    expect(remote.git('rev-list', '--count', 'main')).to.equal('6')
    expect(remote.git('ls-tree', '-r', '--name-only', 'main').split('\n')).to.have.length(6)
  })

  it('serves two processes that push to one branch at once: no change is lost, none comes twice', async function () {
    this.timeout(60_000)
    const ends = await Promise.all(['one', 'two'].map(name => new Promise<string>(resolve => {
      const child = spawn(process.execPath, ['--import', 'tsx', join(import.meta.dirname, 'pusher.ts'), remote.url, join(remote.root, 'cache'), name, '3'], { stdio: ['ignore', 'ignore', 'pipe'] })
      let text = ''
      child.stderr.on('data', (chunk: Buffer) => { text += chunk.toString('utf8') })
      child.on('close', code => { resolve(code === 0 ? 'ok' : text) })
    })))
    expect(ends).to.deep.equal(['ok', 'ok'])
    expect(remote.git('rev-list', '--count', 'main')).to.equal('7')
    expect(remote.git('rev-list', '--merges', '--count', 'main')).to.equal('0')
    expect(remote.git('ls-tree', '-r', '--name-only', 'main').split('\n')).to.have.length(7)
    expect(mirrors()).to.have.length(1)
  })

  it('gets an older commit also from a server that gives only what a branch names', async () => {
    const server = await gitHttpServer(remote.root)
    server.protocol2 = false
    const first = remote.git('rev-parse', 'main')
    const second = await remote.commit({ 'app.yaml': 'replicas: 2\n' })
    const { reader } = openRepository({ url: server.url('team/app.git'), access: { allow: ['http', 'loopback'], host: server.host }, cacheDir: join(remote.root, 'cache'), committer: { name: 'W', email: 'w@x' } })
    try {
      expect((await reader.tree(first)).entries).to.have.length(1)
      expect(await reader.contains(second, first)).to.equal(true)
      expect(await reader.contains('f'.repeat(40), first)).to.equal(false)
      expect((await reader.tip('HEAD'))?.commit).to.equal(second)
    } finally {
      await server.close()
    }
  })
})

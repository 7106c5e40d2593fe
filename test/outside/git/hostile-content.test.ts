import { expect } from 'chai'
import { appendFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openRepository } from '../../../src/outside/git/open-repository.ts'
import type { Repository } from '../../../src/outside/git/open-repository.ts'
import { checkPath } from '../../../src/outside/git/paths.ts'
import { errorOf } from '../../contracts/failure.ts'
import { bareRepository, rawGit } from './bare.ts'
import type { BareRepository, TestFile } from './bare.ts'
import { gitHttpServer } from './http-server.ts'

const TEXT = { message: 'm', author: { name: 'Ann', email: 'ann@example.org' }, at: '2026-01-02T03:04:05Z' }

describe('what a repository brings', () => {
  let remote: BareRepository
  let repository: Repository
  let mark: string
  beforeEach(async () => {
    remote = await bareRepository()
    mark = join(remote.root, 'PWNED')
    repository = openRepository({ url: remote.url, access: { allow: ['file'], host: '' }, cacheDir: join(remote.root, 'cache'), committer: { name: 'Writ', email: 'writ@example.org' } })
  })
  afterEach(() => remote.remove())

  /** Reads, writes out, edits, merges and publishes; gives the code where the repository is refused. Nothing outside may change, and nothing may run. */
  async function wholeWay(commit: string): Promise<string> {
    const before = readdirSync(remote.root).sort()
    const error = await errorOf((async () => {
      const { reader, writer } = repository
      const tree = await reader.tree(commit)
      await tree.read(tree.entries.map(({ path }) => path))
      await reader.commits(null, commit, { paths: ['app.yaml'] })
      const work = await reader.worktree(commit)
      const change = { path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 2\n' }
      await work.apply([change])
      await work.dispose()
      const head = await writer.commit(commit, [change], TEXT)
      await reader.changes(commit, head)
      await reader.mergeTree(commit, head)
      await writer.push('writ/x', head, null)
    })())
    expect(existsSync(mark)).to.equal(false)
    expect(readdirSync(remote.root).sort().filter(name => name !== 'cache')).to.deep.equal(before.filter(name => name !== 'cache'))
    return error?.code ?? 'fine'
  }

  const submodules: readonly (readonly [string, string])[] = [
    ['a URL that is an option', 'path = s\n\turl = -u./payload'], ['a URL that names a program', 'path = s\n\turl = ext::sh -c touch% PWNED'], ['a URL on the local disk', 'path = s\n\turl = file:///etc'],
    ['a URL with a password', 'path = s\n\turl = https://bot:hunter2hunter2@git.example.org/x'], ['an update that is a command', 'path = s\n\turl = https://x.example/y\n\tupdate = !touch PWNED'],
    ['a path into .git', 'path = .git/modules/x\n\turl = https://x.example/y'], ['a path that is an option', 'path = -x\n\turl = https://x.example/y'], ['a URL with a line break', 'path = s\n\turl = "https://x.example/y\\nhost=evil"'], ['a URL that git cannot read', 'path = s\n\turl = http::https://x/y'],
  ]
  for (const [name, lines] of submodules) {
    it(`as a submodule with ${name} runs nothing and fetches nothing`, async () => {
      const commit = await remote.commit({ '.gitmodules': `[submodule "s"]\n\t${lines}\n`, s: { submodule: 'c'.repeat(40) } })
      expect(await wholeWay(commit)).to.be.oneOf(['fine', 'git/refused'])
    })
  }

  it('as a submodule whose name leads out is refused', async () => {
    const commit = await remote.commit({ '.gitmodules': '[submodule "../../hooks"]\n\tpath = s\n\turl = https://x.example/y\n', s: { submodule: 'c'.repeat(40) } })
    expect(await wholeWay(commit)).to.equal('git/refused')
  })

  it('as .gitmodules that is a link is refused or harmless', async () => {
    expect(await wholeWay(await remote.commit({ '.gitmodules': { link: '../../../etc/passwd' } }))).to.be.oneOf(['fine', 'git/refused'])
  })

  const files: readonly (readonly [string, Readonly<Record<string, TestFile>>])[] = [
    ['attributes of every kind', { '.gitattributes': '* text=auto eol=crlf ident export-subst filter=x diff=x merge=x working-tree-encoding=UTF-16LE\n*.yaml filter=lfs diff=lfs -text\n[attr]evil filter=x\n', 'sub/.gitattributes': '* filter=y\n' }],
    ['a configuration', { '.gitconfig': '[core]\n\tfsmonitor = touch PWNED\n', config: '[core]\n\tfsmonitor = touch PWNED\n[includeIf "gitdir:/"]\n\tpath = evil\n', '.git-blame-ignore-revs': 'x', evil: '[core]\n\tsshCommand = touch PWNED\n' }],
    ['hooks', { 'hooks/post-checkout': { script: '#!/bin/sh\ntouch PWNED\n' }, '.githooks/pre-push': { script: '#!/bin/sh\ntouch PWNED\n' }, '.husky/pre-commit': { script: '#!/bin/sh\ntouch PWNED\n' } }],
    ['the look of a bare repository', { 'bare/HEAD': 'ref: refs/heads/main\n', 'bare/config': '[core]\n\tbare = true\n\tfsmonitor = touch PWNED\n', 'bare/objects/x': 'x', 'bare/refs/x': 'x', HEAD: 'ref: refs/heads/main\n', 'objects/x': 'x', 'refs/x': 'x' }],
    ['names that are options', { '-rf': 'x', '--output=PWNED': 'x', '-': 'x', '--': 'x', ':(top)': 'x', ':!x': 'x' }],
    ['names for other systems', { 'CON': 'x', 'aux.yaml': 'x', 'a:b': 'x', 'a\\b': 'x', 'a ': 'x', 'a.': 'x', 'A': 'x', 'é': 'x', 'e\u0301': 'x' }],
    ['links to everywhere', { abs: { link: '/etc/passwd' }, up: { link: '../../../../etc' }, self: { link: 'self' }, a: { link: 'b' }, b: { link: 'a' }, git: { link: '.git/config' }, dev: { link: '/dev/zero' }, long: { link: 'x/'.repeat(3000) } }],
    ['names of people', { '.mailmap': 'Evil <evil@example.org> Ann <ann@example.org>\n' }],
    ['a large file pointer', { '.lfsconfig': '[lfs]\n\turl = https://evil.example\n', 'big.bin': 'version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n' }],
  ]
  for (const [name, content] of files) {
    it(`as ${name} is content and nothing more`, async () => {
      expect(await wholeWay(await remote.commit(content))).to.equal('fine')
    })
  }

  it('as .mailmap changes nobody\'s name', async () => {
    const commit = await remote.commit({ '.mailmap': 'Evil <evil@example.org> <ann@example.org>\n' })
    expect((await repository.reader.commits(null, commit))[0]).to.include({ author: 'Ann', email: 'ann@example.org' })
  })

  it('in any spelling of .git is no path', () => {
    for (const part of ['.git', '.GIT', '.Git', '.git ', '.git.', '.git. .', '.git::$INDEX_ALLOCATION', '.GIT::$index_allocation', '.git:x', 'git~1', 'GIT~1', 'git~1 ', '.g\u200cit', '\u200d.git', '.gi\u202et', '.git\ufeff', '.g\u206ait', '.git\\x', '..', '.', '']) {
      for (const path of [part, `${part}/config`, `a/${part}`, `a/${part}/b`]) expect(() => checkPath(path), JSON.stringify(path)).to.throw().with.property('code', 'git/refused')
    }
    for (const path of ['.gitignore', '.github/x', 'git', 'a.git', '...', '.git-x', 'git~x', '-rf', 'é']) expect(checkPath(path)).to.equal(path)
  })

  describe('as branches', () => {
    const ID = '176a18f51f3504af6a334750d94c0c8eece4a126'
    const packed = (names: readonly (string | Buffer)[], id: string): Buffer => Buffer.concat([Buffer.from('# pack-refs with: peeled fully-peeled \n'), ...names.flatMap(name => [Buffer.from(`${id} refs/heads/`), Buffer.from(name), Buffer.from('\n')])])

    it('with names of every kind, and 20,000 of them, is in nobody\'s way, also where the server lists them all', async () => {
      const id = remote.tip('main')
      const names = ['-x', '--upload-pack=x', '--', '-', 'a', 'x'.repeat(3000), '\ufeff', '\u202e', Buffer.from([0xff, 0xfe]), 'ü', '$(touch${IFS}PWNED)', 'refs/heads/main', ...Array.from({ length: 20_000 }, (_x, n) => `many/${String(n).padStart(6, '0')}`)]
      writeFileSync(join(remote.dir, 'packed-refs'), packed(names, id))
      const next = await remote.commit({ 'app.yaml': 'replicas: 2\n' })
      const server = await gitHttpServer(remote.root)
      try {
        for (const protocol2 of [true, false]) {
          server.protocol2 = protocol2
          const { reader, writer } = openRepository({ url: server.url('team/app.git'), access: { allow: ['http', 'loopback'], host: server.host }, cacheDir: join(remote.root, `cache-${String(protocol2)}`), committer: { name: 'W', email: 'w@x' } })
          expect((await reader.tip('main'))?.commit).to.equal(next)
          expect((await reader.tip('HEAD'))?.branch).to.equal('main')
          expect((await reader.tip('many/000007'))?.commit).to.equal(id)
          const head = await writer.commit(next, [{ path: 'app.yaml', before: 'replicas: 2\n', after: 'replicas: 3\n' }], TEXT)
          expect(await writer.push(`writ/${String(protocol2)}`, head, null)).to.deep.equal({ kind: 'pushed' })
        }
      } finally {
        await server.close()
      }
    })

    it('that are files and folders at once are in nobody\'s way', async () => {
      const id = remote.tip('main')
      writeFileSync(join(remote.dir, 'packed-refs'), packed(['a', 'a/b', 'a/b/c', 'main'], id))
      expect((await repository.reader.tip('main'))?.commit).to.equal(id)
      expect((await repository.reader.tip('a/b'))?.commit).to.equal(id)
      expect(await wholeWay(id)).to.equal('fine')
    })

    it('of which the default one points nowhere, or out, gives none', async () => {
      for (const head of ['ref: refs/heads/none\n', 'ref: refs/heads/-x\n', 'ref: ../../../etc/passwd\n', 'garbage\n', `${ID}\n`]) {
        writeFileSync(join(remote.dir, 'HEAD'), head)
        const error = await errorOf(repository.reader.tip('HEAD').then(tip => { expect(tip, head).to.equal(null) }))
        expect(error?.code ?? 'git/none').to.match(/^git\//)
      }
    })
  })

  it('as grafts on the server, which make up another history, is said to be broken', async () => {
    const first = remote.tip('main')
    const second = await remote.commit({ 'app.yaml': 'replicas: 2\n' })
    const other = rawGit(remote.dir, ['commit-tree', `${first}^{tree}`, '-m', 'other'])
    mkdirSync(join(remote.dir, 'info'), { recursive: true })
    appendFileSync(join(remote.dir, 'info', 'grafts'), `${second} ${other}\n`)
    const error = await errorOf(repository.reader.tip('main'))
    expect([error?.code, error?.message]).to.satisfy(([code, message]: readonly string[]) => code === 'git/failed' && message?.includes('did not receive expected object') === true)
  })

  it('as a copy that lacks objects which it promises from elsewhere fails, and elsewhere is not asked', async () => {
    const commit = await remote.commit({ 'new.yaml': 'n: 1\n' })
    const blob = remote.git('rev-parse', `${commit}:new.yaml`)
    const packs = readdirSync(join(remote.dir, 'objects', 'pack')).filter(name => name.endsWith('.pack')).map(name => readFileSync(join(remote.dir, 'objects', 'pack', name)))
    for (const name of readdirSync(join(remote.dir, 'objects', 'pack'))) rmSync(join(remote.dir, 'objects', 'pack', name))
    for (const pack of packs) rawGit(remote.dir, ['unpack-objects', '-q'], { input: pack })
    rmSync(join(remote.dir, 'objects', blob.slice(0, 2), blob.slice(2)), { force: true })
    appendFileSync(join(remote.dir, 'config'), `[remote "evil"]\n\turl = ext::sh -c "touch ${mark}"\n\tpromisor = true\n\tpartialclonefilter = blob:none\n[extensions]\n\tpartialClone = evil\n`)
    const error = await errorOf(repository.reader.tip('main'))
    expect(error?.code).to.match(/^git\//)
    expect(existsSync(mark)).to.equal(false)
  })

  it('as a small pack of very much is bounded in time, memory and disk', async () => {
    const zeros = Buffer.alloc(128 * 1024 * 1024)
    const big = rawGit(remote.dir, ['hash-object', '-w', '--stdin'], { input: zeros })
    const small = rawGit(remote.dir, ['hash-object', '-w', '--stdin'], { input: 'replicas: 1\n' })
    const tree = rawGit(remote.dir, ['mktree'], { input: `${['a', 'b', 'c', 'd', 'e'].map(name => `100644 blob ${big}\t${name}.bin\n`).join('')}100644 blob ${small}\tapp.yaml\n` })
    const commit = rawGit(remote.dir, ['commit-tree', tree, '-m', 'x'])
    remote.git('update-ref', 'refs/heads/main', commit)
    const before = process.memoryUsage().rss
    expect(await wholeWay(commit)).to.equal('git/too-large')
    expect(process.memoryUsage().rss - before).to.be.lessThan(300 * 1024 * 1024)
    expect((await (await repository.reader.tree(commit)).read(['app.yaml', 'a.bin'])).size).to.equal(1)
    expect(sizeOf(join(remote.root, 'cache'))).to.be.lessThan(10 * 1024 * 1024)
  })
})

function sizeOf(folder: string): number {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0)
}

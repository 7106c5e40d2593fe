import { expect } from 'chai'
import { existsSync, lstatSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { CommitText, RepositoryReader, RepositoryWriter } from '../../src/flow/ports.ts'
import type { BareRepository } from '../outside/git/bare.ts'
import { rawGit } from '../outside/git/bare.ts'
import { errorOf, failureOf } from './failure.ts'

/** A repository under test. `again` opens it as another machine would, with a mirror of its own. */
export interface RepositoryUnderTest {
  readonly remote: BareRepository
  readonly reader: RepositoryReader
  readonly writer: RepositoryWriter
  again(): { readonly reader: RepositoryReader, readonly writer: RepositoryWriter }
  dispose(): Promise<void>
}

export interface RepositoryMaker { open(): Promise<RepositoryUnderTest> }

const TEXT: CommitText = { message: 'set the image\n\nWrit-Change: abcdefgh\n', author: { name: 'Ann Example', email: 'ann@example.org' }, at: '2026-01-02T03:04:05Z' }
const NOWHERE = 'f'.repeat(40)

/** What every repository promises, whatever the transport. */
export function repositoryContract(name: string, maker: RepositoryMaker): void {
  describe(`the repository contract on ${name}`, () => {
    let opened: RepositoryUnderTest
    const the = (): RepositoryUnderTest => opened

    describe('where branches move', () => {
      beforeEach(async () => { opened = await maker.open() })
      afterEach(() => opened.dispose())
      describe('finding', () => { tipContract(the) })
      describe('pushing', () => { pushContract(the) })
    })

    // These never move main and give each commit a branch of its own, so that one repository serves them all.
    describe('where commits stay', () => {
      before(async () => { opened = await maker.open() })
      after(() => opened.dispose())
      describe('reading', () => { readingContract(the) })
      describe('a work tree', () => { worktreeContract(the) })
      describe('history', () => { historyContract(the) })
      describe('committing', () => { commitContract(the) })
    })
  })
}

type The = () => RepositoryUnderTest

let branches = 0

// A commit on top of main's, on a branch of its own or on the one that is named.
async function commitBeside({ remote }: RepositoryUnderTest, files: Parameters<BareRepository['commit']>[0], branch = `beside-${String(branches += 1)}`): Promise<string> {
  return remote.commit(files, branch)
}

async function tipOf({ reader }: RepositoryUnderTest, branch = 'main'): Promise<string> {
  const tip = await reader.tip(branch)
  if (tip === null) throw new Error(`${branch} is missing`)
  return tip.commit
}

function tipContract(the: The): void {
  it('gives the branch and its commit as the remote has it now', async () => {
    const first = await tipOf(the())
    expect(first).to.equal(the().remote.git('rev-parse', 'main'))
    const next = await the().remote.commit({ 'app.yaml': 'replicas: 2\n' })
    expect(await the().reader.tip('main')).to.deep.equal({ branch: 'main', commit: next })
  })

  it('resolves HEAD to the default branch and its name', async () => {
    const other = await the().remote.commit({ 'other.yaml': 'a: 1\n' }, 'team/trunk')
    the().remote.git('symbolic-ref', 'HEAD', 'refs/heads/team/trunk')
    expect(await the().reader.tip('HEAD')).to.deep.equal({ branch: 'team/trunk', commit: other })
  })

  it('gives null for a branch that is missing, for a tag, and for the last part of another branch', async () => {
    await the().remote.commit({}, 'team/feature')
    the().remote.git('tag', 'v1', 'main')
    for (const branch of ['missing', 'v1', 'feature']) expect(await the().reader.tip(branch), branch).to.equal(null)
  })

  it('follows a branch that was moved back by force', async () => {
    const first = await tipOf(the())
    await the().remote.commit({ 'app.yaml': 'replicas: 2\n' })
    await tipOf(the())
    the().remote.git('update-ref', 'refs/heads/main', first)
    expect(await tipOf(the())).to.equal(first)
  })

  it('refuses a branch name that git could take for something else', async () => {
    for (const branch of ['--upload-pack=touch x', '-x', 'a..b', 'main@{1}', 'a b', 'main\n', 'main:refs/heads/x', '']) {
      expect(await failureOf(the().reader.tip(branch)), branch).to.equal('git/refused')
    }
  })
}

function readingContract(the: The): void {
  it('lists every path with its kind and reads texts', async () => {
    const commit = await commitBeside(the(), { 'a/b.yaml': 'b: 1\n', 'run.sh': { script: '#!/bin/sh\n' }, 'link': { link: 'a/b.yaml' } })
    const tree = await the().reader.tree(commit)
    expect(tree.commit).to.equal(commit)
    expect(tree.entries.map(({ path, kind }) => `${path} ${kind}`)).to.deep.equal(['a/b.yaml file', 'app.yaml file', 'link symlink', 'run.sh executable'])
    expect([...await tree.read(['a/b.yaml', 'run.sh'])]).to.deep.equal([['a/b.yaml', 'b: 1\n'], ['run.sh', '#!/bin/sh\n']])
  })

  it('keeps the byte order mark, CRLF and a missing last newline', async () => {
    const text = '\uFEFFa: 1\r\nb: "ü"'
    const tree = await the().reader.tree(await commitBeside(the(), { 'odd.yaml': text, 'empty.yaml': '' }))
    expect((await tree.read(['odd.yaml'])).get('odd.yaml')).to.equal(text)
    expect((await tree.read(['empty.yaml'])).get('empty.yaml')).to.equal('')
  })

  it('leaves out what is missing, no file, not UTF-8 or larger than 2 MB', async () => {
    const tree = await the().reader.tree(await commitBeside(the(), { 'latin.yaml': Buffer.from([0x61, 0xe4]), 'big.yaml': 'x'.repeat(2 * 1024 * 1024 + 1), 'just.yaml': 'x'.repeat(2 * 1024 * 1024), 'link': { link: 'app.yaml' }, 'dir/x': '1' }))
    expect([...(await tree.read(['latin.yaml', 'big.yaml', 'just.yaml', 'link', 'dir', 'none', 'app.yaml'])).keys()]).to.deep.equal(['just.yaml', 'app.yaml'])
  })

  it('reads paths with spaces, quotes, umlauts and line breaks', async () => {
    const files = { 'a b/c"d.yaml': '1\n', 'ü/ß.yaml': '2\n', 'new\nline.yaml': '3\n', '*.yaml': '4\n', '-x.yaml': '5\n', ':top.yaml': '6\n' }
    const tree = await the().reader.tree(await commitBeside(the(), files))
    expect(Object.fromEntries(await tree.read(Object.keys(files)))).to.deep.equal(files)
  })

  it('fails with git/failed for a commit that the remote does not know, and git/refused for what is no commit id', async () => {
    expect(await failureOf(the().reader.tree(NOWHERE))).to.equal('git/failed')
    for (const id of ['main', 'HEAD', '--help', 'abc123', `${NOWHERE}^{tree}`]) expect(await failureOf(the().reader.tree(id)), id).to.equal('git/refused')
  })

  it('reads a commit that only an older process has seen, from an empty cache', async () => {
    const old = await tipOf(the())
    await commitBeside(the(), { 'app.yaml': 'replicas: 2\n' }, 'newer')
    expect((await (await the().again().reader.tree(old)).read(['app.yaml'])).get('app.yaml')).to.equal('replicas: 1\n')
  })
}

function worktreeContract(the: The): void {
  it('writes every file byte for byte, with its executable bit, into a private folder', async () => {
    const bytes = Buffer.from([0, 1, 2, 0xff, 0x0d, 0x0a])
    const commit = await commitBeside(the(), { 'a/b/c.bin': bytes, 'crlf.yaml': 'a: 1\r\n', 'run.sh': { script: '#!/bin/sh\n' } })
    const tree = await the().reader.worktree(commit)
    expect(readFileSync(join(tree.dir, 'a/b/c.bin')).equals(bytes)).to.equal(true)
    expect(readFileSync(join(tree.dir, 'crlf.yaml'), 'utf8')).to.equal('a: 1\r\n')
    expect(statSync(join(tree.dir, 'run.sh')).mode & 0o100).to.equal(0o100)
    expect(statSync(join(tree.dir, 'crlf.yaml')).mode & 0o111).to.equal(0)
    expect(statSync(tree.dir).mode & 0o777).to.equal(0o700)
    expect(existsSync(join(tree.dir, '.git'))).to.equal(false)
    await tree.dispose()
    expect(existsSync(tree.dir)).to.equal(false)
  })

  it('takes the tree of a merge as well as a commit', async () => {
    const base = await tipOf(the())
    const head = await the().writer.commit(base, [{ path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 3\n' }], TEXT)
    const merged = await the().reader.mergeTree(base, head)
    const tree = await the().reader.worktree(String(merged))
    expect(readFileSync(join(tree.dir, 'app.yaml'), 'utf8')).to.equal('replicas: 3\n')
    expect((await the().reader.tree(String(merged))).entries).to.have.length(1)
    expect(await the().reader.changes(base, String(merged))).to.deep.equal([{ path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 3\n' }])
    await tree.dispose()
  })

  it('puts back what the last changes changed before it makes the next ones', async () => {
    const commit = await commitBeside(the(), { 'a/one.yaml': '1\n', 'run.sh': { script: 'x\n' } })
    const tree = await the().reader.worktree(commit)
    await tree.apply([
      { path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 2\n' }, { path: 'new/deep/file.yaml', before: null, after: 'n\n' },
      { path: 'a/one.yaml', before: '1\n', after: null }, { path: 'run.sh', before: 'x\n', after: 'y\n' },
    ])
    expect(readFileSync(join(tree.dir, 'app.yaml'), 'utf8')).to.equal('replicas: 2\n')
    expect(existsSync(join(tree.dir, 'a'))).to.equal(false)
    expect(statSync(join(tree.dir, 'run.sh')).mode & 0o100).to.equal(0o100)
    await tree.apply([{ path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 9\n' }])
    expect(readdirSync(tree.dir).sort()).to.deep.equal(['a', 'app.yaml', 'run.sh'])
    expect(readFileSync(join(tree.dir, 'a/one.yaml'), 'utf8')).to.equal('1\n')
    expect(readFileSync(join(tree.dir, 'run.sh'), 'utf8')).to.equal('x\n')
    expect(readFileSync(join(tree.dir, 'app.yaml'), 'utf8')).to.equal('replicas: 9\n')
    await tree.apply([])
    expect(readFileSync(join(tree.dir, 'app.yaml'), 'utf8')).to.equal('replicas: 1\n')
    await tree.dispose()
  })

  it('makes no change at all where one of them does not fit the files', async () => {
    const tree = await the().reader.worktree(await commitBeside(the(), { 'a/one.yaml': '1\n', 'l': { link: 'a' } }))
    const good = { path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 2\n' }
    const bad = [
      { path: 'a/one.yaml', before: '2\n', after: '3\n' }, { path: 'a/one.yaml', before: null, after: '3\n' }, { path: 'none.yaml', before: 'x', after: null },
      { path: 'l/one.yaml', before: '1\n', after: '3\n' }, { path: 'l', before: 'a', after: 'b' }, { path: '../out.yaml', before: null, after: 'x' },
      { path: '/tmp/out.yaml', before: null, after: 'x' }, { path: '.git/config', before: null, after: 'x' }, { path: 'app.yaml/x', before: null, after: 'x' },
    ]
    for (const change of bad) {
      expect(await failureOf(tree.apply([good, change])), change.path).to.match(/^git\/(?:failed|refused)$/)
      expect(readFileSync(join(tree.dir, 'app.yaml'), 'utf8'), change.path).to.equal('replicas: 1\n')
    }
    await tree.dispose()
  })

  it('keeps links that stay inside and leaves out those that lead out', async () => {
    const commit = await commitBeside(the(), {
      'a/file': 'x', 'a/up': { link: '../app.yaml' }, 'dir': { link: 'a' }, 'through': { link: 'dir/file' }, 'abs': { link: '/etc/passwd' }, 'out': { link: '../../etc/passwd' },
      'b/hop': { link: '../out2' }, 'out2': { link: '..' }, 'b/far': { link: '../out2/etc' }, 'loop': { link: 'loop' }, 'dangling': { link: 'a/none' },
    })
    const tree = await the().reader.worktree(commit)
    const there = (path: string): boolean => lstatSync(join(tree.dir, path), { throwIfNoEntry: false }) !== undefined
    for (const path of ['a/up', 'dir', 'through', 'dangling']) expect(there(path), path).to.equal(true)
    for (const path of ['abs', 'out', 'out2', 'b/hop', 'b/far', 'loop']) expect(there(path), path).to.equal(false)
    expect(readFileSync(join(tree.dir, 'through'), 'utf8')).to.equal('x')
    await tree.dispose()
  })
}

function historyContract(the: The): void {
  it('says whether a commit holds another, and false for what the remote does not know', async () => {
    const first = await tipOf(the())
    const second = await commitBeside(the(), { 'app.yaml': 'replicas: 2\n' }, 'trunk')
    const side = await commitBeside(the(), { 'side.yaml': '1\n' }, 'side')
    const third = await commitBeside(the(), { 'app.yaml': 'replicas: 3\n' }, 'trunk')
    const rows: readonly (readonly [string, string, boolean])[] = [
      [second, first, true], [first, first, true], [first, second, false], [third, side, false], [third, second, true], [side, first, true],
      [NOWHERE, first, false], ['', first, false], ['main', first, false], [second.slice(0, 12), first, false],
    ]
    for (const [commit, ancestor, answer] of rows) expect(await the().reader.contains(commit, ancestor), `${commit} ${ancestor}`).to.equal(answer)
  })

  it('lists the commits between two, newest first, with author, committer and trailers', async () => {
    const base = await tipOf(the())
    const head = await the().writer.commit(base, [{ path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 3\n' }], TEXT)
    const second = await the().writer.commit(head, [{ path: 'b.yaml', before: null, after: 'b\n' }], { ...TEXT, message: 'second', at: '2026-01-02T03:04:06Z' })
    expect(await the().reader.commits(base, second)).to.deep.equal([
      { sha: second, parents: [head], author: 'Ann Example', email: 'ann@example.org', committerEmail: 'writ@example.org', at: '2026-01-02T03:04:06.000Z', subject: 'second', body: '' },
      { sha: head, parents: [base], author: 'Ann Example', email: 'ann@example.org', committerEmail: 'writ@example.org', at: '2026-01-02T03:04:05.000Z', subject: 'set the image', body: 'Writ-Change: abcdefgh' },
    ])
    expect(await the().reader.commits(second, base)).to.deep.equal([])
    expect((await the().reader.commits(null, second)).length).to.equal(3)
    expect((await the().reader.commits(null, second, { paths: ['b.yaml'] })).map(({ sha }) => sha)).to.deep.equal([second])
    expect((await the().reader.commits(null, second, { paths: ['nowhere', 'b.yaml'], firstParent: true })).map(({ sha }) => sha)).to.deep.equal([second])
    expect((await the().reader.commits(null, second, { most: 1 })).map(({ sha }) => sha)).to.deep.equal([second])
    expect(await the().reader.commits(null, second, { until: '2001-01-01T00:00:00Z' })).to.deep.equal([])
    expect((await the().reader.commits(null, second, { until: '2099-01-01T00:00:00Z', paths: [''] })).length).to.equal(3)
  })

  it('merges without a work tree, and gives null for a conflict', async () => {
    const base = await tipOf(the())
    const ours = await the().writer.commit(base, [{ path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 3\n' }], TEXT)
    const beside = await commitBeside(the(), { 'beside.yaml': '1\n' })
    const merged = String(await the().reader.mergeTree(beside, ours))
    expect((await the().reader.tree(merged)).entries.map(({ path }) => path)).to.deep.equal(['app.yaml', 'beside.yaml'])
    const against = await commitBeside(the(), { 'app.yaml': 'replicas: 7\n' })
    expect(await the().reader.mergeTree(against, ours)).to.equal(null)
  })

  it('shows added, removed, changed, binary and linked files so that no two contents look alike', async () => {
    const from = await commitBeside(the(), { 'gone.yaml': 'g\n', 'bytes': Buffer.from([0xff, 1]), 'l': { link: 'app.yaml' }, 'big': 'x'.repeat(2 * 1024 * 1024 + 1) }, 'shown')
    const to = await commitBeside(the(), { 'gone.yaml': null, 'new.yaml': 'n\n', 'bytes': Buffer.from([0xfe, 1]), 'l': { link: 'new.yaml' }, 'big': 'y'.repeat(2 * 1024 * 1024 + 1) }, 'shown')
    const changes = await the().reader.changes(from, to)
    expect(changes.map(({ path }) => path)).to.deep.equal(['big', 'bytes', 'gone.yaml', 'l', 'new.yaml'])
    expect(changes.slice(1)).to.deep.equal([
      { path: 'bytes', before: '\u00ff\u0001', after: '\u00fe\u0001' }, { path: 'gone.yaml', before: 'g\n', after: null },
      { path: 'l', before: 'app.yaml', after: 'new.yaml' }, { path: 'new.yaml', before: null, after: 'n\n' },
    ])
    expect(changes[0]?.before).to.match(/^\(blob [0-9a-f]{40}, 2097153 bytes, too large to show\)\n$/).and.not.equal(changes[0]?.after)
  })
}

function commitContract(the: The): void {
  it('writes the same commit for the same input, on any machine', async () => {
    const base = await tipOf(the())
    const changes = [{ path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 3\n' }]
    const one = await the().writer.commit(base, changes, TEXT)
    expect(await the().again().writer.commit(base, changes, TEXT)).to.equal(one)
    expect(await the().writer.commit(base, changes, { ...TEXT, at: '2026-01-02T03:04:06Z' })).to.not.equal(one)
  })

  it('keeps modes, adds and removes files, and leaves every other file as it was', async () => {
    const base = await commitBeside(the(), { 'run.sh': { script: 'x\n' }, 'gone.yaml': 'g\n', 'keep/odd': Buffer.from([0xff, 0]), 'l': { link: 'app.yaml' } })
    const commit = await the().writer.commit(base, [{ path: 'run.sh', before: 'x\n', after: 'y\n' }, { path: 'gone.yaml', before: 'g\n', after: null }, { path: 'new/n.yaml', before: null, after: 'n\n' }], TEXT)
    const was = new Map((await the().reader.tree(base)).entries.map(entry => [entry.path, entry]))
    const is = (await the().reader.tree(commit)).entries
    expect(is.map(({ path, kind }) => `${path} ${kind}`)).to.deep.equal(['app.yaml file', 'keep/odd file', 'l symlink', 'new/n.yaml file', 'run.sh executable'])
    for (const entry of is.filter(({ path }) => ['app.yaml', 'keep/odd', 'l'].includes(path))) expect(entry).to.deep.equal(was.get(entry.path))
  })

  it('refuses changes that do not fit the base, and changes that change nothing', async () => {
    const base = await commitBeside(the(), { 'l': { link: 'app.yaml' }, 'dir/file': 'f' })
    const twice = { path: 'app.yaml', before: 'replicas: 1\n', after: 'x' }
    const bad = [
      [twice, twice],
      [{ path: 'app.yaml', before: 'replicas: 5\n', after: 'replicas: 3\n' }], [{ path: 'app.yaml', before: null, after: 'x\n' }], [{ path: 'none.yaml', before: 'x', after: null }],
      [{ path: 'l', before: 'app.yaml', after: 'x' }], [{ path: 'dir', before: null, after: 'x' }], [{ path: '../x', before: null, after: 'x' }], [{ path: '.git/hooks/x', before: null, after: 'x' }], [{ path: 'a//b', before: null, after: 'x' }],
      [{ path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 1\n' }], [], [{ path: 'app.yaml/x', before: null, after: 'x' }],
    ]
    for (const changes of bad) expect(await failureOf(the().writer.commit(base, changes, TEXT)), JSON.stringify(changes)).to.match(/^git\/(?:failed|refused)$/)
  })

  it('lets no name, address or message forge a header', async () => {
    const base = await tipOf(the())
    const author = { name: 'Eve <root@example.org> 0 +0000\ncommitter Root', email: 'e@x>\nparent x' }
    const commit = await the().writer.commit(base, [{ path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 3\n' }], { ...TEXT, author })
    const [info] = await the().reader.commits(base, commit)
    expect(info?.committerEmail).to.equal('writ@example.org')
    expect(info?.subject).to.equal('set the image')
    for (const text of [{ ...TEXT, message: ' \n' }, { ...TEXT, message: 'a\0b' }, { ...TEXT, author: { name: '', email: 'a@b' } }, { ...TEXT, at: 'yesterday' }]) {
      expect(await failureOf(the().writer.commit(base, [{ path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 3\n' }], text))).to.equal('git/refused')
    }
  })

  it('reaches the remote only with the push', async () => {
    const base = await tipOf(the())
    const commit = await the().writer.commit(base, [{ path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 3\n' }], TEXT)
    expect(() => the().remote.git('cat-file', '-e', commit)).to.throw()
    expect(await the().writer.push('writ/dev/app/1-2', commit, null)).to.deep.equal({ kind: 'pushed' })
    expect(the().remote.git('rev-parse', 'refs/heads/writ/dev/app/1-2')).to.equal(commit)
  })
}

function pushContract(the: The): void {
  const changed = async (text: string): Promise<string> => the().writer.commit(await tipOf(the()), [{ path: 'app.yaml', before: 'replicas: 1\n', after: text }], TEXT)

  it('can be repeated, and pushes a merge commit with both parents', async () => {
    const base = await tipOf(the())
    const head = await changed('replicas: 3\n')
    for (let time = 0; time < 2; time += 1) expect(await the().writer.push('writ/x', head, null)).to.deep.equal({ kind: 'pushed' })
    const merge = await the().writer.mergeCommit(base, head, String(await the().reader.mergeTree(base, head)), { ...TEXT, message: 'merge' })
    for (let time = 0; time < 2; time += 1) expect(await the().writer.push('main', merge, base)).to.deep.equal({ kind: 'pushed' })
    expect(rawGit(the().remote.dir, ['log', '-1', '--format=%P', 'main'])).to.equal(`${base} ${head}`)
    expect(await the().again().reader.contains(merge, head)).to.equal(true)
  })

  it('says moved where the branch is not where it was expected, and leaves it there', async () => {
    const base = await tipOf(the())
    const head = await changed('replicas: 3\n')
    const theirs = await the().remote.commit({ 'other.yaml': '1\n' })
    expect(await the().writer.push('main', head, base)).to.deep.equal({ kind: 'moved' })
    expect(await the().writer.push('main', head, null)).to.deep.equal({ kind: 'moved' })
    expect(await the().writer.push('gone', head, base)).to.deep.equal({ kind: 'moved' })
    expect(the().remote.git('rev-parse', 'main')).to.equal(theirs)
    expect(() => the().remote.git('rev-parse', '--verify', '-q', 'refs/heads/gone')).to.throw()
  })

  it('replaces a branch of its own by a commit that does not follow from it, on the lease alone', async () => {
    const first = await changed('replicas: 3\n')
    const second = await changed('replicas: 4\n')
    await the().writer.push('writ/x', first, null)
    expect(await the().writer.push('writ/x', second, first)).to.deep.equal({ kind: 'pushed' })
    expect(await the().writer.push('writ/x', first, first)).to.deep.equal({ kind: 'moved' })
    expect(the().remote.git('rev-parse', 'writ/x')).to.equal(second)
  })

  it('lets exactly one of two racing writers win', async () => {
    const base = await tipOf(the())
    const other = the().again()
    const mine = await changed('replicas: 3\n')
    const theirs = await other.writer.commit(base, [{ path: 'app.yaml', before: 'replicas: 1\n', after: 'replicas: 4\n' }], TEXT)
    const ends = await Promise.all([the().writer.push('main', mine, base), other.writer.push('main', theirs, base)].map(push => push.then(({ kind }) => kind, () => 'failed')))
    expect(ends.filter(kind => kind === 'pushed')).to.have.length(1)
    expect(the().remote.git('rev-parse', 'main')).to.equal(ends[0] === 'pushed' ? mine : theirs)
  })

  it('tells the reason where the repository rejects the push, and does not try again', async () => {
    const base = await tipOf(the())
    await the().remote.hook('pre-receive', '#!/bin/sh\necho "only on Mondays" >&2\nexit 1\n')
    const error = await errorOf(the().writer.push('main', await changed('replicas: 3\n'), base))
    expect(error?.code).to.equal('git/push-rejected')
    expect(error?.message).to.contain('only on Mondays')
    expect(error?.retry).to.equal(false)
    expect(the().remote.git('rev-parse', 'main')).to.equal(base)
  })
}

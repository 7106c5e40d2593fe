import { expect } from 'chai'
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openRepository } from '../../../src/outside/git/open-repository.ts'
import type { Repository } from '../../../src/outside/git/open-repository.ts'
import { errorOf, failureOf } from '../../contracts/failure.ts'
import { bareRepository, rawGit } from './bare.ts'
import type { BareRepository } from './bare.ts'

const TEXT = { message: 'm', author: { name: 'Ann', email: 'ann@example.org' }, at: '2026-01-02T03:04:05Z' }

describe('a hostile repository', () => {
  let remote: BareRepository
  let repository: Repository
  beforeEach(async () => {
    remote = await bareRepository()
    repository = openRepository({ url: remote.url, access: { allow: ['file'], host: '' }, cacheDir: join(remote.root, 'cache'), committer: { name: 'Writ', email: 'writ@example.org' } })
  })
  afterEach(() => remote.remove())

  const mirrorDir = (): string => join(remote.root, 'cache', String(readdirSync(join(remote.root, 'cache')).find(name => name.endsWith('.git'))))

  // Builds trees that git add would never make, from lines of mktree.
  function plant(dir: string, path: readonly string[]): string {
    let line = `100644 blob ${rawGit(dir, ['hash-object', '-w', '--stdin'], { input: 'x' })}`
    for (const [index, part] of [...path].reverse().entries()) {
      line = rawGit(dir, ['mktree', '-z', '--missing'], { input: `${index === 0 ? line : `040000 tree ${line}`}\t${part}\0` })
    }
    return line
  }

  const paths: readonly (readonly string[])[] = [['..', 'out'], ['.git', 'hooks', 'post-checkout'], ['.GIT', 'config'], ['a', '.Git', 'config'], ['git~1', 'config'], ['.g\u200cit', 'config'], ['.git ', 'x'], ['.git.', 'x'], ['.', 'x'], ['a', '..', '..', 'out']]
  it('fetches no tree with a path that leads out or into .git, and writes none', async () => {
    await repository.reader.tip('main')
    for (const path of paths) {
      const tree = plant(remote.dir, path)
      const commit = rawGit(remote.dir, ['commit-tree', tree, '-m', 'x'])
      remote.git('update-ref', 'refs/heads/evil', commit)
      const fetched = await errorOf(repository.reader.tip('evil'))
      if (fetched !== null) expect(fetched.code, path.join('/')).to.equal('git/refused')
      // As if an older git without these checks had fetched it.
      const planted = plant(mirrorDir(), path)
      expect(await failureOf(repository.reader.worktree(planted)), path.join('/')).to.equal('git/refused')
      expect(existsSync(join(dirname(remote.root), 'out'))).to.equal(false)
    }
  })

  it('cannot make a name both a file and a folder', async () => {
    await repository.reader.tip('main')
    const dir = mirrorDir()
    const blob = rawGit(dir, ['hash-object', '-w', '--stdin'], { input: '/etc' })
    const inner = rawGit(dir, ['mktree'], { input: `100644 blob ${blob}\tpasswd\n` })
    for (const second of [['40000 a\0', inner], ['100644 a\0', blob]] as const) {
      const raw = Buffer.concat([Buffer.from('120000 a\0'), Buffer.from(blob, 'hex'), Buffer.from(second[0]), Buffer.from(second[1], 'hex')])
      const tree = rawGit(dir, ['hash-object', '-w', '-t', 'tree', '--literally', '--stdin'], { input: raw })
      expect(await failureOf(repository.reader.worktree(tree))).to.equal('git/refused')
    }
  })

  it('is not what an old but honest repository is: its small faults are let through', async () => {
    const blob = rawGit(remote.dir, ['hash-object', '-w', '--stdin'], { input: 'x' })
    const inner = rawGit(remote.dir, ['mktree'], { input: `100644 blob ${blob}\tx.yaml\n` })
    const raw = Buffer.concat([Buffer.from('040000 dir\0'), Buffer.from(inner, 'hex')])
    const tree = rawGit(remote.dir, ['hash-object', '-w', '-t', 'tree', '--literally', '--stdin'], { input: raw })
    const text = `tree ${tree}\nauthor Ann <ann@example.org> 1700000000 +051800\ncommitter Ann <ann@example.org> 1700000000 +0000\n\nold\n`
    const commit = rawGit(remote.dir, ['hash-object', '-w', '-t', 'commit', '--literally', '--stdin'], { input: text })
    remote.git('update-ref', 'refs/heads/old', commit)
    expect((await repository.reader.tip('old'))?.commit).to.equal(commit)
    expect((await repository.reader.tree(commit)).entries.map(({ path }) => path)).to.deep.equal(['dir/x.yaml'])
  })

  it('runs no filter, converts no line end and expands no keyword', async () => {
    const mark = join(remote.root, 'PWNED')
    const files = { '.gitattributes': '* text=auto eol=crlf ident filter=evil export-subst diff=evil merge=evil working-tree-encoding=UTF-16\n', 'a.yaml': 'a: $Id$ $Format:%H$\n', 'b.yaml': 'b: 1\r\n' }
    const commit = await remote.commit(files)
    await repository.reader.tip('main')
    for (const [key, value] of [['filter.evil.smudge', `touch ${mark}`], ['filter.evil.clean', `touch ${mark}`], ['diff.evil.textconv', `touch ${mark}`], ['diff.evil.command', `touch ${mark}`], ['merge.evil.driver', `touch ${mark}`]] as const) rawGit(mirrorDir(), ['config', key, value])
    const tree = await repository.reader.worktree(commit)
    for (const [path, text] of Object.entries(files)) expect(readFileSync(join(tree.dir, path), 'utf8')).to.equal(text)
    const next = await repository.writer.commit(commit, [{ path: 'b.yaml', before: 'b: 1\r\n', after: 'b: 2\r\n' }], TEXT)
    expect(await repository.reader.changes(commit, next)).to.deep.equal([{ path: 'b.yaml', before: 'b: 1\r\n', after: 'b: 2\r\n' }])
    await repository.reader.mergeTree(await remote.commit({ 'a.yaml': 'other\n' }), next)
    expect(existsSync(mark)).to.equal(false)
    await tree.dispose()
  })

  it('runs no hook, neither one that lies in the mirror nor one of a template', async () => {
    const mark = join(remote.root, 'PWNED')
    await repository.reader.tip('main')
    mkdirSync(join(mirrorDir(), 'hooks'))
    for (const name of ['reference-transaction', 'pre-push', 'post-index-change', 'pre-auto-gc', 'post-checkout', 'pre-commit', 'post-commit', 'post-merge']) {
      writeFileSync(join(mirrorDir(), 'hooks', name), `#!/bin/sh\ntouch ${mark}\n`)
      chmodSync(join(mirrorDir(), 'hooks', name), 0o755)
    }
    const base = await remote.commit({ 'b.yaml': '1\n' })
    await repository.reader.tip('main')
    const head = await repository.writer.commit(base, [{ path: 'b.yaml', before: '1\n', after: '2\n' }], TEXT)
    expect(await repository.writer.push('x', head, null)).to.deep.equal({ kind: 'pushed' })
    expect(existsSync(mark)).to.equal(false)
  })

  it('takes nothing from the environment or the home of whoever runs Writ', async () => {
    const mark = join(remote.root, 'PWNED')
    const home = join(remote.root, 'home')
    mkdirSync(home)
    writeFileSync(join(home, '.gitconfig'), `[core]\n\tfsmonitor = "touch ${mark}"\n\thooksPath = ${home}\n[url "file:///nowhere/"]\n\tinsteadOf = file://\n[credential]\n\thelper = "!touch ${mark}"\n`)
    const planted: Record<string, string> = { HOME: home, XDG_CONFIG_HOME: home, GIT_CONFIG_GLOBAL: join(home, '.gitconfig'), GIT_DIR: '/nowhere', GIT_SSH_COMMAND: `touch ${mark}`, GIT_ALTERNATE_OBJECT_DIRECTORIES: '/nowhere', GIT_INDEX_FILE: '/nowhere', GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'protocol.file.allow', GIT_CONFIG_VALUE_0: 'never', GIT_TRACE: join(home, 'trace') }
    const before = new Map(Object.keys(planted).map(name => [name, process.env[name]]))
    Object.assign(process.env, planted)
    try {
      const commit = String((await repository.reader.tip('main'))?.commit)
      await repository.writer.commit(commit, [{ path: 'app.yaml', before: 'replicas: 1\n', after: 'x\n' }], TEXT)
    } finally {
      for (const [name, value] of before) {
        if (value === undefined) delete process.env[name]
        else process.env[name] = value
      }
    }
    expect(existsSync(mark)).to.equal(false)
    expect(existsSync(join(home, 'trace'))).to.equal(false)
  })

  it('shows a submodule as an empty folder and never fetches it', async () => {
    const commit = await remote.commit({ '.gitmodules': '[submodule "s"]\n\tpath = s\n\turl = ext::sh -c touch%20PWNED\n', 's': { submodule: 'c'.repeat(40) } })
    const tree = await repository.reader.worktree(commit)
    expect(readdirSync(join(tree.dir, 's'))).to.deep.equal([])
    expect((await repository.reader.tree(commit)).entries.find(({ path }) => path === 's')?.kind).to.equal('submodule')
    const next = await repository.writer.commit(commit, [{ path: 'app.yaml', before: 'replicas: 1\n', after: 'x\n' }], TEXT)
    expect((await repository.reader.tree(next)).entries.find(({ path }) => path === 's')?.blob).to.equal('c'.repeat(40))
    expect(await repository.reader.changes(commit, await remote.commit({ 's': { submodule: 'd'.repeat(40) } }))).to.deep.include({ path: 's', before: `Subproject commit ${'c'.repeat(40)}\n`, after: `Subproject commit ${'d'.repeat(40)}\n` })
    await tree.dispose()
  })

  it('cannot lend the mirror its alternates or replace objects', async () => {
    const other = await bareRepository({ 'other.yaml': 'o: 1\n' })
    mkdirSync(join(remote.dir, 'objects', 'info'), { recursive: true })
    writeFileSync(join(remote.dir, 'objects', 'info', 'alternates'), `${join(other.dir, 'objects')}\n`)
    const first = remote.git('rev-parse', 'main')
    const second = await remote.commit({ 'app.yaml': 'replicas: 2\n' })
    remote.git('replace', first, second)
    await repository.reader.tip('main')
    expect(existsSync(join(mirrorDir(), 'objects', 'info', 'alternates'))).to.equal(false)
    expect((await (await repository.reader.tree(first)).read(['app.yaml'])).get('app.yaml')).to.equal('replicas: 1\n')
    await other.remove()
  })

  it('with too many files is too large', async () => {
    const blob = rawGit(remote.dir, ['hash-object', '-w', '--stdin'], { input: 'x' })
    const line = (kind: string, id: string, count: number): string => Array.from({ length: count }, (_x, index) => `${kind} ${id}\tn${String(index)}\n`).join('')
    const leaf = rawGit(remote.dir, ['mktree'], { input: line('100644 blob', blob, 400) })
    const tree = rawGit(remote.dir, ['mktree'], { input: line('040000 tree', leaf, 251) })
    const commit = rawGit(remote.dir, ['commit-tree', tree, '-m', 'x'])
    remote.git('update-ref', 'refs/heads/wide', commit)
    expect(await failureOf(repository.reader.tree(commit))).to.equal('git/too-large')
    expect(await failureOf(repository.reader.worktree(commit))).to.equal('git/too-large')
  })

  it('with a tree bomb is too large in bounded time', async () => {
    let id = rawGit(remote.dir, ['hash-object', '-w', '--stdin'], { input: 'x' })
    for (let level = 0; level < 12; level += 1) id = rawGit(remote.dir, ['mktree'], { input: Array.from({ length: 10 }, (_x, index) => `${level === 0 ? '100644 blob' : '040000 tree'} ${id}\tf${String(index)}\n`).join('') })
    const commit = rawGit(remote.dir, ['commit-tree', id, '-m', 'x'])
    remote.git('update-ref', 'refs/heads/bomb', commit)
    expect(await failureOf(repository.reader.tree(commit))).to.equal('git/too-large')
  })

  it('with too many bytes is too large for a work tree, and its manifests can still be read', async () => {
    const blob = rawGit(remote.dir, ['hash-object', '-w', '--stdin'], { input: Buffer.alloc(20 * 1024 * 1024) })
    const small = rawGit(remote.dir, ['hash-object', '-w', '--stdin'], { input: 'a: 1\n' })
    const tree = rawGit(remote.dir, ['mktree'], { input: `${Array.from({ length: 26 }, (_x, index) => `100644 blob ${blob}\tn${String(index)}\n`).join('')}100644 blob ${small}\ta.yaml\n` })
    const commit = rawGit(remote.dir, ['commit-tree', tree, '-m', 'x'])
    remote.git('update-ref', 'refs/heads/heavy', commit)
    expect(await failureOf(repository.reader.worktree(commit))).to.equal('git/too-large')
    expect([...await (await repository.reader.tree(commit)).read(['a.yaml', 'n0'])]).to.deep.equal([['a.yaml', 'a: 1\n']])
  })

  it('with a path that is not UTF-8 is written exactly, and the path is never taken for another', async () => {
    const blob = rawGit(remote.dir, ['hash-object', '-w', '--stdin'], { input: 'x' })
    const tree = rawGit(remote.dir, ['mktree', '-z'], { input: Buffer.concat([Buffer.from(`100644 blob ${blob}\tl`), Buffer.from([0xe4]), Buffer.from('.yaml\0')]) })
    const commit = rawGit(remote.dir, ['commit-tree', tree, '-m', 'x'])
    remote.git('update-ref', 'refs/heads/latin', commit)
    const work = await repository.reader.worktree(commit)
    expect(readdirSync(work.dir, { encoding: 'buffer' }).map(name => name.toString('hex'))).to.deep.equal(['6ce42e79616d6c'])
    expect((await repository.reader.tree(commit)).entries[0]?.path).to.equal('l\ufffd.yaml')
    expect((await (await repository.reader.tree(commit)).read(['l\ufffd.yaml'])).size).to.equal(0)
    expect(await failureOf(repository.writer.commit(commit, [{ path: 'l\ufffd.yaml', before: 'x', after: 'y' }], TEXT))).to.match(/^git\/(?:failed|refused)$/)
    await work.dispose()
  })
})

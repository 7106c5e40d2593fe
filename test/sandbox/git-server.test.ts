import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { git, gitText } from '../../src/sandbox/git.ts'
import { startGitServer } from '../../src/sandbox/git-server.ts'
import type { GitServer } from '../../src/sandbox/git-server.ts'
import { gitSources } from '../../src/sandbox/git-sources.ts'

const author = { name: 'Another Person', email: 'other@example.com' }

async function failure(work: Promise<unknown>): Promise<string> {
  return work.then(() => 'no error', (error: unknown) => error instanceof Error ? error.message : String(error))
}

describe('sandbox Git server', () => {
  let folder: string
  let server: GitServer
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'writ-git-server-'))
    server = await startGitServer({ folder: join(folder, 'repositories') })
    await server.createRepository('team/app', [
      { path: 'a.yaml', content: 'a: 1\n' }, { path: 'folder/run me.sh', content: '#!/bin/sh\n', mode: '100755' }, { path: 'link', content: 'a.yaml', mode: '120000' },
    ])
  })
  after(async () => {
    await server.stop()
    await rm(folder, { recursive: true, force: true })
  })

  it('serves a repository that a client can fetch, with modes and links', async () => {
    const sources = gitSources(join(folder, 'sources'))
    const commit = await sources.resolve(server.urlOf('team/app'), 'main')
    expect(commit).to.equal(await server.head('team/app'))
    const checkout = await sources.checkout(server.urlOf('team/app'), commit)
    expect(await gitText(['hash-object', 'a.yaml', 'folder/run me.sh'], { cwd: checkout.folder })).to.equal(
      await gitText(['rev-parse', 'main:a.yaml', 'main:folder/run me.sh'], { cwd: server.folderOf('team/app') }))
    expect(await sources.resolve(server.urlOf('team/app'), 'HEAD')).to.equal(commit)
    expect(await sources.parent(server.urlOf('team/app'), commit)).to.equal(null)
  })

  it('takes a push, and refuses one that a hook rejects', async () => {
    const clone = join(folder, 'clone.git')
    await git(['init', '--quiet', '--bare', clone], { cwd: folder })
    await git(['fetch', '--quiet', server.urlOf('team/app'), 'main:main'], { cwd: clone })
    const base = await gitText(['rev-parse', 'main'], { cwd: clone })
    const who = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' }
    const made = await gitText(['commit-tree', await gitText(['rev-parse', `${base}^{tree}`], { cwd: clone }), '-p', base, '-m', 'x'], { cwd: clone, env: who })
    server.trouble.readOnly = true
    expect(await failure(git(['push', server.urlOf('team/app'), `${made}:refs/heads/topic`], { cwd: clone }))).to.contain('the branch is protected')
    server.trouble.readOnly = false
    await git(['push', '--quiet', server.urlOf('team/app'), `${made}:refs/heads/topic`], { cwd: clone })
    expect(await server.head('team/app', 'topic')).to.equal(made)
  })

  it('commits as another person: adds, changes and removes files', async () => {
    const before = await server.head('team/app')
    const commit = await server.commit('team/app', {
      branch: 'main', author, message: 'Move a',
      files: [{ path: 'a.yaml', content: null }, { path: 'b.yaml', content: 'b: 2\n' }, { path: '"odd\\" \n name', content: '' }],
    })
    expect(await server.read('team/app', 'main', '"odd\\" \n name')).to.equal('')
    expect(await server.head('team/app')).to.equal(commit)
    expect(await server.read('team/app', 'main', 'a.yaml')).to.equal(null)
    expect(await server.read('team/app', 'main', 'b.yaml')).to.equal('b: 2\n')
    const sources = gitSources(join(folder, 'sources-2'))
    expect(await sources.parent(server.urlOf('team/app'), commit)).to.equal(before)
  })

  it('fetches the same mirror from two callers at once', async () => {
    const sources = gitSources(join(folder, 'sources-3'))
    const url = server.urlOf('team/app')
    const commit = await sources.resolve(url, 'main')
    const first = await sources.parent(url, commit)
    const trees = await Promise.all([commit, first ?? commit].map(id => sources.checkout(url, id)))
    expect(new Set(trees.map(tree => tree.digest)).size).to.equal(2)
  })

  it('answers for a missing repository, a missing branch and a server that is down as Git does', async () => {
    const sources = gitSources(join(folder, 'sources-4'))
    expect(await failure(sources.resolve(server.urlOf('team/none'), 'main'))).to.contain('not found')
    expect(await failure(sources.resolve(server.urlOf('team/app'), 'none'))).to.equal('unable to resolve \'none\' to a commit SHA')
    server.trouble.down = true
    expect(await failure(sources.resolve(server.urlOf('team/app'), 'main'))).to.contain('503')
    server.trouble.down = false
  })

  it('lets nobody in without the token where one is set', async () => {
    const guarded = await startGitServer({ folder: join(folder, 'guarded'), token: 's3cret' })
    try {
      await guarded.createRepository('app', [{ path: 'a', content: '1' }])
      expect(await failure(git(['ls-remote', guarded.urlOf('app')], { cwd: folder }))).to.match(/could not read Username|Authentication failed/)
      const withToken = guarded.urlOf('app').replace('http://', 'http://git:s3cret@')
      expect(await gitText(['ls-remote', withToken, 'HEAD'], { cwd: folder })).to.contain('HEAD')
    } finally {
      await guarded.stop()
    }
  })

  it('serves nothing outside its folder', async () => {
    await writeFile(join(folder, 'secret'), 'x')
    for (const path of ['/../secret', '/%2e%2e/secret', '/team/app.git/../../../secret']) {
      expect((await fetch(server.url + path)).status, path).to.be.oneOf([400, 403, 404, 500])
    }
  })
})

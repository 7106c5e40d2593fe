import { expect } from 'chai'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openRepository } from '../../../../src/outside/git/open-repository.ts'
import type { Repository } from '../../../../src/outside/git/open-repository.ts'
import { errorOf } from '../../../contracts/failure.ts'
import { bareGit } from '../../../forges/gitlab/git.ts'
import { TOKEN, gitlabUnderTest } from '../../../forges/gitlab/under-test.ts'
import type { GitlabUnderTest } from '../../../forges/gitlab/under-test.ts'

/** Both halves of a GitLab at once: its Git over HTTPS, with the token as the password of `oauth2`, and its API. */
describe('pushing to a GitLab', () => {
  let lab: GitlabUnderTest
  let cacheDir: string
  beforeEach(async () => {
    lab = await gitlabUnderTest({ below: '/gitlab' })
    cacheDir = mkdtempSync(join(tmpdir(), 'writ-gitlab-cache-'))
  })
  afterEach(async () => {
    rmSync(cacheDir, { recursive: true })
    await lab.dispose()
  })

  const open = (token = TOKEN): Repository => openRepository({ url: lab.repository, cacheDir, committer: { name: 'Writ', email: 'writ@example.org' }, access: { allow: ['http', 'loopback'], host: new URL(lab.server.url).host, credentials: { kind: 'token', username: 'oauth2', token: () => Promise.resolve(token) } } })
  const commit = async ({ reader, writer }: Repository): Promise<string> => {
    const base = (await reader.tip('main'))?.commit ?? ''
    return writer.commit(base, [{ path: 'app.yaml', before: 'replicas: 1', after: 'replicas: 7' }], { message: 'x', author: { name: 'Ann', email: 'ann@example.org' }, at: '2026-01-02T03:04:05Z' })
  }
  const hook = (script: string): void => {
    mkdirSync(join(lab.project.folder, 'hooks'), { recursive: true })
    writeFileSync(join(lab.project.folder, 'hooks', 'pre-receive'), `#!/bin/sh\n${script}\n`)
    chmodSync(join(lab.project.folder, 'hooks', 'pre-receive'), 0o755)
  }

  it('makes a branch that becomes a merge request, and is merged', async () => {
    const repository = open()
    const head = await commit(repository)
    expect(await repository.writer.push('writ/new', head, null)).to.deep.equal({ kind: 'pushed' })
    const { id } = await lab.one.put(lab.repository, null, { change: 'a', branch: 'writ/new', base: 'main', head, title: 'x', body: 'y' })
    const merged = await lab.one.merge(lab.repository, id, { head, by: 'ann', commit: null, message: 'Merge x' })
    expect(merged).to.have.nested.property('info.mergeCommit', (await repository.reader.tip('main'))?.commit)
  })

  for (const [said, retry] of [['GitLab: You are not allowed to push code to protected branches on this project.', false], ['GitLab: API is not accessible', true]] as const) {
    it(`passes on what a hook says: ${said}`, async () => {
      const repository = open()
      const head = await commit(repository)
      hook(`echo "${said}" >&2; exit 1`)
      const error = await errorOf(repository.writer.push('writ/new', head, null))
      expect([error?.code, error?.retry]).to.deep.equal(['git/push-rejected', retry])
      expect(error?.message).to.contain(said)
      expect(bareGit(lab.project.folder).ref('writ/new')).to.equal(null)
    })
  }

  it('says where the token is none', async () => {
    expect((await errorOf(open('glpat-another-one-0000').reader.tip('main')))?.code).to.equal('git/unauthorized')
  })
})

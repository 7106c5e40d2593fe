import { expect } from 'chai'
import { meaningOf, remoteFailure, summary } from '../../../src/outside/git/failure.ts'
import { judge } from '../../../src/outside/git/push.ts'

const GITHUB_403 = 'remote: Permission to acme/app.git denied to bot.\nfatal: unable to access \'https://github.com/acme/app.git/\': The requested URL returned error: 403\n'

/** What git, ssh, curl and the forges really say, what it means, and whether the same call may succeed later. */
const TEXTS: readonly (readonly [string, string, boolean])[] = [
  ['remote: error: GH006: Protected branch update failed for refs/heads/main.\n ! [remote rejected] main -> main (protected branch hook declined)', 'git/push-rejected', false],
  ['remote: error: GH013: Repository rule violations found for refs/heads/main.\n ! [remote rejected] main -> main (push declined due to repository rule violations)', 'git/push-rejected', false],
  ['remote: GitLab: You are not allowed to push code to protected branches on this project.\n ! [remote rejected] main -> main (pre-receive hook declined)', 'git/push-rejected', false],
  ['remote: GitLab: Branch name does not follow the pattern \'feat/.*\'', 'git/push-rejected', false],
  ['remote: GitLab: Committer \'writ@x\' is not a member of team', 'git/push-rejected', false],
  ['remote: Gitea: Not allowed to push to protected branch main', 'git/push-rejected', false],
  ['remote: TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch.', 'git/push-rejected', false],
  ['remote: This repository was archived so it is read-only.\nfatal: unable to access \'https://github.com/a/b/\': The requested URL returned error: 403', 'git/push-rejected', false],
  ['remote: Invalid username or password.\nfatal: Authentication failed for \'https://github.com/acme/app.git/\'', 'git/unauthorized', false],
  ['remote: Support for password authentication was removed on August 13, 2021.\nfatal: Authentication failed for', 'git/unauthorized', false],
  ['remote: HTTP Basic: Access denied. The provided password or token is incorrect.', 'git/unauthorized', false],
  ['fatal: could not read Username for \'https://git.example.org\': terminal prompts disabled', 'git/unauthorized', false],
  ['git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.', 'git/unauthorized', false],
  [GITHUB_403, 'git/unauthorized', false],
  ['remote: Repository not found.\nfatal: repository \'https://github.com/acme/none/\' not found', 'git/unreachable', false],
  ['remote: The project you were looking for could not be found or you don\'t have permission to view it.', 'git/unreachable', false],
  ['fatal: \'/srv/none.git\' does not appear to be a git repository\nfatal: Could not read from remote repository.', 'git/unreachable', false],
  ['fatal: unable to access \'https://git.example.org/\': SSL certificate problem: unable to get local issuer certificate', 'git/unreachable', false],
  ['No ED25519 host key is known for git.example.org and you have requested strict checking.\nHost key verification failed.', 'git/unreachable', false],
  ['fatal: unable to access \'https://git.example.org/\': Could not resolve host: git.example.org', 'git/unreachable', true],
  ['fatal: unable to access \'https://git.example.org/\': Failed to connect to git.example.org port 443 after 3 ms: Couldn\'t connect to server', 'git/unreachable', true],
  ['error: RPC failed; HTTP 502 curl 22 The requested URL returned error: 502\nsend-pack: unexpected disconnect while reading sideband packet\nfatal: the remote end hung up unexpectedly', 'git/unreachable', true],
  ['error: RPC failed; curl 56 GnuTLS recv error (-54): Error in the pull function.', 'git/unreachable', true],
  ['fatal: early EOF\nfatal: index-pack failed', 'git/unreachable', true],
  ['fatal: unable to access \'https://x/\': Operation too slow. Less than 1 bytes/sec transferred the last 60 seconds', 'git/unreachable', true],
  ['kex_exchange_identification: Connection closed by remote host', 'git/unreachable', true],
  ['The requested URL returned error: 429', 'git/unreachable', true],
  ['fatal: transport \'ext\' not allowed', 'git/refused', false],
  ['error: object 1234: hasDotdot: contains \'..\'\nfatal: fsck error in packed object', 'git/refused', false],
  ['fatal: mismatched algorithms: client sha1; server sha256', 'usage/not-supported', false],
  ['something that nobody has ever seen', 'git/failed', false],
]

/** How forges turn a push down: the words on stderr, the reason in git's own line, and a part of what to do. */
const REJECTIONS: readonly (readonly [string, string, RegExp])[] = [
  ['remote: error: GH006: Protected branch update failed for refs/heads/main.\nremote: error: Changes must be made through a pull request.', 'protected branch hook declined', /protected/],
  ['remote: error: GH006: Protected branch update failed for refs/heads/main.\nremote: error: Required status check "ci" is expected.', 'protected branch hook declined', /protected/],
  ['remote: error: GH006: Protected branch update failed for refs/heads/main.\nremote: error: Commits must have verified signatures.', 'protected branch hook declined', /signing/],
  ['remote: error: GH013: Repository rule violations found for refs/heads/main.\nremote: - Cannot update this protected ref.', 'push declined due to repository rule violations', /protected/],
  ['remote: error: GH013: Repository rule violations found for refs/heads/writ/x.\nremote: - GITHUB PUSH PROTECTION\nremote:   - Push cannot contain secrets', 'push declined due to repository rule violations', /secret/],
  ['remote: error: GH013: Repository rule violations found for refs/heads/writ/x.\nremote: - Commits must have verified signatures.', 'push declined due to repository rule violations', /signing/],
  ['remote: error: GH001: Large files detected. You may want to try Git Large File Storage - https://git-lfs.github.com.', 'pre-receive hook declined', /sizes/],
  ['remote: error: GH007: Your push would publish a private email address.', 'push declined due to email privacy restrictions', /git\.email/],
  ['', 'refusing to allow a Personal Access Token to create or update workflow `.github/workflows/x.yml` without `workflow` scope', /workflow/],
  ['remote: GitLab: You are not allowed to push code to protected branches on this project.', 'pre-receive hook declined', /protected/],
  ['remote: GitLab: You are not allowed to force push code to a protected branch on this project.', 'pre-receive hook declined', /protected/],
  ['remote: GitLab: Commit message does not follow the pattern \'JIRA-\\d+\'', 'pre-receive hook declined', /commit messages/],
  ['remote: GitLab: Branch name \'writ/x\' does not follow the pattern \'feat/.*\'', 'pre-receive hook declined', /begin with writ/],
  ['remote: GitLab: Author \'ann@example.org\' is not a member of team', 'pre-receive hook declined', /git\.email/],
  ['remote: GitLab: You cannot push commits for \'x@y\'. You can only push commits if the committer email is one of your own verified emails.', 'pre-receive hook declined', /git\.email/],
  ['remote: GitLab: Commit must be signed with a GPG key', 'pre-receive hook declined', /signing/],
  ['remote: GitLab: File "big.bin" is larger than the allowed size of 10 MB. Use Git LFS', 'pre-receive hook declined', /sizes/],
  ['remote: GitLab: PUSH BLOCKED: Secrets detected in code changes', 'pre-receive hook declined', /secret/],
  ['remote: GitLab: File name .env was prohibited by the pattern "\\.env$".', 'pre-receive hook declined', /setting of the server/],
  ['remote: Gitea: Not allowed to push to protected branch main', 'pre-receive hook declined', /protected/],
  ['remote: Forgejo: Not allowed to push to protected branch main', 'pre-receive hook declined', /protected/],
  ['remote: Gitea: branch main is protected from changing file prod.yaml', 'pre-receive hook declined', /protected/],
  ['remote: Gitea: Unverified commit 0123456789', 'pre-receive hook declined', /signing/],
  ['remote: Branch refs/heads/main can only be modified through pull requests.', 'pre-receive hook declined', /protected/],
  ['remote: TF402455: Pushes to this branch are not permitted; you must use a pull request to update this branch.', 'TF402455: Pushes to this branch are not permitted', /protected/],
  ['', 'shallow update not allowed', /whole one/],
  ['', 'deny updating a hidden ref', /setting of the server/],
  ['', 'refusing to update checked out branch: refs/heads/main', /setting of the server/],
  ['remote: our own hook says no', 'pre-receive hook declined', /hook of the server/],
  ['remote: error: cannot lock ref \'refs/heads/a/b\': \'refs/heads/a\' exists; cannot create \'refs/heads/a/b\'', 'failed to update ref', /named as a folder/],
  ['remote: error: object 0123: hasDotdot: contains \'..\'\nremote: fatal: fsck error in packed object', 'unpacker error', /objects/],
]

/** The server could not for now: the same push may pass later. */
const FOR_NOW: readonly (readonly [string, string])[] = [
  ['remote: fatal: write error: No space left on device', 'unpacker error'],
  ['remote: fatal: unable to create temporary object directory', 'unpacker error'],
  ['remote: error: remote unpack failed: index-pack abnormal exit', 'unpacker error'],
  ['remote: fatal error in commit_refs', 'failure'],
  ['remote: GitLab: The repository is temporarily read-only. Please try again later.', 'pre-receive hook declined'],
  ['remote: GitLab: Internal API unreachable', 'pre-receive hook declined'],
  ['remote: ERROR: The git server, Gitaly, is not available at this time. Please contact your administrator.', 'pre-receive hook declined'],
  ['remote: Internal Server Error', 'Internal Server Error'],
]

describe('the texts by which a push is turned down', () => {
  for (const [stderr, reason, hint] of REJECTIONS) {
    it(`is final, with what to do: ${stderr === '' ? reason : stderr.split('\n').at(-1) ?? ''}`, () => {
      const error = judge(`!\t${'a'.repeat(40)}:refs/heads/x\t[remote rejected] (${reason})`, stderr)
      expect([error.code, error.retry]).to.deep.equal(['git/push-rejected', false])
      expect(error.hint).to.match(hint)
      expect(error.message).to.contain(stderr === '' ? reason : stderr.split('\n')[0]?.replace(/^remote: /, '') ?? '')
    })
  }

  for (const [stderr, reason] of FOR_NOW) {
    it(`may pass later: ${stderr}`, () => {
      const error = judge(`!\t${'a'.repeat(40)}:refs/heads/x\t[remote rejected] (${reason})`, stderr)
      expect([error.code, error.retry]).to.deep.equal(['git/push-rejected', true])
    })
  }

  for (const reason of ['[rejected] (stale info)', '[rejected] (non-fast-forward)', '[rejected] (fetch first)', '[rejected] (remote ref updated since checkout)', '[remote rejected] (cannot lock ref \'refs/heads/x\': is at 1 but expected 2)', '[remote rejected] (failed to update ref)', '[remote rejected] (incorrect old value provided)',
    '[remote rejected] (reference already exists)', '[remote rejected] (failed to lock)', '[remote rejected] (Unable to create \'/srv/x.git/refs/heads/x.lock\': unable to lock ref)', '[remote rejected] (reference update failed)']) {
    it(`is somebody else who was faster: ${reason}`, () => {
      const error = judge(`!\t${'a'.repeat(40)}:refs/heads/x\t${reason}`, 'error: failed to push some refs')
      expect([error.code, error.retry, error.message.startsWith('The push met another one')]).to.deep.equal(['git/push-rejected', true, true])
    })
  }

  it('is a right of the user, not of the push, where the server says so', () => {
    for (const text of ['remote: Permission to acme/app.git denied to bot.\nfatal: unable to access \'https://github.com/acme/app.git/\': The requested URL returned error: 403', 'remote: Write access to repository not granted.\nfatal: unable to access \'https://x/\': The requested URL returned error: 403', 'remote: This deploy key does not have write access to this project.',
      'remote: Gitea: User: bot:1 with Key: 2:k is not authorized to write to acme/app.', 'remote: The \'acme\' organization has enabled or enforced SAML SSO.', 'ERROR: Your account has been blocked.']) expect([judge('', text).code, judge('', text).retry], text).to.deep.equal(['git/unauthorized', false])
  })

  it('of a page of an overloaded server are without its tags', () => {
    const error = judge('', 'remote: <html><head><title>503 Service Temporarily Unavailable</title></head><body><center><h1>503</h1></center></body></html>\nfatal: unable to access \'https://git.example.org/a.git/\': The requested URL returned error: 503')
    expect([error.code, error.retry]).to.deep.equal(['git/unreachable', true])
    expect(error.message).to.contain('503 Service Temporarily Unavailable').and.not.match(/[<>]/)
  })

  it('are no rejection of a fetch', () => {
    const gitaly = remoteFailure(['fetch'], 'remote: ERROR: The git server, Gitaly, is not available at this time. Please contact your administrator.')
    expect([gitaly.code, gitaly.retry]).to.deep.equal(['git/unreachable', true])
    expect(remoteFailure(['ls-remote'], 'remote: GitLab: quota exceeded').code).to.equal('git/failed')
  })

  it('of a page that is no Git at all say so', () => {
    expect(judge('', 'fatal: https://git.example.org/a.git/info/refs not valid: is this a git repository?').hint).to.contain('does not speak Git')
  })
})

describe('the texts of remotes', () => {
  for (const [text, code, retry] of TEXTS) {
    it(`means ${code}${retry ? ', worth trying again' : ''}: ${text.split('\n')[0]?.slice(0, 90) ?? ''}`, () => {
      expect(meaningOf(text).code).to.equal(code)
      expect(meaningOf(text).retry).to.equal(retry)
    })
  }

  it('are cut to the lines that a person needs, without escape sequences, passwords or endless text', () => {
    expect(summary('hint: something\nremote: \nremote: \u001b[31mno\u001b[0m\nfatal: it ended\n')).to.equal('remote: no fatal: it ended')
    expect(summary('')).to.equal('it gave no reason.')
    expect(summary('fatal: unable to access \'https://bot:hunter2hunter2@git.example.org/x\'')).to.not.contain('hunter2')
    expect(summary(`fatal: ${'x'.repeat(5000)}`).length).to.be.at.most(600)
  })

  it('leave no escape sequence, control character or character that turns a line around', () => {
    const nasty = ['\u001b[2J\u001b[1;1H', '\u001b]0;title\u0007', '\u001b]8;;https://evil.example\u001b\\', '\u001bP1$r\u001b\\', '\u009b31m', '\u0007', '\b\b\b', '\u202e', '\u2066', '\u200b', '\ufeff', '\u0000', '\v', '\f', '\u0085', '\u2028']
    const told = summary(nasty.map((one, index) => `remote: a${String(index)}${one}b`).slice(-6).join('\n'))
    // oxlint-disable-next-line no-control-regex -- control characters are the point
    for (const one of nasty) expect(summary(`remote: before${one}after`), JSON.stringify(one)).to.match(/^remote: before ?(?:after| {0,3}after)$/).and.not.match(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/)
    expect(told.split(' ')).to.include.members(['remote:'])
  })

  it('of 100,000 lines are read in no time, from their end', () => {
    const began = performance.now()
    const text = `${Array.from({ length: 100_000 }, (_x, index) => `remote: \u001b[3${String(index % 8)}mline ${String(index)} of something`).join('\n')}\nfatal: it ended`
    expect(summary(text)).to.match(/line 99999 of something fatal: it ended$/)
    expect(meaningOf(text).code).to.equal('git/failed')
    for (const hostile of [`remote: ${'<a'.repeat(200_000)}`, `remote: ${'\u001b]'.repeat(200_000)}`, `remote: ${'GH0'.repeat(200_000)}`, `fatal: ${'committer '.repeat(100_000)}`, `remote: ${'exceeds '.repeat(100_000)}`]) {
      summary(hostile)
      meaningOf(hostile)
    }
    expect(performance.now() - began).to.be.lessThan(3000)
  })

  it('cut no secret in half, so that it is not known again', () => {
    const token = `ghp_${'aB3'.repeat(12)}`
    for (let gap = 0; gap < 60; gap += 7) expect(summary(`remote: ${token}${'x'.repeat(64 * 1024 - gap)}\nfatal: it ended`)).to.not.contain('aB3aB3')
  })
})

import { expect } from 'chai'
import { meaningOf, summary } from '../../../src/outside/git/failure.ts'

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
})

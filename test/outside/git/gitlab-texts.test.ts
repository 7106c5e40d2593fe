import { expect } from 'chai'
import { meaningOf, summary } from '../../../src/outside/git/failure.ts'

const DECLINED = '\nTo https://gitlab.example.com/shop/apps.git\n ! [remote rejected] writ/a -> writ/a (pre-receive hook declined)\nerror: failed to push some refs'

/** What GitLab's hooks, protections and push rules say of a push, what it means, and the words that a person must find in the answer. */
const TEXTS: readonly (readonly [string, string, string, 'again'?])[] = [
  ['remote: GitLab: You are not allowed to push code to protected branches on this project.', 'git/push-rejected', 'protected branches'],
  ['remote: GitLab: You are not allowed to force push code to a protected branch on this project.', 'git/push-rejected', 'force push'],
  ['remote: GitLab: You are not allowed to create protected branches on this project.', 'git/push-rejected', 'create protected branches'],
  ['remote: GitLab: You are not allowed to push code to this project.', 'git/push-rejected', 'not allowed to push code'],
  ['remote: GitLab: You can only push commits that have a committer email of one of your own verified emails.', 'git/push-rejected', 'verified emails'],
  ['remote: GitLab: Commit message does not follow the pattern \'^[A-Z]+-\\d+\'', 'git/push-rejected', 'does not follow the pattern'],
  ['remote: GitLab: Branch name does not follow the pattern \'^feature/\'', 'git/push-rejected', 'Branch name'],
  ['remote: GitLab: Committer\'s email \'writ@example.com\' does not follow the pattern \'@corp.example$\'', 'git/push-rejected', 'writ@example.com'],
  ['remote: GitLab: Author \'writ@example.com\' is not a member of team', 'git/push-rejected', 'not a member of team'],
  ['remote: GitLab: Commit must be signed with a GPG key', 'git/push-rejected', 'GPG key'],
  ['remote: GitLab: Commit message must contain a DCO signoff', 'git/push-rejected', 'DCO signoff'],
  ['remote: GitLab: File name key.pem was prohibited by the pattern "\\.pem$".', 'git/push-rejected', 'key.pem'],
  ['remote: GitLab: File "big.yaml" is larger than the allowed size of 1 MiB. Use Git LFS to manage this file.', 'git/push-rejected', 'larger than the allowed size'],
  ['remote: GitLab: The path \'values.yaml\' is locked by Ann', 'git/push-rejected', 'locked by Ann'],
  ['remote: GitLab: LFS objects are missing. Ensure LFS is properly set up or try a manual "git lfs push --all".', 'git/push-rejected', 'LFS objects are missing'],
  ['remote: GitLab: PUSH BLOCKED: Secrets detected in code changes', 'git/push-rejected', 'PUSH BLOCKED'],
  ['remote: GitLab: Your push has been rejected, because this repository has exceeded its size limit of 10 GB by 1 MB.', 'git/push-rejected', 'size limit'],
  ['remote: GL-HOOK-ERR: Name a ticket in the message.', 'git/push-rejected', 'Name a ticket'],
  ['remote: GitLab: API is not accessible', 'git/push-rejected', 'API is not accessible', 'again'],
  ['remote: GitLab: Internal API unreachable', 'git/push-rejected', 'Internal API unreachable', 'again'],
  ['remote: GitLab: The repository is temporarily read-only. Please try again later.', 'git/push-rejected', 'temporarily read-only', 'again'],
]

/** What it says before a hook runs. */
const EARLIER: readonly (readonly [string, string, boolean])[] = [
  ['remote: You are not allowed to push code to this project.\nfatal: unable to access \'https://gitlab.example.com/shop/apps.git/\': The requested URL returned error: 403', 'git/push-rejected', false],
  ['remote: Deploy keys are not allowed to push code.\nfatal: Could not read from remote repository.', 'git/push-rejected', false],
  ['remote: HTTP Basic: Access denied. If a password was provided for Git authentication, the password was incorrect or you\'re required to use a token instead of a password.\nfatal: Authentication failed for \'https://gitlab.example.com/shop/apps.git/\'', 'git/unauthorized', false],
  ['remote: The project you were looking for could not be found or you don\'t have permission to view it.\nfatal: repository \'https://gitlab.example.com/shop/none.git/\' not found', 'git/unreachable', false],
  ['remote: \nremote: ========================================================================\nremote: \nremote: ERROR: Project \'shop/apps\' was moved to \'shop/elsewhere\'.\nremote: \nremote: Please update your Git remote:\nremote: \nfatal: unable to update url base from redirection', 'git/unreachable', false],
]

describe('the texts of GitLab when it is pushed to', () => {
  for (const [text, code, words, again] of TEXTS) {
    it(`means ${code}${again === undefined ? '' : ', worth trying again'}: ${text.replace('remote: ', '')}`, () => {
      const whole = `remote: \nremote: ========================================\n${text}\nremote: ========================================${DECLINED}`
      expect([meaningOf(whole).code, meaningOf(whole).retry, meaningOf(whole).definite]).to.deep.equal([code, again === 'again', true])
      expect(summary(whole)).to.contain(words)
    })
  }
  for (const [text, code, retry] of EARLIER) {
    it(`means ${code}: ${text.split('\n').find(line => /[a-z]{4}/.test(line)) ?? ''}`, () => {
      expect([meaningOf(text).code, meaningOf(text).retry]).to.deep.equal([code, retry])
    })
  }
})

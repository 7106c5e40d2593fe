import { expect } from 'chai'
import { ownersOf } from '../../src/model/code-owners.ts'

describe('the owners of a path by a CODEOWNERS file', () => {
  const github = (text: string, path: string): readonly string[] => ownersOf(text, path, 'github').flatMap(({ owners }) => owners)

  // The examples of GitHub's own documentation.
  const EXAMPLE = `# Comment
*       @global-owner1 @global-owner2
*.js    @js-owner #inline comment
*.go docs@example.com
*.txt @octo-org/octocats
/build/logs/ @doctocat
docs/* docs@example.com
apps/ @octocat
/docs/ @doctocat
/scripts/ @doctocat @octocat
**/logs @octocat
/apps/ @octocat
/apps/github
`
  for (const [path, owners] of [
    ['README.md', ['@global-owner1', '@global-owner2']], ['src/deep/x.js', ['@js-owner']], ['a.go', ['docs@example.com']], ['x/y.txt', ['@octo-org/octocats']],
    ['build/logs/a/b', ['@octocat']], ['other/docs/a.md', ['@global-owner1', '@global-owner2']], ['docs/a.md', ['@doctocat']], ['deep/apps/x', ['@octocat']],
    ['scripts/run', ['@doctocat', '@octocat']], ['deploy/logs/one', ['@octocat']], ['apps/github/x.yaml', []], ['apps/gitlab/x.yaml', ['@octocat']],
  ] as const) {
    it(`are ${owners.join(' and ') || 'nobody'} for ${path}`, () => { expect(github(EXAMPLE, path)).to.deep.equal(owners) })
  }

  it('are of what lies in a folder only after /*, and of all below a folder that is named', () => {
    expect([github('docs/* @a', 'docs/x.md'), github('docs/* @a', 'docs/deep/x.md'), github('/docs @a', 'docs/deep/x.md')]).to.deep.equal([['@a'], [], ['@a']])
    expect([github('/apps/**/prod @a', 'apps/web/x/prod/k.yaml'), github('/apps/**/prod @a', 'apps/prod/k.yaml')]).to.deep.equal([['@a'], ['@a']])
  })

  it('take signs of expressions as they are, and spaces behind a backslash', () => {
    expect([github('a.b+c @a', 'aXb+c'), github('a.b+c @a', 'a.b+c'), github('with\\ space/ @a', 'with space/x')]).to.deep.equal([[], ['@a'], ['@a']])
    expect(github('(a+)+$ @a', 'a'.repeat(40))).to.deep.equal([])
  })

  it('are of each section in GitLab, with its own owners where a line names none, and of no optional one', () => {
    const text = '*.md @docs\n[Platform][2] @platform\napps/\napps/pay/ @pay\n^[Nice to have]\n* @everybody\n[platform]\n*.sql @db\n'
    expect(ownersOf(text, 'apps/web/k.yaml', 'gitlab')).to.deep.equal([{ owners: ['@platform'], section: 'Platform' }])
    expect(ownersOf(text, 'apps/pay/README.md', 'gitlab')).to.deep.equal([{ owners: ['@docs'], section: null }, { owners: ['@pay'], section: 'Platform' }])
    expect(ownersOf(text, 'apps/x.sql', 'gitlab')).to.deep.equal([{ owners: ['@db'], section: 'platform' }])
  })
})

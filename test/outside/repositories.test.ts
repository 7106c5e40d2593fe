import { expect } from 'chai'
import { matchRepository, openRepositories } from '../../src/outside/repositories.ts'
import { isRefusal } from '../../src/model/error.ts'

const ENTRIES = [
  { match: ['https://git.example/acme'], forge: 'a' },
  { match: ['https://git.example/acme/special'], forge: 'b' },
  { match: ['git@git.example:other/'], forge: 'c' },
]

describe('the repositories of writ.yaml', () => {
  const rows: readonly [string, string, string | null][] = [
    ['a repository below the prefix', 'https://git.example/acme/shop', 'a'],
    ['the longest prefix', 'https://git.example/acme/special.git', 'b'],
    ['another spelling of the host', 'https://GIT.example:443/acme/shop.git', 'a'],
    ['ssh for https', 'git@git.example:acme/shop.git', 'a'],
    ['scp spelling in the file', 'ssh://git@git.example/other/x', 'c'],
    ['a name that only begins alike', 'https://git.example/acme-evil/shop', null],
    ['another host', 'https://git.example.evil/acme/shop', null],
    ['a host inside the path', 'https://evil.example/git.example/acme/shop', null],
  ]
  for (const [title, url, forge] of rows) {
    it(`${forge === null ? 'does not match' : 'matches'} ${title}`, () => {
      expect(matchRepository(url, ENTRIES)?.forge ?? null).to.equal(forge)
    })
  }

  it('refuses an unknown repository with the lines to add, and never shows a password of its URL', () => {
    const repositories = openRepositories(ENTRIES, [], () => { throw new Error('must not be opened') })
    const answer = repositories.open('https://user:hunter2@unknown.example/x/y')
    expect(isRefusal(answer) && answer.refused).to.equal('REPOSITORY_UNKNOWN')
    expect(JSON.stringify(answer)).to.contain('https://unknown.example/x/y').and.not.contain('hunter2')
  })
})

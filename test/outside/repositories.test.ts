import { expect } from 'chai'
import { parse } from 'yaml'
import { WritConfig } from '../../src/model/config.ts'
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

  const unknown: readonly (readonly [string, readonly string[]])[] = [
    ['https://git.example/a/b', []], ['https://github.com/a/b', []], ['git@git.example:a/b.git', []], ['ssh://git@git.example:2222/a/b', []], ['https://user:hunter2@git.example/a/b', []],
    ['http://git.example/a/b', ['http']], ['http://127.0.0.1:8080/a/b', ['http', 'loopback']], ['https://localhost/a/b', ['loopback']], ['http://[::1]:80/a/b', ['http', 'loopback']],
    ['file:///srv/git/a', ['file']], ['/srv/git/a', ['file']],
  ]
  for (const [url, allow] of unknown) {
    it(`has lines to add for ${url} that are enough`, () => {
      const answer = openRepositories([], [], () => { throw new Error('must not be opened') }).open(url)
      if (!isRefusal(answer)) throw new Error('it was not refused')
      const { repositories, forges } = WritConfig.parse({ clusters: [{ name: 'a', context: 'a' }], ...parse(answer.hint.replace(/^.*\n/, '')) })
      expect(forges.map(forge => forge.insecureAllow)).to.deep.equal([allow])
      expect(() => openRepositories(repositories, forges, () => { throw new Error('opened') }).open(url)).to.throw('opened')
      // With a forge that fits, only the repository is missing.
      const second = openRepositories([], forges, () => { throw new Error('opened') }).open(url)
      expect(isRefusal(second) && second.hint).to.contain('repositories:').and.not.contain('forges:')
    })
  }

  it('names URL, forge and file where a URL is not allowed, and never a password', () => {
    const cases: readonly (readonly [string, string])[] = [
      ['http://git.example/a/b', 'The repository http://git.example/a/b is not allowed by forge hub in writ.yaml: http needs insecureAllow: [http]; use https.'],
      ['https://ann:hunter2@git.example/a/b', 'The repository https://git.example/a/b is not allowed by forge hub in writ.yaml: it holds a user or password; name the credentials of the forge in writ.yaml instead.'],
    ]
    for (const [url, message] of cases) {
      const repositories = openRepositories([{ match: ['http://git.example', 'https://git.example'], forge: 'hub' }], [{ name: 'hub', kind: 'plain', host: 'git.example', insecureAllow: [] }], () => { throw new Error('opened') })
      expect(() => repositories.open(url)).to.throw(message)
    }
  })
})

import { expect } from 'chai'
import { code, fenced, plainLine, quoted, unreferring, words } from '../../../../src/flow/publish/page/inert.ts'

describe('texts of others on a page', () => {
  const WORDS: readonly (readonly [string, string])[] = [
    ['Plain words stay, don’t they?', 'Plain words stay, don’t they?'],
    ['see #12, and @bo.', 'see `#12`, and `@bo`.'],
    ['(https://x.example)', '(`https://x.example`)'],
    ['1. first', '`1.` first'],
    ['costs 30 of 1.5', 'costs 30 of `1.5`'],
    ['at deadbeef', 'at `deadbeef`'],
    ['a `b` c', 'a `` `b` `` c'],
    ['a\u200bb', '`a\\u{200b}b`'],
    ['- [ ] task', '`-` `[` `]` task'],
    ['/approve now', '`/approve` now'],
    ['GH-1 ABC-12', '`GH-1` `ABC-12`'],
    ['  many \t\n spaces ', 'many spaces'],
  ]
  for (const [given, wanted] of WORDS) {
    it(`writes ${JSON.stringify(given)} as ${wanted}`, () => { expect(words(given)).to.equal(wanted) })
  }

  it('keeps bars within the cell of a table, whatever stands before them', () => {
    expect(code('a|b', 'cell')).to.equal('`a\\|b`')
    expect(code('a\\|b', 'cell')).to.equal('`a\\u{5c}\\|b`')
    expect(code('a\\\\|b', 'cell')).to.equal('`a\\u{5c}\\u{5c}\\|b`')
    expect(code('a\\b|', 'cell')).to.equal('`a\\b\\|`')
    expect(words('a | b', 'cell')).to.equal('a `\\|` b')
  })

  it('gives code that nothing in it can end', () => {
    expect(code('a')).to.equal('`a`')
    expect(code('`')).to.equal('`` ` ``')
    expect(code('a``b`')).to.equal('``` a``b` ```')
    expect(code('a\nb')).to.equal('`a\\u{a}b`')
    expect(code('')).to.equal('(empty)')
  })

  it('gives a fence that nothing in it can end, and no line of which is a quick action', () => {
    expect(fenced('a\n```\n/approve\n`````\n', 'text')).to.equal('``````text\na\n```\n /approve\n`````\n``````')
    expect(fenced('a\r\n\tb\u202e', 'diff')).to.equal('```diff\na\\r\n\tb\\u{202e}\n```')
  })

  it('breaks up what GitLab reads as a closing word, in code, too', () => {
    for (const text of ['fixes #1', 'Closes: acme/shop#2', 'resolved https://git.example/a/b/-/issues/1', 'implements ABC-1', 'closing issue #3', 'fix  #4']) {
      for (const shown of [code(text), fenced(text, 'text'), plainLine(text, 200), unreferring(text)]) expect(shown, text).to.match(/(?:fix|clos|resolv|implement)\w*:?\\u\{20\}/i)
    }
    expect(fenced('it fixes the build', 'text')).to.contain('it fixes the build')
  })

  it('quotes line by line', () => {
    expect(quoted('one\n\n\ntwo\r\n# three\n')).to.equal('> one\n>\n> two\n>\n> `#` three')
  })

  it('cuts what is too long between characters, and says how much is missing', () => {
    expect(code('😀'.repeat(200))).to.match(/^`(?:😀){80} … 240 more characters`$/u)
    expect(words('word '.repeat(1000))).to.match(/word … 3000 more characters$/)
  })

  it('keeps titles and commits free of mentions and references, and images whole', () => {
    expect(plainLine('dev: image = nginx:1.27@sha256:abc\n@bo #1 !2 ~x a#3', 200)).to.equal('dev: image = nginx:1.27@sha256:abc @ bo # 1 ! 2 ~ x a# 3')
    expect(plainLine('x'.repeat(500), 220)).to.have.length.below(256)
  })
})

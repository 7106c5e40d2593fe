import { expect } from 'chai'
import { ignorePatterns, isLeftOut } from '../../src/model/source-ignore.ts'

describe('what source-controller leaves out', () => {
  const rows: readonly (readonly [string, readonly string[], readonly string[]])[] = [
    ['docs/', ['docs/a.yaml', 'x/docs/b/c.yaml'], ['docs', 'apps/a.yaml']],
    ['*.md', ['a.md', 'x/y.md'], ['a.yaml']],
    ['/*\n!/apps', ['infra/a.yaml', 'a.yaml'], ['apps/a.yaml', 'apps/b/c.yaml']],
    ['/*\n!/apps/', ['infra/a.yaml'], ['apps/a.yaml']],
    ['# nothing\n\n  \napps/web/', ['apps/web/a.yaml'], ['apps/api/a.yaml', 'x/apps/web/a.yaml']],
    ['**/test', ['a/b/test', 'a/test/c.yaml'], ['a/tests/c.yaml']],
    ['secrets-?.yaml', ['a/secrets-1.yaml'], ['a/secrets-10.yaml']],
    ['[a-c].yaml', ['b.yaml'], ['d.yaml']],
    ['a.yaml   ', ['a.yaml'], ['b.yaml']],
    ['*.yaml\n!keep.yaml', ['a.yaml'], ['x/keep.yaml']],
  ]
  for (const [text, out, kept] of rows) {
    it(`${JSON.stringify(text)} leaves out ${out.join(', ')} and keeps ${kept.join(', ')}`, () => {
      const patterns = ignorePatterns(text)
      expect([...out, ...kept].filter(path => isLeftOut(patterns, path))).to.deep.equal(out)
    })
  }
  it('speaks of what lies below the folder of the file, and is outweighed by what comes later', () => {
    const patterns = [...ignorePatterns('*.yaml', 'apps'), ...ignorePatterns('!web.yaml')]
    expect(['apps/api.yaml', 'apps/web.yaml', 'infra/api.yaml', 'apps.yaml'].filter(path => isLeftOut(patterns, path))).to.deep.equal(['apps/api.yaml'])
  })
  it('always leaves out the files of the version control', () => {
    expect(isLeftOut(ignorePatterns('!x'), 'a/.gitignore')).to.equal(true)
  })
})

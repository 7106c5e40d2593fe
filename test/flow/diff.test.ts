import { expect } from 'chai'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unifiedDiff } from '../../src/flow/diff.ts'

describe('the unified diff', () => {
  const folder = mkdtempSync(join(tmpdir(), 'writ-diff-'))
  after(() => { rmSync(folder, { recursive: true, force: true }) })

  it('is empty where nothing differs', () => {
    expect(unifiedDiff({ path: 'a', before: 'x\n', after: 'x\n' })).to.equal('')
  })

  it('says that a last line has no newline, on the side that lacks it', () => {
    expect(unifiedDiff({ path: 'a', before: 'x', after: 'x\n' })).to.equal('diff --git a/a b/a\n--- a/a\n+++ b/a\n@@ -1 +1 @@\n-x\n\\ No newline at end of file\n+x\n')
  })

  it('names /dev/null for a file that comes or goes', () => {
    expect(unifiedDiff({ path: 'a', before: null, after: 'x\n' })).to.equal('diff --git a/a b/a\nnew file mode 100644\n--- /dev/null\n+++ b/a\n@@ -0,0 +1 @@\n+x\n')
    expect(unifiedDiff({ path: 'a', before: 'x\n', after: null })).to.equal('diff --git a/a b/a\ndeleted file mode 100644\n--- a/a\n+++ /dev/null\n@@ -1 +0,0 @@\n-x\n')
  })

  // Single changed lines have one shortest difference, so git must print the very same.
  for (const [name, count, changed] of [['one line', 30, [12]], ['two near lines', 30, [10, 17]], ['two far lines', 30, [4, 12]], ['the first and the last line', 9, [0, 8]], ['a file of one line', 1, [0]]] as const) {
    it(`is what git prints for ${name}`, () => {
      const before = Array.from({ length: count }, (_, i) => `line ${i}\n`)
      const after = before.map((line, i) => changed.some(index => index === i) ? `changed ${i}\r\n` : line)
      expect(unifiedDiff({ path: 'f', before: before.join(''), after: after.join('') })).to.equal(gitDiff(folder, before.join(''), after.join('')))
    })
  }

  it('can be applied by git, whatever the change', () => {
    for (let seed = 1; seed <= 12; seed++) {
      const before = text(seed)
      const after = text(seed + 100, before)
      if (before === after || before === '' || after === '') continue
      writeFileSync(join(folder, 'f'), before)
      const applied = spawnSync('git', ['apply', '-'], { cwd: folder, input: unifiedDiff({ path: 'f', before, after }), encoding: 'utf8' })
      expect(applied.status, applied.stderr).to.equal(0)
      expect(spawnSync('cat', ['f'], { cwd: folder, encoding: 'utf8' }).stdout).to.equal(after)
    }
  })
})

function gitDiff(folder: string, before: string, after: string): string {
  mkdirSync(join(folder, 'a'), { recursive: true })
  mkdirSync(join(folder, 'b'), { recursive: true })
  writeFileSync(join(folder, 'a/f'), before)
  writeFileSync(join(folder, 'b/f'), after)
  const printed = spawnSync('git', ['diff', '--no-index', '--no-color', '--no-prefix', 'a/f', 'b/f'], { cwd: folder, encoding: 'utf8' }).stdout
  // git adds blob ids, and the line of context that a function name would be.
  return printed.replace(/^index .*\n/m, '').replace(/^(@@ [^@]+ @@).*$/gm, '$1')
}

/** Pseudo-random lines; with `from` a few of them dropped, added and changed. */
function text(seed: number, from?: string): string {
  let state = seed * 2_654_435_761 % 4_294_967_296
  const next = (below: number): number => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296
    return Math.floor(state / 4_294_967_296 * below)
  }
  const lines = from === undefined ? Array.from({ length: 40 }, () => `${next(6)}`) : from.split('\n').flatMap(line => {
    const dice = next(12)
    return dice === 0 ? [] : dice === 1 ? [line, 'new'] : dice === 2 ? [`${line}!`] : [line]
  })
  return lines.join('\n') + (next(2) === 0 && from !== undefined ? '' : '\n')
}

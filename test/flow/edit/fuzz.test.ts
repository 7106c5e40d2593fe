import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { SPELLINGS, chance, fuzzOnce, newCount } from '../../support/yaml-fuzz.ts'
import type { FuzzCount } from '../../support/yaml-fuzz.ts'
import { TEXTS } from './texts.ts'

const CORPUS = join(import.meta.dirname, '../../../../shared/corpus')
const LONG = process.env['WRIT_TEST_LONG'] === '1'
const BIG = 60_000

function report(count: FuzzCount): string {
  const shown = (counts: ReadonlyMap<string, number>): string => [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, times]) => `${key} ${times}`).join(', ')
  return `made: ${shown(count.ok)}; refused: ${shown(count.refused) || 'none'}; one line for ${count.oneLine} of ${count.scalars} scalars; ${count.inverses} inverse edits`
}

function total(counts: ReadonlyMap<string, number>): number {
  return [...counts.values()].reduce((sum, times) => sum + times, 0)
}

describe('random edits of YAML', function () {
  this.timeout(600_000)

  it('read as asked, change nothing else, and go back byte for byte', () => {
    const count = newCount()
    for (const [name, text] of Object.entries(TEXTS)) {
      for (const [spelling, respell] of SPELLINGS) {
        const random = chance(`${name} ${spelling}`.split('').reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7))
        for (let i = 0; i < (LONG ? 40 : 1); i++) fuzzOnce(respell(text, random), random, count)
      }
    }
    if (LONG) console.log(`      ${report(count)}`)
    expect(count.wrong).to.deep.equal([])
    expect(total(count.ok)).to.be.greaterThan(250)
    expect(total(count.refused)).to.be.lessThan(total(count.ok) / 10)
  })

  it('do so on the files of the public benchmark', function () {
    if (!LONG || !existsSync(CORPUS)) {
      console.log(`      skipped: ${LONG ? 'the public benchmark is not beside this checkout' : 'only with WRIT_TEST_LONG=1'}`)
      return this.skip()
    }
    const count = newCount()
    const folder = mkdtempSync(join(tmpdir(), 'writ-fuzz-'))
    try {
      for (const text of corpusTexts(folder)) {
        const random = chance(text.length)
        const other = SPELLINGS[Math.floor(random() * SPELLINGS.length)]?.[1] ?? String
        for (const spelled of [text, text, other(text, random)]) fuzzOnce(spelled, random, count)
      }
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
    console.log(`      ${report(count)}`)
    expect(count.wrong).to.deep.equal([])
    expect(count.oneLine / count.scalars).to.be.at.least(0.998)
    expect(total(count.refused)).to.be.lessThan(total(count.ok) / 20)
    return undefined
  })
})

function* corpusTexts(folder: string): Generator<string> {
  for (const archive of readdirSync(CORPUS).filter(name => name.endsWith('.tar.gz'))) {
    const home = join(folder, archive)
    mkdirSync(home)
    execFileSync('tar', ['xzf', join(CORPUS, archive), '-C', home])
    for (const path of readdirSync(home, { recursive: true }).map(String).sort()) {
      if (!/\.(?:ya?ml|json)$/.test(path)) continue
      const text = readFileSync(join(home, path), 'utf8')
      if (text.length <= BIG) yield text
    }
  }
}

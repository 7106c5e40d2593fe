import { expect } from 'chai'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import { checkJunit, checkLines, checkMarkdown, checkSarif } from '../../src/operations/check.ts'
import type { CheckDocument } from '../../src/views/check-document.ts'
import { lacks, Repository } from './repository.ts'

const CASES = 'test/fixtures/check'

/** How each output of a case is made. */
const OUTPUTS: Readonly<Record<string, (found: CheckDocument) => string>> = {
  txt: found => `${checkLines(found).map(({ text }) => text).join('\n')}\n`,
  md: checkMarkdown, xml: checkJunit,
  sarif: found => `${JSON.stringify(checkSarif(found, '0.1.0'), null, 2)}\n`,
  json: found => `${JSON.stringify(found, null, 2)}\n`,
}

describe('writ check: the cases of test/fixtures/check (UPDATE=1 writes what is expected)', () => {
  for (const name of readdirSync(CASES)) {
    it(name, async function () {
      const { needs = [], outputs = [], input = {} } = parse(readFileSync(join(CASES, name, 'check.yaml'), 'utf8'))
      const missing = await lacks(needs)
      if (missing !== null) {
        console.log(`      skipped: ${missing}`)
        this.skip()
      }
      const repository = new Repository()
      try {
        repository.become(join(CASES, name, 'base'))
        const base = repository.base()
        repository.become(join(CASES, name, 'head'))
        const head = repository.commit()
        const found = await repository.check(input)
        for (const kind of ['txt', ...outputs]) {
          const file = join(CASES, name, `expected.${kind}`)
          const made = OUTPUTS[kind]?.(found) ?? ''
          const neutral = [[base, 'BASE'], [head, 'HEAD'], [found.rules.bundle, 'BUNDLE']].reduce((text, [id = '', word = '']) => text.replaceAll(id, word).replaceAll(id.slice(0, 12), word), made)
          if (process.env['UPDATE'] === '1' && process.env['CI'] === undefined) writeFileSync(file, neutral)
          expect(neutral, file).to.equal(existsSync(file) ? readFileSync(file, 'utf8') : '')
        }
      } finally {
        repository.remove()
      }
    })
  }
})

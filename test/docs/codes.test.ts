import { expect } from 'chai'
import { readFileSync, writeFileSync } from 'node:fs'
import { ENDS, FAILURES, REFUSALS } from '../../src/model/codes.ts'

const PAGE = 'docs/codes.md'

describe('docs/codes.md', () => {
  it('is the table of src/model/codes.ts (UPDATE=1 writes it)', () => {
    const page = render()
    if (process.env['UPDATE'] === '1' && process.env['CI'] === undefined) writeFileSync(PAGE, page)
    expect(readFileSync(PAGE, 'utf8')).to.equal(page)
  })

  it('says what to do next for every code', () => {
    for (const [code, row] of [...Object.entries(REFUSALS), ...Object.entries(ENDS), ...Object.entries(FAILURES)]) {
      expect(row.meaning, code).to.match(/^[A-Z].*\.$/)
      expect(row.next, code).to.match(/^[A-Z].*\.$/)
    }
  })
})

function render(): string {
  const refusals = Object.entries(REFUSALS).map(([code, row]) => `| \`${code}\` | ${row.meaning} | ${row.next} |`)
  const ends = Object.entries(ENDS).map(([code, row]) => `| \`${code}\` | ${row.exit} | ${row.meaning} | ${row.next} |`)
  const failures = Object.entries(FAILURES).map(([code, row]) => `| \`${code}\` | ${row.exit} | ${row.meaning} | ${row.next} |`)
  return [
    '# Codes', '',
    'Made from `src/model/codes.ts`; do not edit by hand.', '',
    '## Exit codes', '',
    '| exit | meaning |', '|---|---|',
    '| 0 | done, or no change needed |',
    '| 1 | failed |',
    '| 2 | usage or configuration |',
    '| 3 | refused by plan or policy |',
    '| 4 | not finished: waits for people, a forge, a controller or another process, or was interrupted while waiting; the last line says for whom |',
    '| 5 | timed out |',
    '| 6 | ambiguous, or needs input |',
    '| 130, 143 | interrupted by SIGINT or SIGTERM while it only looked |', '',
    '## Refusals', '',
    'A refusal is an answer, not an error: nothing was written. Exit 3; `AMBIGUOUS`, `AMBIGUOUS_OWNER` and `NEEDS_INPUT` exit 6.', '',
    '| code | meaning | what to do next |', '|---|---|---|', ...refusals, '',
    '## Ends of a change', '',
    'What `ended.code` of a change says, beside refusals (`DECLINED`, `POLICY`, …) and failures (`verify/…`). The exit is that of a command which wanted another end.', '',
    '| code | exit | meaning | what to do next |', '|---|---|---|---|', ...ends, '',
    '## Failures', '',
    '| code | exit | meaning | what to do next |', '|---|---|---|---|', ...failures, '',
  ].join('\n')
}

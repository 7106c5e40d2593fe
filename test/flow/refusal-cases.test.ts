import { expect } from 'chai'
import { readFileSync, readdirSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { REFUSALS } from '../../src/model/codes.ts'

const CASES = join(import.meta.dirname, '../cases')

/** Refusals of a plan that no file of a repository leads to, and what only a chart that draws lots does: they have tests of their own. */
const WITHOUT_FILES = ['AMBIGUOUS_OWNER', 'OWNER_NOT_FOUND', 'UNMANAGED', 'REPOSITORY_UNKNOWN', 'SUSPENDED', 'POLICY', 'DECLINED', 'NEEDS_INPUT', 'PINNED', 'NON_GIT_SOURCE', 'OWNER_UNPROVEN', 'FOREIGN_PAUSE', 'CONFLICT', 'WINDOW_CLOSED', 'PARENT_REVERTS', 'SERVER_REFUSES', 'CHANGED_SINCE', 'NO_TARGET']

function refusedIn(name: string): string | null {
  const file = join(CASES, name, 'expected.json')
  const value: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : null
  return typeof value === 'object' && value !== null && 'refused' in value ? String(value.refused) : null
}

describe('the refusals of finding and editing', () => {
  const codes = Object.keys(REFUSALS).filter(code => !WITHOUT_FILES.includes(code))
  const reached = new Set(readdirSync(CASES).map(refusedIn))
  const page = readFileSync(join(import.meta.dirname, '../../docs/editing.md'), 'utf8')

  for (const code of codes) {
    it(`reach ${code} by a golden case`, () => { expect([...reached]).to.include(code) })
  }

  it('stand on the page about editing, those of places and owners too', () => {
    const there = ['NEEDS_INPUT', 'PINNED', 'NON_GIT_SOURCE', ...codes].filter(code => !page.includes(`\`${code}\``))
    expect(there).to.deep.equal([])
  })
})

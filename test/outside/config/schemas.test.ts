import { expect } from 'chai'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { z } from 'zod'
import { PeopleFile, WritConfig } from '../../../src/model/config.ts'
import { EnvironmentFile } from '../../../src/model/environment.ts'

/** The JSON Schemas for editors. `UPDATE=1 npx mocha test/outside/config/schemas.test.ts` writes them anew. */
const SCHEMAS = {
  writ: { title: 'Writ: writ.yaml', schema: WritConfig },
  people: { title: 'Writ: people.yaml', schema: PeopleFile },
  environment: { title: 'Writ: an environment', schema: EnvironmentFile },
}

describe('docs/schema', () => {
  for (const [name, { title, schema }] of Object.entries(SCHEMAS)) {
    it(`holds ${name}.json as the code has it`, () => {
      const file = `docs/schema/${name}.json`
      const current = `${JSON.stringify({ title, ...z.toJSONSchema(schema, { io: 'input' }) }, null, 2)}\n`
      if (process.env['UPDATE'] === '1' && process.env['CI'] === undefined) {
        mkdirSync('docs/schema', { recursive: true })
        writeFileSync(file, current)
      }
      expect(readFileSync(file, 'utf8')).to.equal(current)
    })
  }
})

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'yaml'
import type { Change } from '../../../../src/model/change.ts'
import { EnvironmentClass } from '../../../../src/model/environment.ts'
import type { ForgeAbilities } from '../../../../src/model/forge.ts'
import { isObject } from '../../../../src/model/json.ts'
import type { JsonObject } from '../../../../src/model/json.ts'
import type { Plan } from '../../../../src/model/plan.ts'
import type { PageInput } from '../../../../src/flow/publish/page/page-input.ts'
import { redact } from '../../../../src/outside/redact.ts'
import { change, environment, plan } from '../../../fixtures/plan.ts'

/** Where the cases are: `case.yaml` in, `body.md` or `comment.md` out. */
export const PAGES = 'test/pages'
export const COMMENTS = 'test/comments'

const FORGE: ForgeAbilities = { mergedBy: 'forge', reviews: true, comments: true }
const PEOPLE: PageInput['people'] = [{ name: 'ann', kind: 'human', groups: [] }, { name: 'bo', kind: 'human', groups: ['senior'] }, { name: 'cy', kind: 'human', groups: [] }, { name: 'fixer', kind: 'ai', groups: [] }]

/** A case: what differs from the plan and the change of test/fixtures/plan.ts. Lists and values stand whole, objects are laid over. */
export function pageCase(name: string, folder = PAGES): PageInput {
  const given: unknown = parse(readFileSync(join(folder, name, 'case.yaml'), 'utf8'))
  if (!isObject(given)) throw new Error(`${name}/case.yaml holds no object`)
  const { plan: more = {}, change: facts = {}, can = {}, people, repeat } = given
  const laid = over(plan(), { ...object(more), environment: environmentOf(object(more)['environment']) }) as unknown as Plan
  const repeated = typeof repeat === 'number' ? many(laid, repeat) : laid
  return {
    change: over(change({ plan: repeated }), object(facts)) as unknown as Change,
    people: people === undefined ? PEOPLE : people as unknown as PageInput['people'], can: { ...FORGE, ...object(can) }, redact,
  }
}

function environmentOf(given: unknown): unknown {
  const { class: of, ...more } = { class: 'staging', ...isObject(given) ? given : {} }
  return environment(EnvironmentClass.parse(of), more)
}

/** The first object and the diff of a plan many times over. */
function many(of: Plan, times: number): Plan {
  const changes = Array.from({ length: times }, (_, i) => of.proof.changes.map(one => ({ ...one, object: { ...one.object, name: `${one.object.name}-${i}` } }))).flat()
  return { ...of, diff: of.diff.repeat(times), proof: { ...of.proof, changes, sentence: `exactly ${times} fields of ${times} objects change` } }
}

function over(base: object, more: unknown): object {
  const merged: Record<string, unknown> = { ...base }
  for (const [key, value] of Object.entries(isObject(more) ? more : {})) {
    const old = merged[key]
    merged[key] = isObject(value) && isObject(old) ? over(old, value) : value
  }
  return merged
}

function object(value: unknown): JsonObject {
  return isObject(value) ? value : {}
}

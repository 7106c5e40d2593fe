import type { Edit } from '../../model/field.ts'
import { fieldAt } from '../../model/field.ts'
import { withValue } from '../../model/helm-set.ts'
import type { Json } from '../../model/json.ts'
import { isObject, sameJson, showJson } from '../../model/json.ts'
import type { KeySearch, Stage } from './key-search.ts'
import { likeness, nearest } from './nearness.ts'
import { harvest } from './sentinels.ts'
import type { Planting } from './sentinels.ts'
import { solveEdit } from './solve.ts'
import type { Assignment } from './solve.ts'

const MOST_REJECTED = 4

/** Keys that a chart takes no other value for than some of its own (`fail`), by what they hold and are called: what is asked may be one of these. */
export async function rejectedKeys(search: KeySearch, { edit, budget }: Stage): Promise<readonly (readonly Assignment[])[]> {
  const found: (readonly Assignment[])[] = []
  const field = { path: edit.path, object: search.object }
  const alike = nearest(budget.rejected, field).filter(({ path, value }) => likeness(path, { ...field, text: showJson(edit.before).replace(showJson(value), ' ') }) > 0)
  for (const { path, value } of alike.slice(0, MOST_REJECTED)) {
    const tokens = typeof value === 'string' || typeof value === 'number' ? harvest(edit.before, [{ path, value, as: value }]) : null
    if (tokens !== null && !await isOther(search, edit, { path, value })) found.push(...solveEdit(tokens, edit))
  }
  return found
}

/** True where a number next to that of a key leaves the field as it is: it only happens to hold the same one. */
async function isOther(search: KeySearch, edit: Edit, { path, value }: Planting): Promise<boolean> {
  if (typeof value !== 'number') return false
  for (const near of [value + 1, value - 1]) {
    const values: Json = withValue(search.values, path, near) ?? null
    const object = isObject(values) ? await search.probe(values) : null
    if (object !== null) return sameJson(fieldAt(object, edit.path), edit.before)
  }
  return false
}

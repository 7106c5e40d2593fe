import type { Edit } from '../../model/field.ts'
import { samePath, showPath } from '../../model/field.ts'
import { sameJson } from '../../model/json.ts'
import type { ObjectChange } from '../../model/plan.ts'
import { showRef } from '../../model/resource.ts'

/** What an edit of files does to a render, measured against what is asked (editing.md 4.2). */
export type RenderVerdict =
  /** Nothing but asked fields change, to the asked values; `covered` are the edits reached. */
  | { readonly kind: 'exact', readonly covered: readonly Edit[] }
  | { readonly kind: 'none' }
  /** Something else changes too; the sentences name it. `covered` are the edits reached all the same. */
  | { readonly kind: 'wide', readonly sentences: readonly string[], readonly covered: readonly Edit[] }

const SHOWN = 3

/** Judges a difference. `edits` are all that are asked of the object at `address` (refKey form is compared by the caller's function). */
export function judgeDifference(changes: readonly ObjectChange[], edits: readonly Edit[], isTarget: (change: ObjectChange) => boolean): RenderVerdict {
  const covered: Edit[] = []
  const strange: string[] = []
  for (const change of changes) {
    const name = showRef(change.object)
    if (!isTarget(change) || change.kind !== 'changed') {
      strange.push(change.kind === 'changed' ? `${name} ${change.fields.map(field => showPath(field.path)).join(', ')} changes too` : `${name} is ${change.kind}`)
      continue
    }
    for (const field of change.fields) {
      const edit = edits.find(candidate => samePath(candidate.path, field.path))
      if (edit !== undefined && sameJson(edit.after, field.after)) covered.push(edit)
      else strange.push(`${showPath(field.path)} of ${name} becomes ${shown(field.after)}`)
    }
  }
  const more = strange.length - SHOWN
  if (strange.length > 0) return { kind: 'wide', sentences: [...strange.slice(0, SHOWN), ...more > 0 ? [`${more} more change`] : []], covered }
  return covered.length === 0 ? { kind: 'none' } : { kind: 'exact', covered }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value ?? null)
  return text.length > 200 ? `${text.slice(0, 200)}…` : text
}

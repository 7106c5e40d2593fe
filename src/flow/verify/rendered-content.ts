import { fieldAt, showPath, wholeOf } from '../../model/field.ts'
import type { Edit } from '../../model/field.ts'
import { showJson } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { refOf, showRef } from '../../model/resource.ts'
import { liveTarget } from './live-target.ts'
import { findTarget } from '../proof/target.ts'
import { renderOwner } from '../prove.ts'
import { holds, sameField } from '../fields/same-field.ts'
import type { Verification } from './verification.ts'

/** What the owner's source holds at a revision, against what was asked. `unknown` where it does not render there. */
export type Content =
  | { readonly kind: 'same' }
  | { readonly kind: 'different', readonly sentence: string, readonly takenBack: boolean }
  | { readonly kind: 'unknown', readonly sentence: string }

/** Renders the owner's source at a revision and compares the asked fields (argocd-flux.md 6.1). `takenBack`: all hold what they held before the change. */
export async function contentAt({ world, change }: Verification, revision: string): Promise<Content> {
  const { owner, edits } = change.plan
  const target = liveTarget(change.plan)
  const render = await renderOwner(world, owner, revision)
  if (!render.ok) return { kind: 'unknown', sentence: `the source at ${revision.slice(0, 12)} does not render: ${render.message}` }
  const [found, ...others] = findTarget(render.objects, target, owner.destination)
  const whole = wholeOf(edits)
  if (whole !== null && whole.after === undefined) return found === undefined ? { kind: 'same' } : { kind: 'different', sentence: `the source holds ${showRef(target)} again`, takenBack: true }
  if (found === undefined) return { kind: 'different', sentence: `the source no longer holds ${showRef(target)}`, takenBack: whole !== null }
  if (others.length > 0) return { kind: 'unknown', sentence: `the source at ${revision.slice(0, 12)} holds ${showRef(target)} ${others.length + 1} times` }
  return compared(found.object, edits)
}

function compared(object: KubernetesObject, edits: readonly Edit[]): Content {
  const wrong = edits.find(edit => !isAsAsked(object, edit))
  if (wrong === undefined) return { kind: 'same' }
  if (wrong.path.length === 0) return { kind: 'different', sentence: `${showRef(refOf(object))} is no longer as it was made`, takenBack: false }
  const sentence = `${showPath(wrong.path)} is ${showJson(fieldAt(object, wrong.path))}, asked was ${showJson(wrong.after)}`
  return { kind: 'different', sentence, takenBack: edits.every(edit => sameField(edit.path, fieldAt(object, edit.path), edit.before)) }
}

/** Another commit may add to a subtree that was asked for; what was asked to go must be gone. */
function isAsAsked(object: KubernetesObject, { path, after }: Edit): boolean {
  const value = fieldAt(object, path)
  return after === undefined ? value === undefined : holds(path, value, after)
}

import { fieldAt, showPath } from '../model/field.ts'
import { showJson } from '../model/json.ts'
import type { KubernetesObject } from '../model/resource.ts'
import { showRef } from '../model/resource.ts'
import { findTarget } from './proof/target.ts'
import { renderOwner } from './prove.ts'
import { sameField } from './same-field.ts'
import type { Verification } from './verification.ts'

/** What the owner's source holds at a revision, against what was asked. `unknown` where it does not render there. */
export type Content =
  | { readonly kind: 'same' }
  | { readonly kind: 'different', readonly sentence: string, readonly takenBack: boolean }
  | { readonly kind: 'unknown', readonly sentence: string }

/** Renders the owner's source at a revision and compares the asked fields (argocd-flux.md 6.1). `takenBack`: all hold what they held before the change. */
export async function contentAt({ world, change }: Verification, revision: string): Promise<Content> {
  const { owner, target, edits } = change.plan
  const render = await renderOwner(world, owner, revision)
  if (!render.ok) return { kind: 'unknown', sentence: `the source at ${revision.slice(0, 12)} does not render: ${render.message}` }
  const [found, ...others] = findTarget(render.objects, target, owner.destination)
  if (found === undefined) return { kind: 'different', sentence: `the source no longer holds ${showRef(target)}`, takenBack: false }
  if (others.length > 0) return { kind: 'unknown', sentence: `the source at ${revision.slice(0, 12)} holds ${showRef(target)} ${others.length + 1} times` }
  return compared(found.object, edits)
}

function compared(object: KubernetesObject, edits: Verification['change']['plan']['edits']): Content {
  const wrong = edits.find(edit => !sameField(edit.path, fieldAt(object, edit.path), edit.after))
  if (wrong === undefined) return { kind: 'same' }
  const sentence = `${showPath(wrong.path)} is ${showJson(fieldAt(object, wrong.path))}, asked was ${showJson(wrong.after)}`
  return { kind: 'different', sentence, takenBack: edits.every(edit => sameField(edit.path, fieldAt(object, edit.path), edit.before)) }
}

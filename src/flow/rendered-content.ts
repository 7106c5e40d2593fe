import { fieldAt, showPath } from '../model/field.ts'
import type { Json } from '../model/json.ts'
import type { KubernetesObject } from '../model/resource.ts'
import { showRef } from '../model/resource.ts'
import { renderedTarget } from './prove.ts'
import { sameField } from './same-field.ts'
import type { Verification } from './verify.ts'

/** How the source at a revision differs from what was asked, in a sentence; null where it holds the asked values. */
export async function contentDiffers(v: Verification, revision: string): Promise<string | null> {
  const { owner, target } = v.change.plan
  return differs(v, await renderedTarget(v.world, owner, revision, target))
}

/** True where every asked field holds again what it held before the change. */
export async function contentTakenBack(v: Verification, revision: string): Promise<boolean> {
  const { owner, target, edits } = v.change.plan
  const object = await renderedTarget(v.world, owner, revision, target)
  return object !== null && edits.every(edit => sameField(edit.path, fieldAt(object, edit.path), edit.before))
}

function differs(v: Verification, object: KubernetesObject | null): string | null {
  const { target, edits } = v.change.plan
  if (object === null) return `the source no longer renders ${showRef(target)}`
  const wrong = edits.find(edit => !sameField(edit.path, fieldAt(object, edit.path), edit.after))
  return wrong === undefined ? null : `${showPath(wrong.path)} is ${shown(fieldAt(object, wrong.path))}, asked was ${shown(wrong.after)}`
}

function shown(value: Json | undefined): string {
  return value === undefined ? 'not set' : typeof value === 'string' ? value : JSON.stringify(value)
}

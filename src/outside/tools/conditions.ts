import { objectsAt, textAt } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { redact } from '../redact.ts'

/** The condition of a type in `status.conditions`, or null. */
export function condition(object: KubernetesObject, type: string): JsonObject | null {
  return objectsAt(object, 'status', 'conditions').find(one => one['type'] === type) ?? null
}

/** A controller's message in one line, at most 600 characters, without secrets (Argo CD once leaked repository credentials there: reliability.md E.1). */
export function oneLine(text: string): string {
  const line = redact(text.replaceAll(/\s+/g, ' ').trim())
  return line.length > 600 ? `${line.slice(0, 600)}…` : line
}

/** A commit of 40 hex digits, or null for anything else. */
export function commitOf(text: string | undefined): string | null {
  return text !== undefined && /^[0-9a-f]{40}$/.test(text) ? text : null
}

/** True where somebody asked to delete the object. */
export function inDeletion(object: KubernetesObject): boolean {
  return textAt(object, 'metadata', 'deletionTimestamp') !== undefined
}

import { isObject, textAt, valueAt } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { ApiError, nameOf } from '../api.ts'
import type { Api } from '../api.ts'
import { mergePatch } from '../drift.ts'

/** Writes a new status made from the old one. */
export type StatusWriter = (next: (old: JsonObject) => JsonObject) => Promise<void>

/** Writes through the status subresource; a frozen controller writes nothing. */
export function statusWriter(api: Api, object: KubernetesObject, how: { readonly manager: string, readonly frozen: boolean }): StatusWriter {
  return async next => {
    for (let tries = 0; !how.frozen; tries++) {
      const now = await api.get(nameOf(object))
      if (now === null) return
      const status = valueAt(now, 'status')
      const old = isObject(status) ? status : {}
      const patch = mergePatch(old, next(old))
      if (Object.keys(patch).length === 0) return
      try {
        await api.patch(nameOf(object), { metadata: { resourceVersion: textAt(now, 'metadata', 'resourceVersion') ?? '' }, status: patch }, { manager: how.manager, status: true })
        return
      } catch (error) {
        if (!(error instanceof ApiError && error.status === 409) || tries >= 5) throw error
      }
    }
  }
}

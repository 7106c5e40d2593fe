import { isObject, textAt, valueAt } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { ApiError, nameOf } from '../api.ts'
import type { Api } from '../api.ts'
import { mergePatch } from '../drift.ts'

/** Writes a new status made from the old one. */
export type StatusWriter = (next: (old: JsonObject) => JsonObject) => Promise<void>

/**
 * Writes through the status subresource; a frozen controller writes nothing. Flux' controllers patch the conditions first and the rest of the status
 * after them (fluxcd/pkg, runtime/patch): a watcher sees Ready=True before the revision that it is about.
 */
export function statusWriter(api: Api, object: KubernetesObject, how: { readonly manager: string, readonly frozen: boolean }): StatusWriter {
  const send = async (now: KubernetesObject, { conditions, ...rest }: JsonObject): Promise<void> => {
    const patch = (status: JsonObject, metadata: JsonObject): Promise<unknown> => api.patch(nameOf(object), { metadata, status }, { manager: how.manager, status: true })
    const version = { resourceVersion: textAt(now, 'metadata', 'resourceVersion') ?? '' }
    if (conditions === undefined || Object.keys(rest).length === 0) return void await patch(conditions === undefined ? rest : { conditions }, version)
    await patch({ conditions }, version)
    await patch(rest, {})
  }
  return async next => {
    for (let tries = 0; !how.frozen; tries++) {
      const now = await api.get(nameOf(object))
      if (now === null) return
      const status = valueAt(now, 'status')
      const patch = mergePatch(status, next(isObject(status) ? status : UNSEEN))
      if (Object.keys(patch).length === 0) return
      try {
        return await send(now, patch)
      } catch (error) {
        if (error instanceof ApiError && error.status === 404) return
        if (!(error instanceof ApiError && error.status === 409) || tries >= 5) throw error
      }
    }
  }
}

// The default of each definition: no generation is -1.
const UNSEEN: JsonObject = { observedGeneration: -1 }

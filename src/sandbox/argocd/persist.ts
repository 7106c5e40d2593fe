import { isObject, textAt, valueAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import { metadataText } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { ApiError, nameOf } from '../api.ts'
import type { Api } from '../api.ts'
import { mergePatch } from '../drift.ts'
import { MANAGER } from './manager.ts'

export const REFRESH = 'argocd.argoproj.io/refresh'
const REFRESH_AT = 'argocd.argoproj.io/refresh-timestamp'

/** What is written of an app in one go. */
export interface Update {
  readonly status: (old: JsonObject) => JsonObject
  /** Where given, `.operation` becomes this; null clears it. */
  readonly operation?: JsonObject | null
  /** The app as it was when a refresh was begun: the request seen then is taken away with this write, a newer one stays. */
  readonly refreshed?: KubernetesObject
  /** True: a newer request goes with it all the same, and its time stays, as before PR #28414. */
  readonly careless?: boolean
}

/** Writes status, operation and the end of a refresh in one patch of the whole object: Applications have no status subresource (argocd-flux.md 0, fact 10). */
export async function persist(api: Api, app: KubernetesObject, update: Update): Promise<KubernetesObject> {
  for (let tries = 0; ; tries++) {
    const now = await api.get(nameOf(app))
    if (now === null) return app
    const old = valueAt(now, 'status')
    const before = isObject(old) ? old : {}
    const status = mergePatch(before, update.status(before))
    const annotations = refreshEnds(now, update)
    const patch: Record<string, Json> = {}
    if (Object.keys(status).length > 0) patch['status'] = status
    if (update.operation !== undefined && (update.operation !== null || now['operation'] !== undefined)) patch['operation'] = update.operation
    if (annotations === null && Object.keys(patch).length === 0) return now
    patch['metadata'] = { resourceVersion: textAt(now, 'metadata', 'resourceVersion') ?? '', ...(annotations === null ? {} : { annotations }) }
    try {
      return await api.patch(nameOf(app), patch, { manager: MANAGER })
    } catch (error) {
      if (!(error instanceof ApiError && error.status === 409) || tries >= 5) throw error
    }
  }
}

// As since PR #28414: a request that came while the refresh ran is not taken away with it.
function refreshEnds(now: KubernetesObject, { refreshed: seen, careless }: Update): JsonObject | null {
  if (seen === undefined || metadataText(seen, 'annotations', REFRESH) === undefined || metadataText(now, 'annotations', REFRESH) === undefined) return null
  if (careless === true) return { [REFRESH]: null }
  if (metadataText(now, 'annotations', REFRESH_AT) !== metadataText(seen, 'annotations', REFRESH_AT)) return null
  return { [REFRESH]: null, [REFRESH_AT]: null }
}

/** Now, to the second, as the controllers write it. */
export function timestamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`
}

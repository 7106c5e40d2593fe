import type { Edit } from '../../model/field.ts'
import { showPath } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import { isList, isObject, sameJson, showJson } from '../../model/json.ts'

/** What the API server sets where a field is left out (k8s.io/kubernetes pkg/apis, the defaults of each version), as far as the value alone says it. */
const DEFAULTS: Readonly<Record<string, readonly Json[]>> = {
  replicas: [1], protocol: ['TCP'], imagePullPolicy: ['IfNotPresent', 'Always'], terminationGracePeriodSeconds: [30], dnsPolicy: ['ClusterFirst'], restartPolicy: ['Always'],
  schedulerName: ['default-scheduler'], revisionHistoryLimit: [10], progressDeadlineSeconds: [600], terminationMessagePath: ['/dev/termination-log'], terminationMessagePolicy: ['File'],
  type: ['ClusterIP', 'RollingUpdate'], sessionAffinity: ['None'], periodSeconds: [10], timeoutSeconds: [1], successThreshold: [1], failureThreshold: [3], concurrencyPolicy: ['Allow'],
  suspend: [false], successfulJobsHistoryLimit: [3], failedJobsHistoryLimit: [1], backoffLimit: [6], parallelism: [1], completions: [1], defaultMode: [420], podManagementPolicy: ['OrderedReady'],
  maxSurge: ['25%'], maxUnavailable: ['25%', 1], internalTrafficPolicy: ['Cluster'], scheme: ['HTTP'], apiVersion: ['v1'], serviceAccountName: ['default'], serviceAccount: ['default'],
}

/** What became of a field that was taken out of Git. `sentence` says it where it is not simply gone. */
export type Removed = { readonly arrived: false } | { readonly arrived: true, readonly sentence: string | null }

/**
 * A removed field is gone live, or the API server has put its default there: another value than the former one, or the former one where that is known to be the
 * default. The same former value anywhere else has not arrived.
 */
export function removedField({ path, before }: Pick<Edit, 'path' | 'before'>, live: Json | undefined): Removed {
  if (live === undefined || isEmpty(live)) return { arrived: true, sentence: null }
  const field = showPath(path)
  if (!sameJson(live, before) && !holdsSome(live, before)) return { arrived: true, sentence: `${field} is gone from Git; the API server has ${showJson(live)} there by itself` }
  const name = path.at(-1)
  const known = typeof name === 'string' && Object.hasOwn(DEFAULTS, name) ? DEFAULTS[name] ?? [] : []
  if (!known.some(value => sameJson(value, live))) return { arrived: false }
  return { arrived: true, sentence: `${field} is gone from Git; it still is ${showJson(live)}, which is what the API server sets where nothing is said` }
}

function isEmpty(value: Json): boolean {
  return (isObject(value) && Object.keys(value).length === 0) || (isList(value) && value.length === 0)
}

/** Of a removed map one old entry is enough to say that it is still there. */
function holdsSome(live: Json, before: Json | undefined): boolean {
  return isObject(live) && isObject(before) && Object.entries(before).some(([key, value]) => value !== undefined && !isDefault(key, value) && sameJson(live[key], value))
}

function isDefault(key: string, value: Json): boolean {
  return Object.hasOwn(DEFAULTS, key) && (DEFAULTS[key] ?? []).some(known => sameJson(known, value))
}

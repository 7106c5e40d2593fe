import { isObject, valueAt } from '../../../model/json.ts'
import type { Admission } from '../admission.ts'
import { selects } from '../match.ts'
import type { Match, Namespaces } from '../match.ts'
import type { ConstraintMatch } from './templates.ts'

/** Whether a Constraint is for an object (Gatekeeper `pkg/mutation/match`). `generated`: a Pod as a workload would make it. */
export function constraintMatches(match: ConstraintMatch, of: { readonly admission: Admission, readonly generated: boolean, readonly namespaces: Namespaces }): Match {
  const { admission, generated, namespaces } = of
  const { ref } = admission
  const fits = (match.source === 'All' || (match.source === 'Generated') === generated)
    && (match.kinds === undefined || match.kinds.length === 0 || match.kinds.some(({ apiGroups = ['*'], kinds = ['*'] }) => includes(apiGroups, ref.group) && includes(kinds, ref.kind)))
    && (match.scope === '*' || admission.info.namespaced === null || (match.scope === 'Namespaced') === admission.info.namespaced)
    && (match.name === undefined || isNamed(match.name, ref.name))
    && (match.labelSelector === undefined || [admission.object, admission.oldObject].some(state => state !== null && selects(match.labelSelector ?? {}, valueAt(state, 'metadata', 'labels'))))
  return fits ? byNamespace(match, admission, namespaces) : false
}

/** Objects without a namespace are in no list of namespaces and out of none; a Namespace is its own. */
function byNamespace(match: ConstraintMatch, admission: Admission, namespaces: Namespaces): Match {
  const isNamespace = admission.ref.group === '' && admission.ref.kind === 'Namespace'
  const namespace = isNamespace ? admission.ref.name : admission.namespace
  const asked = [match.namespaces, match.excludedNamespaces, match.namespaceSelector].some(part => part !== undefined)
  if (asked && admission.namespaceMissing) return { unclear: 'the namespace of the object is not known' }
  if (namespace === null) return true
  if (match.namespaces !== undefined && !match.namespaces.some(pattern => isNamed(pattern, namespace))) return false
  if (match.excludedNamespaces?.some(pattern => isNamed(pattern, namespace)) === true) return false
  if (match.namespaceSelector === undefined) return true
  const object = isNamespace ? admission.object ?? admission.oldObject ?? undefined : namespaces.get(namespace)
  if (object === undefined) return { unclear: `the labels of the namespace ${namespace} are not known` }
  const labels = valueAt(object, 'metadata', 'labels')
  return selects(match.namespaceSelector, { 'kubernetes.io/metadata.name': namespace, ...isObject(labels) ? labels : {} })
}

function includes(allowed: readonly string[], value: string): boolean {
  return allowed.includes('*') || allowed.includes(value)
}

/** Gatekeeper's wildcards: `kube-*`, `*-system`, `*`. */
function isNamed(pattern: string, name: string): boolean {
  if (pattern.startsWith('*') && pattern.endsWith('*')) return name.includes(pattern.slice(1, Math.max(1, pattern.length - 1)))
  if (pattern.endsWith('*')) return name.startsWith(pattern.slice(0, -1))
  return pattern.startsWith('*') ? name.endsWith(pattern.slice(1)) : name === pattern
}

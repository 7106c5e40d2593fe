import type { Json } from '../../model/json.ts'
import { isObject, textAt, valueAt } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { Admission } from './admission.ts'
import type { LabelSelector, MatchResources, Rule } from './schemas.ts'

/** Whether a policy or binding is for an object; a text says why nobody can tell. */
export type Match = boolean | { readonly unclear: string }

/** The namespaces of the objects, by name. */
export type Namespaces = ReadonlyMap<string, KubernetesObject>

/** matchConstraints of a policy, or matchResources of a binding (policy.md 2.3). */
export function matches(resources: MatchResources, admission: Admission, namespaces: Namespaces): Match {
  if ((resources.excludeResourceRules ?? []).some(rule => excludes(rule, admission))) return false
  const byRule = resources.resourceRules === undefined || resources.resourceRules.length === 0 ? true : matchesRules(resources.resourceRules, admission, resources.matchPolicy)
  if (byRule === false || !matchesObject(resources.objectSelector, admission)) return false
  const byNamespace = matchesNamespace(resources.namespaceSelector, admission, namespaces)
  return byNamespace === false || byRule === true ? byNamespace : byRule
}

function matchesRules(rules: readonly Rule[], admission: Admission, policy: MatchResources['matchPolicy']): Match {
  const fitting = rules.filter(rule => fits(rule, admission, admission.info.plurals))
  if (fitting.some(rule => includes(rule.apiVersions, admission.version))) return true
  if (fitting.length === 0 || policy === 'Exact') return false
  // A cluster would convert the object to the version of the rule; only a cluster can.
  const versions = [...new Set(fitting.flatMap(rule => rule.apiVersions))].join(', ')
  return { unclear: `the policy is for version ${versions} and the object is written as ${admission.version}; only a cluster can convert it` }
}

/** An exclusion must be certain: the exact version, and the plural that the kind most likely has. */
function excludes(rule: Rule, admission: Admission): boolean {
  return fits(rule, admission, [admission.info.plurals[0]]) && includes(rule.apiVersions, admission.version)
}

/** All of a rule but the version. */
function fits(rule: Rule, admission: Admission, plurals: readonly string[]): boolean {
  return includes(rule.apiGroups, admission.ref.group)
    && includes(rule.operations, admission.operation)
    && plurals.some(plural => rule.resources.some(resource => isResource(resource, plural)))
    && (rule.scope === '*' || admission.info.namespaced === null || (rule.scope === 'Namespaced') === admission.info.namespaced)
    && (rule.resourceNames === undefined || rule.resourceNames.length === 0 || rule.resourceNames.includes(admission.ref.name))
}

/** `*`, `deployments`, `*` with a slash for subresources too; never a subresource alone. */
function isResource(resource: string, plural: string): boolean {
  const [main, sub] = resource.split('/')
  return (main === '*' || main === plural) && (sub === undefined || sub === '*')
}

function includes(allowed: readonly string[], value: string): boolean {
  return allowed.includes('*') || allowed.includes(value)
}

/** Either state of the object may carry the labels. */
function matchesObject(selector: LabelSelector | undefined, { object, oldObject }: Admission): boolean {
  if (selector === undefined || isEmpty(selector)) return true
  return [object, oldObject].some(state => state !== null && selects(selector, valueAt(state, 'metadata', 'labels')))
}

/** Objects without a namespace always match; a Namespace is selected by its own labels. */
function matchesNamespace(selector: LabelSelector | undefined, admission: Admission, namespaces: Namespaces): Match {
  if (selector === undefined || isEmpty(selector)) return true
  const { ref } = admission
  if (ref.group === '' && ref.kind === 'Namespace') return selects(selector, valueAt(admission.object ?? admission.oldObject ?? {}, 'metadata', 'labels'))
  if (admission.namespaceMissing) return { unclear: 'the namespace of the object is not known' }
  if (admission.namespace === null) return true
  const namespace = namespaces.get(admission.namespace)
  if (namespace === undefined) return { unclear: `the labels of the namespace ${admission.namespace} are not known` }
  const labels = valueAt(namespace, 'metadata', 'labels')
  return selects(selector, { 'kubernetes.io/metadata.name': admission.namespace, ...isObject(labels) ? labels : {} })
}

/** A label selector on labels (Kubernetes' rules: NotIn and DoesNotExist also hold where the label is missing). */
export function selects(selector: LabelSelector, labels: Json | undefined): boolean {
  const equal = Object.entries(selector.matchLabels ?? {}).every(([key, value]) => textAt(labels, key) === value)
  return equal && (selector.matchExpressions ?? []).every(({ key, operator, values = [] }) => {
    const value = textAt(labels, key)
    switch (operator) {
      case 'In': return value !== undefined && values.includes(value)
      case 'NotIn': return value === undefined || !values.includes(value)
      case 'Exists': return value !== undefined
      case 'DoesNotExist': return value === undefined
    }
  })
}

function isEmpty(selector: LabelSelector): boolean {
  return Object.keys(selector.matchLabels ?? {}).length === 0 && (selector.matchExpressions ?? []).length === 0
}

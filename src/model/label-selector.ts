import { isList, isObject, objectsAt, textAt, valueAt } from './json.ts'
import type { JsonObject } from './json.ts'

/** True for a selector that says nothing, and so selects everything. */
export function isEmptySelector(selector: JsonObject): boolean {
  const labels = valueAt(selector, 'matchLabels')
  return (!isObject(labels) || Object.keys(labels).length === 0) && objectsAt(selector, 'matchExpressions').length === 0
}

/** True where a label selector of Kubernetes selects the labels; null where it is none that Kubernetes takes. NotIn and DoesNotExist hold where the label is missing, too. */
export function selectsLabels(selector: JsonObject, labels: Readonly<Record<string, string>>): boolean | null {
  const wanted = valueAt(selector, 'matchLabels')
  const met = objectsAt(selector, 'matchExpressions').map(one => {
    const key = textAt(one, 'key')
    const listed = valueAt(one, 'values')
    const values = isList(listed) ? listed : []
    if (key === undefined) return null
    const value = labels[key]
    switch (one['operator']) {
      case 'In': return value !== undefined && values.includes(value)
      case 'NotIn': return value === undefined || !values.includes(value)
      case 'Exists': return value !== undefined
      case 'DoesNotExist': return value === undefined
      default: return null
    }
  })
  if (met.includes(null)) return null
  return met.every(one => one === true) && Object.entries(isObject(wanted) ? wanted : {}).every(([key, value]) => labels[key] === value)
}

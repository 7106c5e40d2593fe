import { parseAllDocuments } from 'yaml'
import { isList, isObject } from '../model/json.ts'
import type { Json } from '../model/json.ts'
import { isKubernetesObject } from '../model/resource.ts'
import type { KubernetesObject } from '../model/resource.ts'

/** The objects of a YAML or JSON text, lists unrolled; of a key given twice `last` takes the last. Throws with the parser's words, or where a document is no object. */
export function readObjects(text: string, name: string, keys: 'unique' | 'last' = 'unique'): readonly KubernetesObject[] {
  const objects: KubernetesObject[] = []
  // Go's YAML is 1.1 (`yes` is true) without its dates and base-60 numbers.
  const documents = parseAllDocuments(text, { version: '1.1', uniqueKeys: keys === 'unique', customTags: tags => tags.filter(tag => typeof tag === 'string' || !unknownToGo(tag)) })
  for (const document of Array.isArray(documents) ? documents : []) {
    const problem = document.errors[0]
    if (problem !== undefined) throw new Error(`${name}: ${problem.message.split('\n')[0] ?? 'not YAML'}`)
    // toJS gives plain data; what is not JSON in it (NaN, dates) cannot be in a manifest and fails below.
    const value: unknown = document.toJS({ maxAliasCount: 100 })
    if (value === null || value === undefined) continue
    objects.push(...unrolled(JSON.parse(JSON.stringify(value)), name))
  }
  return objects
}

function unknownToGo(tag: { readonly tag: string, readonly format?: string }): boolean {
  return tag.format === 'TIME' || tag.tag === 'tag:yaml.org,2002:timestamp'
}

function unrolled(value: Json, name: string): readonly KubernetesObject[] {
  if (!isKubernetesObject(value) && !(isObject(value) && typeof value['kind'] === 'string' && isList(value['items']))) {
    throw new Error(`${name}: a document is not a Kubernetes object (apiVersion, kind and metadata are needed)`)
  }
  const items = isObject(value) ? value['items'] : undefined
  if (isObject(value) && typeof value['kind'] === 'string' && value['kind'].endsWith('List') && isList(items)) return items.flatMap(item => unrolled(item, name))
  return isKubernetesObject(value) ? [value] : []
}

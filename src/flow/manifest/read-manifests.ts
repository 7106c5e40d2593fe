import { stringify } from 'yaml'
import { WritError } from '../../model/error.ts'
import { isList, isObject, textAt } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { checkValue } from '../../model/reserved-keys.ts'
import { isKubernetesObject } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { documentSpans } from '../edit/documents.ts'
import { readSource } from '../edit/source.ts'

/** One object of a file that a caller gave: as JSON, and its own text. */
export interface Manifest { readonly object: KubernetesObject, readonly text: string }

/**
 * The objects of a YAML or JSON text in their order, list kinds taken apart. A text of one document is kept byte for byte.
 * Throws usage/bad-argument where it cannot be read, holds nothing, or something in it is no Kubernetes object with a name.
 */
export function readManifests(text: string): readonly Manifest[] {
  const { problem } = readSource(text)
  if (problem !== null) throw bad(`line ${problem.line}: ${problem.message}`)
  const spans = documentSpans(text)
  if (spans === null) throw bad('its documents cannot be told apart')
  const full = spans.filter(span => span.value !== null)
  for (const { value } of full) checkValue(value)
  const found = full.flatMap(({ body, end, value }, i) => objectsOf(value, i + 1).map(object => ({
    object, text: object !== value ? stringify(object, { lineWidth: 0 }) : full.length === 1 ? text.replace(/^\uFEFF/, '') : text.slice(body, end),
  })))
  if (found.length === 0) throw bad('it holds no object')
  return found
}

/** An object, or the items of a list kind. */
function objectsOf(value: Json, number: number): readonly KubernetesObject[] {
  const kind = textAt(value, 'kind') ?? ''
  const items = isObject(value) ? value['items'] : undefined
  if (kind.endsWith('List') && isList(items)) return items.flatMap(item => objectsOf(item, number))
  if (!isObject(value) || !isKubernetesObject(value)) throw bad(`document ${number} has no apiVersion, kind and metadata`)
  const name = textAt(value, 'metadata', 'name') ?? ''
  if (name === '') {
    const generated = textAt(value, 'metadata', 'generateName') !== undefined
    throw bad(`${kind} in document ${number} has no metadata.name`, generated ? 'Git holds objects by name: give metadata.name instead of generateName.' : undefined)
  }
  const strange = strangeName(value, name)
  if (strange !== null) throw bad(`${strange} in document ${number} is none that Kubernetes takes`)
  return [value]
}

/** What is no name: it would stand in file names, commits and addresses. What the API server makes of the rest it says itself. */
function strangeName(object: KubernetesObject, name: string): string | null {
  const namespace = object.metadata['namespace']
  if (!/^(?:[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?\/)?[a-z0-9]{1,63}$/i.test(object.apiVersion)) return 'apiVersion'
  if (!/^[A-Za-z][A-Za-z0-9]{0,62}$/.test(object.kind)) return 'kind'
  if (!/^[A-Za-z0-9]([-A-Za-z0-9.:_]{0,251}[A-Za-z0-9])?$/.test(name)) return 'metadata.name'
  return namespace === undefined || namespace === null || (typeof namespace === 'string' && /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace)) ? null : 'metadata.namespace'
}

function bad(why: string, hint = 'Give a file with Kubernetes objects as YAML or JSON.'): WritError {
  return new WritError('usage/bad-argument', `The manifest cannot be used: ${why}.`, { hint })
}

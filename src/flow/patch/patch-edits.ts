import { WritError, isRefusal } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import type { Edit } from '../../model/field.ts'
import type { Json } from '../../model/json.ts'
import { checkSteps } from '../../model/reserved-keys.ts'
import type { ObjectAsk } from '../../model/request.ts'
import { isKubernetesObject } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { compareObjects } from '../fields/compare.ts'
import { jsonOf, readSource } from '../edit/source.ts'
import { jsonPatch } from './json-patch.ts'
import { mergePatch } from './merge-patch.ts'
import { strategicPatch } from './strategic-patch.ts'

/**
 * What a patch asks of an object as it is rendered. A merge patch names its fields; the other two are carried out, and their fields are the difference.
 * Refuses STALE where a test fails, UNSUPPORTED what it does not know how to merge. Throws usage/bad-argument for what is no patch of its type.
 */
export function patchEdits(object: KubernetesObject, ask: ObjectAsk & { readonly kind: 'patch' }): readonly Edit[] | Refusal {
  const patch = readPatch(ask.patch)
  if (ask.type === 'merge') return mergePatch(object, patch)
  const after = ask.type === 'json' ? jsonPatch(object, patch) : strategicPatch(object, patch)
  if (isRefusal(after)) return after
  if (!isKubernetesObject(after.value)) throw new WritError('usage/bad-argument', 'The patch leaves no Kubernetes object.', { hint: 'To delete the object: writ delete.' })
  return compareObjects(object, after.value).fields.map(({ path, after: to }) => ({ path, before: undefined, after: to, typed: true }))
}

/** A patch as JSON or YAML, as kubectl takes it. Throws usage/bad-argument. */
export function readPatch(text: string): Json {
  const source = readSource(text)
  const documents = jsonOf(source)?.filter(document => document !== null)
  const [patch, ...more] = documents ?? []
  if (patch === undefined || more.length > 0 || typeof patch !== 'object') {
    const why = source.problem === null ? (more.length > 0 ? 'it holds several documents' : 'it is neither an object nor a list') : `line ${source.problem.line}: ${source.problem.message}`
    throw new WritError('usage/bad-argument', `The patch cannot be read as JSON or YAML: ${why}.`, { hint: 'Such as: -p \'{"spec":{"replicas":3}}\'.' })
  }
  checkSteps(patch)
  return patch
}

import { valueAt } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { Admission } from './admission.ts'
import { selects } from './match.ts'
import type { Binding, Policy } from './policy-set.ts'
import type { ParamRef } from './schemas.ts'

/** The parameters of one evaluation each, or why there are none. */
export type Params =
  | { readonly kind: 'found', readonly values: readonly Json[] }
  | { readonly kind: 'allowed' }
  | { readonly kind: 'missing', readonly message: string }

/** What paramKind and paramRef lead to (policy.md 2.3): without either, one evaluation with null. */
export function paramsFor(policy: Policy, binding: Binding, at: { readonly admission: Admission, readonly params: readonly KubernetesObject[] }): Params {
  const { paramKind } = policy.spec
  const { paramRef } = binding.spec
  if (paramKind === undefined || paramRef === undefined) return { kind: 'found', values: [null] }
  const kind = at.params.filter(object => object.apiVersion === paramKind.apiVersion && object.kind === paramKind.kind)
  const found = kind.filter(object => isMeant(object, paramRef, at.admission))
  if (found.length > 0) return { kind: 'found', values: found }
  if (paramRef.parameterNotFoundAction === 'Allow') return { kind: 'allowed' }
  return { kind: 'missing', message: `no ${paramKind.kind} of params/ fits the paramRef ${paramRef.name ?? 'by labels'} of the binding ${binding.name}` }
}

/** Objects with a namespace are looked for in that of the paramRef, or else in that of the judged object. */
function isMeant(object: KubernetesObject, ref: ParamRef, admission: Admission): boolean {
  const namespace = valueAt(object, 'metadata', 'namespace')
  if (namespace !== undefined && namespace !== (ref.namespace ?? admission.namespace)) return false
  if (ref.name !== undefined) return valueAt(object, 'metadata', 'name') === ref.name
  return ref.selector !== undefined && selects(ref.selector, valueAt(object, 'metadata', 'labels'))
}

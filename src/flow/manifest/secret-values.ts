import { refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import { isObject } from '../../model/json.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { showRef } from '../../model/resource.ts'

/** ENCRYPTED where a manifest is a Secret with values: plain text (base64 is plain) never goes to Git. A Secret without values, such as a token that is filled in, may. */
export function secretValues(target: Pick<ObjectRef, 'kind' | 'namespace' | 'name'>, manifest: KubernetesObject): Refusal | null {
  if (manifest.apiVersion !== 'v1' || manifest.kind !== 'Secret') return null
  const keys = (['data', 'stringData'] as const).filter(key => isObject(manifest[key]) && Object.keys(manifest[key]).length > 0)
  const [key] = keys
  if (key === undefined) return null
  return refuse('ENCRYPTED', `${showRef(target)} is a Secret with values; Writ does not write them to Git, where everybody can read them.`, [{ sentence: `it has ${keys.join(' and ')}`, at: key }],
    'Encrypt it with the tool of the repository (SOPS, Sealed Secrets), or let External Secrets fetch it, and add that by hand.')
}

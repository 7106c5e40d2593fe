import { isList, isObject, textAt, valueAt } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { metaText } from '../api.ts'
import { groupVersion } from '../../model/resource.ts'
import { durationOf } from './conditions.ts'

/** The part of a Kustomization's spec that the stand-in carries out. */
export interface KustomizationSpec {
  readonly path: string
  readonly source: { readonly namespace: string, readonly name: string }
  readonly prune: boolean
  readonly wait: boolean
  readonly healthChecks: readonly ObjectRef[]
  readonly targetNamespace: string | null
  readonly dependsOn: readonly { readonly namespace: string, readonly name: string }[]
  readonly timeout: number
}

const KNOWN = new Set(['sourceRef', 'path', 'interval', 'retryInterval', 'timeout', 'prune', 'wait', 'healthChecks', 'suspend', 'targetNamespace', 'dependsOn', 'deletionPolicy', 'force'])

/** Reads a spec. Throws where the stand-in cannot do what it asks for: it never leaves a part out. */
export function readKustomization(object: KubernetesObject): KustomizationSpec {
  const spec = valueAt(object, 'spec')
  const unknown = Object.keys(isObject(spec) ? spec : {}).find(key => !KNOWN.has(key))
  if (unknown !== undefined) throw new Error(`the sandbox's Flux does not know spec.${unknown}`)
  if (valueAt(object, 'spec', 'force') === true) throw new Error('the sandbox\'s Flux does not know spec.force')
  if (textAt(object, 'spec', 'sourceRef', 'kind') !== 'GitRepository') throw new Error('the sandbox\'s Flux knows spec.sourceRef.kind GitRepository only')
  const own = metaText(object, 'namespace')
  return {
    path: (textAt(object, 'spec', 'path') ?? '').replace(/^\.?\/+|^\.$|\/+$/g, ''),
    source: { namespace: textAt(object, 'spec', 'sourceRef', 'namespace') ?? own, name: textAt(object, 'spec', 'sourceRef', 'name') ?? '' },
    prune: valueAt(object, 'spec', 'prune') === true, wait: valueAt(object, 'spec', 'wait') === true,
    healthChecks: listOf(valueAt(object, 'spec', 'healthChecks')).map(check => ({
      ...groupVersion(textAt(check, 'apiVersion') ?? ''), kind: textAt(check, 'kind') ?? '', namespace: textAt(check, 'namespace') ?? null, name: textAt(check, 'name') ?? '',
    })),
    targetNamespace: textAt(object, 'spec', 'targetNamespace') ?? null,
    dependsOn: listOf(valueAt(object, 'spec', 'dependsOn')).map(one => ({ namespace: textAt(one, 'namespace') ?? own, name: textAt(one, 'name') ?? '' })),
    timeout: durationOf(valueAt(object, 'spec', 'timeout'), Math.max(30_000, durationOf(valueAt(object, 'spec', 'interval'), 60_000) - 30_000)),
  }
}

function listOf(value: Json | undefined): readonly Json[] {
  return isList(value) ? value : []
}

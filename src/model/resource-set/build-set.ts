import type { FieldPath } from '../field.ts'
import { isList, isObject, objectsAt, textAt, valueAt } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import { isKubernetesObject, metadataText, refKey, refOf } from '../resource.ts'
import type { KubernetesObject } from '../resource.ts'
import { evaluate } from './evaluate.ts'
import type { Inputs, NotRead } from './evaluate.ts'

/** An object that a ResourceSet makes: of which template, with which inputs. */
export interface SetObject { readonly object: KubernetesObject, readonly at: FieldPath, readonly inputs: Inputs | null }

const KNOWN: ReadonlySet<string> = new Set(['commonMetadata', 'inputStrategy', 'inputs', 'inputsFrom', 'resources', 'resourcesTemplate', 'steps', 'dependsOn', 'serviceAccountName', 'wait'])
/** Annotations by which the operator takes content from other objects. */
const TAKES = /fluxcd\.controlplane\.io\/(?:copyFrom|checksumFrom|convertKubeConfigFrom)/

/**
 * All objects that a ResourceSet of the Flux operator makes, without the labels of their owner; or the first thing in it that is not read (flux-operator v0.58
 * internal/builder, internal/inputs). Of several that are one object the first one counts, and `reconcile: disabled` leaves one out: only where there are inputs, as there.
 */
export function buildSet(set: KubernetesObject): { readonly objects: readonly SetObject[] } | NotRead {
  const strange = unreadKey(valueAt(set, 'spec'))
  if (strange !== null) return strange
  const inputs = inputsOf(set)
  if ('because' in inputs) return inputs
  const objects = new Map<string, SetObject>()
  for (const { template, at } of templatesOf(valueAt(set, 'spec'))) {
    for (const one of inputs.length === 0 ? [null] : inputs) {
      const found = evaluate(template, one, at)
      if ('because' in found) return found
      const object = withCommon(found.value, valueAt(set, 'spec', 'commonMetadata'))
      if (object === null) return { because: 'it is no Kubernetes object', at }
      const key = refKey(refOf(object))
      if (objects.has(key) && one === null) return { because: 'it makes one object twice', at }
      if (objects.has(key) || (one !== null && metadataText(object, 'annotations', 'fluxcd.controlplane.io/reconcile') === 'disabled')) continue
      objects.set(key, { object, at, inputs: one })
    }
  }
  return { objects: [...objects.values()] }
}

function unreadKey(spec: Json | undefined): NotRead | null {
  if (!isObject(spec)) return { because: 'it has no spec', at: [] }
  const key = Object.keys(spec).find(one => !KNOWN.has(one))
  if (key !== undefined) return { because: `spec.${key} is nothing that this version honours`, at: ['spec', key] }
  const [provider] = objectsAt(spec, 'inputsFrom')
  if (provider !== undefined) return { because: `inputs come from ${textAt(provider, 'name') === undefined ? 'ResourceSetInputProviders that a selector takes' : `ResourceSetInputProvider ${textAt(provider, 'name') ?? ''}`}, too`, at: ['spec', 'inputsFrom', '0'] }
  const strategy = textAt(spec, 'inputStrategy', 'name')
  if (strategy !== undefined && strategy !== '' && strategy !== 'Flatten') return { because: `its inputs are combined by ${strategy}`, at: ['spec', 'inputStrategy'] }
  if (textAt(spec, 'resourcesTemplate')) return { because: 'spec.resourcesTemplate makes whole documents of a text', at: ['spec', 'resourcesTemplate'] }
  const step = objectsAt(spec, 'steps').findIndex(one => textAt(one, 'resourcesTemplate'))
  if (step >= 0) return { because: 'a step makes whole documents of a text', at: ['spec', 'steps', String(step), 'resourcesTemplate'] }
  return TAKES.test(JSON.stringify(spec)) ? { because: 'an annotation of it takes content from other objects', at: ['spec'] } : null
}

/** The sets of inputs, each with what the operator says of itself; none where it has none. */
function inputsOf(set: KubernetesObject): readonly Inputs[] | NotRead {
  const given = valueAt(set, 'spec', 'inputs') ?? []
  if (!isList(given) || !given.every(isObject)) return { because: 'its inputs are no list of maps', at: ['spec', 'inputs'] }
  const provider = { apiVersion: set.apiVersion, kind: set.kind, name: textAt(set, 'metadata', 'name') ?? '', namespace: textAt(set, 'metadata', 'namespace') ?? '' }
  return given.map((values, i) => ({ values: { ...values, provider }, at: ['spec', 'inputs', String(i)] }))
}

function templatesOf(spec: Json | undefined): readonly { readonly template: Json, readonly at: FieldPath }[] {
  const from = (owner: Json | undefined, at: FieldPath): readonly { readonly template: Json, readonly at: FieldPath }[] => {
    const list = valueAt(owner, 'resources')
    return isList(list) ? list.map((template, i) => ({ template, at: [...at, 'resources', String(i)] })) : []
  }
  return [...from(spec, ['spec']), ...objectsAt(spec, 'steps').flatMap((step, i) => from(step, ['spec', 'steps', String(i)]))]
}

/** The object with the labels and annotations that all of the set have; null where it is none, or a list. */
function withCommon(value: Json, common: Json | undefined): KubernetesObject | null {
  if (!isKubernetesObject(value) || isList(valueAt(value, 'items'))) return null
  const laid = (key: 'labels' | 'annotations'): JsonObject => {
    const [own, over] = [valueAt(value, 'metadata', key), valueAt(common, key)]
    return isObject(over) ? { [key]: { ...isObject(own) ? own : {}, ...over } } : {}
  }
  return { ...value, metadata: { ...value.metadata, ...laid('labels'), ...laid('annotations') } }
}

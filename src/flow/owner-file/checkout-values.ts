import type { HelmLayer, HelmRules, ValuesFrom } from '../../model/helm.ts'
import { setPath } from '../../model/helm-set.ts'
import { textAt, valueAt } from '../../model/json.ts'
import type { TextPlace } from '../../model/overlay.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { refOf } from '../../model/resource.ts'
import { withoutHash } from '../edit/generators.ts'

/** Where the ConfigMaps that values come from may be found. */
export interface ValuePlaces {
  /** What is rendered beside the owner's own manifest; null where nobody renders that. */
  readonly objects: readonly KubernetesObject[] | null
  /** Manifests of the repository, those that were given with the owner's first. */
  readonly manifests: readonly { readonly object: KubernetesObject, readonly place: TextPlace | null }[]
}

/** The rules with what ConfigMaps of the repository hold. What is in no one place, and every Secret, stays as it is named: then the chart is not rendered. */
export function withCheckoutValues(rules: HelmRules, places: ValuePlaces): HelmRules {
  const layers = rules.layers.flatMap((layer): readonly (HelmLayer | ValuesFrom)[] => layer.kind === 'from' ? found(layer, places) : [layer])
  const names = layers.flatMap(({ carried }) => carried?.object.kind === 'ConfigMap' ? [carried.object.name, withoutHash(carried.object.name)] : [])
  return { ...rules, layers, ...rules.carrier === undefined ? {} : { carrier: { ...rules.carrier, names: [...rules.carrier.names, ...names] } } }
}

function found(from: ValuesFrom, { objects, manifests }: ValuePlaces): readonly (HelmLayer | ValuesFrom)[] {
  if (from.object.kind === 'Secret') return [from]
  const beside = objects?.filter(object => isMeant(object, from)) ?? []
  const [rendered, twice] = beside
  if (rendered !== undefined && twice === undefined) return layerOf(from, rendered, { place: null, carried: { object: refOf(rendered), path: ['data', from.key] } })
  const [only, ...more] = manifests.filter(({ object }) => isMeant(object, from))
  if (only === undefined || more.length > 0) return [from]
  return layerOf(from, only.object, { place: only.place === null ? null : { ...only.place, steps: [...only.place.steps, 'data', from.key] } })
}

function isMeant(object: KubernetesObject, { object: { namespace, name } }: ValuesFrom): boolean {
  const own = textAt(object, 'metadata', 'namespace') ?? ''
  return object.kind === 'ConfigMap' && object.apiVersion === 'v1' && textAt(object, 'metadata', 'name') === name && (own === '' || namespace === '' || own === namespace)
}

function layerOf(from: ValuesFrom, object: KubernetesObject, where: Pick<HelmLayer, 'place' | 'carried'>): readonly (HelmLayer | ValuesFrom)[] {
  const text = textAt(object, 'data', from.key)
  if (text === undefined) return from.optional && valueAt(object, 'data', from.key) === undefined ? [] : [from]
  // Variables are put in on the way, and encrypted texts are made readable: what arrives is another text.
  if (text.includes('${') || text.includes('ENC[')) return [from]
  const name = `ConfigMap ${refOf(object).namespace === null ? '' : `${refOf(object).namespace ?? ''}/`}${withoutHash(refOf(object).name)}`
  if (from.target === null) return [{ kind: 'text', name, text, ...where }]
  return setPath(from.target) === null ? [from] : [{ kind: 'set', name, key: from.target, ...single(text, from.literal), ...from.literal ? { raw: true } : {}, ...where }]
}

/** fluxcd/pkg `chartutil` ReplacePathValue: quotes make a text of it; a literal is a text as it stands. */
function single(text: string, literal: boolean): { readonly value: string, readonly string: boolean } {
  if (literal) return { value: text.replace(/[\\,[\]{}]/g, '\\$&'), string: true }
  const quoted = /^'.*'$|^".*"$/s.test(text)
  return quoted ? { value: text.replace(/^['"]+|['"]+$/g, ''), string: true } : { value: text, string: false }
}

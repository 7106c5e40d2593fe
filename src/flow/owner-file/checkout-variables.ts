import { isObject, textAt, valueAt } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import type { Substitution, TextPlace, VariableSource } from '../../model/overlay.ts'
import type { FileChange } from '../../model/plan.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { Bench } from '../proof/bench.ts'
import type { Consumer } from '../proof/consumer.ts'
import type { PlacedManifest } from './read-files.ts'
import { placedIn } from './checkout-manifests.ts'

/** Where variables of an owner may be defined. */
export interface VariablePlaces {
  readonly bench: Bench
  readonly namespace: string
  /** The owner's own manifest, where it stands in the checkout. */
  readonly owner: TextPlace | null
  /** Manifests that were given beside the owner's, and those of the checkout. `place` null: not in the checkout. */
  readonly given: readonly { readonly object: KubernetesObject, readonly place: TextPlace | null }[]
  readonly checkout: readonly PlacedManifest[]
  /** Everybody who renders something of the checkout. */
  readonly consumers: readonly Consumer[]
}

/** The variables with the values that ConfigMaps of the checkout hold. Where more than one may be meant, and of Secrets, no value is known. */
export async function withCheckoutVariables(rules: Substitution, places: VariablePlaces): Promise<Substitution> {
  const sources: VariableSource[] = []
  for (const source of rules.sources) sources.push(source.kind === 'inline' ? source : await filled(source, places))
  return { ...rules, sources }
}

async function filled(source: VariableSource, places: VariablePlaces): Promise<VariableSource> {
  const fits = ({ object }: { readonly object: KubernetesObject }): boolean => isMeant(object, source, places.namespace)
  const [given, ...twice] = places.given.filter(fits)
  if (given !== undefined && twice.length === 0) return { ...source, values: valuesIn(given.object, source.kind), ...given.place === null ? {} : { place: below(given.place, source.kind) } }
  const found = given === undefined ? nearest(places.checkout.filter(fits), places) : []
  const [only, ...more] = found
  if (only === undefined || more.length > 0) return source
  const values = valuesIn(only.object, source.kind)
  const seen = source.kind === 'Secret' ? values : await asRendered(values, { only, source, places })
  return { ...source, values: seen, place: below(only.place, source.kind) }
}

function isMeant(object: KubernetesObject, { kind, name }: VariableSource, namespace: string): boolean {
  const own = textAt(object, 'metadata', 'namespace') ?? ''
  return object.kind === kind && object.apiVersion === 'v1' && textAt(object, 'metadata', 'name') === name && (own === '' || namespace === '' || own === namespace)
}

/** Of several, those that come to the cluster by the same delivery as the owner's own manifest. */
function nearest(found: readonly PlacedManifest[], { owner, consumers }: VariablePlaces): readonly PlacedManifest[] {
  if (found.length < 2 || owner === null) return found
  const delivering = consumers.filter(({ closure }) => closure.files.has(owner.file))
  return found.filter(({ place }) => place.file === owner.file || delivering.some(({ closure }) => closure.files.has(place.file)))
}

/** A value that whoever renders the manifest changes on the way is not known. */
async function asRendered(values: Values, of: { readonly only: PlacedManifest, readonly source: VariableSource, readonly places: VariablePlaces }): Promise<Values> {
  const { only, source, places } = of
  const holders = places.consumers.filter(({ closure, unsupported }) => unsupported === null && closure.files.has(only.place.file))
  const renders = await places.bench.render([], holders.map(({ ask }) => ask))
  const seen = renders.flatMap(render => render.ok ? render.objects.filter(({ object }) => isMeant(object, source, places.namespace)).map(({ object }) => valuesIn(object, source.kind)) : [])
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [key, seen.every(one => one[key] === value) ? value : null]))
}

type Values = Readonly<Record<string, string | null>>

/** What a ConfigMap says; of a Secret only the names. A value that is itself filled in later is not known. */
function valuesIn(object: KubernetesObject, kind: VariableSource['kind']): Values {
  const maps = kind === 'Secret' ? [valueAt(object, 'data'), valueAt(object, 'stringData')] : [valueAt(object, 'data')]
  return Object.fromEntries(maps.flatMap(map => isObject(map) ? Object.entries(map) : []).map(([key, value]) => [key, kind === 'Secret' ? null : known(value)]))
}

function known(value: Json | undefined): string | null {
  return typeof value === 'string' && !value.includes('${') && !value.includes('ENC[') ? value : null
}

function below({ file, document, steps }: TextPlace, kind: VariableSource['kind']): TextPlace {
  return { file, document, steps: [...steps, kind === 'Secret' ? 'stringData' : 'data'] }
}

/** The variables once files are changed. */
export function variablesAfter(rules: Substitution, changes: readonly FileChange[]): Substitution {
  return { ...rules, sources: rules.sources.map(source => sourceAfter(source, changes)) }
}

function sourceAfter(source: VariableSource, changes: readonly FileChange[]): VariableSource {
  const { place, values } = source
  const text = changes.find(({ path }) => path === place?.file)?.after
  if (place === undefined || typeof text !== 'string' || source.kind === 'inline') return source
  const object = placedIn(place.file, text).find(one => one.place.document === place.document && sameSteps(one.place.steps, place.steps.slice(0, -1)))?.object
  if (object === undefined) return { ...source, values: null }
  return { ...source, values: Object.fromEntries(Object.entries(valuesIn(object, source.kind)).map(([key, value]) => [key, values?.[key] === null ? null : value])) }
}

function sameSteps(a: TextPlace['steps'], b: TextPlace['steps']): boolean {
  return a.length === b.length && a.every((step, i) => step === b[i])
}

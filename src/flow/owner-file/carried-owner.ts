import { refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import type { Carrier } from '../../model/helm.ts'
import { canonical, isList, isObject, textAt, valueAt } from '../../model/json.ts'
import type { Json } from '../../model/json.ts'
import { showRef } from '../../model/resource.ts'
import { refOf } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { FileChange } from '../../model/plan.ts'
import type { Bench } from '../proof/bench.ts'
import type { RenderAsk } from '../proof/closure.ts'
import type { Consumer } from '../proof/consumer.ts'

/** An owner's manifest as the delivery that brings it to the cluster renders it, and everything beside it. */
export interface Carried {
  readonly carrier: Carrier
  readonly object: KubernetesObject
  readonly objects: readonly KubernetesObject[]
  /** What is rendered says what the given manifest says, so that an edit of that is the edit. */
  readonly same: boolean
  /** Nobody else renders it. */
  readonly alone: boolean
}

/**
 * Who of the repository renders an owner's manifest, and as what: patches of an overlay and generated ConfigMaps count only there. `files` are those that
 * may hold it, `path` the folder that is meant where the caller names one; `live`: the manifest is no file of the repository. null where nobody does;
 * AMBIGUOUS where several do and the manifest that was given is what none of them, or more than one, renders.
 */
export async function carriedOwner(bench: Bench, given: KubernetesObject, of: { readonly files: readonly string[], readonly path: string | null, readonly live: boolean, readonly consumers: readonly Consumer[] }): Promise<Carried | Refusal | null> {
  const likely = of.consumers.filter(({ ask, unsupported, closure }) => unsupported === null && ask.format !== 'helm' && of.files.some(file => closure.files.has(file)))
  const renders = await bench.render([], likely.map(({ ask }) => ask))
  const found = renders.flatMap((render, i): readonly Carried[] => {
    const consumer = likely[i]
    const objects = render.ok ? render.objects.map(({ object }) => object) : []
    const object = objects.find(one => isSame(one, given))
    return consumer === undefined || object === undefined ? [] : [{ carrier: carrierOf(consumer), object, objects, same: sayOf(object) === sayOf(given), alone: true }]
  })
  const meant = found.filter(({ carrier }) => carrier.path === of.path)
  const [only, ...more] = meant.length > 0 ? meant : found
  if (only === undefined || more.length === 0) return only ?? null
  const same = found.filter(one => one.same && of.live)
  // What several render as its file says it is edited there, for all of them.
  if (found.every(one => one.same && sayOf(one.object) === sayOf(only.object) && refOf(one.object).namespace === refOf(only.object).namespace)) return { ...only, alone: false }
  if (same.length === 1) return same[0] ?? null
  return refuse('AMBIGUOUS', `${showRef(refOf(given))} is rendered by ${found.length} folders of the repository, not as it stands in the file that was given.`,
    found.map(({ carrier, ...one }) => ({ sentence: one.same ? 'it renders it as the file says it' : 'it renders another one', at: carrier.path === '' ? '.' : carrier.path })),
    'Give one of the folders as PATH, or the manifest as it is in the cluster (kubectl get -o yaml).')
}

/** The same once files are changed; null where it is not rendered any more. */
export async function carriedAfter(bench: Bench, { carrier, object }: Carried, changes: readonly FileChange[]): Promise<Pick<Carried, 'object' | 'objects'> | null> {
  const [render] = await bench.render(changes, [askOf(carrier)])
  const objects = render?.ok === true ? render.objects.map(one => one.object) : []
  const after = objects.find(one => isSame(one, object))
  return after === undefined ? null : { object: after, objects }
}

/** How the carrier renders. */
export function askOf({ path, format, loadRestrictor, recurse }: Carrier): RenderAsk {
  return { path, format, loadRestrictor, directory: { recurse } }
}

function carrierOf({ ask: { path, format, loadRestrictor, directory }, closure }: Consumer): Carrier {
  return { path, format: format === 'helm' || format === 'application-set' ? 'directory' : format, loadRestrictor, recurse: directory.recurse, files: [...closure.files], names: [] }
}

function isSame(object: KubernetesObject, given: KubernetesObject): boolean {
  const [a, b] = [refOf(object), refOf(given)]
  return a.kind === b.kind && a.group === b.group && a.name === b.name && (a.namespace === null || b.namespace === null || a.namespace === b.namespace)
}

/** What a manifest says of a chart and its values; the names of generated ConfigMaps get a hash on the way. */
function sayOf(object: KubernetesObject): string {
  const spec = valueAt(object, 'spec')
  const from = valueAt(spec, 'valuesFrom')
  const plain = (reference: Json): Json => ({ key: textAt(reference, 'valuesKey') ?? null, target: textAt(reference, 'targetPath') ?? null })
  return canonical({ ...isObject(spec) ? spec : {}, valuesFrom: isList(from) ? from.map(plain) : null })
}

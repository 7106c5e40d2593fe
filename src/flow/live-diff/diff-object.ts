import { base64 } from '../../model/base64.ts'
import { fieldAt } from '../../model/field.ts'
import type { FieldChange } from '../../model/field.ts'
import { isObject, valueAt } from '../../model/json.ts'
import type { Json, JsonObject } from '../../model/json.ts'
import type { LiveDifference } from '../../model/live-diff.ts'
import type { OwnerRef } from '../../model/owner.ts'
import { isKubernetesObject, refOf } from '../../model/resource.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { compareObjects } from '../fields/compare.ts'
import type { ApiServer, Cluster } from '../ports.ts'
import { holds } from '../fields/same-field.ts'
import { notServed, placedIn } from '../server/placed-in.ts'
import type { Placed } from '../server/placed-in.ts'

/** Who applies for an owner: the fields that are its own are those of this manager (argocd-flux.md 3). */
const MANAGERS: Readonly<Partial<Record<OwnerRef['kind'], string>>> = { Application: 'argocd-controller', Kustomization: 'kustomize-controller', HelmRelease: 'helm-controller' }
/** Marks that the owner adds to what Git holds. */
const MARKS = /^(?:argocd\.argoproj\.io|kustomize\.toolkit\.fluxcd\.io|helm\.toolkit\.fluxcd\.io|meta\.helm\.sh)\/|^app\.kubernetes\.io\/(?:instance|managed-by)$/
/** What a server writes by itself, whoever applies. */
const SERVERS_OWN = new Set(['managedFields', 'resourceVersion', 'generation', 'uid', 'creationTimestamp', 'selfLink'])

/** Where an object is compared, and for whom. */
export interface Where { readonly cluster: Cluster, readonly server: ApiServer, readonly owner: OwnerRef, readonly namespace: string | null }

/**
 * One rendered object against the live one, field by field. The server is asked what applying it under the owner's name would make, which settles defaults
 * and spellings; where the caller lacks the right to, the render itself is compared.
 */
export async function diffObject(where: Where, manifest: KubernetesObject): Promise<LiveDifference> {
  const { cluster } = where
  const rendered = settled(manifest)
  const placed = await placedIn(where, rendered)
  if (placed === null) return { ...EMPTY, object: refOf(rendered), kind: 'refused', serverAsked: false, sentence: notServed(cluster, rendered) }
  const { kind, object } = placed
  const live = await cluster.get(kind, object.namespace, object.name)
  const asked = await where.server.dryApply(kind, withMarks(placed, live), { manager: MANAGERS[where.owner.kind] ?? 'writ' })
  if (asked.kind === 'refused' || asked.kind === 'absent') return { ...EMPTY, object, kind: 'refused', serverAsked: true, sentence: asked.sentence }
  const serverAsked = asked.kind === 'made'
  const sentence = serverAsked ? null : asked.sentence
  if (live === null) return { ...EMPTY, object, kind: 'missing', serverAsked, sentence }
  const fields = asked.kind === 'made' ? declared(rendered, compareObjects(plain(live), plain(asked.object)).fields) : unlike(compareObjects(plain(live), plain(rendered)).fields)
  return { object, kind: fields.length === 0 ? 'same' : 'changed', fields, ignored: [], serverAsked, sentence }
}

const EMPTY = { fields: [], ignored: [] } as const

/** What is applied, with the owner's own marks as they are live, which would else seem to go. */
function withMarks({ applied }: Placed, live: KubernetesObject | null): KubernetesObject {
  const marked = (of: 'labels' | 'annotations'): JsonObject => {
    const [there, own] = [valueAt(live ?? undefined, 'metadata', of), valueAt(applied, 'metadata', of)]
    const marks = isObject(there) ? Object.fromEntries(Object.entries(there).filter(([key]) => MARKS.test(key))) : {}
    const all = { ...marks, ...isObject(own) ? own : {} }
    return Object.keys(all).length === 0 ? {} : { [of]: all }
  }
  return { ...applied, metadata: { ...applied.metadata, ...marked('labels'), ...marked('annotations') } }
}

/** A Secret as the server keeps it: the texts of `stringData` are only another way to write `data`. */
function settled(manifest: KubernetesObject): KubernetesObject {
  const { stringData, ...rest } = manifest
  if (manifest.kind !== 'Secret' || manifest.apiVersion !== 'v1' || !isObject(stringData)) return manifest
  const texts = Object.fromEntries(Object.entries(stringData).map(([key, value]) => [key, typeof value === 'string' ? base64(value) : value]))
  const made = { ...rest, data: { ...isObject(manifest['data']) ? manifest['data'] : {}, ...texts } }
  return isKubernetesObject(made) ? made : manifest
}

/** Without what servers and controllers write. */
function plain(object: KubernetesObject): KubernetesObject {
  const { status: _status, ...rest } = object
  const metadata: Json = Object.fromEntries(Object.entries(object.metadata).filter(([key]) => !SERVERS_OWN.has(key) && key !== 'namespace'))
  const made = { ...rest, metadata }
  return isKubernetesObject(made) ? made : object
}

/** What Git declares, and what the server would take away because the owner stated it before; defaults and the work of webhooks are nobody's difference. */
function declared(rendered: KubernetesObject, fields: readonly FieldChange[]): readonly FieldChange[] {
  return fields.filter(({ path, after }) => after === undefined || fieldAt(rendered, path) !== undefined)
}

/** The render does not hold what the server adds: only what it holds itself is compared, amounts by what they mean. */
function unlike(fields: readonly FieldChange[]): readonly FieldChange[] {
  return fields.filter(({ path, before, after }) => after !== undefined && !holds(path, before, after))
}

/** True where two refs name one object, whatever version each is read through. */
export function isSame(a: ObjectRef, b: ObjectRef): boolean {
  return a.group === b.group && a.kind === b.kind && a.name === b.name && a.namespace === b.namespace
}

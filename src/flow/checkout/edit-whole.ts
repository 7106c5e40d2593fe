import { WritError, isRefusal, refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import { refOf, showRef } from '../../model/resource.ts'
import type { KubernetesObject, ObjectRef } from '../../model/resource.ts'
import { isTyped } from './kind-name.ts'
import { cleanManifest } from '../manifest/clean-manifest.ts'
import { manifestEdits } from '../manifest/manifest-edits.ts'
import { readManifests } from '../manifest/read-manifests.ts'
import type { Manifest } from '../manifest/read-manifests.ts'
import { secretValues } from '../manifest/secret-values.ts'
import type { Bench } from '../proof/bench.ts'
import { renderAsk } from '../proof/consumers.ts'
import { proveCreate } from '../proof/prove-create.ts'
import { proveDelete } from '../proof/prove-delete.ts'
import type { AlreadySo, ProofAsk } from '../proof/prove-edits.ts'
import { findTarget } from '../proof/target.ts'
import type { ProvenWhole } from '../proof/whole-object.ts'

/** What is asked of a whole object of a checkout. */
export type WholeEdit =
  | { readonly kind: 'delete' }
  /** The ID of the place that was chosen out of those that a NEEDS_INPUT listed. */
  | { readonly kind: 'create', readonly manifest: string, readonly place: string | null }

/** The delivery that is edited, and the object as the caller named it: nothing, where the manifest alone names it. */
export interface WholeEditAsk extends Pick<ProofAsk, 'owner' | 'owners' | 'samePath' | 'scope'> {
  readonly named: { readonly type: string, readonly name: string, readonly namespace: string | null } | null
}

/** Takes an object that a checkout renders out of it. */
export async function deleteIn(bench: Bench, target: ObjectRef, ask: Omit<WholeEditAsk, 'named'>): Promise<ProvenWhole | Refusal | AlreadySo> {
  return proveDelete(bench, { ...ask, target, places: null })
}

/** Puts the object of a manifest into a checkout. Already so where it is there with all that the manifest says. Throws usage/bad-argument for a manifest that holds none or several. */
export async function createIn(bench: Bench, of: WholeEdit & { readonly kind: 'create' }, ask: WholeEditAsk): Promise<{ readonly target: ObjectRef, readonly found: ProvenWhole | AlreadySo } | Refusal> {
  const manifest = cleanManifest(meant(readManifests(of.manifest), ask))
  const own = refOf(manifest.object)
  const target = { ...own, namespace: own.namespace ?? ask.named?.namespace ?? null }
  const secret = secretValues(target, manifest.object)
  if (secret !== null) return secret
  const { named: _named, ...asked } = ask
  const there = await rendered(bench, target, ask)
  if (there !== null) return whereItIs(target, { there, manifest })
  const found = await proveCreate(bench, { ...asked, target, places: null, manifest, place: of.place })
  return isRefusal(found) ? found : { target, found }
}

/** The one object of the file, or the one that the caller names. */
function meant(manifests: readonly Manifest[], { named }: WholeEditAsk): Manifest {
  const fits = named === null || named.name === '' ? manifests : manifests.filter(({ object }) => refOf(object).name === named.name && isTyped(refOf(object), named.type))
  const [only, ...more] = fits
  if (only === undefined) throw new WritError('usage/bad-argument', `The file holds no ${named?.type ?? ''}/${named?.name ?? ''}.`, { hint: 'Leave TYPE/NAME out where the file holds one object.' })
  if (more.length > 0) throw new WritError('usage/bad-argument', `The file holds ${fits.length} objects; writ edit creates one at a time.`, { hint: 'Name the one that is meant: writ edit PATH TYPE/NAME --create -f FILE.' })
  const { namespace } = refOf(only.object)
  if (named !== null && named.namespace !== null && namespace !== null && named.namespace !== namespace) {
    throw new WritError('usage/bad-argument', `The manifest names the namespace ${namespace}, and --namespace says ${named.namespace}.`, { hint: 'Leave --namespace out, or correct the manifest.' })
  }
  return only
}

async function rendered(bench: Bench, target: ObjectRef, { owner }: WholeEditAsk): Promise<KubernetesObject | null> {
  const [render] = await bench.render([], [renderAsk(bench.index, owner)])
  return render?.ok === true ? findTarget(render.objects, target, owner.destination)[0]?.object ?? null : null
}

function whereItIs(target: ObjectRef, { there, manifest }: { readonly there: KubernetesObject, readonly manifest: Manifest }): { readonly target: ObjectRef, readonly found: AlreadySo } | Refusal {
  const differs = manifestEdits(there, manifest.object)
  if (isRefusal(differs)) return differs
  if (differs.edits.length === 0) return { target, found: { already: [{ path: [], before: there, after: there }] } }
  return refuse('STALE', `${showRef(target)} is rendered already, and differs from the manifest in ${differs.edits.length} field${differs.edits.length === 1 ? '' : 's'}.`, [], 'Set the fields that differ: writ edit PATH TYPE/NAME --set FIELD=VALUE.')
}

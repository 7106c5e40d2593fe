import { isRefusal, refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import type { RenderRules } from '../../model/owner.ts'
import { showOwner } from '../../model/owner.ts'
import type { Located, NoChange } from '../../model/plan.ts'
import { wholeOf } from '../../model/field.ts'
import type { Edit } from '../../model/field.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { fixedFields } from '../fields/fixed-fields.ts'
import { alreadySo, prove } from '../prove.ts'
import type { ProvenRender } from '../prove.ts'
import { wantedEdits } from '../fields/wanted-edits.ts'
import type { World } from '../world.ts'
import { editOwner, isDecidedAbove } from './edit-owner.ts'

/**
 * Proves a plan in the owner's source, or where the owner's own manifest decides in the source of that. What a Helm release makes is decided by values of the
 * HelmRelease, which come before anything in the chart: others may use that.
 */
export async function provePlan(world: World, located: Located): Promise<ProvenRender | Refusal | NoChange> {
  const { owner } = located
  const direct = owner.kind === 'HelmRelease' ? null : await prove(world, located)
  if (direct !== null && !(isRefusal(direct) && isDecidedAbove(direct) && saysSomething(owner.render))) return direct
  if (located.live === null || wholeOf(located.edits) !== null) return direct ?? refuse('UNSUPPORTED', `${showOwner(owner)} makes whole objects from a chart: neither does Writ add one to it nor take one away.`, [], 'Change the chart, or the value that switches the object on and off.')
  const found = await editOwner(world, { located, ask: { target: located.target, live: located.live, edits: located.edits, ...wantedOf(located) }, depth: 0 })
  if (isRefusal(found)) return direct === null ? found : both(direct, found)
  return 'already' in found ? alreadySo(located, found.already, located.edits) : found
}

/** True where the owner's spec lays something over its source. */
function saysSomething({ kustomize, substitute, metadata, helm }: RenderRules): boolean {
  return kustomize !== undefined || substitute !== undefined || metadata !== undefined || helm !== undefined
}

/** The asked edits of what is rendered, where a patch or the like decides them only then. */
export function wantedOf({ request: { asks }, edits, target }: Pick<Located, 'request' | 'edits' | 'target'>): { readonly wanted: (rendered: KubernetesObject) => readonly Edit[] | Refusal } {
  const find = wantedEdits({ asks, edits })
  const wanted = (rendered: KubernetesObject): readonly Edit[] | Refusal => {
    const found = find?.(rendered) ?? { edits }
    return isRefusal(found) ? found : fixedFields(rendered, target, found.edits) ?? found.edits
  }
  return { wanted }
}

/** Why the source does not hold it, and why the owner's own manifest is not edited either. */
function both(direct: ProvenRender | Refusal | NoChange, above: Refusal): Refusal {
  if (!isRefusal(direct)) return above
  return { ...direct, evidence: [...direct.evidence, { sentence: above.message }, ...above.evidence], hint: above.hint }
}

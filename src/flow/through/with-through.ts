import { showOwner } from '../../model/owner.ts'
import type { Located, Through } from '../../model/plan.ts'
import { showRef } from '../../model/resource.ts'
import type { ProvenRender } from '../prove.ts'
import type { Reached } from './reached-by.ts'

/** Adds what the edit reaches below: shown with the plan, judged with it, and waited for once it is merged. */
export function withThrough({ proven, rendered }: ProvenRender, { located, reached }: { readonly located: Located, readonly reached: Reached }): ProvenRender {
  const below: Through = { target: located.target, live: located.live, owner: { tool: located.owner.tool, kind: located.owner.kind, cluster: located.owner.cluster, namespace: located.owner.namespace, name: located.owner.name }, ownerEvidence: located.ownerEvidence, edits: reached.proven.edits, changes: reached.proven.proof.changes, sentence: reached.proven.proof.sentence }
  const judged = { path: `through ${showOwner(located.owner)}`, environments: [located.environment.name], objects: reached.proven.rendered.asked, destinations: [located.owner.destination] }
  const { behindBecause } = located.owner.delivery
  const notes = [...proven.notes ?? [], ...behindBecause === null ? [] : [`${showOwner(located.owner)}, which brings it to ${showRef(located.target)}: ${behindBecause}`]]
  return { proven: { ...proven, through: [...proven.through ?? [], below], ...notes.length === 0 ? {} : { notes } }, rendered: { ...rendered, blast: [...rendered.blast, judged] } }
}

import type { Evidence } from '../../model/error.ts'
import type { Owner } from '../../model/owner.ts'
import type { Plan } from '../../model/plan.ts'
import type { OwnerLook, PauseSwitch } from '../../model/steering.ts'
import type { SteerScene } from './steer-scene.ts'
import type { ResumeShips } from './resume-ships.ts'
import { steerPlan } from './steer-plan.ts'

/** What a pause is begun or ended with. */
export interface PauseOf { readonly pause: PauseSwitch, readonly pauseOf: string | null, readonly takesOver?: string, readonly notes: readonly string[], readonly evidence: readonly Evidence[], readonly ships?: ResumeShips }

/** The plan that begins or ends a pause of an owner, also of one that cannot be read whole. */
export function pausePlan({ ask, found: { look }, environments }: Pick<SteerScene, 'ask' | 'environments'> & { readonly found: { readonly look: OwnerLook } }, of: PauseOf): Plan {
  const owner: Owner = {
    ...look.ref, uid: look.uid, source: look.source ?? { url: '', revision: '', path: '' }, render: { format: 'auto', loadRestrictor: 'root', directory: { recurse: false } },
    delivery: { automated: look.pause !== null, reverts: look.pause !== null, syncedCommit: look.delivered.revision, behindBecause: null },
    destination: { cluster: look.destination.cluster ?? look.ref.cluster, namespace: look.destination.namespace }, sourceObject: null,
  }
  const { ships = null, since = null, commits = [], notes = [], verdicts = [], policyBundle = '' } = of.ships ?? {}
  return steerPlan({ ask, look, environments, owner, evidence: of.evidence, base: '', branch: '', ships, verdicts, policyBundle, notes: [...of.notes, ...notes], order: { pause: of.pause, pauseOf: of.pauseOf, ...of.takesOver === undefined ? {} : { takesOver: of.takesOver }, since, commits } })
}

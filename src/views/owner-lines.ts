import type { OwnerAnswer } from '../flow/find-owner.ts'
import { showOwner } from '../model/owner.ts'
import { showRef } from '../model/resource.ts'
import { line, row } from './line.ts'
import type { Line } from './line.ts'
import { proofOf } from './plan-lines.ts'

/** The owner of an object for a person: who, by what proof, from where, and how it delivers. */
export function ownerLines({ target, environment, owner, evidence, branch, base }: OwnerAnswer): readonly Line[] {
  const { source, delivery, destination } = owner
  return [
    line(`${showRef(target)} on ${target.cluster} is deployed by ${showOwner(owner)}`, 'title'),
    ...row('proof', proofOf(owner, evidence)),
    ...row('environment', [`${environment.name} (class ${environment.class}, risk ${environment.rules.riskLevel})`], environment.known ? 'plain' : 'warn'),
    ...row('owner on', [owner.cluster]),
    ...row('repository', [source.url]),
    ...row('branch', [`${branch} at ${base.slice(0, 12)}`]),
    ...row('path', [source.path === '' ? '(root)' : source.path]),
    ...row('deploys to', [`${destination.cluster}${destination.namespace === null ? '' : `, namespace ${destination.namespace}`}`]),
    ...row('synced', [delivery.syncedCommit === null ? 'no commit known' : delivery.syncedCommit.slice(0, 12)]),
    ...row('delivers', [`${delivery.automated ? 'by itself' : 'when somebody starts a sync'}; ${delivery.reverts ? 'puts live edits back' : 'leaves live edits as they are'}`]),
    ...delivery.behindBecause === null ? [] : row('behind', [delivery.behindBecause], 'warn'),
  ]
}

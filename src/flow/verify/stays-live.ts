import { refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import { showOwner } from '../../model/owner.ts'
import type { Owner } from '../../model/owner.ts'
import { metadataText, showRef } from '../../model/resource.ts'
import type { KubernetesObject, Target } from '../../model/resource.ts'

/** IGNORED where the object would stay live although Git no longer holds it: its owner does not prune, or the object says that it shall be kept. */
export function staysLive(owner: Owner, target: Target, live: KubernetesObject): Refusal | null {
  const kept = keptBecause(owner) ?? markOn(owner, live)
  if (kept === null) return null
  return refuse('IGNORED', `${showRef(target)} would stay live: ${showOwner(owner)} does not delete it when it disappears from Git.`, [kept], 'Let the owner prune, or take the object out of Git and out of the cluster by hand.')
}

function keptBecause(owner: Owner): { readonly sentence: string, readonly at: string } | null {
  const { keeps } = owner.delivery
  if (keeps === null) return null
  return { sentence: keeps ?? 'whether it deletes what disappears from Git is not known', at: showOwner(owner) }
}

/** Annotations by which an object keeps itself (argocd-flux.md 1.2 and 2). */
function markOn(owner: Owner, live: KubernetesObject): { readonly sentence: string, readonly at: string } | null {
  const argo = owner.tool === 'argocd' ? metadataText(live, 'annotations', 'argocd.argoproj.io/sync-options') ?? '' : ''
  const option = argo.split(',').map(one => one.trim()).find(one => one === 'Prune=false' || one === 'Prune=confirm')
  if (option !== undefined) return { sentence: `the object says ${option}`, at: 'metadata.annotations[argocd.argoproj.io/sync-options]' }
  const flux = owner.tool === 'flux' ? metadataText(live, 'annotations', 'kustomize.toolkit.fluxcd.io/prune') ?? metadataText(live, 'labels', 'kustomize.toolkit.fluxcd.io/prune') : undefined
  return flux?.toLowerCase() === 'disabled' ? { sentence: 'the object says prune: disabled', at: 'metadata.annotations[kustomize.toolkit.fluxcd.io/prune]' } : null
}

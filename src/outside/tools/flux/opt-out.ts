import { metadataText } from '../../../model/resource.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import type { Obstacle } from '../read-result.ts'
import { KUSTOMIZE_GROUP } from './flux-kinds.ts'

/** Labels or annotations of the object that keep Flux from applying it (argocd-flux.md 2). */
export function optOut(live: KubernetesObject | null): Obstacle | null {
  if (live === null) return null
  const value = (key: string): string | undefined => metadataText(live, 'annotations', `${KUSTOMIZE_GROUP}/${key}`) ?? metadataText(live, 'labels', `${KUSTOMIZE_GROUP}/${key}`)
  const where = (key: string): string => `${live.kind} metadata.annotations[${KUSTOMIZE_GROUP}/${key}]`
  if (value('reconcile')?.toLowerCase() === 'disabled') return { code: 'SUSPENDED', path: where('reconcile'), because: 'so Flux leaves the object alone', next: `Take ${KUSTOMIZE_GROUP}/reconcile off the object, then ask again.` }
  const apply = value('ssa')?.toLowerCase()
  return apply === 'ignore' || apply === 'ifnotpresent' ? { code: 'IGNORED', path: where('ssa'), because: `which is ${apply}, so Flux does not update the object` } : null
}

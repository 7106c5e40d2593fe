import type { Evidence } from '../../../model/error.ts'
import { objectsAt, textAt } from '../../../model/json.ts'
import { metadataText, showRef } from '../../../model/resource.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import type { ArgoSettings } from './argo-settings.ts'
import { TRACKING_ID, namesItself, parseTrackingId } from './tracking-id.ts'

/** An object's own word on which Application it belongs to. */
export interface Mark {
  /** The name under which Argo CD would know that Application. */
  readonly instance: string
  /** Argo CD itself would not believe it, for the reason in the evidence. */
  readonly weak: boolean
  /** Names an Application only where there is one: others set such labels, too. */
  readonly onlyIfThere: boolean
  readonly evidence: readonly Evidence[]
}

/** The installation that an object says it belongs to. */
export const INSTALLATION_ID = 'argocd.argoproj.io/installation-id'

/**
 * The mark that counts under the tracking method of the Argo CD that is asked (argocd-flux.md 1.1). Where no method is set both are taken and the annotation is
 * preferred: it is the default since 3.0, and objects keep the label of 2.x until their next sync.
 */
export function markOf(target: Target, live: KubernetesObject, settings: Pick<ArgoSettings, 'tracking' | 'instanceLabel'>): Mark | null {
  const id = metadataText(live, 'annotations', TRACKING_ID)
  const annotation = id === undefined ? null : annotationMark(target, live, id)
  const label = labelMark(target, live, settings)
  if (settings.tracking === 'label') return label ?? (annotation === null ? null : { ...annotation, weak: true, onlyIfThere: true, evidence: [...annotation.evidence, { sentence: 'Argo CD tracks by labels here (argocd-cm application.resourceTrackingMethod), so the tracking id counts for nothing' }] })
  return annotation ?? label
}

/** True where the object has the tracking id of another one. */
export function isCopied(target: Target, live: KubernetesObject): boolean {
  const text = metadataText(live, 'annotations', TRACKING_ID)
  const id = text === undefined ? null : parseTrackingId(text)
  return id !== null && !namesItself(id, target)
}

function annotationMark(target: Target, live: KubernetesObject, text: string): Mark {
  const id = parseTrackingId(text)
  const at = `${showRef(target)} metadata.annotations[${TRACKING_ID}]`
  if (id === null || !namesItself(id, target)) {
    return { instance: id?.instance ?? text, weak: true, onlyIfThere: false, evidence: [{ sentence: `the tracking id '${text}' names another object: it was copied, and Argo CD ignores it`, at }] }
  }
  return { instance: id.instance, ...made(live), onlyIfThere: false, evidence: [{ sentence: `the tracking id names the Application instance '${id.instance}'`, at }, ...made(live).evidence] }
}

/** The default label alone is weak: Helm charts and Flux set it too. */
function labelMark(target: Target, live: KubernetesObject, { tracking, instanceLabel }: Pick<ArgoSettings, 'tracking' | 'instanceLabel'>): Mark | null {
  const value = metadataText(live, 'labels', instanceLabel)
  if (value === undefined || value === '') return null
  const { weak, evidence } = made(live)
  const counts = tracking === 'label' || (tracking === null && instanceLabel !== 'app.kubernetes.io/instance')
  return { instance: value, weak: weak || !counts, onlyIfThere: true, evidence: [{ sentence: `the label ${instanceLabel} is '${value}'`, at: showRef(target) }, ...evidence] }
}

/** What another object makes Argo CD never manages by a mark: such marks are copies of those of the maker. */
function made(live: KubernetesObject): Pick<Mark, 'weak' | 'evidence'> {
  const [maker] = objectsAt(live, 'metadata', 'ownerReferences')
  if (maker === undefined) return { weak: false, evidence: [] }
  return { weak: true, evidence: [{ sentence: `it has ownerReferences (${textAt(maker, 'kind') ?? ''} ${textAt(maker, 'name') ?? ''}): Argo CD manages no such object by a mark alone`, at: 'metadata.ownerReferences' }] }
}

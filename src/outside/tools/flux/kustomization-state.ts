import { showJson, textAt, valueAt } from '../../../model/json.ts'
import type { Observation } from '../../../model/observation.ts'
import { metadataText } from '../../../model/resource.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import { condition, oneLine } from '../conditions.ts'
import { failureClass, isFinal } from '../failure-class.ts'
import { REQUESTED_AT } from './flux-kinds.ts'
import { commitOfRevision } from './revision.ts'

/** Handled means looked at, never applied (argocd-flux.md 0.5). */
export function isPending(object: KubernetesObject): boolean {
  const asked = metadataText(object, 'annotations', REQUESTED_AT)
  return asked !== undefined && asked !== textAt(object, 'status', 'lastHandledReconcileAt')
}

/** True during a periodic run of what it has applied already: Ready is Unknown then, and that is no regression (argocd-flux.md 6.3). */
export function isLooking(object: KubernetesObject): boolean {
  const ready = condition(object, 'Ready')
  const [attempted, applied] = [textAt(object, 'status', 'lastAttemptedRevision'), textAt(object, 'status', 'lastAppliedRevision')]
  return ready?.['status'] === 'Unknown' && ready['reason'] === 'Progressing' && attempted === applied && valueAt(object, 'metadata', 'generation') === valueAt(object, 'status', 'observedGeneration')
}

/** Why a source's last artifact may not be the newest. */
export function sourceUnmet(source: KubernetesObject): readonly string[] {
  const failed = condition(source, 'FetchFailed')
  return failed?.['status'] === 'True' ? [`its source cannot be fetched: ${oneLine(textAt(failed, 'message') ?? '')}`] : []
}

/** `observedGeneration` of a Kustomization advances only with Ready=True, so a failing one never passes here (argocd-flux.md 0.6). */
export function readyUnmet(object: KubernetesObject, name = 'it'): readonly string[] {
  const ready = condition(object, 'Ready')
  const [generation, observed] = [valueAt(object, 'metadata', 'generation'), valueAt(object, 'status', 'observedGeneration')]
  const its = name === 'it' ? '' : `${name}: `
  return [
    ...(ready?.['status'] === 'True' ? [] : [`${its}Ready is ${textAt(ready ?? undefined, 'status') ?? 'not set'}: ${oneLine(`${textAt(ready ?? undefined, 'reason') ?? ''} ${textAt(ready ?? undefined, 'message') ?? ''}`)}`]),
    ...(generation === observed ? [] : [`${name} has seen generation ${showJson(observed ?? 'none')} of ${showJson(generation)}`]),
  ]
}

const RESUME: Readonly<Record<string, string>> = { Kustomization: 'kustomization', GitRepository: 'source git', HelmRelease: 'helmrelease', HelmChart: 'source chart' }

/** Suspended, or waiting for what it depends on: the first of the chain that is. */
export function fluxBlock(chain: readonly KubernetesObject[]): Observation['blocked'] {
  for (const object of chain) {
    const [namespace, name] = [textAt(object, 'metadata', 'namespace') ?? '', textAt(object, 'metadata', 'name') ?? '']
    if (valueAt(object, 'spec', 'suspend') === true) {
      return { code: 'BLOCKED_SUSPENDED', sentence: `${object.kind} ${namespace}/${name} is suspended`, next: `flux resume ${RESUME[object.kind] ?? object.kind.toLowerCase()} ${name} -n ${namespace}` }
    }
    const ready = condition(object, 'Ready')
    if (ready?.['status'] === 'False' && ready['reason'] === 'DependencyNotReady') {
      return { code: 'BLOCKED_DEPENDENCY', sentence: `${object.kind} ${namespace}/${name} waits: ${oneLine(textAt(ready, 'message') ?? '')}`, next: null }
    }
    if (ready?.['status'] === 'False' && failureClass(`${textAt(ready, 'reason') ?? ''} ${textAt(ready, 'message') ?? ''}`) === 'people') {
      return { code: 'BLOCKED_DEPENDENCY', sentence: `${object.kind} ${namespace}/${name} needs somebody: ${oneLine(`${textAt(ready, 'reason') ?? ''} ${textAt(ready, 'message') ?? ''}`)}`, next: `flux reconcile ${RESUME[object.kind] ?? object.kind.toLowerCase()} ${name} -n ${namespace}` }
    }
  }
  return null
}

/** Reasons that another try at the same revision does not change. */
const PERMANENT: ReadonlySet<string> = new Set(['BuildFailed', 'HealthCheckFailed'])

/** What Ready=False says, and at which commit. */
export function readyFailure(object: KubernetesObject): Observation['failure'] {
  const ready = condition(object, 'Ready')
  if (ready?.['status'] !== 'False') return null
  const reason = textAt(ready, 'reason') ?? ''
  const message = oneLine(textAt(ready, 'message') ?? '')
  const is = failureClass(`${reason} ${message}`)
  return { permanent: isFinal(is) || (is === 'unknown' && PERMANENT.has(reason)), revision: commitOfRevision(failedAt(object, reason)), sentence: `${reason}: ${message}`, class: is }
}

/** An artifact without the path is not attempted: only what the controller says that it was doing names its revision. */
function failedAt(object: KubernetesObject, reason: string): string | undefined {
  const doing = reason === 'ArtifactFailed' ? textAt(condition(object, 'Reconciling') ?? undefined, 'message') : undefined
  return /^Fetching manifests for revision (\S+) with a timeout of /.exec(doing ?? '')?.[1] ?? textAt(object, 'status', 'lastAttemptedRevision')
}

/** A source that cannot be fetched has failed at no commit. */
export function fetchFailure(source: KubernetesObject): Observation['failure'] {
  const fetch = condition(source, 'FetchFailed')
  if (fetch?.['status'] !== 'True') return null
  const sentence = `${textAt(fetch, 'reason') ?? 'FetchFailed'}: ${oneLine(textAt(fetch, 'message') ?? '')}`
  return { permanent: false, revision: null, sentence, class: failureClass(sentence) }
}

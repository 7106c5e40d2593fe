import { isList, objectsAt, textAt, valueAt } from '../../../model/json.ts'
import type { Json } from '../../../model/json.ts'
import type { SourceRules, UnreadSource } from '../../../model/owner.ts'
import { showRef } from '../../../model/resource.ts'
import type { KubernetesObject, Target } from '../../../model/resource.ts'
import { commitOf } from '../conditions.ts'
import { dryCommit } from './hydrated-source.ts'
import { unsupported } from '../read-result.ts'
import type { Obstacle } from '../read-result.ts'
import type { ApplicationSpec, SourceSpec } from './application-spec.ts'

/** The sources of an Application that may deploy an object: those that Writ renders, and those that it does not. */
export interface ApplicationSources { readonly rendered: readonly SourceRules[], readonly unread: readonly UnreadSource[] }

/** Sorts the sources. A source that Writ does not render is no reason to refuse: another one may deploy the object. */
export function applicationSources(app: KubernetesObject, spec: ApplicationSpec, loadRestrictor: 'root' | 'none'): ApplicationSources {
  const rendered: SourceRules[] = []
  const unread: UnreadSource[] = []
  for (const one of spec.sources) {
    const obstacle = one.obstacle ?? pinned(one)
    if (obstacle === null) rendered.push({ source: one.source, render: { ...one.render, loadRestrictor }, syncedCommit: one.source.hydrated === true ? dryCommit(app, syncedCommit(app, undefined)) : syncedCommit(app, one.source.index) })
    else unread.push(obstacle)
  }
  return { rendered, unread }
}

/** Argo CD's own word that several sources hold the object, where not all of them can be looked at. */
export function repeatedObstacle(app: KubernetesObject, target: Target): Obstacle | null {
  const message = objectsAt(app, 'status', 'conditions').filter(one => one['type'] === 'RepeatedResourceWarning').map(one => textAt(one, 'message') ?? '')
    .find(text => text.includes(`/${target.kind}/`) && text.includes(`/${target.name} `))
  return message === undefined ? null : unsupported('status.conditions', `where Argo CD says of ${showRef(target)}: ${message}`)
}

/** What can be told from the text alone; whether a name is a branch is asked of the repository later. */
function pinned({ source: { revision }, path }: SourceSpec): Obstacle | null {
  const because = /^[0-9a-f]{40}$/.test(revision) ? 'which is a commit' : revision.startsWith('refs/') ? 'which is no branch' : /[\^~*:?[\\<>=| ]/.test(revision) ? 'which is a range of tags' : null
  return because === null ? null : { code: 'PINNED', path: `${path}.targetRevision ${revision}`, because }
}

/** A later commit that changes nothing here starts no operation: where the Application is Synced, the compared commit is what runs (argocd-flux.md 0.3). */
function syncedCommit(app: KubernetesObject, index: number | undefined): string | null {
  if (textAt(app, 'status', 'sync', 'status') === 'Synced') return revisionAt(valueAt(app, 'status', 'sync'), index)
  const operation = valueAt(app, 'status', 'operationState')
  const last = textAt(operation, 'phase') === 'Succeeded' ? revisionAt(valueAt(operation, 'syncResult'), index) : null
  return last ?? revisionAt(objectsAt(app, 'status', 'history').at(-1), index)
}

/** The commit in `revision`, or with several sources in their `revisions`. */
export function revisionAt(of: Json | undefined, index: number | undefined): string | null {
  if (index === undefined) return commitOf(textAt(of, 'revision'))
  const revisions = valueAt(of, 'revisions')
  const revision = isList(revisions) ? revisions[index] : undefined
  return typeof revision === 'string' ? commitOf(revision) : null
}

import { isObject, textAt, valueAt } from '../../../model/json.ts'
import type { Json, JsonObject } from '../../../model/json.ts'
import { unhonouredKey } from '../../../model/spec-keys.ts'
import type { SpecKeys } from '../../../model/spec-keys.ts'
import { commitOf } from '../conditions.ts'
import type { Promotion } from '../../../model/owner.ts'
import { unsupported } from '../read-result.ts'
import type { Obstacle } from '../read-result.ts'

const HYDRATOR: SpecKeys = { known: ['drySource', 'syncSource', 'hydrateTo'], off: [] }
const STAGED: SpecKeys = { known: ['targetBranch'], off: [] }
const SYNC: SpecKeys = { known: ['repoURL', 'targetBranch', 'path'], off: [] }

/** The source that people edit, where Argo CD renders it into a branch of its own and deploys that (argocd-flux.md 1.2); null for every other Application. */
export function drySource(spec: Json | undefined): JsonObject | null {
  const source = valueAt(spec, 'sourceHydrator', 'drySource')
  return isObject(source) ? source : null
}

/** The source that is deployed: what the hydrator pushes. */
export function syncSource(spec: Json | undefined): JsonObject {
  const sync = valueAt(spec, 'sourceHydrator', 'syncSource')
  return { repoURL: textAt(sync, 'repoURL') || textAt(spec, 'sourceHydrator', 'drySource', 'repoURL') || '', targetRevision: textAt(sync, 'targetBranch') ?? '', path: textAt(sync, 'path') ?? '' }
}

/** What keeps a change of the dry source from being deployed by itself. */
export function hydratorObstacle(spec: Json | undefined): Obstacle | null {
  const hydrator = valueAt(spec, 'sourceHydrator')
  if (hydrator === undefined || hydrator === null) return null
  const key = unhonouredKey(hydrator, 'spec.sourceHydrator', HYDRATOR) ?? unhonouredKey(valueAt(hydrator, 'syncSource'), 'spec.sourceHydrator.syncSource', SYNC) ?? unhonouredKey(valueAt(hydrator, 'hydrateTo'), 'spec.sourceHydrator.hydrateTo', STAGED)
  if (key !== null) return unsupported(key)
  return drySource(spec) === null || !textAt(hydrator, 'syncSource', 'targetBranch') ? unsupported('spec.sourceHydrator', 'which does not say what is rendered into which branch') : null
}

/** Where people promote what was hydrated (`hydrateTo`): the branch that it waits on, and what was written and synced last; null where it is synced at once. */
export function promotionOf(app: Json | undefined): Promotion | null {
  const staged = textAt(app, 'spec', 'sourceHydrator', 'hydrateTo', 'targetBranch')
  const sync = syncSource(valueAt(app, 'spec'))
  if (staged === undefined || staged === sync['targetRevision']) return null
  const last = valueAt(app, 'status', 'sourceHydrator', 'lastSuccessfulOperation')
  return { branch: staged, url: textAt(sync, 'repoURL') ?? '', dry: commitOf(textAt(last, 'drySHA')), hydrated: commitOf(textAt(last, 'hydratedSHA')), synced: commitOf(textAt(app, 'status', 'sync', 'revision')) }
}

/** The dry commit that a hydrated one was made of, where the hydrator says so; null where it does not, or made another one. */
export function dryCommit(app: Json | undefined, hydrated: string | null): string | null {
  const last = valueAt(app, 'status', 'sourceHydrator', 'lastSuccessfulOperation')
  return hydrated !== null && textAt(last, 'hydratedSHA') === hydrated ? commitOf(textAt(last, 'drySHA')) : null
}

import { objectAt, textAt, valueAt } from '../../model/json.ts'
import type { JsonObject } from '../../model/json.ts'
import { metadataText } from '../../model/resource.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { metaText } from '../api.ts'
import type { Api } from '../api.ts'
import { behaviourOf } from '../behaviour.ts'
import type { Behaviour, Behaviours } from '../behaviour.ts'
import type { Checkout, GitSources } from '../git-sources.ts'
import { startLoop } from '../loop.ts'
import type { Running } from '../loop.ts'
import { durationOf, timestamp, withConditions } from './conditions.ts'
import { statusWriter } from './status-writer.ts'

export const GIT_REPOSITORY = { group: 'source.toolkit.fluxcd.io', version: 'v1', kind: 'GitRepository' }
export const REQUESTED_AT = 'reconcile.fluxcd.io/requestedAt'

export interface FluxOptions {
  readonly api: Api
  readonly sources: GitSources
  readonly behaviours: Behaviours
  /** Milliseconds between two looks at the objects. Default 200. */
  readonly interval?: number
  /** Milliseconds in place of each object's own spec.interval. */
  readonly poll?: number
  /** Milliseconds that the late behaviours (retrying, healthLate) take. Default 2000. */
  readonly delay?: number
}

interface State { behaviour: Behaviour, heldAt: string | null, generation: number, handled: string | undefined, at: number, spent: boolean }

const KNOWN = new Set(['url', 'ref', 'interval', 'timeout', 'suspend', 'secretRef'])

/** Starts the stand-in of the source-controller for GitRepositories. */
export function startSourceController(options: FluxOptions): Running {
  const states = new Map<string, State>()
  return startLoop({
    interval: options.interval ?? 200, list: () => options.api.list(GIT_REPOSITORY),
    reconcile: source => reconcile(options, source, stateOf(states, source)),
  })
}

async function reconcile(options: FluxOptions, source: KubernetesObject, state: State): Promise<void> {
  const behaviour = behaviourOf(options.behaviours, source)
  if (behaviour !== state.behaviour) Object.assign(state, { behaviour, heldAt: commitOf(source), spent: false, ...behaviour === 'lostRefresh' ? {} : { at: 0 } })
  if (behaviour === 'silent') return
  const requested = metadataText(source, 'annotations', REQUESTED_AT)
  const handled = requested === undefined ? {} : { lastHandledReconcileAt: requested }
  const write = statusWriter(options.api, source, { manager: 'source-controller', frozen: behaviour === 'frozen' })
  if (behaviour === 'suspended' || valueAt(source, 'spec', 'suspend') === true) {
    // A suspended source answers requests all the same (argocd-flux.md 0, fact 5).
    if (requested !== state.handled) await write(old => ({ ...old, ...handled }))
    state.handled = requested
    return
  }
  const generation = Number(source.metadata['generation'] ?? 1)
  const every = options.poll ?? durationOf(valueAt(source, 'spec', 'interval'), 60_000)
  if (generation === state.generation && requested === state.handled && Date.now() - state.at < every) return
  const lost = behaviour === 'lostRefresh' && !state.spent && requested !== state.handled
  Object.assign(state, { generation, handled: requested, at: Date.now(), spent: state.spent || lost })
  if (lost) return write(old => ({ ...old, ...handled }))
  try {
    const artifact = await fetchArtifact(options, source, state)
    await write(old => ({ ...old, ...handled, ...stored(old, artifact, generation) }))
  } catch (error) {
    await write(old => ({ ...old, ...handled, conditions: failed(old, error, generation) }))
  }
}

interface Artifact extends Checkout { readonly revision: string, readonly path: string }

async function fetchArtifact(options: FluxOptions, source: KubernetesObject, state: State): Promise<Artifact> {
  const unknown = Object.keys(objectAt(source, 'spec')).find(key => !KNOWN.has(key))
  if (unknown !== undefined) throw new Error(`the sandbox's Flux does not know spec.${unknown}`)
  const url = textAt(source, 'spec', 'url') ?? ''
  const wanted = wantedRef(source)
  const newest = await options.sources.resolve(url, wanted.revision)
  const commit = state.behaviour === 'oldCommit' ? state.heldAt ?? await options.sources.parent(url, newest) ?? newest : newest
  const checkout = await options.sources.checkout(url, commit)
  const folder = `gitrepository/${metaText(source, 'namespace')}/${metaText(source, 'name')}`
  return { ...checkout, revision: `${wanted.prefix}sha1:${commit}`, path: `${folder}/${commit}.tar.gz` }
}

// Precedence commit > name > semver > tag > branch, default branch master (argocd-flux.md 2).
function wantedRef(source: KubernetesObject): { readonly revision: string, readonly prefix: string } {
  const ref = objectAt(source, 'spec', 'ref')
  const part = (key: string): string | undefined => typeof ref[key] === 'string' && ref[key] !== '' ? ref[key] : undefined
  if (part('semver') !== undefined) throw new Error('the sandbox\'s Flux does not know spec.ref.semver')
  const branch = part('branch')
  const commit = part('commit')
  if (commit !== undefined) return { revision: commit, prefix: branch === undefined ? '' : `${branch}@` }
  const named = part('name')
  if (named !== undefined) return { revision: named, prefix: `${named}@` }
  const chosen = part('tag') ?? branch ?? 'master'
  return { revision: chosen, prefix: `${chosen}@` }
}

function stored(old: JsonObject, artifact: Artifact, generation: number): JsonObject {
  const before = objectAt(old, 'artifact')
  const same = before['revision'] === artifact.revision
  const message = `stored artifact for revision '${artifact.revision}'`
  return {
    observedGeneration: generation,
    artifact: same ? before : {
      path: artifact.path, url: `http://source-controller.flux-system.svc.cluster.local./${artifact.path}`, revision: artifact.revision,
      digest: `sha256:${artifact.digest}`, lastUpdateTime: timestamp(),
    },
    conditions: withConditions(old, {
      set: [{ type: 'Ready', status: 'True', reason: 'Succeeded', message }, { type: 'ArtifactInStorage', status: 'True', reason: 'Succeeded', message }],
      remove: ['FetchFailed', 'Reconciling', 'Stalled'], generation,
    }),
  }
}

function failed(old: JsonObject, error: unknown, generation: number): readonly JsonObject[] {
  const words = error instanceof Error ? error.message : String(error)
  const reason = /Authentication failed|could not read Username|HTTP 401/.test(words) ? 'AuthenticationFailed' : 'GitOperationFailed'
  const message = words.startsWith('the sandbox') ? words : `failed to checkout and determine revision: ${words.startsWith('unable to resolve') ? `couldn't find remote ref: ${words}` : `unable to clone: ${words}`}`
  return withConditions(old, {
    set: [{ type: 'Ready', status: 'False', reason, message }, { type: 'FetchFailed', status: 'True', reason, message }, { type: 'Reconciling', status: 'True', reason: 'ProgressingWithRetry', message }],
    generation,
  })
}

function stateOf(states: Map<string, State>, source: KubernetesObject): State {
  const key = metaText(source, 'uid')
  const handled = textAt(source, 'status', 'lastHandledReconcileAt')
  const state = states.get(key) ?? { behaviour: 'normal', heldAt: null, generation: 0, handled, at: 0, spent: false }
  states.set(key, state)
  return state
}

function commitOf(source: KubernetesObject): string | null {
  return /sha1:([0-9a-f]{40})$/.exec(textAt(source, 'status', 'artifact', 'revision') ?? '')?.[1] ?? null
}

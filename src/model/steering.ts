import type { Json } from './json.ts'
import type { OwnerRef, OwnerSource } from './owner.ts'
import type { GroupVersionKind, KubernetesObject, ObjectRef } from './resource.ts'

/** What people do to an owner beside changing its source. */
export type SteerVerb = 'sync' | 'suspend' | 'resume'

/** The field by which a controller is told to leave an owner alone; `null` stands for a field that is not there. */
export interface PauseSwitch { readonly path: readonly string[], readonly paused: Json, readonly before: Json }

/** What Writ writes on an owner that it pauses, so that a lost store does not lose how to end it. */
export interface PauseMark extends PauseSwitch { readonly v: 1, readonly change: string, readonly until: string }

/** The annotation that holds a PauseMark as JSON. */
export const PAUSE_MARK = 'writ.dev/pause'

/** What an owner last brought to the cluster. `failed`: it tried this commit, and says why not. */
export interface Delivered { readonly state: 'done' | 'running' | 'failed', readonly revision: string | null, readonly sentence: string }

/** One entry of a controller's own history. `at` is ISO time; `commit` null where it names none. */
export interface Deployment { readonly at: string, readonly by: string, readonly what: string, readonly status: string | null, readonly commit: string | null }

/** A closed sync window: who may not sync now, why, and when it opens (ISO time; null where not within a year, or where nobody can tell). */
export interface SyncHold { readonly because: string, readonly manual: boolean, readonly opens: string | null }

/** A hold in words, with the time. */
export function showHold({ because, opens }: SyncHold): string {
  return `${because}; ${opens === null ? 'it does not open by itself within a year' : `it opens at ${opens}`}`
}

/** One owner as it stands, as far as steering it needs: also one that Writ cannot edit. */
export interface OwnerLook {
  readonly ref: OwnerRef
  readonly kind: GroupVersionKind
  readonly object: KubernetesObject
  readonly uid: string
  readonly resourceVersion: string
  /** null where it takes its manifests from somewhere else than Git. */
  readonly source: OwnerSource | null
  /** The cluster of the configuration that it deploys to; null where writ.yaml names none. */
  readonly destination: { readonly cluster: string | null, readonly namespace: string | null }
  /** Its own list of what it deploys. */
  readonly deploys: readonly ObjectRef[]
  /** How it is paused; null where it does nothing by itself that could be. */
  readonly pause: PauseSwitch | null
  /** True where that switch, or another one, is thrown already. */
  readonly paused: boolean
  /** Who makes its spec and would put a pause back; null where nothing is known to. */
  readonly maker: { readonly sentence: string, readonly at: string } | null
  /** What it is in the middle of; null where nothing runs. */
  readonly busy: string | null
  readonly delivered: Delivered
  /** Has its controller taken the spec as it is now? */
  readonly taken: boolean
  /** Annotations that make its controller look at a changed spec, where it tells in no other way that it did. */
  readonly wake: Readonly<Record<string, string>>
  /** The changes of Writ whose sync it has carried out last or is about to. */
  readonly syncOf: string | null
  /** What keeps it from syncing by itself now; `manual`: a person may start a sync all the same. null where nothing does. */
  readonly window: SyncHold | null
  /** Newest first. */
  readonly history: readonly Deployment[]
}

/** What a steering change does, fixed when it was asked for: approvals cover it. */
export interface SteerOrder {
  readonly verb: SteerVerb
  /** When a pause ends; null for the other verbs. */
  readonly until: string | null
  readonly prune: boolean
  readonly pause: PauseSwitch | null
  /** The pause that a resume ends, or that was taken up from its mark. */
  readonly pauseOf: string | null
  /** The change whose pause a new pause was planned to take over; left out where none was in force. */
  readonly takesOver?: string
  /** How many objects the owner deploys, and the environments they are in. */
  readonly deploys: number
  readonly environments: readonly string[]
  /** What a sync brings: the commits since the last one, newest first. */
  readonly since: string | null
  readonly commits: readonly { readonly sha: string, readonly author: string, readonly at: string, readonly subject: string }[]
}

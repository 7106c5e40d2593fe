/**
 * Everything the flow needs from the world. Adapters in src/outside implement these; src/wire.ts hands them over.
 * A port has at most 7 methods, none optional; what an outside system cannot do is data.
 */
import type { RefusalCode } from '../model/codes.ts'
import type { Refusal } from '../model/error.ts'
import type { ArgoClusters } from '../model/application-set/clusters.ts'
import type { HelmJob } from '../model/helm.ts'
import type { DryRun, DryRunRules } from '../model/dry-run.ts'
import type { JsonObject } from '../model/json.ts'
import type { Observation } from '../model/observation.ts'
import type { CommonMetadata, KustomizeOverlay, Substitution } from '../model/overlay.ts'
import type { Claim, ConsumerOwner, DirectoryRules, GeneratesRules, ManifestOwner, Owner, OwnerRef } from '../model/owner.ts'
import type { Gate } from '../model/owner-chain.ts'
import type { FileChange, JudgedObject, RendererInfo } from '../model/plan.ts'
import type { Environment } from '../model/environment.ts'
import type { ChangeRequestInfo, ChangeRequestLook, ChangeRequestText, ForgeAbilities, ForgeEvent, MergeAsk, MergeResult } from '../model/forge.ts'
import type { KubernetesObject, Target } from '../model/resource.ts'
import type { Approval, Change, JournalEntry } from '../model/change.ts'
import type { TargetAsk } from '../model/request.ts'
import type { IgnorePattern } from '../model/source-ignore.ts'
import type { Unresolved } from '../model/envsubst.ts'
import type { OwnerLook } from '../model/steering.ts'
import type { Verdict } from '../model/verdict.ts'

/** Time and chance, injected so that tests own both. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number
  /** Resolves after so many milliseconds; rejects with the signal's reason when it is aborted. */
  sleep(ms: number, signal?: AbortSignalLike): Promise<void>
  /** A new id: 8 characters of [a-z2-7]. */
  newId(): string
  /** A number in [0,1), for jitter. */
  random(): number
  /** What the work gives, or `late` where that takes longer; the work goes on unseen then. */
  within<T>(ms: number, work: Promise<T>): Promise<T | 'late'>
}

/** The part of AbortSignal that the flow may see. */
export interface AbortSignalLike {
  readonly aborted: boolean
  readonly reason: unknown
  addEventListener(type: 'abort', listener: () => void, options?: { once?: boolean }): void
  removeEventListener(type: 'abort', listener: () => void): void
}

/** A kind as the API server serves it. */
export interface ServedKind { readonly group: string, readonly version: string, readonly kind: string, readonly plural: string, readonly namespaced: boolean }

/** One Kubernetes API server. Reads, and the few patches that trigger an owner. */
export interface Cluster {
  /** The name in writ.yaml. */
  readonly name: string
  /** The namespace of the context, `default` where it names none. */
  readonly defaultNamespace: string
  /**
   * Finds the kind that a person names: `deploy`, `deployments`, `Deployment`, `deployments.apps`, `deployment.v1.apps`.
   * Throws cluster/unknown-kind, cluster/ambiguous-kind.
   */
  resolve(type: string): Promise<ServedKind>
  /** Every kind served, for lists. `null` where the group is not there (a CRD that is absent is no error). */
  served(group: string, kind: string): Promise<ServedKind | null>
  /** The object, or null where it does not exist. Throws cluster/unreachable, cluster/unauthorized. */
  get(kind: ServedKind, namespace: string | null, name: string): Promise<KubernetesObject | null>
  /** All objects of a kind, in one namespace or in all, every page read. */
  list(kind: ServedKind, namespace: string | null, labels?: string): Promise<readonly KubernetesObject[]>
  /** Merge-patches annotations of one object under the field manager `writ`; null takes one away. */
  annotate(kind: ServedKind, namespace: string | null, name: string, annotations: Readonly<Record<string, string | null>>): Promise<void>
  /** Puts a whole object in the place of the one whose resourceVersion it has. Throws cluster/conflict where somebody was faster. */
  replace(kind: ServedKind, object: KubernetesObject): Promise<void>
  /** Calls back whenever the object changes, until the returned function is called; only a hint to look again, never truth. */
  watch(kind: ServedKind, namespace: string | null, name: string, changed: () => void): Promise<() => void>
}

/** What becomes of all objects of a kind while they are followed. */
export interface KindFeed {
  /** Everything begins anew: what was told before holds no more once `complete` is called. */
  begin(): void
  put(objects: readonly KubernetesObject[]): void
  gone(namespace: string | null, name: string): void
  /** All were told, and from now on each change is. */
  complete(): void
  /** The watch is broken, and changes go unseen until `begin` or `complete` says that all were told again. */
  lost(why: string): void
}

/** All objects of a kind of a cluster, without holding them. */
export interface KindReader {
  /** Every object, page by page; in one namespace, or in all. Throws as a list does. */
  pages(of: KindOf, page: (objects: readonly KubernetesObject[]) => void): Promise<void>
  /** As pages, of each object only its metadata. */
  metadata(of: KindOf, page: (objects: readonly KubernetesObject[]) => void): Promise<void>
  /** The same and then each change, until the returned function is called. Throws where the first list fails. */
  follow(of: KindOf, feed: KindFeed): Promise<() => void>
}

/** A kind in a cluster; namespace null: in all. */
export interface KindOf { readonly cluster: string, readonly kind: ServedKind, readonly namespace: string | null }

/** The clusters of the configuration. */
export interface Clusters {
  readonly all: readonly Cluster[]
  /** The cluster that a request means; null in the ask = the only one, or the kubeconfig's current context. Throws usage/bad-argument. */
  choose(ask: Pick<TargetAsk, 'cluster'>): Cluster
  /** By its name in writ.yaml, or the context of a hub that writ.yaml names. Throws internal/bug where there is none. */
  named(name: string): Cluster
}

/** One right: may the caller do this to that? */
export interface AccessAsk { readonly verb: string, readonly group: string, readonly resource: string, readonly namespace: string | null }

/** What an API server does and says beside reading and the triggers of owners. */
export interface ApiServer {
  /** Merge-patches one object under the field manager `writ`, and gives it as it is then. A `metadata.resourceVersion` in the patch locks: throws cluster/conflict. */
  patch(kind: ServedKind, at: { readonly namespace: string | null, readonly name: string }, patch: JsonObject): Promise<KubernetesObject>
  /** What server-side apply under this field manager would make of the live object. Nothing is kept. */
  dryApply(kind: ServedKind, object: KubernetesObject, rules: DryRunRules): Promise<DryRun>
  /** What a merge patch would make of it. Nothing is kept. */
  dryPatch(kind: ServedKind, at: { readonly namespace: string | null, readonly name: string, readonly patch: JsonObject }, rules: DryRunRules): Promise<DryRun>
  /** `components.schemas` of the OpenAPI v3 document of a group and version; null where the server publishes none. */
  schemas(of: Pick<ServedKind, 'group' | 'version'>, within: number): Promise<JsonObject | null>
  may(ask: AccessAsk): Promise<boolean>
  /** Such as `v1.32.1`. */
  version(): Promise<string>
}

/** The API servers of the clusters, by their names in writ.yaml. */
export interface ApiServers { named(cluster: string): ApiServer }

/** One tool's owners as they stand, for those who sync, pause and resume them: `look` gives null where the owner is not there, `paused` all that bear the mark of a pause,
 * `hubs` the other clusters, by their names, where owners of this tool live that deploy to this one. */
export interface Steering { readonly tool: 'argocd' | 'flux', look(ref: OwnerRef): Promise<OwnerLook | null>, paused(): Promise<readonly OwnerRef[]>, hubs(cluster: string): readonly string[] }

/** Argo CD or Flux: who owns an object, where from, and what it says after a merge. */
export interface GitOpsTool {
  readonly name: 'argocd' | 'flux'
  /** Every claim on the object in every cluster where this tool runs: proofs by list, and marks. */
  claims(target: Target, live: KubernetesObject): Promise<readonly Claim[]>
  /** Reads an owner whole; UNSUPPORTED with the path of the first key that this version does not honour; NON_GIT_SOURCE, PINNED, SUSPENDED: for those who only look also that, and it says so itself then. */
  read(ref: OwnerRef, target: Target, also?: 'suspended'): Promise<Owner | Refusal>
  /** Every owner of this tool, for the consumer index. */
  owners(): Promise<readonly ConsumerOwner[]>
  /**
   * Asks the owner to look at Git now; `hard` also drops what it has cached. `token` is unique per request. `settled`: nothing is asked any more, and
   * what requests may have left on the owner is taken away.
   */
  refresh(owner: Owner, token: string, how: 'normal' | 'hard' | 'settled'): Promise<void>
  /** Starts a sync: where the owner waits for a person to do so, or at once where it would by itself. Asked twice for one change it is done once at most. Throws sync/not-started where one is under way. */
  sync(owner: Owner, ask: SyncAsk): Promise<void>
  /** `gone`: the object shall be there no more, so that an owner which does not list it is what is waited for. */
  observe(owner: Owner, target: Target, wanted?: 'there' | 'gone'): Promise<Observation>
}

/** Who starts a sync, for which change, of which commit of the edited source; `prune`: what is no longer in Git goes. */
export interface SyncAsk { readonly change: string, readonly by: string, readonly revision: string, readonly prune: boolean }

/** An owner's own object as it lives, and what it names that decides what it renders: its source, its chart, ConfigMaps; never a Secret. */
export interface OwnerObject { readonly object: KubernetesObject, readonly around: readonly KubernetesObject[] }

/** The ApplicationSets of a cluster, and in words the namespaces in which their controller looks and Writ may not; null where there is none. */
export interface LivingSets { readonly sets: readonly KubernetesObject[], readonly unseen: string | null }

/** Owners by their own manifests, as files or the cluster hold them. */
export interface OwnerObjects {
  /** The places that the owners among these objects deploy from, rendered as these stand. */
  declaredOwners(objects: readonly KubernetesObject[]): readonly ConsumerOwner[]
  /** An Application, Kustomization or HelmRelease as its manifest says it; null for anything else. */
  manifestOwner(object: KubernetesObject, around: readonly KubernetesObject[]): ManifestOwner | null
  /** Null where it is not there or may not be read. */
  live(ref: OwnerRef): Promise<OwnerObject | null>
  /** What stands in the way of a change that the owner would bring to an object, and what one should know before. */
  gates(ref: OwnerRef, of: { readonly target: Target, readonly live: KubernetesObject }): Promise<readonly Gate[]>
  /** The clusters that the Argo CD of an Application, or of an ApplicationSet beside it, knows: what cluster generators read. */
  argoClusters(ref: OwnerRef): Promise<ArgoClusters>
  /** Those that live where the Argo CD of an owner runs. Throws as a list does. */
  applicationSets(ref: OwnerRef): Promise<LivingSets>
}

/** A path in a commit. Symbolic links and submodules are listed, never followed. */
export interface TreeEntry {
  readonly path: string
  readonly kind: 'file' | 'executable' | 'symlink' | 'submodule'
  readonly blob: string
  /** What a symbolic link says, where it can be read. */
  readonly target?: string
}

/** The files of one commit. */
export interface Tree {
  readonly commit: string
  readonly entries: readonly TreeEntry[]
  /** The texts of these paths (UTF-8); a path that is missing, no file, not UTF-8 or larger than 2 MB is left out. */
  read(paths: readonly string[]): Promise<ReadonlyMap<string, string>>
}

/** A throw-away folder that holds the files of one commit exactly, byte for byte, for renderers. */
export interface Worktree {
  readonly dir: string
  /** Puts back what an earlier call changed, then makes these changes. */
  apply(changes: readonly FileChange[]): Promise<void>
  dispose(): Promise<void>
}

/** One commit as history shows it. */
export interface CommitInfo { readonly sha: string, readonly parents: readonly string[], readonly author: string, readonly email: string, readonly committerEmail: string, readonly at: string, readonly subject: string, readonly body: string }

/** Which commits of a range are wanted: those that touch one of the paths ('' is everything), those of the branch itself (a merge stands for what it brought), those of a time or before (ISO), so many at most. */
export interface CommitsAsk { readonly paths?: readonly string[], readonly firstParent?: true, readonly until?: string, readonly most?: number }

/** Reading one remote repository through a bare mirror. */
export interface RepositoryReader {
  /** Normalised URL: the same for every spelling of the same repository. */
  readonly url: string
  /** Asks the remote now; null where the branch does not exist. 'HEAD' is the default branch. */
  tip(branch: string): Promise<{ readonly branch: string, readonly commit: string } | null>
  tree(commit: string): Promise<Tree>
  worktree(commit: string): Promise<Worktree>
  /** True where `commit` is `ancestor` or has it in its history. False too where either is unknown to the remote. */
  contains(commit: string, ancestor: string): Promise<boolean>
  /** The commits reachable from `to` and not from `from` (null: all of them), newest first, at most 200. */
  commits(from: string | null, to: string, only?: CommitsAsk): Promise<readonly CommitInfo[]>
  /** The tree of merging `head` into `base`, or null where Git finds a conflict. Writes nothing to the remote. */
  mergeTree(base: string, head: string): Promise<string | null>
  /** The files that differ between two commits or trees, with both texts. */
  changes(from: string, to: string): Promise<readonly FileChange[]>
}

/**
 * What a commit says about itself. The same input gives the same commit id; where commits are signed and each signature is another one, `again` names those that may
 * be this one already, made before a crash: one that says the same is given back, the newest first.
 */
export interface CommitText { readonly message: string, readonly author: { readonly name: string, readonly email: string }, readonly at: string, readonly again?: readonly string[] }

export type PushResult =
  | { readonly kind: 'pushed' }
  /** The branch is not where it was expected: someone else was faster. */
  | { readonly kind: 'moved' }

/** The files of a working tree as they stand, uncommitted ones included. */
export interface Checkout {
  tree(): Promise<Tree>
  /** A throw-away copy of the files, for renderers. */
  worktree(): Promise<Worktree>
  /** A path that was written relative to the folder Writ was called in, as a path in the repository; '' is its root. Throws usage/bad-argument. */
  inside(path: string): string
  /** Writes all of the changes, or none of them. Throws edit/changed-meanwhile, edit/write-failed, git/refused. */
  write(changes: readonly FileChange[]): Promise<void>
}

/** Writing to one remote repository, by plumbing, without a work tree. */
export interface RepositoryWriter {
  /** A commit on `base` with these changes. File modes are kept. Nothing reaches the remote. */
  commit(base: string, changes: readonly FileChange[], text: CommitText): Promise<string>
  /** A merge commit of `head` into `base` with this tree. */
  mergeCommit(base: string, head: string, tree: string, text: CommitText): Promise<string>
  /** Moves the branch from `expected` (null = it must not exist) to `commit`; the lease is checked by the remote. Throws git/push-rejected. */
  push(branch: string, commit: string, expected: string | null): Promise<PushResult>
}

/**
 * Where change requests live: one port for GitHub, GitLab, Gitea and plain Git. All methods can be repeated safely: what was done already is found, not done again.
 * Throws forge/unreachable, forge/unauthorized, forge/limited, forge/failed, change/not-found.
 */
export interface Forge {
  readonly name: string
  readonly kind: 'plain' | 'github' | 'gitlab' | 'gitea'
  readonly can: ForgeAbilities
  /** The change request of this head branch into this base: open > merged > closed, the newest of these; null where there is none. */
  find(repository: string, branch: string, base: string): Promise<ChangeRequestInfo | null>
  /** Opens a change request, or adopts the open one of the same branch (`id` null); brings the one of this id up to date. One that has ended stays as it is. */
  put(repository: string, id: string | null, text: ChangeRequestText): Promise<ChangeRequestInfo>
  look(repository: string, id: string): Promise<ChangeRequestLook>
  /** Writes the one comment of this key, or edits it in place. */
  comment(repository: string, id: string, comment: { readonly key: string, readonly body: string }): Promise<void>
  /** Merges it where its head is still this one; or records the merge that Writ has pushed. */
  merge(repository: string, id: string, ask: MergeAsk): Promise<MergeResult>
  close(repository: string, id: string, by: string): Promise<ChangeRequestInfo>
  /** What a webhook says, its signature checked; null for events that say nothing of a change request. Throws forge/unauthorized. */
  readEvent(event: { readonly headers: Readonly<Record<string, string>>, readonly body: string }): Promise<ForgeEvent | null>
}

/** All that Writ knows about a repository of the configuration. */
export interface RepositoryHandle { readonly reader: RepositoryReader, readonly writer: RepositoryWriter, readonly forge: Forge }

/** The repositories that writ.yaml allows. */
export interface Repositories {
  /** The handle for a URL as a controller writes it; REPOSITORY_UNKNOWN with the lines to add. */
  open(url: string): RepositoryHandle | Refusal
  /** True where two spellings name one repository. */
  same(a: string, b: string): boolean
}

/** What to render: a directory of a worktree. */
export interface RenderJob {
  readonly dir: string
  /** Relative to dir, '' is the root. */
  readonly path: string
  readonly loadRestrictor: 'root' | 'none'
  readonly directory: DirectoryRules
  /** What the owner's spec lays over the kustomization, puts into what was built, and sets on every object. */
  readonly kustomize?: KustomizeOverlay
  readonly substitute?: Substitution
  readonly metadata?: CommonMetadata
  /** Files that never reach the owner, by patterns in the order of their weight. */
  readonly leftOut?: readonly IgnorePattern[]
  /** How a chart is rendered, and the set whose Applications are generated. */
  readonly helm?: HelmJob
  readonly generates?: GeneratesRules
  /** A second render of the same: later by more than the clock's second where what is rendered may tell the time. */
  readonly again?: true
}

/** A rendered object; `origin` where the renderer knows the file and the document in it. */
export interface RenderedObject {
  readonly object: KubernetesObject
  readonly origin: { readonly path: string, readonly document: number } | null
  /** The object before variables were put into it, where they changed it. */
  readonly template?: KubernetesObject
  /** Expressions in it whose variable is not known; they stand as they are. */
  readonly unresolved?: readonly Unresolved[]
  /** The chart's template that made it. */
  readonly source?: string
  /** A hook of the chart, which no owner lists. */
  readonly hook?: true
}

export type RenderResult =
  /**
   * `values`: those of a chart, everything laid over. `varies`: the source asks for chance or the time, so that two renders may differ.
   * `unread`: why files were left out that cannot be read, where the job lets that pass.
   */
  | { readonly ok: true, readonly objects: readonly RenderedObject[], readonly values?: JsonObject, readonly varies?: true, readonly unread?: readonly string[] }
  /** The source does not render; message is the renderer's own. `blocked`: Writ itself will not render it, at `path:line`. */
  | { readonly ok: false, readonly message: string, readonly blocked?: { readonly code: RefusalCode, readonly at: string } }

/** Turns a directory into objects the way the owner does. */
export interface Renderer {
  /** `flux-directory`: a Flux path without a kustomization file, for which the controller generates one; `application-set`: files that git generators read. */
  readonly format: 'kustomize' | 'directory' | 'flux-directory' | 'helm' | 'application-set'
  /** Name and version; throws render/no-renderer where it is missing or too old. */
  info(): Promise<RendererInfo>
  /** Throws render/no-renderer and render/timeout. Never reaches the network, never runs what the repository brings. */
  render(job: RenderJob): Promise<RenderResult>
}

/** Judges rendered objects by policies as code. */
export interface PolicyEngine {
  /** sha256 over all policy, binding and parameter files. */
  bundle(): Promise<string>
  /** One verdict per policy that matches and object. A policy that cannot be evaluated gives an `error`, never a pass. */
  judge(environment: Environment, objects: readonly JudgedObject[], namespaces: ReadonlyMap<string, KubernetesObject>): Promise<readonly Verdict[]>
}

/** Changes, in the one store. */
export interface Changes {
  /**
   * Adds a change unless an open one has the same key; gives the one that stands then.
   * An open change of the same target and fields but other values is passed as `supersedes` and ended in the same transaction.
   */
  add(change: Change, supersedes: readonly string[]): Promise<Change>
  get(id: string): Promise<Change | null>
  /** Ids that begin with a prefix. */
  find(prefix: string): Promise<readonly string[]>
  /** Newest first. */
  list(filter: { readonly status?: Change['status'], readonly limit: number }): Promise<readonly Change[]>
  /** Writes a change and journal entries in one transaction. Throws change/lost-lease where `version` or the fence is not current. */
  save(change: Change, fence: number | null, entries: readonly Omit<JournalEntry, 'seq'>[]): Promise<Change>
  journal(change: string): Promise<readonly JournalEntry[]>
}

/** A lease held: fencing token, and the way to give it back. */
export interface Lease { readonly fence: number, release(): Promise<void>, /** True once the lease was lost. */ lost(): boolean }

/** Mutual exclusion between processes: row locks with an expiry, renewed while held; each taking raises the fence. */
export interface Leases {
  /** null where another living process holds it; `holder` names it. */
  take(name: string): Promise<Lease | { readonly holder: string }>
}

/** Votes of people. */
export interface Approvals {
  add(approval: Approval): Promise<void>
  list(change: string): Promise<readonly Approval[]>
}

/** OpenSSH signatures over approval documents (namespace writ/approval/v1), through ssh-keygen -Y. */
export interface Signatures {
  /** Signs with the private key file, or the agent's key for a public key file. Throws approve/bad-signature. */
  sign(document: string, keyFile: string): Promise<string>
  /** The person of people.yaml whose key made the signature; null where no known key did. */
  signer(document: string, armoured: string): Promise<string | null>
}

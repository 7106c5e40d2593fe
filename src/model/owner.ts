import type { ApplicationSet } from './application-set/applications.ts'
import type { ArgoClusters } from './application-set/clusters.ts'
import type { RefusalCode } from './codes.ts'
import type { Evidence } from './error.ts'
import type { HelmRules } from './helm.ts'
import type { JsonObject } from './json.ts'
import type { CommonMetadata, IgnoredFields, KustomizeOverlay, OverlayPlace, Substitution } from './overlay.ts'
import type { ObjectRef } from './resource.ts'

/** The object of a GitOps tool that deploys others, and the cluster of the configuration where it lives. */
export interface OwnerRef {
  readonly tool: 'argocd' | 'flux'
  /** A ResourceSet and a FluxInstance are recognised, so that they are refused by name; an ApplicationSet deploys the Applications that it generates from files. */
  readonly kind: 'Application' | 'ApplicationSet' | 'Kustomization' | 'HelmRelease' | 'ResourceSet' | 'FluxInstance'
  readonly cluster: string
  readonly namespace: string
  readonly name: string
}

/** One tool's word about one object. Only `proof` (membership in the owner's own list) makes an owner; hints are shown. */
export interface Claim {
  readonly owner: OwnerRef
  /** The owner's own list names the object (Argo CD `status.resources`, Flux `status.inventory`). */
  readonly proof: boolean
  /** The owner exists. False where a label or annotation names one that does not. */
  readonly exists: boolean
  /** True for a mark that proves nothing by the tool's own rules (copied, or set by others too): shown, never a reason by itself. */
  readonly weak?: boolean
  /** The object's own marks name the owner, too. */
  readonly marked?: boolean
  /** The owner may not have had the time to write its list since the object was made: it is worth a second look. */
  readonly early?: boolean
  /** A list that may name another owner could not be looked at; the owner stands for all of that kind. */
  readonly unseen?: boolean
  readonly evidence: readonly Evidence[]
}

/** How sure a claim is (argocd-flux.md 4.5): by list and mark, by the list alone, by marks alone. */
export type ProofLevel = 'proven' | 'listed' | 'hinted'

/** The level of a claim. */
export function proofLevel(claim: Claim): ProofLevel {
  return !claim.proof ? 'hinted' : claim.marked === true ? 'proven' : 'listed'
}

/**
 * How a directory source picks its files (Argo CD `spec.source.directory`; Flux: every YAML file below, kustomization files aside).
 * `tolerant`: nobody knows who deploys the directory, so a file without one readable manifest (a template, say) is left out whatever it looks like.
 */
export interface DirectoryRules { readonly recurse: boolean, readonly include?: string, readonly exclude?: string, readonly tolerant?: true }

/** How the owner's source is rendered, as far as the owner's spec decides it. */
export interface RenderRules {
  /** `auto`: a kustomization file in the path makes it kustomize, else for Argo CD a Chart.yaml makes it helm, else a directory. */
  readonly format: 'auto' | 'kustomize' | 'directory' | 'helm' | 'application-set'
  /** Flux reads files outside the kustomization's root, Argo CD does not (editing.md 4.4, testing.md 4). */
  readonly loadRestrictor: 'root' | 'none'
  readonly directory: DirectoryRules
  /** Laid over the kustomization before it is built. */
  readonly kustomize?: KustomizeOverlay
  /** Variables that are put into what was built. */
  readonly substitute?: Substitution
  readonly metadata?: CommonMetadata
  /** How a chart is rendered, where the path holds one. */
  readonly helm?: HelmRules
  /** What Applications are generated from, beside the files that git generators of this repository and revision read. */
  readonly generates?: GeneratesRules
  /** Patterns of files that never reach the owner, beside those of `.sourceignore` files (Flux GitRepository `spec.ignore`). */
  readonly ignore?: string
  /** Where the overlay stands in the repository, what is laid on last first; absent where it is in the cluster only. */
  readonly places?: readonly OverlayPlace[]
  /** Argo CD merges these files of the path into the source, where they are there. */
  readonly overridable?: { readonly source: JsonObject, readonly files: readonly string[], readonly values: ArgoValues, readonly refs?: readonly ArgoRef[] }
}

/** An ApplicationSet, which of its git generators read the repository that is rendered, and the clusters that its cluster generators give; absent where it has none. */
export interface GeneratesRules { readonly set: ApplicationSet, readonly url: string, readonly revision: string, readonly clusters?: ArgoClusters }

/** A source of an Application that others take value files from, as `$name/path`. */
export interface ArgoRef { readonly name: string, readonly url: string, readonly revision: string }

/** What Argo CD puts in place of `$ARGOCD_APP_…`. */
export interface ArgoValues { readonly name: string, readonly namespace: string, readonly project: string }

/** Where an owner takes its manifests from. */
export interface OwnerSource {
  /** As the owner writes it. */
  readonly url: string
  /** The branch it follows; 'HEAD' means the default branch. */
  readonly revision: string
  /** Inside the repository, without leading or trailing slash; '' is the root. */
  readonly path: string
  /** Its place in `spec.sources`, where the owner has several. */
  readonly index?: number
  /** Argo CD renders it into another branch and deploys that (`spec.sourceHydrator.drySource`). */
  readonly hydrated?: true
}

/** One of several sources of an owner. */
export interface SourceRules { readonly source: OwnerSource, readonly render: RenderRules, readonly syncedCommit: string | null }

/** A source that Writ does not render, and why. */
export interface UnreadSource { readonly code: RefusalCode, readonly path: string, readonly because: string }

/** How a merged commit reaches the cluster. */
export interface Delivery {
  /** False where a person must start each sync. */
  readonly automated: boolean
  /** True where the owner puts a live edit back. */
  readonly reverts: boolean
  /** The commit last synced, or null where none is known. */
  readonly syncedCommit: string | null
  /** What the owner waits for where it is behind on purpose: manual sync, or nothing. */
  readonly behindBecause: string | null
  /** The paths to which Argo CD keeps its looks at Git (`manifest-generate-paths`); absent where it looks at all. */
  readonly generatePaths?: readonly string[]
  /** What is rendered into another branch, and deployed once people have promoted it there. */
  readonly promotion?: Promotion
  /** Why an object that disappears from Git stays live; null where the owner deletes it, absent where that is not known. */
  readonly keeps?: string | null
}

/** People promote what Argo CD hydrates (`spec.sourceHydrator.hydrateTo`): the branch that it waits on, the repository of what is synced, and the last commits. */
export interface Promotion { readonly branch: string, readonly url: string, readonly dry: string | null, readonly hydrated: string | null, readonly synced: string | null }

/** The namespace and cluster an owner deploys to; namespace null where each object names its own. */
export interface Destination { readonly cluster: string, readonly namespace: string | null }

/** An owner whose whole spec Writ understands: every key that can change the output is honoured. */
export interface Owner extends OwnerRef {
  readonly uid: string
  readonly source: OwnerSource
  readonly render: RenderRules
  readonly delivery: Delivery
  readonly destination: Destination
  /** For Flux: the source object that is triggered first. */
  readonly sourceObject: (Pick<ObjectRef, 'kind' | 'namespace' | 'name'>) | null
  /** All sources, where there are several: which one deploys the object shows when they are rendered; until then `source` is the first. */
  readonly sources?: readonly SourceRules[]
  /** Sources beside them that Writ does not render. */
  readonly unread?: readonly UnreadSource[]
  /** Where it leaves the cluster alone for now: the key that says so, and what that means. Only an owner that was read although it is suspended has it. */
  readonly suspended?: { readonly path: string, readonly because: string }
  /** Fields of the object that the owner was read for, which it leaves alone. */
  readonly ignores?: readonly IgnoredFields[]
}

/** An owner as a consumer of files. `unsupported` names the first key that Writ does not honour: its render is then unknown. */
export interface ConsumerOwner {
  readonly ref: OwnerRef
  readonly source: OwnerSource
  readonly render: RenderRules
  readonly destination: Destination
  /** Namespaces that its own list names objects in, '' for objects without one; absent where nobody saw that list. */
  readonly namespaces?: readonly string[]
  readonly unsupported: string | null
  /** Where it is no owner that can be read, only something that names parts of the repository: `source` and `render` say nothing then. */
  readonly mention?: Mention
}

/**
 * What the text of a file shows of owners that Writ does not read: an ApplicationSet, an owner in a template, one whose source a patch sets. What comes out of
 * it nobody knows here.
 */
export interface Mention {
  readonly file: string
  readonly kind: OwnerRef['kind']
  /** As it stands there; null where it is not there, or is a template. */
  readonly name: string | null
  /** `ApplicationSet argocd/shop`, or what else stands in the file. */
  readonly by: string
  /** Why its effect is unknown, for behind `by` and what it names. */
  readonly because: string
  /** Folders of the repository that it may deploy. */
  readonly folders: readonly string[]
  /** Files of the repository that it may read beside them. */
  readonly files: readonly string[]
  /** Those of them that the generators of an ApplicationSet read: a change there is one of its Applications. */
  readonly inputs?: readonly string[]
  /** A folder's name is made of variables: each of what it makes deploys another one. */
  readonly varies: boolean
  /** It lays something over what it deploys. */
  readonly overrides: boolean
}

/** An owner as its manifest says it; nobody asked whether it runs. */
export interface ManifestOwner {
  readonly ref: OwnerRef
  readonly destination: Destination
  /** One, or those of `spec.sources`; the map that holds the overlay of each, the one that holds inline variables, and the one that the rules of a chart were read from. */
  readonly sources: readonly (Omit<SourceRules, 'syncedCommit'> & { readonly overlay: ManifestSteps, readonly variables: ManifestSteps, readonly chart: ManifestSteps })[]
  readonly unread: readonly UnreadSource[]
  /** What keeps the whole owner from being understood. */
  readonly obstacle: UnreadSource | null
  /** What it leaves alone on an object. */
  readonly ignores: (object: ObjectRef) => readonly IgnoredFields[]
}

/** The way from a manifest's root to a part of it. */
export type ManifestSteps = readonly (string | number)[]

/** `Application argocd/shop-dev`, the way Writ names an owner everywhere. */
export function showOwner(ref: OwnerRef): string {
  return `${ref.kind} ${ref.namespace}/${ref.name}`
}

/** True where two refs name one owner. */
export function sameOwner(a: OwnerRef, b: OwnerRef): boolean {
  return a.tool === b.tool && a.kind === b.kind && a.cluster === b.cluster && a.namespace === b.namespace && a.name === b.name
}

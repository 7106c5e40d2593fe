import type { JsonObject } from './json.ts'

/** An entry of `images:` as kustomize has it. For Argo CD `*` keeps what the kustomization says (`kustomize edit set image`). */
export interface ImageOverride { readonly name: string, readonly newName?: string, readonly newTag?: string, readonly digest?: string }

/** Labels that an owner adds; without force one that is there already is an error. */
export interface LabelOverride { readonly pairs: Readonly<Record<string, string>>, readonly force: boolean, readonly withoutSelector: boolean, readonly includeTemplates: boolean }

/** What an owner's spec lays over the kustomization of its path before it is built. What is absent is not laid over. */
export interface KustomizeOverlay {
  /** Whose way of merging: kustomize-controller writes the fields into the file, Argo CD runs `kustomize edit`. */
  readonly by: 'argocd' | 'flux'
  readonly namePrefix?: string
  readonly nameSuffix?: string
  readonly namespace?: string
  readonly images?: readonly ImageOverride[]
  readonly replicas?: readonly { readonly name: string, readonly count: number }[]
  /** In kustomize's own form. */
  readonly patches?: readonly JsonObject[]
  /** Patches as objects, which only Flux before its v1 API takes. */
  readonly patchesStrategicMerge?: readonly JsonObject[]
  readonly patchesJson6902?: readonly JsonObject[]
  readonly components?: readonly string[]
  readonly ignoreMissingComponents?: true
  readonly labels?: LabelOverride
  readonly annotations?: Pick<LabelOverride, 'pairs' | 'force'>
  readonly buildMetadata?: readonly string[]
  /** The version of Kustomize that must be the one at hand. */
  readonly version?: string
}

/** Where in a file a value stands: document and way into it. */
export interface TextPlace { readonly file: string, readonly document: number, readonly steps: readonly (string | number)[] }

/** One set of variables. `values` null: nobody knows which there are; a value that is null is there, but not known. */
export interface VariableSource {
  readonly kind: 'inline' | 'ConfigMap' | 'Secret'
  /** `spec.postBuild.substitute` or the object's name. */
  readonly name: string
  readonly optional: boolean
  readonly values: Readonly<Record<string, string | null>> | null
  /** The map of the values in the repository, where it is there. */
  readonly place?: TextPlace
}

/** Variables that are put into the rendered objects (Flux `spec.postBuild`); of several sources the last one wins. */
export interface Substitution {
  /** Substitute even where there is no variable at all. */
  readonly always: boolean
  readonly sources: readonly VariableSource[]
}

/** Labels and annotations that are set on every rendered object last of all (Flux `spec.commonMetadata`). */
export interface CommonMetadata { readonly labels: Readonly<Record<string, string>>, readonly annotations: Readonly<Record<string, string>> }

/** Where an owner's overlay stands in the repository: the map that holds its fields. */
export interface OverlayPlace extends TextPlace { readonly by: KustomizeOverlay['by'], /** `Kustomization flux-system/apps`, or a file. */ readonly name: string }

/** Fields that an owner leaves alone on the objects that the entry covers: a difference there is never brought to the cluster. */
export interface IgnoredFields {
  /** The key that says so. */
  readonly at: string
  readonly pointers: readonly string[]
  readonly jqPaths: readonly string[]
  /** What these field managers own is ignored. */
  readonly managers: readonly string[]
}

/** True where the overlay changes nothing. */
export function isEmptyOverlay(overlay: KustomizeOverlay): boolean {
  return Object.keys(overlay).every(key => key === 'by' || key === 'version' || key === 'ignoreMissingComponents')
}

import type { JsonObject } from './json.ts'
import type { CommonMetadata, ImageOverride, TextPlace } from './overlay.ts'

/**
 * One layer of values that an owner lays over those of the chart. `name` is how its owner calls it (`spec.source.helm.valuesObject`, `ConfigMap shop/values`);
 * `place` is where it stands in the repository, null where it does not.
 */
export type HelmLayer =
  /** A map of an object: `valuesObject`, `spec.values`. */
  | { readonly kind: 'values', readonly name: string, readonly values: JsonObject, readonly place: TextPlace | null }
  /** YAML that stands as a text: `values: |`, a key of a ConfigMap. */
  | { readonly kind: 'text', readonly name: string, readonly text: string, readonly place: TextPlace | null }
  /** `--set KEY=VALUE`, or with `string` `--set-string`; KEY and VALUE in Helm's own spelling. The place is that of the value. */
  | { readonly kind: 'set', readonly name: string, readonly key: string, readonly value: string, readonly string: boolean, readonly place: TextPlace | null }
  /** `--set-file KEY=PATH`; the path is one of the repository. */
  | { readonly kind: 'set-file', readonly name: string, readonly key: string, readonly path: string }

/** Where the owner's object takes values beside the maps and texts it has: a map that is not there yet, or a list of entries with name and value. */
export interface HelmHome extends TextPlace { readonly style: 'values' | 'set', readonly name: string }

/** What kustomize does to a release after Helm (Flux `spec.postRenderers`), one stage after the other. */
export interface PostRender { readonly name: string, readonly patches: readonly JsonObject[], readonly images: readonly ImageOverride[] }

/** How an owner renders a chart that lies in Git. */
export interface HelmRules {
  readonly by: 'argocd' | 'flux'
  readonly release: string
  readonly namespace: string | null
  /**
   * Value files as the owner names them, weakest first; over the chart's values, below `layers`. A path that begins with `/` is one of the repository, else
   * it is relative to the chart; globs as Argo CD takes them.
   */
  readonly valueFiles: readonly string[]
  readonly ignoreMissing: boolean
  /** Files that take the place of the chart's own values (Flux `valuesFiles`), relative to the repository; none where the chart keeps its own. */
  readonly defaults: readonly string[]
  /** Weakest first; Argo CD gives all single values to Helm, where those of kind `set` are stronger than all maps, and texts of files stronger still. */
  readonly layers: readonly HelmLayer[]
  /** None where the owner's object is not in the repository. */
  readonly homes: readonly HelmHome[]
  readonly crds: boolean
  readonly tests: boolean
  readonly hooks: boolean
  readonly schema: boolean
  readonly kubeVersion?: string
  readonly apiVersions: readonly string[]
  readonly postRender: readonly PostRender[]
  readonly metadata?: CommonMetadata
  /** Labels that the owner sets on everything last of all. */
  readonly labels?: Readonly<Record<string, string>>
  /** Files of the chart reach the cluster only with a new version of the chart (Flux `reconcileStrategy: ChartVersion`). */
  readonly byVersion: boolean
}

/** A chart to render: the rules with their value files found. */
export interface HelmJob extends Omit<HelmRules, 'valueFiles' | 'ignoreMissing'> {
  /** Paths of the repository, weakest first. */
  readonly files: readonly string[]
  /** A value file that the rules name and that is not there. */
  readonly missing?: string
}

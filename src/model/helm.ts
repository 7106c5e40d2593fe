import type { JsonObject } from './json.ts'
import type { CommonMetadata, ImageOverride, TextPlace } from './overlay.ts'

/** The way from the map that rules were read from (a source of an Application, a HelmRelease) to a part of it. */
export type RuleSteps = readonly (string | number)[]

/** What every layer has: how its owner calls it, where it stands in the owner's object, and where that is in the repository (null where it is not). */
interface LayerBase { readonly name: string, readonly at?: RuleSteps, readonly place: TextPlace | null }

/** One layer of values that an owner lays over those of the chart. */
export type HelmLayer =
  /** A map of an object: `valuesObject`, `spec.values`. */
  | LayerBase & { readonly kind: 'values', readonly values: JsonObject }
  /** YAML that stands as a text: `values: |`, a key of a ConfigMap. */
  | LayerBase & { readonly kind: 'text', readonly text: string }
  /** `--set KEY=VALUE`, or with `string` `--set-string`; KEY and VALUE in Helm's own spelling. The place is that of the value. */
  | LayerBase & { readonly kind: 'set', readonly key: string, readonly value: string, readonly string: boolean }
  /** `--set-file KEY=PATH`; the path is one of the repository. */
  | LayerBase & { readonly kind: 'set-file', readonly key: string, readonly path: string }

/** One entry of `spec.valuesFrom`, whose object has not been looked for yet: a text, or with a target a single value. */
export interface ValuesFrom extends LayerBase {
  readonly kind: 'from'
  readonly object: { readonly kind: 'ConfigMap' | 'Secret', readonly namespace: string, readonly name: string }
  readonly key: string
  readonly target: string | null
  readonly literal: boolean
  readonly optional: boolean
}

/** Where the owner's object takes values beside the maps and texts it has: a map that is not there yet, or a list of entries with name and value. */
export interface HelmHome extends LayerBase { readonly style: 'values' | 'set' }

/** What kustomize does to a release after Helm (Flux `spec.postRenderers`), one stage after the other. */
export interface PostRender extends LayerBase { readonly patches: readonly JsonObject[], readonly images: readonly ImageOverride[] }

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
  readonly layers: readonly (HelmLayer | ValuesFrom)[]
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

/** A chart to render: the rules with all that they name found. */
export interface HelmJob extends Omit<HelmRules, 'valueFiles' | 'ignoreMissing' | 'layers'> {
  /** Paths of the repository, weakest first. */
  readonly files: readonly string[]
  readonly layers: readonly HelmLayer[]
  /** Something that the rules name and that is not there, or that nobody may read. */
  readonly missing?: { readonly sentence: string, readonly code: 'RENDER_FAILED' | 'UNSUPPORTED' | 'ENCRYPTED' | 'REMOTE', readonly at: string }
}

/** The rules with their places in the repository: `base` is the map that they were read from. */
export function placedHelm(rules: HelmRules, base: TextPlace): HelmRules {
  const placed = <T extends LayerBase>(part: T): T => part.at === undefined || part.place !== null ? part : { ...part, place: { ...base, steps: [...base.steps, ...part.at] } }
  return { ...rules, layers: rules.layers.map(placed), homes: rules.homes.map(placed), postRender: rules.postRender.map(placed) }
}

/** The files of the repository in which the rules stand. */
export function helmPlaces({ layers, homes, postRender }: Pick<HelmRules, 'layers' | 'homes' | 'postRender'>): readonly TextPlace[] {
  return [...layers, ...homes, ...postRender].flatMap(({ place }) => place ?? [])
}

import type { FieldPath } from './field.ts'
import type { JsonObject } from './json.ts'
import type { CommonMetadata, ImageOverride, TextPlace } from './overlay.ts'
import type { ObjectRef } from './resource.ts'

/** The way from the map that rules were read from (a source of an Application, a HelmRelease) to a part of it. */
export type RuleSteps = readonly (string | number)[]

/** What every layer has: how its owner calls it, where it stands in the owner's object, and where that is in the repository (null where it is not). */
interface LayerBase {
  readonly name: string
  readonly at?: RuleSteps
  readonly place: TextPlace | null
  /** Where it stands in an object that another delivery renders, where that is what people edit: the values of a HelmRelease that a kustomization patches. */
  readonly carried?: CarriedField
}

/** A field of an object that brings an owner's own manifest, or values of it, to the cluster. */
export interface CarriedField { readonly object: ObjectRef, readonly path: FieldPath }

/** The delivery of the repository that brings an owner's own manifest to the cluster: how it renders, the files that it reads, and the objects in it that count. */
export interface Carrier {
  readonly path: string
  readonly format: 'kustomize' | 'directory' | 'flux-directory'
  readonly loadRestrictor: 'root' | 'none'
  readonly recurse: boolean
  readonly files: readonly string[]
  readonly names: readonly string[]
}

/** One layer of values that an owner lays over those of the chart. */
export type HelmLayer =
  /** A map of an object: `valuesObject`, `spec.values`. */
  | LayerBase & { readonly kind: 'values', readonly values: JsonObject }
  /** YAML that stands as a text: `values: |`, a key of a ConfigMap. */
  | LayerBase & { readonly kind: 'text', readonly text: string }
  /** `--set KEY=VALUE`, or with `string` `--set-string`; KEY and VALUE in Helm's own spelling. The place is that of the value. */
  /** With `raw` the text itself is the value. */
  | LayerBase & { readonly kind: 'set', readonly key: string, readonly value: string, readonly string: boolean, readonly raw?: true }
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
  /** Where the map that the rules were read from stands in the repository. */
  readonly own?: TextPlace
  readonly carrier?: Carrier
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
  return { ...rules, own: base, layers: rules.layers.map(placed), homes: rules.homes.map(placed), postRender: rules.postRender.map(placed) }
}

/** The rules as those of an object that another delivery renders; `base` is the way to the map that they were read from. */
export function carriedHelm(rules: HelmRules, object: ObjectRef, base: RuleSteps): HelmRules {
  const carried = <T extends LayerBase>(part: T): T => part.at === undefined || part.place !== null ? part : { ...part, carried: { object, path: [...base, ...part.at].map(String) } }
  return { ...rules, layers: rules.layers.map(carried), homes: rules.homes.map(carried), postRender: rules.postRender.map(carried) }
}

/** The files of the repository in which the rules stand. */
export function helmFiles({ layers, homes, postRender, own, carrier }: Pick<HelmRules, 'layers' | 'homes' | 'postRender' | 'own' | 'carrier'>): readonly string[] {
  return [...[...layers, ...homes, ...postRender].flatMap(({ place }) => place?.file ?? []), ...own === undefined ? [] : [own.file], ...carrier?.files ?? []]
}

import type { JsonObject } from '../../model/json.ts'
import type { Schema } from './schema.ts'

/** One version of one resource that the server serves. */
export interface Kind {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  /** `apps/v1`, or `v1` for the core group. */
  readonly groupVersion: string
  /** `apps/deployments`: what holds all objects, in whatever version they are asked for. */
  readonly resource: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly namespaced: boolean
  readonly schema: Schema
  /** Has a `status` subresource: the object's own path cannot write it, and it does not raise the generation. */
  readonly status: boolean
  /** Paths of the numbers behind the `scale` subresource. */
  readonly scale?: { readonly spec: readonly string[], readonly status: readonly string[], readonly selector: readonly string[] }
  /** What raises metadata.generation: a change outside metadata and status, that or a changed annotation, nothing. */
  readonly generation: 'content' | 'annotations' | 'never'
  /** A definition's kind: unknown fields pruned by its schema, no strategic merge. */
  readonly custom: boolean
  /** A replace must name the revision it replaces. */
  readonly guarded: boolean
  /** Only answers a POST, as the access reviews do. */
  readonly unstored?: boolean
  /** Where its pods are described. */
  readonly podSpec?: string
  /** Paths of what cannot change once it is written. */
  readonly fixed?: readonly string[]
  /** Paths that a field selector may name, beside name and namespace. */
  readonly selectable?: readonly string[]
  /** The `additionalPrinterColumns` of a definition. */
  readonly columns?: readonly JsonObject[]
}

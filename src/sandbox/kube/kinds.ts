import type { Json } from '../../model/json.ts'
import { KINDS } from './data/kinds.ts'
import { customSchema, namedSchema } from './schema.ts'
import type { Schema } from './schema.ts'

/** One version of one resource that the server serves. */
export interface Kind {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly singular: string
  readonly shortNames: readonly string[]
  readonly categories: readonly string[]
  readonly namespaced: boolean
  readonly schema: Schema
  /** Has a `status` subresource: the object's own path cannot write it, and it does not raise the generation. */
  readonly status: boolean
  /** Paths of the numbers behind the `scale` subresource. */
  readonly scale?: ScalePaths
  /** What raises metadata.generation: a change outside metadata and status, that or a changed annotation, nothing. */
  readonly generation: 'content' | 'annotations' | 'never'
  /** A definition's kind: unknown fields pruned by its schema, no strategic merge. */
  readonly custom: boolean
  /** A replace must name the revision it replaces. */
  readonly guarded: boolean
  /** Only answers a POST, as the access reviews do. */
  readonly unstored?: boolean
  /** The `additionalPrinterColumns` of a definition. */
  readonly columns?: readonly Json[]
}

export interface ScalePaths { readonly spec: readonly string[], readonly status: readonly string[], readonly selector: readonly string[] }

/** A kind to serve without a definition: everything in its objects is kept as written, and it has a status but for Argo CD's own kinds. */
export interface KindToServe {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural: string
  readonly namespaced: boolean
}

const WITHOUT_STATUS = new Set(['argoproj.io/Application', 'argoproj.io/AppProject'])
const REPLICAS: ScalePaths = { spec: ['spec', 'replicas'], status: ['status', 'replicas'], selector: ['spec', 'selector'] }

/** The kinds every server serves. */
export function builtInKinds(): readonly Kind[] {
  return KINDS.trim().split('\n').map(line => {
    const [groupVersion = '', kind = '', plural = '', short = '', flags = ''] = line.split(' ')
    const [version = '', group = ''] = groupVersion.split('/').reverse()
    const prefix = group === '' ? '' : `${group.split('.')[0]}${version === 'v1' ? '' : version}.`
    return {
      group, version, kind, plural, singular: kind.toLowerCase(), shortNames: short === '-' ? [] : short.split(','),
      categories: flags.includes('l') ? ['all'] : [], namespaced: flags.includes('n'), schema: namedSchema(prefix + kind), status: flags.includes('s'),
      ...(flags.includes('r') ? { scale: REPLICAS } : {}), generation: flags.includes('a') ? 'annotations' : flags.includes('g') ? 'content' : 'never',
      custom: false, guarded: flags.includes('v'), unstored: flags.includes('p'),
    }
  })
}

/** A kind that nobody defined. */
export function servedKind(of: KindToServe): Kind {
  return {
    group: of.group, version: of.version, kind: of.kind, plural: of.plural, singular: of.kind.toLowerCase(), shortNames: [], categories: [],
    namespaced: of.namespaced, schema: customSchema(undefined), status: !WITHOUT_STATUS.has(`${of.group}/${of.kind}`), generation: 'content', custom: true, guarded: false,
  }
}

/** `apps/v1`, or `v1` for the core group. */
export function groupVersionOf(kind: { readonly group: string, readonly version: string }): string {
  return kind.group ? `${kind.group}/${kind.version}` : kind.version
}

/** What holds all objects of a resource, in whatever version they are asked for. */
export function resourceKey(kind: { readonly group: string, readonly plural: string }): string {
  return `${kind.group}/${kind.plural}`
}

import type { TextPlace } from '../../model/overlay.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { TreeIndex } from '../proof/tree-index.ts'
import type { Paths } from './mention-targets.ts'

/** A manifest of the checkout. */
export interface PlacedManifest { readonly object: KubernetesObject, readonly place: TextPlace }

/** The files of a checkout that may hold owners, and what was read in them. */
export interface ReadFiles { readonly index: Pick<TreeIndex, 'kustomizations'> & Paths, readonly texts: ReadonlyMap<string, string>, readonly placed: readonly PlacedManifest[] }

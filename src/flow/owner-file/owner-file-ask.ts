import type { ConsumerOwner, ManifestOwner } from '../../model/owner.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { GivenFile } from './manifests-in.ts'

/** What reads owners out of manifests. */
export interface OwnerReaders {
  /** The places that the Applications and Kustomizations among these objects deploy from, rendered as these stand. */
  declaredOwners(objects: readonly KubernetesObject[]): readonly ConsumerOwner[]
  /** An Application or Kustomization as its manifest says it; null for anything else. */
  manifestOwner(object: KubernetesObject, around: readonly KubernetesObject[]): ManifestOwner | null
}

/** Where the file stands and how it is read. */
export interface OwnerFileAsk { readonly file: GivenFile, /** Inside the checkout; null where it lies elsewhere. */ readonly inside: string | null, readonly loadRestrictor: 'root' | 'none' | null, /** The folder that is meant, where the caller names one. */ readonly path?: string | null }

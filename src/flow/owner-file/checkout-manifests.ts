import type { TextPlace } from '../../model/overlay.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { Bench } from '../proof/bench.ts'
import { anyManifestsIn } from './manifests-in.ts'

/** A manifest of the checkout. */
export interface PlacedManifest { readonly object: KubernetesObject, readonly place: TextPlace }

/** Every manifest in the YAML files of a checkout whose text may hold one that is wanted. A file that cannot be read holds none. */
export async function checkoutManifests(bench: Bench, likely: (text: string) => boolean): Promise<readonly PlacedManifest[]> {
  const texts = await bench.index.tree.read([...bench.index.files].filter(path => /\.ya?ml$/.test(path)))
  return [...texts].flatMap(([file, text]) => likely(text) ? placedIn(file, text) : [])
}

/** The manifests of one file of the checkout, with their places; none where it cannot be read. */
export function placedIn(file: string, text: string): readonly PlacedManifest[] {
  return anyManifestsIn({ name: file, text }).map(({ object, document, steps }) => ({ object, place: { file, document, steps } }))
}

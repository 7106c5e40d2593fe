import type { ConsumerOwner, Mention } from '../../model/owner.ts'
import type { Bench } from '../proof/bench.ts'
import { checkoutMentions, holdsOwners } from './checkout-mentions.ts'
import { anyManifestsIn } from './manifests-in.ts'
import type { PlacedManifest } from './read-files.ts'

/** What the files of a checkout say of owners. */
export interface CheckoutRead {
  /** The manifests of files whose text may hold one that is wanted, YAML and JSON. A file that cannot be read holds none. */
  readonly placed: readonly PlacedManifest[]
  /** What is named besides by owners that cannot be read. */
  readonly mentions: readonly Mention[]
}

/** Reads the manifests of a checkout; `kinds` are those that are wanted beside owners. */
export async function readCheckout(bench: Pick<Bench, 'index'>, kinds: readonly string[]): Promise<CheckoutRead> {
  const likely = kinds.length === 0 ? null : new RegExp(`(?:^|[{,])\\s*["']?kind["']?\\s*:\\s*["']?(?:${kinds.join('|')})\\b`, 'm')
  const texts = await bench.index.tree.read([...bench.index.files].filter(path => /\.(?:ya?ml|json|tpl)$/.test(path)))
  const placed = [...texts].flatMap(([file, text]) => !file.endsWith('.tpl') && (likely?.test(text) === true || holdsOwners(text)) ? placedIn(file, text) : [])
  return { placed, mentions: checkoutMentions({ index: bench.index, texts, placed }) }
}

/** A mention as a consumer among owners. */
export function mentionedOwner(mention: Mention): ConsumerOwner {
  return {
    ref: { tool: mention.kind === 'HelmRelease' || mention.kind === 'Kustomization' ? 'flux' : 'argocd', kind: mention.kind === 'ApplicationSet' ? 'Application' : mention.kind, cluster: 'unknown', namespace: '', name: mention.by },
    source: { url: '', revision: '', path: '\0' }, render: { format: 'auto', loadRestrictor: 'none', directory: { recurse: false } }, destination: { cluster: 'unknown', namespace: null }, unsupported: mention.because, mention,
  }
}

/** The manifests of one file of the checkout, with their places; none where it cannot be read. */
export function placedIn(file: string, text: string): readonly PlacedManifest[] {
  return anyManifestsIn({ name: file, text }).map(({ object, document, steps }) => ({ object, place: { file, document, steps } }))
}

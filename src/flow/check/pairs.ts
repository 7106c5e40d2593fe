import { showOwner } from '../../model/owner.ts'
import type { Delivery } from './delivery.ts'

/** A delivery before and after; null where it is not there. */
export interface Pair { readonly before: Delivery | null, readonly after: Delivery | null }

/**
 * The deliveries of two commits, each with itself: by owner, who brings that, source and folder; then an owner that deploys another folder now; then folders
 * that nobody names and that were renamed, which `isRenamed` tells.
 */
export function pairsOf(before: readonly Delivery[], after: readonly Delivery[], renamed: (from: Delivery, to: Delivery) => boolean): readonly Pair[] {
  const left: Delivery[] = [...before]
  let open: readonly Delivery[] = after
  const pairs: Pair[] = []
  for (const same of [sameDelivery, sameOwnerElsewhere, renamed]) {
    const next: Delivery[] = []
    for (const one of open) {
      const at = left.findIndex(other => same(other, one))
      const [found] = at < 0 ? [] : left.splice(at, 1)
      if (found === undefined) next.push(one)
      else pairs.push({ before: found, after: one })
    }
    open = next
  }
  return [...pairs, ...left.map(one => ({ before: one, after: null })), ...open.map(one => ({ before: null, after: one }))]
}

function sameDelivery(a: Delivery, b: Delivery): boolean {
  return ownerName(a) === ownerName(b) && a.carrier === b.carrier && a.source === b.source && a.path === b.path
}

/** The carrier may have been renamed, and the folder may be another one. */
function sameOwnerElsewhere(a: Delivery, b: Delivery): boolean {
  return a.owner !== null && ownerName(a) === ownerName(b) && a.source === b.source && (a.carrier === b.carrier || a.path === b.path)
}

function ownerName({ owner }: Delivery): string {
  return owner === null ? '' : showOwner(owner)
}

/** `Application argocd/shop from apps/shop`, the way a check names a delivery. */
export function showDelivery({ owner, carrier, path }: Pick<Delivery, 'owner' | 'carrier' | 'path'>): string {
  const folder = path === '' ? '.' : path
  if (owner === null) return folder
  return `${showOwner(owner)} from ${folder}${carrier === null ? '' : ` (brought by ${carrier})`}`
}

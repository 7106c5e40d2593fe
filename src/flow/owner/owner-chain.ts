import { isRefusal } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import type { Claim, OwnerRef } from '../../model/owner.ts'
import { proofLevel, showOwner } from '../../model/owner.ts'
import type { ChainLink, OwnerChain } from '../../model/owner-chain.ts'
import { refKey, refOf, showRef } from '../../model/resource.ts'
import type { Target } from '../../model/resource.ts'
import { chooseOwner } from './choose-owner.ts'
import { claimsOf } from './claims-of.ts'
import { makersOf } from './makers.ts'
import type { Living } from './makers.ts'
import type { GitOpsTool } from '../ports.ts'
import type { World } from '../world.ts'

/** Who stands nearest above an object: what makes it, until somebody's own list names one of them. */
export interface Nearest {
  /** The object, and what makes it, up to the one that is deployed or the last. */
  readonly living: readonly Living[]
  readonly claims: readonly Claim[]
  readonly chosen: Claim | Refusal | null
  /** Why nothing is known beyond the last of them. */
  readonly unknown: string | null
}

/** What asking needs: the tools that may own objects of the environment. */
export type Asking = Pick<World, 'clusters' | 'clock' | 'ownerObjects' | 'tools'>

/** Owners of owners are followed so far. */
const FARTHEST = 10
/** What generates objects rather than making one of them. */
const GENERATORS: ReadonlySet<string> = new Set(['ApplicationSet', 'ResourceSet', 'FluxInstance'])

/** The nearest of an object and its makers that somebody deploys (argocd-flux.md 4.2). */
export async function nearestOwner(world: Pick<Asking, 'clusters' | 'clock'>, tools: readonly GitOpsTool[], start: Living): Promise<Nearest> {
  const { makers, unknown } = await makersOf(world, start)
  const all = [start, ...makers]
  let last: Nearest = { living: all, claims: [], chosen: null, unknown }
  for (const [i, one] of all.entries()) {
    if (i < all.length - 1 && isNeverListed(one.target)) continue
    const claims = await claimsOf(world, tools, one)
    const chosen = chooseOwner(one.target, claims)
    last = { living: all.slice(0, i + 1), claims, chosen, unknown: i === all.length - 1 ? unknown : null }
    if (chosen !== null && (!isRefusal(chosen) || chosen.refused === 'AMBIGUOUS_OWNER')) return last
  }
  return last
}

/** What a controller makes of these kinds comes from no source. */
function isNeverListed({ group, kind }: Target): boolean {
  return (group === '' && kind === 'Pod') || (group === 'apps' && kind === 'ReplicaSet')
}

/** The way from an object over what makes it and who deploys that to the last owner that is known, and what was found nearest. */
export async function ownerChain(world: Asking, start: Living): Promise<{ readonly chain: OwnerChain, readonly nearest: Nearest }> {
  const first = await nearestOwner(world, world.tools, start)
  const links: ChainLink[] = [{ object: start.target, how: 'asked', level: null, evidence: [] }]
  const seen = new Set([keyOf(start.target)])
  let here: Nearest = first
  for (;;) {
    links.push(...here.living.slice(1).map((one, i) => madeLink(one, here.living[i]?.target ?? one.target)))
    for (const one of here.living) seen.add(keyOf(one.target))
    const next = links.length > FARTHEST * 2 ? 'the chain is longer than Writ follows it' : await climb(world, here, { links, seen })
    if (typeof next === 'string') return { chain: { links, end: next }, nearest: first }
    here = await nearestOwner(world, world.tools, next)
  }
}

/** The owner of the last object as an object of its own, which is added to the links; a sentence where the chain ends. */
async function climb(world: Asking, { chosen, living, unknown }: Nearest, into: { readonly links: ChainLink[], readonly seen: ReadonlySet<string> }): Promise<Living | string> {
  const below = living.at(-1)?.target
  const name = below === undefined ? 'it' : showRef(below)
  if (unknown !== null) return `unknown: ${unknown}`
  if (chosen === null) return `nobody deploys ${name} from Git, as far as can be seen`
  if (isRefusal(chosen)) return `${chosen.refused}: ${chosen.message}`
  const { owner } = chosen
  const found = await world.ownerObjects.live(owner)
  const object = targetOf(owner, found?.object === undefined ? undefined : refOf(found.object))
  if (into.seen.has(keyOf(object))) return below !== undefined && keyOf(below) === keyOf(object) ? `${name} deploys itself` : `${name} is deployed by ${showOwner(owner)}, which it deploys itself: a circle`
  const spec = found === null ? null : world.ownerObjects.manifestOwner(found.object, found.around)
  const sources = spec?.sources.map(({ source }) => source) ?? []
  into.links.push({ object, how: 'deployed', level: proofLevel(chosen), evidence: chosen.evidence, ...sources.length === 0 ? {} : { sources } })
  return found === null ? `${showOwner(owner)} cannot be read` : { target: object, live: found.object }
}

function madeLink({ target }: Living, made: Target): ChainLink {
  if (made.kind === 'PersistentVolumeClaim' && target.kind === 'StatefulSet') return { object: target, how: 'made', level: null, evidence: [{ sentence: `its claim templates make ${showRef(made)}`, at: `${showRef(target)} spec.volumeClaimTemplates` }] }
  return { object: target, how: GENERATORS.has(target.kind) ? 'generated' : 'made', level: null, evidence: [{ sentence: `it is the controller of ${showRef(made)}`, at: `${showRef(made)} metadata.ownerReferences` }] }
}

/** An owner as an object; its group as served, or as the tool has it. */
function targetOf({ tool, kind, cluster, namespace, name }: OwnerRef, ref: { readonly group: string, readonly version: string } | undefined): Target {
  const { group, version } = ref ?? { group: tool === 'argocd' ? 'argoproj.io' : '', version: '' }
  return { cluster, group, version, kind, namespace, name }
}

function keyOf(target: Target): string {
  return `${target.cluster} ${refKey(target)}`
}

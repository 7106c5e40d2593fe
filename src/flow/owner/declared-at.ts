import { isRefusal } from '../../model/error.ts'
import type { Evidence, Refusal } from '../../model/error.ts'
import type { OwnerRef } from '../../model/owner.ts'
import { showOwner } from '../../model/owner.ts'
import { refOf } from '../../model/resource.ts'
import { chooseOwner } from './choose-owner.ts'
import { claimsOf } from './claims-of.ts'
import { manifestLines } from './manifest-lines.ts'
import type { World } from '../world.ts'

/** What makes objects of a template in its own manifest (the Flux operator), so that the manifest is what people edit. */
const GENERATORS: ReadonlySet<OwnerRef['kind']> = new Set(['ResourceSet', 'FluxInstance'])

/** The refusal to edit what such an owner makes, with the file and line of its manifest in Git, where that is found. Reads only. */
export async function withManifest(world: World, ref: OwnerRef, refusal: Refusal): Promise<Refusal> {
  const places = GENERATORS.has(ref.kind) ? await declaredAt(world, ref) : []
  const [only, ...more] = places
  if (only === undefined) return refusal
  const hint = more.length === 0 ? `${refusal.hint} It stands in ${String(only.at)}.` : refusal.hint
  return { ...refusal, evidence: [...refusal.evidence, ...places], hint }
}

async function declaredAt(world: World, ref: OwnerRef): Promise<readonly Evidence[]> {
  const living = await world.ownerObjects.live(ref)
  if (living === null) return []
  const target = { cluster: ref.cluster, ...refOf(living.object), namespace: ref.namespace }
  const chosen = chooseOwner(target, await claimsOf(world, world.tools, { target, live: living.object }))
  // One that is made by another generator, or by itself, stands in no file that is found this way.
  if (chosen === null || isRefusal(chosen) || GENERATORS.has(chosen.owner.kind)) return []
  const above = await world.tools.find(tool => tool.name === chosen.owner.tool)?.read(chosen.owner, target)
  if (above === undefined || isRefusal(above)) return []
  const repository = world.repositories.open(above.source.url)
  const tip = isRefusal(repository) ? null : await repository.reader.tip(above.source.revision)
  if (isRefusal(repository) || tip === null) return []
  const found = await manifestLines(await repository.reader.tree(tip.commit), ref)
  return found.map(at => ({ sentence: `${showOwner(chosen.owner)} deploys ${showOwner(ref)} from ${above.source.url}, where its manifest stands`, at }))
}

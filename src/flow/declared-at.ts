import { isRefusal } from '../model/error.ts'
import type { Evidence, Refusal } from '../model/error.ts'
import { textAt } from '../model/json.ts'
import type { OwnerRef } from '../model/owner.ts'
import { showOwner } from '../model/owner.ts'
import { refOf } from '../model/resource.ts'
import { chooseOwner } from './choose-owner.ts'
import { claimsOf } from './claims-of.ts'
import { placedIn } from './owner-file/checkout-manifests.ts'
import type { Tree } from './ports.ts'
import type { World } from './world.ts'

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
  const found = await manifestsOf(await repository.reader.tree(tip.commit), ref)
  return found.map(at => ({ sentence: `${showOwner(chosen.owner)} deploys ${showOwner(ref)} from ${above.source.url}, where its manifest stands`, at }))
}

/** `file:line` of each manifest of this kind and name; in the files of the owner's own namespace, or of none. */
async function manifestsOf(tree: Tree, ref: OwnerRef): Promise<readonly string[]> {
  const texts = await tree.read(tree.entries.filter(({ path, kind }) => kind !== 'symlink' && /\.(?:ya?ml|json)$/.test(path)).map(({ path }) => path))
  return [...texts].filter(([, text]) => text.includes(ref.kind) && text.includes(ref.name)).flatMap(([file, text]) => placedIn(file, text)
    .filter(({ object }) => object.kind === ref.kind && textAt(object, 'metadata', 'name') === ref.name && [undefined, ref.namespace].includes(textAt(object, 'metadata', 'namespace')))
    .map(({ place }) => `${file}:${lineOf(text, { document: place.document, kind: ref.kind })}`))
}

/** The line in which the document says what it is. */
function lineOf(text: string, { document, kind }: { readonly document: number, readonly kind: string }): number {
  const lines = text.split('\n')
  // A separator before anything else begins the first document.
  let at = lines.find(line => /^\s*[^\s#]/.test(line))?.startsWith('---') === true ? -1 : 0
  const found = lines.findIndex(line => {
    if (line.startsWith('---')) at += 1
    return at === document && new RegExp(`["']?kind["']?\\s*:\\s*["']?${kind}\\b`).test(line)
  })
  return Math.max(0, found) + 1
}

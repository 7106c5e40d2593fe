import { isRefusal } from '../../model/error.ts'
import type { Evidence } from '../../model/error.ts'
import { showJson } from '../../model/json.ts'
import { showPath } from '../../model/field.ts'
import type { FieldPath } from '../../model/field.ts'
import type { OwnerSource } from '../../model/owner.ts'
import { showRef } from '../../model/resource.ts'
import type { Living } from '../owner/makers.ts'
import { manifestLines } from '../owner/manifest-lines.ts'
import type { OwnerObject } from '../ports.ts'
import { readsOf } from '../proof/live-sets.ts'
import type { World } from '../world.ts'
import { setEdits } from './application-set.ts'
import { reachedBy } from './reached-by.ts'
import type { ThroughAsk } from './reached-by.ts'
import type { SetInputs } from './set-files.ts'

/** Why a set is not edited, or what would have to be, and where that stands. */
export interface SetWords { readonly evidence: readonly Evidence[], readonly hint: string }

/** What a person has to know of a set that nobody deploys from Git: why no edit of it would do, or which one. Reads only. */
export async function setObstacle(world: World, { through, living, inputs }: { readonly through: ThroughAsk, readonly living: OwnerObject, readonly inputs: SetInputs }): Promise<SetWords> {
  const { set } = inputs
  const bring = `bring the manifest of ${showRef(set.target)} under an owner`
  const reached = await reachedBy(world, through, [living.object, ...living.around])
  const [changed, ...more] = isRefusal(reached) || 'already' in reached ? [] : reached.objects
  if (changed === undefined || more.length > 0) return { evidence: isRefusal(reached) ? [{ sentence: reached.message }, ...reached.evidence] : [], hint: `Change it there by hand, or ${bring}.` }
  const found = setEdits(set.live, { app: changed.object, edits: changed.edits, trees: inputs.trees, clusters: inputs.clusters })
  const sources = [through.located.owner.source]
  if ('because' in found) return { evidence: [await setEvidence(world, { set, sources, ...found })], hint: `${found.hint} Or ${bring} and ask again.` }
  if ('files' in found) return { evidence: [{ sentence: `it is generated from ${found.files.join(' and ')}` }], hint: `Change it in ${found.files.join(' and ')} by hand.` }
  const evidence = await Promise.all(found.edits.map(async ({ path, before, after }) => setEvidence(world, { set, sources, at: path, because: `${showRef(set.target)} would have to say ${showJson(after)} for ${showJson(before)} at ${showPath(path)}` })))
  return { evidence, hint: `Change that in the manifest of ${showRef(set.target)} by hand, or ${bring} and ask again.` }
}

/** What a set says, at `file:line` of its manifest where one of the repositories that it or what it generates names holds that, else at the field itself. Reads only. */
export async function setEvidence(world: Pick<World, 'repositories'>, of: { readonly set: Living, readonly because: string, readonly at: FieldPath, readonly sources: readonly Pick<OwnerSource, 'url' | 'revision'>[] }): Promise<Evidence> {
  const { set: { live, target }, because, at, sources } = of
  const ref = { kind: 'ApplicationSet' as const, namespace: target.namespace ?? '', name: target.name }
  const places = [...sources, ...readsOf(live)]
  for (const { url, revision } of places.filter((one, i) => places.findIndex(other => other.url === one.url && other.revision === one.revision) === i)) {
    const repository = world.repositories.open(url)
    const tip = isRefusal(repository) ? null : await repository.reader.tip(revision)
    if (isRefusal(repository) || tip === null) continue
    const [line] = await manifestLines(await repository.reader.tree(tip.commit), ref, at)
    if (line !== undefined) return { sentence: because, at: `${line} of ${url}` }
  }
  return { sentence: because, at: `${showRef(target)} ${showPath(at)}` }
}

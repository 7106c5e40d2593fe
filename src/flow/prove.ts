import type { Refusal } from '../model/error.ts'
import { isRefusal } from '../model/error.ts'
import { fieldAt, showPath } from '../model/field.ts'
import type { Edit } from '../model/field.ts'
import { showOwner } from '../model/owner.ts'
import type { Located, NoChange, Proven, RenderedChanges } from '../model/plan.ts'
import { showRef } from '../model/resource.ts'
import { changeKey } from './digest.ts'
import { shipsAlong } from './proof/also-ships.ts'
import { openBench } from './proof/bench.ts'
import type { Bench } from './proof/bench.ts'
import { ownersOfBranch } from './proof/owners.ts'
import { proveEdits } from './proof/prove-edits.ts'
import { sameField } from './same-field.ts'
import type { World } from './world.ts'

export { alsoShips } from './proof/also-ships.ts'
export { proveMerge } from './proof/merge.ts'
export { renderOwner, renderedTarget } from './proof/render-owner.ts'

/** A proof and the whole objects behind it, for the policies. */
export interface ProvenRender { readonly proven: Proven, readonly rendered: RenderedChanges }

/**
 * Finds the place of every asked field in the owner's repository, edits it and proves the edit by rendering (DESIGN.md section 5).
 * Reads only. Throws render/no-renderer and render/timeout where the asked path itself cannot be rendered here.
 */
export async function prove(world: World, located: Located): Promise<ProvenRender | Refusal | NoChange> {
  const repository = world.repositories.open(located.owner.source.url)
  if (isRefusal(repository)) return repository
  const bench = await openBench(world, repository.reader, located.base)
  try {
    return await proveOn(world, bench, located)
  } finally {
    await bench.dispose()
  }
}

async function proveOn(world: World, bench: Bench, located: Located): Promise<ProvenRender | Refusal | NoChange> {
  const found = await proveEdits(bench, { ...located, scope: located.request.scope, owners: () => ownersOfBranch(world, located), samePath: 'other' }, world)
  if (isRefusal(found)) return found
  if ('already' in found) return alreadySo(located, found.already)
  const ships = await shipsAlong(world, located)
  if (isRefusal(ships)) return ships
  const { rendered, ...proven } = found
  return { proven: { ...located, ...proven, alsoShips: ships }, rendered }
}

/** Nothing to edit. Where the live object differs all the same, that is said: Writ did not see it arrive. */
function alreadySo(located: Located, edits: readonly Edit[]): NoChange {
  const values = edits.map(edit => `${showPath(edit.path)} = ${JSON.stringify(edit.before ?? null)}`).join(', ')
  const behind = edits.filter(edit => !sameField(edit.path, fieldAt(located.live, edit.path), edit.after))
    .map(edit => `${showPath(edit.path)} is ${JSON.stringify(fieldAt(located.live, edit.path) ?? null)}`)
  const live = behind.length === 0 ? '' : ` The live object is not: ${behind.join(', ')}; ${showOwner(located.owner)} has not brought it there.`
  return { noChange: true, message: `${showRef(located.target)} is already so in Git: ${values}.${live}`, target: located.target, key: changeKey({ ...located, edits }) }
}

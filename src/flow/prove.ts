import type { Refusal } from '../model/error.ts'
import { isRefusal } from '../model/error.ts'
import { fieldAt, showPath } from '../model/field.ts'
import type { Edit } from '../model/field.ts'
import { showOwner } from '../model/owner.ts'
import type { Located, NoChange, Proven, RenderedChanges } from '../model/plan.ts'
import type { Json } from '../model/json.ts'
import { showRef } from '../model/resource.ts'
import type { KubernetesObject } from '../model/resource.ts'
import { changeKey } from './digest.ts'
import { shipsAlong } from './proof/also-ships.ts'
import { openBench } from './proof/bench.ts'
import type { Bench } from './proof/bench.ts'
import { takesFromItself } from './proof/owners.ts'
import { readersOf } from './proof/readers.ts'
import { renderAsk } from './proof/consumers.ts'
import { proveCreate } from './proof/prove-create.ts'
import { proveDelete } from './proof/prove-delete.ts'
import { proveEdits } from './proof/prove-edits.ts'
import { findTarget } from './proof/target.ts'
import type { WholeAsk } from './proof/whole-object.ts'
import { deleteNotes } from './delete-notes.ts'
import { cleanManifest } from './manifest/clean-manifest.ts'
import { readManifests } from './manifest/read-manifests.ts'
import type { Manifest } from './manifest/read-manifests.ts'
import { removedField } from './fields/removed-field.ts'
import { holds } from './fields/same-field.ts'
import { fixedFields } from './fields/fixed-fields.ts'
import { addedNote, wantedEdits } from './fields/wanted-edits.ts'
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
  const itself = takesFromItself(located)
  if (itself !== null) return itself
  const whole = await proveWhole(world, bench, located)
  if (whole !== null) return whole
  const { request: { asks, scope }, edits } = located
  const find = wantedEdits({ asks, edits })
  const told: { asked: readonly Edit[], notes: readonly string[] } = { asked: edits, notes: [] }
  const wanted = (rendered: KubernetesObject): readonly Edit[] | Refusal => {
    const found = find?.(rendered) ?? { edits, notes: [] }
    if (isRefusal(found)) return found
    // A manifest stays what was asked, whatever of it Git holds already.
    if (edits.length === 0) told.asked = found.edits
    told.notes = found.notes
    return fixedFields(rendered, located.target, found.edits) ?? found.edits
  }
  const found = await proveEdits(bench, { ...located, ...find === null ? {} : { wanted }, scope, owners: () => readersOf(world, bench, located), samePath: 'other' }, world)
  if (isRefusal(found)) return found
  if ('already' in found) return alreadySo(located, found.already, told.asked)
  const ships = await shipsAlong(world, located)
  if (isRefusal(ships)) return ships
  const { rendered, ...proven } = found
  const notes = [...told.notes, ...proven.notes ?? []]
  return { proven: { ...located, ...proven, asked: told.asked, ...notes.length === 0 ? {} : { notes }, alsoShips: ships?.ships ?? null }, rendered: ships === null ? rendered : { ...rendered, ships: ships.objects } }
}

/** An object that is deleted, or made because the source does not hold it yet; null where fields of one that is there are asked. */
async function proveWhole(world: World, bench: Bench, located: Located): Promise<ProvenRender | Refusal | NoChange | null> {
  const { request: { asks, scope, place }, target, live, owner } = located
  const ask: WholeAsk = { target, owner, scope, owners: () => readersOf(world, bench, located), samePath: 'other', places: world }
  const manifest = asks.find(one => one.kind === 'apply')?.manifest
  const deletes = asks.some(one => one.kind === 'delete')
  if (!deletes && (manifest === undefined || live !== null || await isRendered(bench, located))) return null
  const [given] = manifest === undefined ? [] : readManifests(manifest)
  const found = given === undefined ? await proveDelete(bench, ask) : await proveCreate(bench, { ...ask, manifest: cleanManifest(given), place: located.place ?? place ?? null })
  if (isRefusal(found)) return found
  if ('already' in found) return goneAlready(located)
  const ships = await shipsAlong(world, located)
  if (isRefusal(ships)) return ships
  const { rendered, before, ...proven } = found
  const notes = given === undefined ? goneNotes(located, before) : madeNotes(rendered, given)
  return { proven: { ...located, ...proven, asked: located.edits, ...notes.length === 0 ? {} : { notes }, alsoShips: ships?.ships ?? null }, rendered: ships === null ? rendered : { ...rendered, ships: ships.objects } }
}

function goneNotes({ target, live }: Located, before: readonly KubernetesObject[]): readonly string[] {
  return live === null ? [] : deleteNotes(target, live, before)
}

function madeNotes({ asked: [made] }: RenderedChanges, given: Manifest): readonly string[] {
  return made === undefined || made.after === null ? [] : addedNote(made.after, given.object)
}

async function isRendered(bench: Bench, { owner, target }: Located): Promise<boolean> {
  const [render] = await bench.render([], [renderAsk(bench.index, owner)])
  return render?.ok === true && findTarget(render.objects, target, owner.destination).length > 0
}

/** Git does not hold it any more, and it is still live. */
function goneAlready(located: Located): NoChange {
  const { target, edits, owner } = located
  return { noChange: true, message: `${showRef(target)} is no longer in Git; ${showOwner(owner)} has not taken it out of the cluster yet.`, target, key: changeKey({ ...located, asked: edits }) }
}

/** Nothing to edit. Where the live object differs all the same, that is said: Writ did not see it arrive. */
export function alreadySo(located: Located, edits: readonly Edit[], asked: readonly Edit[]): NoChange {
  const { target, live } = located
  const fields = edits.map(edit => `${showPath(edit.path)} ${edit.after === undefined ? 'is not set' : `= ${shown(edit.before)}`}`)
  const values = fields.length === 0 ? '' : `: ${fields.slice(0, SHOWN).join(', ')}${fields.length > SHOWN ? ` and ${fields.length - SHOWN} more` : ''}`
  const behind = live === null ? [] : edits.filter(edit => !arrived(edit, fieldAt(live, edit.path))).map(edit => `${showPath(edit.path)} is ${shown(fieldAt(live, edit.path))}`)
  const seen = live === null ? ` It is not there yet; ${showOwner(located.owner)} has not made it.`
    : behind.length === 0 ? '' : ` The live object is not: ${behind.slice(0, SHOWN).join(', ')}; ${showOwner(located.owner)} has not brought it there.`
  return { noChange: true, message: `${showRef(target)} is already so in Git${values}.${seen}`, target, key: changeKey({ ...located, asked }) }
}

const SHOWN = 5

function arrived({ path, before, after }: Edit, live: Json | undefined): boolean {
  return after === undefined ? removedField({ path, before }, live).arrived : holds(path, live, after)
}

function shown(value: Json | undefined): string {
  const text = JSON.stringify(value ?? null)
  return text.length > 100 ? `${text.slice(0, 100)}…` : text
}

import { isRefusal, refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import type { Owner } from '../../model/owner.ts'
import { showOwner } from '../../model/owner.ts'
import type { Located } from '../../model/plan.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import { ownersOfFile } from '../owner-file/owners-of-file.ts'
import type { FileOwner, OwnersOfFile } from '../owner-file/owners-of-file.ts'
import { openBench } from '../proof/bench.ts'
import type { Bench } from '../proof/bench.ts'
import { proveEdits } from '../proof/prove-edits.ts'
import type { AlreadySo, ProofAsk, ProvenEdits } from '../proof/prove-edits.ts'
import type { World } from '../world.ts'
import { editsIn, textOf } from './owner-text.ts'
import type { ObjectEdits } from './owner-text.ts'
import { withFile } from './with-file.ts'

/** Where an owner's manifest stands while it is edited; no name that a repository has. */
const FILE = '.writ-owner'

/** What is asked of an object, and of which owner. */
export interface ThroughAsk {
  readonly located: Located
  /** As a proof of the fields in the owner's own source would ask. */
  readonly ask: Pick<ProofAsk, 'target' | 'live' | 'edits' | 'wanted'>
  /** How many owners lie below this one. */
  readonly depth: number
}

/** The edits of the owner's object that reach what is asked, and the proof. */
export interface Reached { readonly objects: readonly ObjectEdits[], readonly proven: ProvenEdits }

/** Looks for the edit of the owner's manifest that reaches exactly the asked fields when its source is rendered with it. Reads only. */
export async function reachedBy(world: World, { located, ask }: ThroughAsk, objects: readonly KubernetesObject[]): Promise<Reached | AlreadySo | Refusal> {
  const { owner } = located
  const repository = world.repositories.open(owner.source.url)
  if (isRefusal(repository)) return repository
  const text = textOf(objects)
  const bench = await openBench(world, withFile(repository.reader, { path: FILE, text }), located.base)
  try {
    const owners = await ownersOfFile(world.ownerObjects, bench, { file: { name: FILE, text }, inside: FILE, loadRestrictor: owner.render.loadRestrictor })
    const found = sameSource(owners, owner)
    if (isRefusal(found)) return found
    const proven = await proveOn(bench, { located, ask, found, owners })
    if (isRefusal(proven) || 'already' in proven) return proven
    const change = proven.files.find(({ path }) => path === FILE)
    const changed = change?.after === undefined || change.after === null ? null : editsIn(FILE, { before: text, after: change.after })
    if (changed === null || proven.files.length > 1) return cannot(located, `the field is reached by ${proven.files.map(({ path }) => path).join(' and ')} of its source, whose arrival this version does not follow`)
    return { objects: changed, proven }
  } finally {
    await bench.dispose()
  }
}

function proveOn(bench: Bench, of: { readonly located: Located, readonly ask: ThroughAsk['ask'], readonly found: FileOwner, readonly owners: OwnersOfFile }): Promise<ProvenEdits | AlreadySo | Refusal> {
  const { located: { owner, request }, ask, found, owners } = of
  const asked = { ...owner, source: found.source, render: found.render }
  return proveEdits(bench, { ...ask, owner: asked, scope: request.scope, owners: () => Promise.resolve([]), samePath: 'other', reread: owners.reread }, null)
}

/** The source of the owner that deploys the object. */
function sameSource({ usable, refused }: OwnersOfFile, owner: Owner): FileOwner | Refusal {
  const found = usable.find(one => one.owner.ref.kind === owner.kind && one.owner.ref.name === owner.name && one.source.path === owner.source.path && one.source.index === owner.source.index)
  return found ?? refused[0] ?? refuse('UNSUPPORTED', `${showOwner(owner)} cannot be read from its manifest.`)
}

/** What keeps an edit of the owner's manifest from being looked for, or from being made. */
export function cannot({ owner }: Located, why: string): Refusal {
  return refuse('UNSUPPORTED', `The field may be decided by ${showOwner(owner)} itself, and ${why}.`)
}

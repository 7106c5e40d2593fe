import { WritError, refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import { showOwner } from '../../model/owner.ts'
import { refOf } from '../../model/resource.ts'
import type { ObjectRef } from '../../model/resource.ts'
import { isTyped } from '../checkout/kind-name.ts'
import type { RenderedObject } from '../ports.ts'
import type { Bench } from '../proof/bench.ts'
import { renderAsk } from '../proof/consumers.ts'
import { sourceObstacle } from '../owner/source-obstacle.ts'
import type { FileOwner, OwnersOfFile } from './owners-of-file.ts'

/** The object that the caller names; namespace null is not compared. */
export interface NamedObject { readonly type: string, readonly name: string, readonly namespace: string | null }

type Seen = { readonly one: FileOwner, readonly kind: 'failed', readonly error: WritError } | { readonly one: FileOwner, readonly kind: 'holds' } | { readonly one: FileOwner, readonly kind: 'lacks' } | { readonly one: FileOwner, readonly kind: 'refused', readonly refusal: Refusal }

/** True for a rendered object that is the one that is named. What states no namespace goes to the owner's. */
export function isNamed({ object }: RenderedObject, named: NamedObject, namespace: string | null): boolean {
  const ref: ObjectRef = refOf(object)
  return ref.name === named.name && isTyped(ref, named.type) && (named.namespace === null || (ref.namespace ?? namespace ?? named.namespace) === named.namespace)
}

/**
 * Of the owners of a file, the one whose render holds an object. Refuses AMBIGUOUS_OWNER with all of them, AMBIGUOUS for two sources of one, and where nobody
 * holds it NOT_RENDERED, or why owners could not be looked at. `path`: the source must be that folder. Throws usage/bad-argument where none is, and what the
 * renderer of an owner throws where no other owner holds it.
 */
export async function askedOwner(bench: Bench, owners: OwnersOfFile, of: { readonly named: NamedObject | null, readonly path: string | null }): Promise<FileOwner | Refusal> {
  const there = owners.usable.filter(({ source, render }) => of.path === null || source.path === of.path || render.helm?.carrier?.path === of.path)
  if (of.path !== null && there.length === 0 && owners.usable.length > 0) {
    throw new WritError('usage/bad-argument', `No owner of the file deploys ${shown(of.path)}: ${owners.usable.map(({ owner, source }) => `${showOwner(owner.ref)} deploys ${shown(source.path)}`).join(', ')}.`, { hint: 'Leave PATH out, or give the path of the owner.' })
  }
  const seen: Seen[] = []
  for (const one of there) seen.push(await look(bench, one, of.named))
  const [found, ...more] = seen.filter(({ kind }) => kind === 'holds').map(({ one }) => one)
  if (found === undefined) return nobody(owners, seen, of.named)
  if (more.length === 0) return found
  const what = of.named === null ? 'the object' : `${of.named.type}/${of.named.name}`
  const same = more.every(({ owner }) => owner === found.owner)
  const told = [found, ...more].map(({ owner, source }) => ({ sentence: `${showOwner(owner.ref)} deploys it from ${shown(source.path)}`, at: showOwner(owner.ref) }))
  return same ? refuse('AMBIGUOUS', `${showOwner(found.owner.ref)} renders ${what} from ${more.length + 1} of its sources; Argo CD takes the last.`, told)
    : refuse('AMBIGUOUS_OWNER', `${what} is deployed by ${more.length + 1} owners of the file.`, told, 'Give a file with one owner, or the PATH that is meant.')
}

async function look(bench: Bench, one: FileOwner, named: NamedObject | null): Promise<Seen> {
  const { owner, source, render } = one
  const obstacle = await sourceObstacle({ ...owner.ref, source, render }, bench.index.tree)
  if (obstacle !== null) return { one, kind: 'refused', refusal: obstacle }
  if (named === null) return { one, kind: 'holds' }
  try {
    const [result] = await bench.render([], [renderAsk(bench.index, { tool: owner.ref.tool, source, render })])
    if (result?.ok === true) return { one, kind: result.objects.some(rendered => isNamed(rendered, named, owner.destination.namespace)) ? 'holds' : 'lacks' }
    const { message, blocked } = result ?? { message: 'no answer' }
    return { one, kind: 'refused', refusal: refuse(blocked?.code ?? 'RENDER_FAILED', `${showOwner(owner.ref)} does not render: ${message}`, [{ sentence: message, at: blocked?.at ?? shown(source.path) }]) }
  } catch (error) {
    if (error instanceof WritError) return { one, kind: 'failed', error }
    throw error
  }
}

/** What could not be looked at may hold it: that says more than that the others do not. */
function nobody({ refused }: OwnersOfFile, seen: readonly Seen[], named: NamedObject | null): Refusal {
  const thrown = seen.find(one => one.kind === 'failed')
  if (thrown?.kind === 'failed') throw thrown.error
  const failed = [...refused, ...seen.flatMap(one => one.kind === 'refused' ? [one.refusal] : [])]
  const [first] = failed
  if (first !== undefined) return { ...first, evidence: failed.flatMap(({ evidence }) => evidence) }
  const what = named === null ? 'anything' : `${named.type}/${named.name}${named.namespace === null ? '' : ` in namespace ${named.namespace}`}`
  return refuse('NOT_RENDERED', `No owner of the file renders ${what}.`, seen.map(({ one: { owner, source } }) => ({ sentence: `${showOwner(owner.ref)} does not, from ${shown(source.path)}`, at: showOwner(owner.ref) })), 'Name an object that one of them renders.')
}

function shown(path: string): string {
  return path === '' ? '.' : path
}

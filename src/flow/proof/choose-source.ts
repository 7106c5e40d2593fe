import { isRefusal, refuse } from '../../model/error.ts'
import type { Evidence, Refusal } from '../../model/error.ts'
import type { Owner, SourceRules } from '../../model/owner.ts'
import { showOwner } from '../../model/owner.ts'
import type { ObjectRef } from '../../model/resource.ts'
import { showRef } from '../../model/resource.ts'
import { sourceObstacle } from '../owner/source-obstacle.ts'
import type { World } from '../world.ts'
import { renderOwner } from './render-owner.ts'
import { findTarget } from './target.ts'

type Seen = { readonly kind: 'holds' } | { readonly kind: 'lacks' } | { readonly kind: 'refused', readonly refusal: Refusal }

/**
 * Of several sources, the one that renders an object. Where two do, Argo CD takes the last, and says nothing of it in Git: AMBIGUOUS.
 * A source that cannot be looked at is refused with its reason, unless Argo CD's own status says that no object comes twice (see the tool).
 */
export async function chooseSource(world: World, owner: Owner, target: ObjectRef): Promise<Owner | Refusal> {
  const { sources, unread = [], ...single } = owner
  if (sources === undefined) return owner
  const seen: { readonly rules: SourceRules, readonly seen: Seen }[] = []
  for (const rules of sources) seen.push({ rules, seen: await look(world, { ...single, source: rules.source, render: rules.render }, target) })
  const holding = seen.filter(one => one.seen.kind === 'holds').map(({ rules }) => rules)
  if (holding.length > 1) return refuse('AMBIGUOUS', `${showOwner(owner)} renders ${showRef(target)} from ${holding.length} of its sources; Argo CD takes the last.`, holding.map(told))
  const refused = seen.map(one => one.seen).find(one => one.kind === 'refused')
  if (refused?.kind === 'refused') return { ...refused.refusal, message: `One of the sources of ${showOwner(owner)} cannot be looked at: ${refused.refusal.message}` }
  const [found] = holding
  if (found !== undefined) return { ...single, source: found.source, render: found.render, delivery: { ...owner.delivery, syncedCommit: found.syncedCommit } }
  const [first] = unread
  if (first !== undefined) return refuse(first.code, `${showRef(target)} comes from a source of ${showOwner(owner)} that this version does not render: ${first.path}, ${first.because}.`, unread.map(one => ({ sentence: `${one.path} is set`, at: `${showOwner(owner)} ${one.path}` })))
  return refuse('NOT_RENDERED', `None of the sources of ${showOwner(owner)} renders ${showRef(target)}.`, sources.map(told))
}

async function look(world: World, owner: Owner, target: ObjectRef): Promise<Seen> {
  const repository = world.repositories.open(owner.source.url)
  if (isRefusal(repository)) return { kind: 'refused', refusal: repository }
  const tip = await repository.reader.tip(owner.source.revision)
  if (tip === null) return { kind: 'refused', refusal: refuse('PINNED', `'${owner.source.revision}' is no branch of ${repository.reader.url}.`, [told(owner)]) }
  const obstacle = await sourceObstacle(owner, await repository.reader.tree(tip.commit))
  if (obstacle !== null) return { kind: 'refused', refusal: obstacle }
  const render = await renderOwner(world, owner, tip.commit)
  if (!render.ok) return { kind: 'refused', refusal: refuse('RENDER_FAILED', render.message, [told(owner)]) }
  return { kind: findTarget(render.objects, target, owner.destination).length > 0 ? 'holds' : 'lacks' }
}

function told({ source }: Pick<SourceRules, 'source'>): Evidence {
  return { sentence: `${source.url} ${source.path === '' ? '.' : source.path} at ${source.revision}`, ...source.index === undefined ? {} : { at: `spec.sources[${source.index}]` } }
}

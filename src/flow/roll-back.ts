import { WritError, isRefusal } from '../model/error.ts'
import type { Refusal } from '../model/error.ts'
import type { Located, PlanResult } from '../model/plan.ts'
import type { ChangeRequest, RollbackAsk, RollbackTo, TargetAsk } from '../model/request.ts'
import type { Change } from '../model/change.ts'
import { refOf } from '../model/resource.ts'
import type { Target } from '../model/resource.ts'
import { seenTarget } from './classify.ts'
import { locate } from './locate.ts'
import { notFound } from './owner/not-found.ts'
import { plan } from './plan.ts'
import { renderOwner } from './proof/render-owner.ts'
import { whateverHash, isGenerated } from './rollback/whatever-hash.ts'
import { backToState } from './rollback/back-to-state.ts'
import { broughtBy, undoChange } from './rollback/undo-change.ts'
import type { World } from './world.ts'

/** What somebody wants to have back. `target` is null where a change is undone, which knows its object; `scope` null: that of the change, else the asked consumer alone. */
export interface RollbackWish extends Omit<ChangeRequest, 'verb' | 'asks' | 'target' | 'scope' | 'place'> {
  readonly to: RollbackTo
  readonly target: TargetAsk | null
  readonly scope: ChangeRequest['scope'] | null
  /** Also where later commits gave fields of the change other values. */
  readonly overwrite: boolean
}

/**
 * Plans a rollback: finds in Git what the fields of the object were, and plans their way back as any other edit, with the same proof, policies and approvals.
 * Reads only. Refuses CHANGED_SINCE, NO_TARGET, and what any plan refuses. Throws change/not-found, cluster/not-found, usage/bad-argument.
 */
export async function planRollback(world: World, wish: RollbackWish): Promise<PlanResult> {
  const { to, target, overwrite: _overwrite, ...about } = wish
  if (to.kind === 'undo') return planUndo(world, wish, to.change)
  if (target === null) throw new WritError('usage/bad-argument', 'The object is missing.')
  const located = await locatedTarget(world, target)
  if (isRefusal(located)) return located
  const found = await backToState(world, located, to)
  if (isRefusal(found) || 'noChange' in found) return found
  return plan(world, { ...about, verb: 'rollback', target, scope: wish.scope ?? 'app', asks: [found] })
}

async function planUndo(world: World, { to: _to, target: _target, overwrite, ...about }: RollbackWish, id: string): Promise<PlanResult> {
  const change = await world.changes.get(id)
  if (change === null) throw new WritError('change/not-found', `There is no change ${id}.`)
  const brought = broughtBy(change)
  if (isRefusal(brought)) return brought
  const target = askFor(await present(world, change, brought.target))
  const located = await locatedTarget(world, target)
  if (isRefusal(located)) return located
  const ask: RollbackAsk | Refusal = await undoChange(world, located, { change, brought, overwrite })
  return isRefusal(ask) ? ask : plan(world, { ...about, verb: 'rollback', target, scope: about.scope ?? change.plan.request.scope, asks: [ask] })
}

/** The object as it lives, its owner, and the tip that the owner follows. Throws cluster/not-found, with close names. */
export async function locatedTarget(world: World, ask: TargetAsk): Promise<Located | Refusal> {
  const { cluster, kind, namespace, ...seen } = await seenTarget(world, ask)
  if (seen.live === null) throw await notFound(cluster, kind, { namespace, name: ask.name })
  const request: ChangeRequest = { verb: 'rollback', target: ask, asks: [], scope: 'app', requester: { person: null, kind: 'human', groups: [], email: null, via: 'os-user', alias: '' }, reason: null, incident: null, rollbackPlan: null }
  return locate(world, { ...seen, request, edits: [] })
}

/** A generated ConfigMap has another name once somebody changed it again: the one that its owner renders now. */
async function present(world: World, { plan: { owner, branch } }: Change, target: Target): Promise<Target> {
  const repository = isGenerated(target) ? world.repositories.open(owner.source.url) : null
  const tip = repository === null || isRefusal(repository) ? null : await repository.reader.tip(branch)
  const render = tip === null ? null : await renderOwner(world, owner, tip.commit)
  const [found, ...others] = render?.ok === true ? whateverHash(render.objects, target, owner) : []
  return found === undefined || others.length > 0 ? target : { ...target, name: refOf(found.object).name }
}

function askFor({ cluster, namespace, kind, version, group, name }: Target): TargetAsk {
  return { cluster, namespace, type: [kind.toLowerCase(), version, ...group === '' ? [] : [group]].join('.'), name }
}

import { milliseconds } from '../../model/environment.ts'
import type { Environment } from '../../model/environment.ts'
import { isRefusal, refuse, WritError } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import { objectsAt, textAt, valueAt } from '../../model/json.ts'
import { showOwner } from '../../model/owner.ts'
import type { NoChange, PlanResult } from '../../model/plan.ts'
import type { OwnerLook, PauseSwitch } from '../../model/steering.ts'
import type { World } from '../world.ts'
import { findSteered } from './find-steered.ts'
import { parentReverts } from './parent.ts'
import { pausePlan } from './pause-plan.ts'
import { isThrown, readMark } from './pause-mark.ts'
import { planSync } from './plan-sync.ts'
import { reachedEnvironments } from './reached.ts'
import { resumeShips } from './resume-ships.ts'
import type { SteerAsk } from './steer-plan.ts'
import type { SteerScene } from './steer-scene.ts'

/** What would be done to an owner, and who must agree: the dry run of `sync`, `suspend` and `resume`. Writes nothing. */
export async function planSteer(world: World, ask: SteerAsk): Promise<PlanResult> {
  const found = await findSteered(world, ask.target)
  if (isRefusal(found)) return found
  const environments = await reachedEnvironments(world, found.look)
  if (ask.verb === 'sync') return planSync(world, { ask, found, environments })
  return ask.verb === 'suspend' ? planSuspend(world, { ask, found, environments }) : planResume(world, { ask, found, environments })
}

async function planSuspend(world: World, { ask, found, environments }: SteerScene): Promise<PlanResult> {
  const { look, evidence } = found
  checkEnd(world, ask, environments)
  const mark = readMark(look.object)
  const own = mark !== null && isThrown(look.object, mark) ? mark : null
  if (own === null && look.paused) return foreign(look)
  const pause: PauseSwitch | null = own === null ? look.pause : { path: own.path, paused: own.paused, before: own.before }
  if (pause === null) return nothing(look, 'does not sync by itself: there is nothing to pause')
  const reverted = await parentReverts(world, look, pause)
  if (reverted !== null) return reverted
  const notes = own === null ? [] : [`it is paused until ${own.until} by change/${own.change}; this one takes its place`]
  return pausePlan({ ask, found, environments }, { pause, pauseOf: null, ...own === null ? {} : { takesOver: own.change }, notes, evidence })
}

async function planResume(world: World, scene: SteerScene): Promise<PlanResult> {
  const { look, evidence } = scene.found
  const standing = await pauseInForce(world, look)
  if (standing !== null) return pausePlan(scene, { pause: standing.pause, pauseOf: standing.change, notes: standing.notes, evidence, ships: await resumeShips(world, scene) })
  return look.paused ? foreign(look) : nothing(look, 'is not paused')
}

interface InForce { readonly pause: PauseSwitch, readonly change: string, readonly notes: readonly string[] }

/** A pause of Writ by the owner's own mark; by the change, where something took the mark away (an ApplicationSet drops what it did not write). */
async function pauseInForce(world: World, look: OwnerLook): Promise<InForce | null> {
  const mark = readMark(look.object)
  if (mark !== null) {
    const { path, paused, before, change } = mark
    const notes = isThrown(look.object, mark) ? [] : [`${path.join('.')} has been set by somebody else since, and stays as it is; only the mark goes`]
    return { pause: { path, paused, before }, change, notes }
  }
  const open = await world.changes.list({ status: 'open', limit: 1000 })
  const change = open.find(one => one.plan.steer?.verb === 'suspend' && one.facts.actedAt !== undefined && one.plan.owner.uid === look.uid)
  const pause = change?.plan.steer?.pause
  return change === undefined || pause === undefined || pause === null || !isThrown(look.object, pause) ? null : { pause, change: change.id, notes: ['the mark of the pause is gone; the change knows what was there before'] }
}

/** No pause without an end, and none longer than every environment in it allows. Throws usage/bad-argument. */
function checkEnd(world: World, { until }: SteerAsk, environments: readonly Environment[]): void {
  const length = until === null ? Number.NaN : Date.parse(until) - world.clock.now()
  if (Number.isNaN(length)) throw new WritError('usage/bad-argument', 'A pause needs the time at which it ends.', { hint: 'Give --for 2h, or --until with a time.' })
  if (length <= 0) throw new WritError('usage/bad-argument', `${until ?? ''} is over already.`, { hint: 'Give a time to come.' })
  const tight = environments.reduce((a, b) => milliseconds(b.pause.longest) < milliseconds(a.pause.longest) ? b : a)
  if (length > milliseconds(tight.pause.longest)) {
    throw new WritError('usage/bad-argument', `Environment ${tight.name} lets an owner be paused for ${tight.pause.longest} at most.`, { hint: `Give --for ${tight.pause.longest} or less, or change pause.longest of ${tight.name}.` })
  }
}

/** Writ puts no end to a pause that it did not make, and does not know what was there before it. */
function foreign(look: OwnerLook): Refusal {
  const switches = ['f:suspend', 'f:enabled', 'f:argocd.argoproj.io/skip-reconcile']
  const manager = objectsAt(look.object, 'metadata', 'managedFields').find(entry => switches.some(key => JSON.stringify(entry['fieldsV1'] ?? null).includes(`"${key}"`)))
  const who = manager === undefined ? [] : [{ sentence: `the field was set by ${textAt(manager, 'manager') ?? 'an unknown manager'} at ${textAt(manager, 'time') ?? 'an unknown time'}`, at: `${showOwner(look.ref)} metadata.managedFields` }]
  const frozen = valueAt(look.object, 'metadata', 'annotations', 'argocd.argoproj.io/skip-reconcile') === 'true'
  const { name, namespace } = look.ref
  const hint = look.ref.tool === 'flux' ? `flux resume ${look.ref.kind.toLowerCase()} ${name} -n ${namespace}` : frozen ? `kubectl annotate applications.argoproj.io -n ${namespace} ${name} argocd.argoproj.io/skip-reconcile-` : `argocd app set ${namespace}/${name} --sync-policy automated`
  return refuse('FOREIGN_PAUSE', `${showOwner(look.ref)} was paused by somebody else than Writ.`, who, hint)
}

function nothing(look: OwnerLook, what: string): NoChange {
  const target = { cluster: look.ref.cluster, ...look.kind, namespace: look.ref.namespace, name: look.ref.name, uid: look.uid }
  return { noChange: true, message: `${showOwner(look.ref)} ${what}.`, target, key: '' }
}

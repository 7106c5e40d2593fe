import { isRefusal, refuse } from '../../model/error.ts'
import type { Refusal } from '../../model/error.ts'
import { showOwner } from '../../model/owner.ts'
import type { Owner } from '../../model/owner.ts'
import type { AlsoShips, PlanResult } from '../../model/plan.ts'
import { showRef } from '../../model/resource.ts'
import type { Target } from '../../model/resource.ts'
import { showHold } from '../../model/steering.ts'
import { highestOf, judgeShipped } from '../judge.ts'
import { openOwner } from '../locate.ts'
import { chooseSource } from '../proof/choose-source.ts'
import { openRepository } from '../publish/repository.ts'
import type { World } from '../world.ts'
import type { SteerScene } from './steer-scene.ts'
import { readMark } from './pause-mark.ts'
import { steerPlan } from './steer-plan.ts'
import { whatShips } from './what-ships.ts'

/**
 * A sync brings the tip of the branch as it is when it is asked for, and everything since the last one with it: that is rendered and shown before anybody
 * agrees (DESIGN.md section 2). Refuses whatever reading the owner refuses: SUSPENDED, PINNED, NON_GIT_SOURCE, UNSUPPORTED, REPOSITORY_UNKNOWN; WINDOW_CLOSED; and POLICY for what ships.
 */
export async function planSync(world: World, { ask, found, environments }: SteerScene): Promise<PlanResult> {
  const { look } = found
  const { window } = look
  if (window !== null && !window.manual) return refuse('WINDOW_CLOSED', `${showOwner(look.ref)} may not sync now: ${showHold(window)}.`, [{ sentence: window.because, at: `${showOwner(look.ref)} spec.project` }], window.opens === null ? 'Change the window in the AppProject.' : `Ask again at ${window.opens}, or change the window in the AppProject.`)
  const tool = world.tools.find(one => one.name === look.ref.tool)
  const itself: Target = { cluster: look.destination.cluster ?? look.ref.cluster, ...look.kind, namespace: look.ref.namespace, name: look.ref.name }
  const target = found.object ?? itself
  const read = await tool?.read(look.ref, target)
  if (read === undefined || isRefusal(read)) return read ?? { refused: 'UNSUPPORTED', message: `There is no adapter for ${look.ref.tool}.`, hint: '', evidence: [] }
  const opened = await openOwner(world, { owner: found.object === null ? read : await chooseSource(world, read, target), evidence: found.evidence })
  if (isRefusal(opened)) return opened
  const { owner, branch } = opened
  const unpruned = cannotPrune(owner, ask.prune)
  if (unpruned !== null) return unpruned
  const base = await sameBase(world, { owner, tip: opened.base, asked: ask.base })
  const ships = await whatShips(world, { owner, base, because: 'the sync brings it' })
  const verdicts = await judgeShipped(world, { target: { ...target, cluster: owner.destination.cluster }, environment: highestOf(environments) }, ships.objects)
  if (isRefusal(verdicts)) return verdicts
  const mark = readMark(look.object)
  const notes = [...ships.notes, ...leftThere(owner, ships.ships, ask.prune), ...window === null ? [] : [`it does not sync by itself now: ${showHold(window)}; a person may start a sync all the same`], ...mark === null ? [] : [`it is paused until ${mark.until} by change/${mark.change}; a sync deploys all the same`]]
  return steerPlan({ ask, look, environments, owner, evidence: opened.ownerEvidence, base, branch, ships: ships.ships, verdicts, policyBundle: await world.policies.bundle(), notes, order: { pause: null, pauseOf: null, since: ships.since, commits: ships.commits } })
}

/** A sync of Flux takes no such order, and must not look as if it had. */
function cannotPrune({ tool, delivery, ...owner }: Owner, prune: boolean): Refusal | null {
  if (!prune || tool !== 'flux' || !delivery.keeps) return null
  const name = showOwner({ tool, ...owner })
  return refuse('UNSUPPORTED', `${name} does not delete what is no longer in Git, and Flux takes no order to do so for one sync.`, [{ sentence: delivery.keeps, at: name }], 'Sync without --prune and delete by hand, or let it prune in Git.')
}

/** What is no longer in Git and stays live all the same. */
function leftThere({ delivery: { keeps, automated }, tool }: Owner, ships: AlsoShips | null, prune: boolean): readonly string[] {
  const gone = ships?.changes.filter(change => change.kind === 'removed').map(({ object }) => showRef(object)) ?? []
  if (!keeps || prune || gone.length === 0) return []
  return [`no longer in Git and left in the cluster: ${gone.join(', ')}; ${automated || tool === 'flux' ? keeps : '--prune deletes it'}`]
}

/** A push since then voids no approval: what was asked for stands while the branch still has it. */
async function sameBase(world: World, of: { readonly owner: Owner, readonly tip: string, readonly asked: string | undefined }): Promise<string> {
  if (of.asked === undefined || of.asked === of.tip) return of.tip
  return await openRepository(world, of).reader.contains(of.tip, of.asked) ? of.asked : of.tip
}

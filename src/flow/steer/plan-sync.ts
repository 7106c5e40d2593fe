import { isRefusal, refuse } from '../../model/error.ts'
import { showOwner } from '../../model/owner.ts'
import type { Owner } from '../../model/owner.ts'
import type { PlanResult } from '../../model/plan.ts'
import type { Target } from '../../model/resource.ts'
import { showHold } from '../../model/steering.ts'
import { highestOf, judgeShipped } from '../judge.ts'
import { openOwner } from '../locate.ts'
import { chooseSource } from '../proof/choose-source.ts'
import { openRepository } from '../repository.ts'
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
  const base = await sameBase(world, { owner, tip: opened.base, asked: ask.base })
  const ships = await whatShips(world, { owner, base, because: 'the sync brings it' })
  const verdicts = await judgeShipped(world, { target: { ...target, cluster: owner.destination.cluster }, environment: highestOf(environments) }, ships.objects)
  if (isRefusal(verdicts)) return verdicts
  const mark = readMark(look.object)
  const notes = [...ships.notes, ...window === null ? [] : [`it does not sync by itself now: ${showHold(window)}; a person may start a sync all the same`], ...mark === null ? [] : [`it is paused until ${mark.until} by change/${mark.change}; a sync deploys all the same`]]
  return steerPlan({ ask, look, environments, owner, evidence: opened.ownerEvidence, base, branch, ships: ships.ships, verdicts, policyBundle: await world.policies.bundle(), notes, order: { pause: null, pauseOf: null, since: ships.since, commits: ships.commits } })
}

/** A push since then voids no approval: what was asked for stands while the branch still has it. */
async function sameBase(world: World, of: { readonly owner: Owner, readonly tip: string, readonly asked: string | undefined }): Promise<string> {
  if (of.asked === undefined || of.asked === of.tip) return of.tip
  return await openRepository(world, of).reader.contains(of.tip, of.asked) ? of.asked : of.tip
}

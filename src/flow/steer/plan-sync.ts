import { isRefusal, refuse } from '../../model/error.ts'
import { showOwner } from '../../model/owner.ts'
import type { Owner } from '../../model/owner.ts'
import type { AlsoShips, PlanResult, RenderedChanges } from '../../model/plan.ts'
import type { Target } from '../../model/resource.ts'
import { showHold } from '../../model/steering.ts'
import type { SteerOrder } from '../../model/steering.ts'
import { highestOf, judgeShipped } from '../judge.ts'
import { openOwner } from '../locate.ts'
import { chooseSource } from '../proof/choose-source.ts'
import { shipsAlong } from '../proof/also-ships.ts'
import { openRepository } from '../repository.ts'
import type { World } from '../world.ts'
import type { SteerScene } from './plan-steer.ts'
import { readMark } from './pause-mark.ts'
import { steerPlan } from './steer-plan.ts'

/** At most so many commits are told. */
const TOLD = 20

/**
 * A sync brings the tip of the branch as it is when it is asked for, and everything since the last one with it: that is rendered and shown before anybody
 * agrees (DESIGN.md section 2). Refuses whatever reading the owner refuses: SUSPENDED, PINNED, NON_GIT_SOURCE, UNSUPPORTED, REPOSITORY_UNKNOWN; WINDOW_CLOSED; and POLICY for what ships.
 */
export async function planSync(world: World, { ask, found, environments }: SteerScene): Promise<PlanResult> {
  const { look } = found
  const { window } = look
  if (window !== null && !window.manual) return refuse('WINDOW_CLOSED', `${showOwner(look.ref)} may not sync now: ${showHold(window)}.`, [{ sentence: window.because, at: `${showOwner(look.ref)} spec.project` }], window.opens === null ? '' : `Ask again at ${window.opens}, or change the window in the AppProject.`)
  const tool = world.tools.find(one => one.name === look.ref.tool)
  const itself: Target = { cluster: look.destination.cluster ?? look.ref.cluster, ...look.kind, namespace: look.ref.namespace, name: look.ref.name }
  const target = found.object ?? itself
  const read = await tool?.read(look.ref, target)
  if (read === undefined || isRefusal(read)) return read ?? { refused: 'UNSUPPORTED', message: `There is no adapter for ${look.ref.tool}.`, hint: '', evidence: [] }
  const opened = await openOwner(world, { owner: found.object === null ? read : await chooseSource(world, read, target), evidence: found.evidence })
  if (isRefusal(opened)) return opened
  const { owner, branch } = opened
  const base = await sameBase(world, { owner, tip: opened.base, asked: ask.base })
  const ships = await delta(world, owner, base)
  const verdicts = await judgeShipped(world, { target: { ...target, cluster: owner.destination.cluster }, environment: highestOf(environments) }, ships.objects)
  if (isRefusal(verdicts)) return verdicts
  const mark = readMark(look.object)
  const notes = [...ships.notes, ...window === null ? [] : [`it does not sync by itself now: ${showHold(window)}; a person may start a sync all the same`], ...mark === null ? [] : [`it is paused until ${mark.until} by change/${mark.change}; a sync deploys all the same`]]
  return steerPlan({ ask, look, environments, owner, evidence: opened.ownerEvidence, base, branch, ships: ships.ships, verdicts, policyBundle: await world.policies.bundle(), notes, order: { pause: null, pauseOf: null, ...await commits(world, owner, base) } })
}

/** A push since then voids no approval: what was asked for stands while the branch still has it. */
async function sameBase(world: World, of: { readonly owner: Owner, readonly tip: string, readonly asked: string | undefined }): Promise<string> {
  if (of.asked === undefined || of.asked === of.tip) return of.tip
  return await openRepository(world, of).reader.contains(of.tip, of.asked) ? of.asked : of.tip
}

interface Delta { readonly ships: AlsoShips | null, readonly objects: NonNullable<RenderedChanges['ships']>, readonly notes: readonly string[] }

async function delta(world: World, owner: Owner, base: string): Promise<Delta> {
  const because = owner.delivery.behindBecause ?? 'the sync brings it'
  const ships = await shipsAlong(world, { owner: { ...owner, delivery: { ...owner.delivery, behindBecause: because } }, base })
  if (isRefusal(ships)) return { ships: null, objects: [], notes: [`what ships cannot be rendered: ${ships.evidence[0]?.sentence ?? ships.message}`] }
  return { ships: ships?.ships ?? null, objects: ships?.objects ?? [], notes: owner.delivery.syncedCommit === null ? [`${showOwner(owner)} names no commit that it has synced: what ships is not known`] : [] }
}

async function commits(world: World, owner: Owner, base: string): Promise<Pick<SteerOrder, 'since' | 'commits'>> {
  const since = owner.delivery.syncedCommit
  if (since === null || since === base) return { since, commits: [] }
  const between = await openRepository(world, { owner }).reader.commits(since, base)
  return { since, commits: between.slice(0, TOLD).map(({ sha, author, at, subject }) => ({ sha, author, at, subject })) }
}

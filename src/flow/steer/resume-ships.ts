import { WritError, isRefusal } from '../../model/error.ts'
import type { Target } from '../../model/resource.ts'
import type { Verdict } from '../../model/verdict.ts'
import { highestOf, judgeShipped } from '../judge.ts'
import { openOwner } from '../locate.ts'
import type { World } from '../world.ts'
import type { SteerScene } from './steer-scene.ts'
import { whatShips } from './what-ships.ts'
import type { WhatShips } from './what-ships.ts'

/** What a resume brings, and the policies' word on it. */
export type ResumeShips = Partial<Pick<WhatShips, 'ships' | 'since' | 'commits'>> & { readonly notes: readonly string[], readonly verdicts?: readonly Verdict[], readonly policyBundle?: string }

/**
 * Whoever ends a pause deploys all that was merged in it (DESIGN.md section 2). It would come at the end of the pause all the same, so that a policy that
 * denies it is told, and stops nothing here; nor does what cannot be read.
 */
export async function resumeShips(world: World, { found: { look, evidence }, environments }: SteerScene): Promise<ResumeShips> {
  try {
    const tool = world.tools.find(one => one.name === look.ref.tool)
    const target: Target = { cluster: look.destination.cluster ?? look.ref.cluster, ...look.kind, namespace: look.ref.namespace, name: look.ref.name }
    const read = await tool?.read(look.ref, target, 'suspended')
    if (read === undefined) return { notes: [] }
    const opened = await openOwner(world, { owner: read, evidence })
    if (isRefusal(opened)) return { notes: [`what ships is not known: ${opened.message}`] }
    const { owner, base } = opened
    const { objects, ...ships } = await whatShips(world, { owner, base, because: 'the pause kept it back' })
    const judged = await judgeShipped(world, { target, environment: highestOf(environments) }, objects)
    const policyBundle = await world.policies.bundle()
    if (!isRefusal(judged)) return { ...ships, verdicts: judged, policyBundle }
    return { ...ships, policyBundle, notes: [...ships.notes, ...judged.evidence.map(one => `${one.sentence}; it ships with the end of the pause, whoever ends it`)] }
  } catch (error) {
    if (error instanceof WritError && error.code !== 'internal/bug') return { notes: [`what ships is not known: ${error.message}`] }
    throw error
  }
}

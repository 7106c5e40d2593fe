import { isRefusal } from '../model/error.ts'
import type { Refusal } from '../model/error.ts'
import type { Classified, NoChange, PlanResult } from '../model/plan.ts'
import type { ChangeRequest } from '../model/request.ts'
import { autoscaler } from './owner/autoscaler.ts'
import { classify } from './classify.ts'
import { judge } from './judge.ts'
import { locateNew } from './locate-new.ts'
import { locate } from './locate.ts'
import { isAlreadySo } from './proof/target.ts'
import { askServer } from './server/ask-server.ts'
import type { ProvenRender } from './prove.ts'
import { editResourceSet } from './through/edit-resource-set.ts'
import { provePlan } from './through/prove-plan.ts'
import { staysLive } from './verify/stays-live.ts'
import { resourceOrder } from './fields/resource-order.ts'
import type { World } from './world.ts'

/** classify → locate → edit and prove → judge → ask the API server. Reads the world, writes nothing: the dry run (DESIGN.md section 2). */
export async function plan(world: World, request: ChangeRequest): Promise<PlanResult> {
  const classified = await classify(world, request)
  if (isRefusal(classified) || isNoChange(classified)) return classified
  const located = classified.live === null ? await locateNew(world, classified) : await locate(world, classified)
  if (isRefusal(located)) return throughSet(world, classified, located)
  const kept = classified.live !== null && isDeletion(classified) ? staysLive(located.owner, located.target, classified.live) : null
  if (kept !== null) return kept
  const proven = await provePlan(world, located)
  return isRefusal(proven) || isNoChange(proven) ? proven : judged(world, proven)
}

/** What the Flux operator makes has no source of its own: its ResourceSet is edited. */
async function throughSet(world: World, classified: Classified, refusal: Refusal): Promise<PlanResult> {
  const proven = await editResourceSet(world, classified, refusal)
  return proven === null ? refusal : isRefusal(proven) || isNoChange(proven) ? proven : judged(world, proven)
}

async function judged(world: World, proven: ProvenRender): Promise<PlanResult> {
  const { target, edits } = proven.proven
  // A patch or a manifest may ask for replicas, too; that shows only now.
  const scaled = await autoscaler(world.clusters.named(target.cluster), target, edits.filter(edit => !isAlreadySo(edit)))
  if (scaled !== null) return scaled
  const disorder = resourceOrder(proven.rendered.asked)
  if (disorder !== null) return disorder
  const judged = await judge(world, withNotes(proven.proven), proven.rendered)
  if (isRefusal(judged)) return judged
  const server = await askServer(world, proven.proven, proven.rendered)
  return isRefusal(server) ? server : { ...judged, ...server.length === 0 ? {} : { server } }
}

/** What was found when a rollback was asked for stands with what its proof found. */
function withNotes(proven: ProvenRender['proven']): ProvenRender['proven'] {
  const notes = proven.request.asks.flatMap(ask => ask.kind === 'rollback' ? ask.notes : [])
  return notes.length === 0 ? proven : { ...proven, notes: [...notes, ...proven.notes ?? []] }
}

function isDeletion({ request }: Classified): boolean {
  return request.asks.some(ask => ask.kind === 'delete')
}

/** True where there is nothing to do. */
export function isNoChange(value: object): value is NoChange {
  return 'noChange' in value
}

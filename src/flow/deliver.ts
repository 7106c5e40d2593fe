import type { Change, ChangeFacts, ChangeStatus, JournalEntry, StepName, StepResult, Waiting } from '../model/change.ts'
import type { Evidence } from '../model/error.ts'
import { WritError } from '../model/error.ts'
import type { RouteName } from '../model/plan.ts'
import { approve } from './approve.ts'
import { close } from './close.ts'
import { merge } from './merge.ts'
import type { AbortSignalLike, Lease } from './ports.ts'
import { publish } from './publish.ts'
import { tellProgress } from './publish/tell-progress.ts'
import { lacksOffer, offerRollback } from './rollback/offer-rollback.ts'
import { nextStep } from './routes.ts'
import type { Step, StepContext } from './step.ts'
import { act } from './steer/act.ts'
import { endPause } from './steer/end-pause.ts'
import { record as recordOrder } from './steer/record.ts'
import { verifySteer } from './steer/verify-steer.ts'
import { tidy } from './tidy.ts'
import { verify } from './verify.ts'
import { Watching } from './verify/watching.ts'
import type { World } from './world.ts'

const STEER = { record: recordOrder, approve, act, verify: verifySteer, resume: endPause, close }
const STEPS: Readonly<Record<RouteName, Readonly<Partial<Record<StepName, Step>>>>> = {
  'pull-request': { publish, approve, merge, verify: context => verify(context.world, context.change), close }, steer: STEER, pause: STEER,
}

function stepOf({ plan: { route }, step }: Change): Step {
  const found = STEPS[route][step]
  if (found === undefined) throw new WritError('internal/bug', `The route ${route} has no step ${step}.`)
  return found
}

/** How far to go, and whom to tell. */
export interface How {
  /** `wait`: until the change must wait for anything but another process; `end`: until it has ended. */
  readonly until: 'wait' | 'end'
  readonly progress: (line: string) => void
  readonly signal: AbortSignalLike
}

/**
 * Walks a change along its route: intent to the journal before each step, result after it. Any process may resume it at any time.
 * Gives the change as it stands when it ended, must wait, or the caller stopped waiting. Throws the failure of a step;
 * the change then stays open and can be resumed.
 */
export async function deliver(world: World, id: string, how: How): Promise<Change> {
  const watching = new Watching(world)
  try {
    return await afterwards(world, await drive(world, id, { ...how, watching }), { ...how, watching })
  } finally {
    watching.close()
  }
}

/** A change that failed after its merge is offered its rollback; where that is opened, it is brought to the people who decide. Its own failure is no other's. */
async function afterwards(world: World, change: Change, how: How & { readonly watching: Watching }): Promise<Change> {
  if (!lacksOffer(change) || how.signal.aborted) return change
  const { change: offered, opened } = await offerRollback(world, change)
  if (opened === null) return offered
  how.progress(`change/${opened} is opened, which rolls change/${change.id} back`)
  try {
    await drive(world, opened, { ...how, until: 'wait' })
  } catch (error) {
    if (!(error instanceof WritError)) throw error
    how.progress(`change/${opened}: ${error.message}`)
  }
  return offered
}

async function drive(world: World, id: string, how: How & { readonly watching: Watching }): Promise<Change> {
  let told = ''
  const tell = (line: string): void => {
    if (line !== told) how.progress(line)
    told = line
  }
  for (;;) {
    const change = await load(world, id)
    if (change.status !== 'open') return tidy(world, change)
    const lease = await world.leases.take(`change/${id}`)
    const outcome = 'holder' in lease
      ? { change: { ...change, waiting: heldBy(lease.holder) }, pause: 300 }
      : await withLease(lease, () => walkOrAgain({ world, lease, tell }, change.id))
    if (outcome.pause === null || how.signal.aborted) return outcome.change
    const { waiting } = outcome.change
    // What is in force and ends by itself is what was wanted; nobody stays for the end of it.
    if (waiting?.for === 'time' || (how.until === 'wait' && waiting?.for !== 'process')) return outcome.change
    if (waiting !== null) tell(waiting.sentence)
    if (waiting?.for !== 'process') how.watching.follow([outcome.change])
    if (await interrupted(how, outcome.pause)) return outcome.change
  }
}

/** One process at work on one change, under its lease. */
interface Run { readonly world: World, readonly lease: Lease, readonly tell: (line: string) => void }

interface Walked { readonly change: Change, readonly pause: number | null }

async function withLease<T>(lease: Lease, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } finally {
    await lease.release()
  }
}

/**
 * What a person decides while a step runs is saved beside it and moves the version. Every step is safe to repeat, so the walk starts
 * again from what stands now; not so where another process has the lease.
 */
async function walkOrAgain(run: Run, id: string): Promise<Walked> {
  try {
    return await walk(run, id)
  } catch (error) {
    if (!(error instanceof WritError) || error.code !== 'change/lost-lease' || run.lease.lost()) throw error
    const change = await load(run.world, id)
    return { change: { ...change, waiting: { for: 'process', sentence: 'the change was decided on meanwhile; looking again', next: null } }, pause: 50 }
  }
}

/** Runs steps until one waits or the change ends. */
async function walk(run: Run, id: string): Promise<Walked> {
  let change = await load(run.world, id)
  while (change.status === 'open') {
    const ran = await runStep(run, change)
    change = ran.change
    if (ran.pause !== null) return ran
  }
  return { change: await tidy(run.world, change), pause: null }
}

async function runStep({ world, lease, tell }: Run, start: Change): Promise<Walked> {
  const writer = new Writer(world, start, lease.fence)
  await writer.intent()
  const context: StepContext = { world, get change() { return writer.change }, note: facts => writer.note(facts), progress: tell }
  let result: StepResult
  try {
    result = await stepOf(start)(context)
  } catch (error) {
    await writer.stumble(error)
    if (isOfOther(error)) await tellProgress(world, writer.change, lease.fence)
    throw error
  }
  if (lease.lost()) throw new WritError('change/lost-lease', `Another process took change/${start.id} over while this one ran ${start.step}.`, { retry: true })
  const walked = await record(writer, result, tell)
  return isWorthTelling(start, result) ? { ...walked, change: await tellProgress(world, walked.change, lease.fence) } : walked
}

/** Where it stays for a while: not between two steps, and not where the next look is about to come. How it ends is told when it is tidied up. */
function isWorthTelling({ step }: Change, result: StepResult): boolean {
  return result.kind === 'waiting' && result.waiting.for !== 'process' && (step === 'verify' || result.retryAfter >= 2000)
}

/** A forge that does not answer takes no comment either. */
function isOfOther(error: unknown): boolean {
  return error instanceof WritError && error.code !== 'change/lost-lease' && !error.code.startsWith('forge/')
}

async function record(writer: Writer, result: StepResult, tell: (line: string) => void): Promise<Walked> {
  switch (result.kind) {
    case 'done': {
      tell(result.sentence)
      return { change: await writer.done(result), pause: null }
    }
    case 'waiting':
      return { change: await writer.wait(result.waiting, result.facts ?? {}), pause: result.retryAfter }
    case 'back': {
      tell(result.sentence)
      return { change: await writer.back(result), pause: null }
    }
    case 'refused': {
      tell(`refused: ${result.message}`)
      return { change: await writer.end('refused', result), pause: null }
    }
    case 'ended': {
      tell(`${result.status}: ${result.message}`)
      return { change: await writer.end(result.status, result), pause: null }
    }
  }
}

/** Writes one change under one fence; each write is a compare-and-set on the change's version. */
class Writer {
  readonly #world: World
  readonly #fence: number
  change: Change

  constructor(world: World, change: Change, fence: number) {
    this.#world = world
    this.#fence = fence
    this.change = change
  }

  /** Intent before the step. A step that only looked again while it waited is not written twice. */
  async intent(): Promise<void> {
    if (this.change.waiting !== null) return
    await this.#save({}, [this.#entry('intent', {})])
  }

  async note(facts: ChangeFacts): Promise<void> {
    await this.#save({ facts: { ...this.change.facts, ...facts } }, [])
  }

  async done(result: StepResult & { kind: 'done' }): Promise<Change> {
    const next = nextStep(this.change.plan.route, this.change.step)
    const update = { facts: { ...this.change.facts, ...result.facts }, waiting: null, ...(result.plan === undefined ? {} : { plan: result.plan }) }
    const entry = this.#entry('result', { kind: 'done', sentence: result.sentence })
    return next === null ? this.#save({ ...update, status: 'verified' }, [entry]) : this.#save({ ...update, step: next }, [entry])
  }

  async wait(waiting: Waiting, facts: ChangeFacts): Promise<Change> {
    const old = this.change.waiting
    const same = old !== null && old.sentence === waiting.sentence && old.for === waiting.for
    if (same && Object.keys(facts).length === 0) return this.change
    const entries = same ? [] : [this.#entry('result', { kind: 'waiting', for: waiting.for, sentence: waiting.sentence })]
    return this.#save({ waiting, facts: { ...this.change.facts, ...facts } }, entries)
  }

  async back(result: StepResult & { kind: 'back' }): Promise<Change> {
    const facts = Object.fromEntries(Object.entries(this.change.facts).filter(([name]) => !result.forget.some(key => key === name)))
    const entry = this.#entry('result', { kind: 'back', to: result.to, sentence: result.sentence })
    return this.#save({ step: result.to, waiting: null, facts, ...(result.plan === undefined ? {} : { plan: result.plan }) }, [entry])
  }

  async end(status: ChangeStatus, why: { readonly code: string, readonly message: string, readonly evidence: readonly Evidence[] }): Promise<Change> {
    const { code, message, evidence } = why
    return this.#save({ status, waiting: null, ended: { code, message, evidence } }, [this.#entry('result', { kind: 'ended', status, code, message })])
  }

  /** A failure leaves the change open; what happened stands in the journal and in `waiting`, so that lists show it. */
  async stumble(error: unknown): Promise<void> {
    if (!(error instanceof WritError) || error.code === 'change/lost-lease') return
    const waiting: Waiting = { for: 'forge', sentence: `${this.change.step} failed: ${error.message}`, next: `writ work --once` }
    await this.#save({ waiting }, [this.#entry('result', { kind: 'failed', code: error.code, message: error.message })])
  }

  async #save(update: Partial<Change>, entries: readonly Omit<JournalEntry, 'seq'>[]): Promise<Change> {
    const next: Change = { ...this.change, ...update, updatedAt: new Date(this.#world.clock.now()).toISOString() }
    this.change = await this.#world.changes.save(next, this.#fence, entries)
    return this.change
  }

  #entry(kind: 'intent' | 'result', data: JournalEntry['data']): Omit<JournalEntry, 'seq'> {
    return {
      change: this.change.id, step: this.change.step, attempt: this.change.version, kind,
      at: new Date(this.#world.clock.now()).toISOString(), by: this.#world.process, data,
    }
  }
}

async function load(world: World, id: string): Promise<Change> {
  const change = await world.changes.get(id)
  if (change === null) throw new WritError('change/not-found', `There is no change ${id}.`)
  return change
}

function heldBy(holder: string): Waiting {
  return { for: 'process', sentence: `another process (${holder}) is working on this change`, next: null }
}

async function interrupted({ watching, signal }: { readonly watching: Watching, readonly signal: AbortSignalLike }, pause: number): Promise<boolean> {
  try {
    await watching.sleep(pause, signal)
    return signal.aborted
  } catch {
    return true
  }
}

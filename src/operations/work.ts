import { z } from 'zod'
import { deliver } from '../flow/deliver.ts'
import { WritError } from '../model/error.ts'
import { listLines } from '../views/answer-lines.ts'
import { changeSummary } from '../views/documents.ts'
import type { ChangeSummary } from '../views/documents.ts'
import { counted, line } from '../views/line.ts'
import { PEOPLE } from './operation.ts'
import type { Caller, Operation } from './operation.ts'

const Input = z.strictObject({ once: z.boolean().default(false) })

/** Between two rounds over all open changes, in milliseconds. */
const ROUND = 2000
/** A change that fails is tried again after this long, doubled with each failure. */
const FIRST_PAUSE = 5000
const LONGEST_PAUSE = 300_000

export interface WorkAnswer {
  readonly kind: 'Work'
  /** What was open at the end of the last round, or ended in it. */
  readonly items: readonly ChangeSummary[]
  readonly failures: readonly { readonly change: string, readonly code: string, readonly message: string }[]
}

/** `writ work [--once]`: drives every open change as far as it goes; without --once again and again until it is stopped. */
export const work: Operation<z.infer<typeof Input>, WorkAnswer> = {
  name: 'work',
  summary: 'Drive all open changes',
  doors: PEOPLE,
  reads: false,
  input: Input,
  run: async (caller, { once }) => {
    const pauses = new Map<string, { readonly until: number, readonly length: number }>()
    if (!once) caller.progress('working on all open changes; Ctrl-C stops')
    for (;;) {
      const answer = await round(caller, pauses)
      if (once || await stopped(caller)) return answer
    }
  },
  show: ({ items, failures }, style) => [
    ...listLines(items, style),
    ...failures.map(({ change, code, message }) => line(`change/${change} failed: ${code}: ${message}`, 'bad')),
    ...failures.length === 0 ? [] : [line(`${counted(failures.length, 'change')} failed and ${failures.length === 1 ? 'is' : 'are'} kept.`, 'warn')],
  ],
}

async function round(caller: Caller, pauses: Map<string, { readonly until: number, readonly length: number }>): Promise<WorkAnswer> {
  const { world, signal } = caller
  const open = await world.changes.list({ status: 'open', limit: 1000 })
  const items: ChangeSummary[] = []
  const failures: { change: string, code: string, message: string }[] = []
  // Oldest first, so that nobody is overtaken for ever.
  for (const change of [...open].reverse()) {
    const pause = pauses.get(change.id)
    if (signal.aborted || (pause !== undefined && pause.until > world.clock.now())) {
      items.push(changeSummary(change))
      continue
    }
    try {
      const progress = (text: string): void => caller.progress(`change/${change.id}: ${text}`)
      items.push(changeSummary(await deliver(world, change.id, { until: 'wait', progress, signal })))
      pauses.delete(change.id)
    } catch (error) {
      if (!(error instanceof WritError)) throw error
      const length = Math.min(LONGEST_PAUSE, (pause?.length ?? FIRST_PAUSE / 2) * 2)
      pauses.set(change.id, { until: world.clock.now() + length, length })
      caller.progress(`change/${change.id}: ${error.message}`)
      failures.push({ change: change.id, code: error.code, message: error.message })
      items.push(changeSummary(await world.changes.get(change.id) ?? change))
    }
  }
  return { kind: 'Work', items, failures }
}

async function stopped({ world, signal }: Caller): Promise<boolean> {
  if (signal.aborted) return true
  try {
    await world.clock.sleep(ROUND, signal)
    return signal.aborted
  } catch {
    return true
  }
}

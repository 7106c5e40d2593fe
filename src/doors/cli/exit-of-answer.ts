import type { Answer } from '../../operations/operation.ts'
import { EXIT, exitOf } from '../errors.ts'

/** How a process ends for an answer. Looking at a change is done once it was seen, however the change stands. */
export function exitOfAnswer(answer: Answer, of: { readonly wants: string, readonly reads: boolean }): number {
  if (answer.kind === 'Refusal') return exitOf(field(answer, 'code'))
  // Asked for by --exit-code: a difference is not what was wanted.
  if (answer.kind === 'Diff' && of.wants === 'same' && 'differs' in answer && answer.differs === true) return EXIT.failed
  if (of.reads) return EXIT.done
  switch (answer.kind) {
    case 'Change': return exitOfChange(answer, of.wants)
    // Whoever stops it gets what was asked for.
    case 'Work': return of.wants === 'stopped' ? EXIT.done : exitOfWork(answer)
    case 'Batch': return worst(answer, of)
    case 'Failure': return exitOf(field(answer, 'code'))
    // A change that was interrupted before it was recorded is a plan that nobody asked to see.
    case 'Interrupted': return EXIT.unfinished
    default: return EXIT.done
  }
}

function exitOfChange(answer: Answer, wants: string): number {
  const status = field(answer, 'status')
  if (status === wants || status === 'verified') return EXIT.done
  // A pause that is in force is what was asked for.
  if (status === 'open') return 'waiting' in answer && isInForce(answer.waiting) ? EXIT.done : EXIT.unfinished
  const ended: unknown = 'ended' in answer ? answer.ended : null
  return typeof ended === 'object' && ended !== null ? exitOf(field(ended, 'code')) : EXIT.failed
}

/** Whether the round could be made, and whether another one is needed. How changes ended is theirs to say, as it is with a controller. */
function exitOfWork(answer: Answer): number {
  if ('failures' in answer && Array.isArray(answer.failures) && answer.failures.length > 0) return EXIT.failed
  const items: readonly unknown[] = 'items' in answer && Array.isArray(answer.items) ? answer.items : []
  return items.some(item => typeof item === 'object' && item !== null && field(item, 'status') === 'open' && !('waiting' in item && isInForce(item.waiting))) ? EXIT.unfinished : EXIT.done
}

function isInForce(waiting: unknown): boolean {
  return typeof waiting === 'object' && waiting !== null && field(waiting, 'for') === 'time'
}

/** What matters most among the answers for several objects: what broke, what was refused, what must be chosen, then what is not finished. */
const WORST: readonly number[] = [EXIT.failed, EXIT.usage, EXIT.refused, EXIT.needsInput, EXIT.timedOut, EXIT.unfinished]

function worst(answer: Answer, of: { readonly wants: string, readonly reads: boolean }): number {
  const items: readonly unknown[] = 'items' in answer && Array.isArray(answer.items) ? answer.items : []
  const exits = items.map(item => typeof item === 'object' && item !== null && 'answer' in item && isAnswer(item.answer) ? exitOfAnswer(item.answer, of) : EXIT.failed)
  return WORST.find(exit => exits.includes(exit)) ?? EXIT.done
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string'
}

function field(of: object, name: string): string {
  const value: unknown = Object.entries(of).find(([key]) => key === name)?.[1]
  return typeof value === 'string' ? value : ''
}

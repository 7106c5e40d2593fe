import { badInput } from '../../operations/bad-input.ts'
import { list } from '../../operations/list.ts'
import type { ChangeList } from '../../operations/list.ts'
import { EXIT } from '../errors.ts'
import type { Interruption } from './interruption.ts'
import type { Job } from './job.ts'
import { namesOf } from './names-of.ts'
import { asJson, printAnswer } from './output.ts'
import type { Connection } from './parts.ts'
import type { Door } from './door.ts'

/** Milliseconds between two looks at the store. */
const EVERY = 500
type Summary = ChangeList['items'][number]

/**
 * Prints the list of changes, then every row again that moved, until it is interrupted: `kubectl get -w` for changes. With `-o json` each row is one line of
 * JSON, with `-o yaml` a document.
 */
export async function watchList(job: Job & { kind: 'operation' }, { dir, door, stop }: { readonly dir: string, readonly door: Door, readonly stop: Interruption }): Promise<number> {
  const parsed = list.input.safeParse(job.input)
  if (!parsed.success) throw badInput(parsed.error.issues)
  const connection = await door.connect({ dir, tell: () => undefined })
  const caller = { world: connection.world, identity: connection.identity, signal: stop.signal, redact: (text: string) => door.redact(text), progress: () => undefined, looking: <T>(work: () => Promise<T>) => work() }
  let seen: ReadonlyMap<string, string> | null = null
  try {
    for (;;) {
      const { items } = await list.run(caller, parsed.data)
      const before = seen
      // Oldest first: the newest news stands at the end.
      const moved = items.filter(item => before?.get(item.id) !== stateOf(item)).toReversed()
      if (moved.length > 0) await print(job, moved, { door, first: before === null, now: new Date(connection.world.clock.now()).toISOString() })
      seen = new Map(items.map(item => [item.id, stateOf(item)]))
      if (await interrupted(connection, stop)) return EXIT.done
    }
  } finally {
    await connection.close()
  }
}

/** The head of the table stands once. */
async function print(job: Job, items: readonly Summary[], { door, first, now }: { readonly door: Door, readonly first: boolean, readonly now: string }): Promise<void> {
  if (job.format === 'json') return door.io.out(items.map(item => `${JSON.stringify(door.redactJson(asJson({ kind: 'Change', ...item })))}\n`).join(''))
  if (job.format === 'yaml' && !first) door.io.out('---\n')
  const answer: ChangeList = { kind: 'ChangeList', items }
  const lines = list.show(answer, { wide: job.format === 'wide', columns: door.io.columns, now })
  await printAnswer({ answer: asJson(answer), lines: () => first ? lines : lines.slice(1), names: () => namesOf(answer) }, job.format, door)
}

/** What a row shows; a time of writing alone is no movement. */
function stateOf({ status, step, waiting }: Summary): string {
  return JSON.stringify([status, step, waiting])
}

async function interrupted({ world }: Connection, stop: Interruption): Promise<boolean> {
  try {
    await world.clock.sleep(EVERY, stop.signal)
    return stop.signal.aborted
  } catch {
    return true
  }
}

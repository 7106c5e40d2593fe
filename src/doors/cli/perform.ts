import { doctor, doctorLines } from '../../operations/doctor.ts'
import { operations } from '../../operations/index.ts'
import type { Entry } from '../../operations/index.ts'
import { edit, editLines } from '../../operations/edit.ts'
import { init, initLines } from '../../operations/init.ts'
import type { Answer } from '../../operations/operation.ts'
import { WritError } from '../../model/error.ts'
import { answerLines } from '../../views/answer-lines.ts'
import { interruptedDocument } from '../../views/documents.ts'
import { EXIT, exitOf } from '../errors.ts'
import { exitOfAnswer } from './exit-of-answer.ts'
import { performCheck } from './perform-check.ts'
import { interruption } from './interruption.ts'
import type { Job } from './job.ts'
import { namesOf } from './names-of.ts'
import { asJson, printAnswer, text } from './output.ts'
import { watchList } from './watch.ts'
import type { Door } from './door.ts'

/** What a shell adds to the number of the signal that ended a process. */
const BY_SIGNAL = 128

/** Does a job, prints its answer, gives the exit code. Throws what failed. */
export async function perform(job: Job, door: Door): Promise<number> {
  const { dir, from } = door.configFolder(job.config, door.io.env)
  switch (job.kind) {
    case 'operation': return runOperation(job, dir, door)
    case 'sandbox': return door.sandbox(job.command, { ...job.options, program: door.io.command })
    case 'init': {
      const answer = await init(await door.setup({ dir }), { context: job.context, progress: line => progress(door, line) })
      await printAnswer({ answer: asJson(answer), lines: () => initLines(answer), names: () => answer.files.map(({ file }) => file) }, job.format, door)
      return EXIT.done
    }
    case 'edit': {
      const answer = await edit(await door.editing(), job.input)
      await printAnswer({ answer: asJson(answer), lines: () => editLines(answer), names: () => answer.files.map(file => file.path) }, job.format, door)
      return answer.code === null ? EXIT.done : exitOf(answer.code)
    }
    case 'check': return performCheck(job, { dir, from }, door)
    case 'doctor': {
      const answer = await looking(door, async () => doctor(await door.machine({ dir, from, tell: line => { progress(door, line) } })))
      await printAnswer({ answer: asJson(answer), lines: () => doctorLines(answer), names: () => answer.checks.map(check => check.name) }, job.format, door)
      return answer.ok ? EXIT.done : EXIT.failed
    }
  }
}

/** Does what only looks: Ctrl-C and the request to end have nothing to wait for. */
async function looking<T>(door: Door, work: () => Promise<T>): Promise<T> {
  const stop = interruption(door.io, undefined)
  try {
    return await stop.loose(work, signal => { door.io.exit(BY_SIGNAL + signal) })
  } finally {
    stop.forget()
  }
}

async function runOperation(job: Job & { kind: 'operation' }, dir: string, door: Door): Promise<number> {
  const operation = operations.find(one => one.name === job.operation && one.doors.cli)
  if (operation === undefined) throw new WritError('internal/bug', `There is no operation ${job.operation}.`)
  const stop = interruption(door.io, job.timeout)
  if (job.watch === true) return watching(job, { dir, door, stop })
  const tell = (line: string): void => {
    clearTimeout(slow)
    progress(door, line)
  }
  const { doing } = operation
  const slow = doing === undefined ? undefined : setTimeout(() => { progress(door, doing) }, door.io.patience)
  try {
    return await called(job, operation, { dir, door, tell, stop })
  } finally {
    clearTimeout(slow)
    stop.forget()
  }
}

/** Until Ctrl-C, which is how a watch ends. */
async function watching(job: Job & { kind: 'operation' }, of: { readonly dir: string, readonly door: Door, readonly stop: ReturnType<typeof interruption> }): Promise<number> {
  try {
    return await watchList(job, of)
  } finally {
    of.stop.forget()
  }
}

interface Call { readonly dir: string, readonly door: Door, readonly tell: (line: string) => void, readonly stop: ReturnType<typeof interruption> }

async function called(job: Job & { kind: 'operation' }, operation: Entry, { dir, door, tell, stop }: Call): Promise<number> {
  const { reads } = operation
  const loose = <T>(work: () => Promise<T>): Promise<T> => stop.loose(work, signal => { void cut(job, { reads, signal, door }) })
  const connection = await door.connect({ dir, tell })
  try {
    // Nothing waits for it: until then, and where it cannot be, each question lists.
    if (operation.isResident(job.input)) void connection.owners.hold()
    const caller = { world: connection.world, identity: connection.identity, signal: stop.signal, redact: (text: string) => door.redact(text), progress: tell, looking: loose }
    const call = (): ReturnType<Entry['call']> => operation.call(caller, job.input, { wide: job.format === 'wide', columns: door.io.columns })
    const { answer, lines } = await (reads ? loose(call) : call())
    await printAnswer({ answer: asJson(answer), lines, names: () => namesOf(answer) }, job.format, door)
    return ending(answer, job, { reads, why: stop.why(), door })
  } catch (error) {
    // A wait that was broken off ends in the reason it was broken off for, which is no failure.
    if (error instanceof WritError || stop.why() === 'no') throw error
    return ending({ kind: 'Interrupted' }, job, { reads: false, why: stop.why(), door })
  } finally {
    await connection.close()
  }
}

/** Ends the process in the middle of what writes nothing; a change that was asked for says that nothing was recorded. */
async function cut(job: Job & { kind: 'operation' }, of: { readonly reads: boolean, readonly signal: number, readonly door: Door }): Promise<void> {
  if (of.reads) return of.door.io.exit(BY_SIGNAL + of.signal)
  const answer = interruptedDocument()
  await printAnswer({ answer: asJson(answer), lines: () => answerLines(answer), names: () => [] }, job.format, of.door)
  of.door.io.exit(EXIT.unfinished)
}

/** The exit code; a person who stopped waiting is told that nothing is lost. */
function ending(answer: Answer, job: Job & { kind: 'operation' }, how: { readonly reads: boolean, readonly why: 'no' | 'person' | 'time', readonly door: Door }): number {
  const exit = exitOfAnswer(answer, { wants: job.wants ?? 'verified', reads: how.reads })
  if (how.why === 'no' || exit !== EXIT.unfinished) return exit
  const said = how.why === 'time' ? 'Stopped waiting: the time of --timeout is over.' : 'Interrupted.'
  const next = 'next' in answer && typeof answer.next === 'string' ? ` Go on with: ${answer.next}` : ''
  how.door.io.err(text([{ text: `${said} Nothing is lost.${next}`, tone: 'warn' }], how.door))
  return how.why === 'time' ? EXIT.timedOut : EXIT.unfinished
}

function progress(door: Door, line: string): void {
  door.io.err(text([{ text: line, tone: 'dim' }], door))
}

import { check, checkJunit, checkLines, checkMarkdown, checkSarif } from '../../operations/check.ts'
import type { CheckDocument } from '../../views/check-document.ts'
import { EXIT, exitOf } from '../errors.ts'
import type { Door } from './door.ts'
import { interruption } from './interruption.ts'
import type { Job, Report } from './job.ts'
import { asJson, printAnswer } from './output.ts'
import { version } from './version.ts'

/** What a shell adds to the number of the signal that ended a process. */
const BY_SIGNAL = 128

/** Checks, prints the answer as it was asked for, gives the exit code. Throws what failed. */
export async function performCheck(job: Job & { kind: 'check' }, config: { readonly dir: string, readonly from: string }, door: Door): Promise<number> {
  const stop = interruption(door.io, undefined)
  const { world, variables, close } = await door.checking(config)
  try {
    const answer = await stop.loose(() => check(world, job.input, variables), signal => { door.io.exit(BY_SIGNAL + signal) })
    await print(answer, job.report, door)
    return answer.code === null ? EXIT.done : exitOf(answer.code)
  } finally {
    await close()
    stop.forget()
  }
}

async function print(answer: CheckDocument, report: Report, door: Door): Promise<void> {
  switch (report) {
    case 'markdown': return door.io.out(door.redact(checkMarkdown(answer)))
    case 'junit': return door.io.out(door.redact(checkJunit(answer)))
    case 'sarif': return door.io.out(`${JSON.stringify(door.redactJson(checkSarif(answer, version())), null, 2)}\n`)
    default: return printAnswer({ answer: asJson(answer), lines: () => checkLines(answer), names: () => [] }, report, door)
  }
}

import type { Command } from 'commander'
import type { Job } from '../job.ts'

/** Gives the parsed job to the door. */
export type Take = (job: Job) => void

/** What a command line is made into: its words and its options. */
export type Words = readonly string[]

/** Help text below the options. */
export function examples(command: Command, ...lines: readonly string[]): Command {
  return command.addHelpText('after', `\nExamples:\n${lines.map(line => `  ${line}`).join('\n')}`)
}

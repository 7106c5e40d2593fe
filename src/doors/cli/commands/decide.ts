import { readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { bad, namedChange } from '../arguments.ts'
import { common, jobOptions, optionsOf, textOption, waiting } from '../options.ts'
import { examples } from './take.ts'
import type { Take, Words } from './take.ts'

type Options = Readonly<Record<string, unknown>>

/** The commands by which people decide. */
export function addDecideCommands(program: Command, take: Take): void {
  vote(program, take, 'approve')
  vote(program, take, 'reject')
  merge(program, take)
  cancel(program, take)
}

function vote(program: Command, take: Take, choice: 'approve' | 'reject'): void {
  const command = program.command(choice).argument('<words...>').usage('change/ID [options]').helpGroup('Decide:')
    .summary(choice === 'approve' ? 'approve a change' : 'reject a change, which ends it')
    .description(choice === 'approve' ? 'Approve the present head of a change. Staging and prod take a signature: --key, or --document and --signature.' : 'Reject a change, which ends it.')
    .option('--key <file>', 'sign with this SSH key (the public key where the agent holds the private one)')
    .option('--comment <text>', 'what you have to say about it')
    .option('--print-document', 'print what is to be signed, for signing on another machine')
    .option('--document <file>', 'the document that was signed elsewhere')
    .option('--signature <file>', 'its signature, as ssh-keygen -Y sign made it')
  common(staying(command))
  examples(command, `writ ${choice} change/abcd2345 --key ~/.ssh/id_ed25519`, `writ ${choice} change/abcd2345 --print-document > FILE && ssh-keygen -Y sign -n writ/approval/v1 -f KEY FILE`,
    `writ ${choice} change/abcd2345 --document FILE --signature FILE.sig`)
    .action((words: Words) => {
      const options = optionsOf(command)
      const change = namedChange(words)
      if (options['printDocument'] === true) return take({ kind: 'operation', operation: 'approval-document', input: { change, vote: choice }, ...jobOptions(options) })
      const { until, timeout } = waiting(options)
      const input = { change, until, comment: textOption(options, 'comment'), keyFile: textOption(options, 'key'), signed: signed(options) }
      take({ kind: 'operation', operation: choice, input, wants: choice === 'approve' ? 'verified' : 'rejected', ...jobOptions(options), ...timeout === undefined ? {} : { timeout } })
    })
}

function merge(program: Command, take: Take): void {
  const command = program.command('merge').argument('<words...>').usage('change/ID [options]').helpGroup('Decide:')
    .summary('merge a change whose gates are passed').description('Merge the present head of a change whose gates are passed.')
  common(staying(command)).action((words: Words) => {
    const options = optionsOf(command)
    const { until, timeout } = waiting(options)
    take({ kind: 'operation', operation: 'merge', input: { change: namedChange(words), until }, wants: 'verified', ...jobOptions(options), ...timeout === undefined ? {} : { timeout } })
  })
}

function cancel(program: Command, take: Take): void {
  const command = program.command('cancel').argument('<words...>').usage('change/ID [options]').helpGroup('Decide:')
    .summary('end a change that is not merged').description('End a change that is not merged yet, and close its change request.')
    .option('--reason <text>', 'why')
  common(command).action((words: Words) => {
    const options = optionsOf(command)
    take({ kind: 'operation', operation: 'cancel', input: { change: namedChange(words), reason: textOption(options, 'reason') }, wants: 'cancelled', ...jobOptions(options) })
  })
}

function staying(command: Command): Command {
  return command.option('--wait', 'stay until the change is verified or has ended').option('--timeout <duration>', 'with --wait: stop waiting after this long; the change goes on')
}

/** A signature made elsewhere: both files or none. */
function signed(options: Options): { readonly document: string, readonly armoured: string } | null {
  const [document, signature] = [textOption(options, 'document'), textOption(options, 'signature')]
  if (document === null && signature === null) return null
  if (document === null || signature === null) throw bad('--document and --signature belong together.', 'Give both, as --print-document and ssh-keygen -Y sign made them.')
  if (textOption(options, 'key') !== null) throw bad('--key signs here, --signature was made elsewhere.', 'Give one of them.')
  return { document: read(document, '--document'), armoured: read(signature, '--signature') }
}

function read(file: string, flag: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
    throw bad(`${flag} ${file} cannot be read (${code}).`, 'Check the path.')
  }
}

import { Command } from 'commander'
import { addChangeCommands } from './commands/change.ts'
import { addCheckCommand } from './commands/check.ts'
import { addDecideCommands } from './commands/decide.ts'
import { addEditCommand } from './commands/edit.ts'
import { addLookCommands } from './commands/look.ts'
import { addRunCommands } from './commands/run.ts'
import { addSteerCommands } from './commands/steer.ts'
import type { Take } from './commands/take.ts'
import { common } from './options.ts'
import { version } from './version.ts'

/** Where the program's own words go. */
export interface ProgramIo { readonly program: string, out(text: string): void }

/** The whole grammar. `take` is given the one job that a command line asks for; nothing is done here. */
export function buildProgram(io: ProgramIo, take: Take): Command {
  const program = common(new Command(io.program))
    .description('Ask for changes to live Kubernetes objects; Writ writes them to Git, proves them and follows them until they are live.')
    .version(version(), '--version', 'print the version')
    .enablePositionalOptions()
    .helpCommand(false)
    .usage('COMMAND [options]')
  addChangeCommands(program, take)
  addSteerCommands(program, take)
  addLookCommands(program, take)
  addDecideCommands(program, take)
  addRunCommands(program, take)
  addEditCommand(program, take)
  addCheckCommand(program, take)
  program.addHelpText('after', `
Options of every command:
  -n, --namespace, --context, --cluster, --config, -o json|yaml|wide|name; writ COMMAND --help shows all.

Exit codes: 0 done or no change, 1 failed, 2 usage or configuration, 3 refused, 4 not finished, 5 timed out, 6 ambiguous.
A first look: writ sandbox demo    A first configuration: writ init`)
  quiet(program, io)
  // The verbs come first; the options of every command stand with every command.
  program.configureHelp({ ...program.configureHelp(), visibleOptions: () => [] })
  return program
}

/** Nothing is printed and nothing ends the process behind the door's back. */
function quiet(command: Command, io: ProgramIo): void {
  command.exitOverride()
  command.configureOutput({ writeOut: text => io.out(text), writeErr: () => undefined, outputError: () => undefined, getOutHelpWidth: () => 80 })
  command.configureHelp({ subcommandTerm: inner => inner.name() })
  for (const inner of command.commands) quiet(inner, io)
}

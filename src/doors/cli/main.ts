import { CommanderError } from 'commander'
import type { Command } from 'commander'
import { WritError } from '../../model/error.ts'
import { EXIT } from '../errors.ts'
import { failureLines, failureOf } from './failure.ts'
import type { Job } from './job.ts'
import { asJson, printAnswer, text } from './output.ts'
import type { Io, Parts } from './parts.ts'
import { buildProgram } from './program.ts'

/** One call of the command line: parse, do, print. Gives the exit code; throws nothing. */
export async function main(argv: readonly string[], parts: Parts, io: Io): Promise<number> {
  try {
    const job = parse(argv, io)
    if (job === null) return EXIT.done
    // Everything beyond the grammar is loaded only now: --help must not wait for it.
    const { perform } = await import('./perform.ts')
    return await perform(job, { ...parts, io })
  } catch (error) {
    return fail(error, argv, { ...parts, io })
  }
}

/** The job that a command line asks for; null where it asked for help or the version, which are printed. Throws usage/…. */
export function parse(argv: readonly string[], io: Pick<Io, 'program' | 'out'>): Job | null {
  const jobs: Job[] = []
  const program = buildProgram(io, job => { jobs.push(job) })
  const words = asked(argv.flatMap(dryRun), program)
  if (words.length === 0) {
    program.outputHelp()
    return null
  }
  try {
    program.parse(words, { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return told(error, words, program)
    throw error
  }
  return jobs[0] ?? null
}

/** kubectl's --dry-run takes a mode; Writ has one, which asks the world and writes nothing. */
function dryRun(word: string): readonly string[] {
  if (word === '--dry-run=none' || word === '--dry-run=false') return []
  return word === '--dry-run=server' || word === '--dry-run=client' || word === '--dry-run=true' ? ['--dry-run'] : [word]
}

/** `writ help set image` and `writ version`, as kubectl and other programs have them. Throws usage/bad-argument for help on what does not exist. */
function asked(words: readonly string[], program: Command): readonly string[] {
  const [first, ...more] = words
  if (first === 'version' && more.length === 0) return ['--version']
  if (first !== 'help') return words
  let at = program
  for (const word of more) {
    const inner = at.commands.find(command => command.name() === word)
    if (inner === undefined) throw new WritError('usage/bad-argument', `There is no command ${[...path(at).slice(1), word].join(' ')}.`, { hint: `See ${path(at).join(' ')} --help.` })
    at = inner
  }
  return [...more, '--help']
}

/** The command that a command line names, as far as it names one. */
function commandOf(words: readonly string[], program: Command): Command {
  let at = program
  for (const word of words) at = at.commands.find(command => command.name() === word) ?? at
  return at
}

function path(of: Command): readonly string[] {
  const names: string[] = []
  for (let at: Command | null = of; at !== null; at = at.parent) names.unshift(at.name())
  return names
}

/** Help is no error; everything else is the caller's, in commander's words and with the nearest help. */
function told(error: CommanderError, words: readonly string[], program: Command): null {
  if (error.exitCode === 0) return null
  const at = commandOf(words, program)
  // A group without its verb is asked for help, as with kubectl.
  if (error.code === 'commander.help') {
    at.outputHelp()
    return null
  }
  const hint = `See ${path(at).join(' ')} --help.`
  if (error.code === 'commander.missingArgument') throw new WritError('usage/bad-argument', `${at.usage().split(' ')[0] ?? 'An argument'} is missing.`, { hint: `${path(at).join(' ')} ${at.usage()}. ${hint}` })
  const message = error.message.replace(/^error: /, '').replace(/\n/g, ' ')
  throw new WritError('usage/bad-argument', `${message[0]?.toUpperCase() ?? ''}${message.slice(1)}${/[.?)]$/.test(message) ? '' : '.'}`, { hint })
}

async function fail(error: unknown, argv: readonly string[], door: Parts & { readonly io: Io }): Promise<number> {
  const { stack: _stack, exit, ...found } = failureOf(error)
  const failure = { ...found, hint: withCommand(found.hint, argv, door.io) }
  const format = formatIn(argv)
  const lines = failureLines({ ...failure, exit, stack: _stack }, door.io.env['WRIT_DEBUG'] === '1')
  if (format === 'text') door.io.err(text(lines, door))
  else await printAnswer({ answer: asJson(failure), lines: () => lines, names: () => [] }, format, door)
  return exit
}

/** The table's advice for a wrong argument names no command; here it is known. */
function withCommand(hint: string, argv: readonly string[], io: Io): string {
  if (!hint.includes('writ COMMAND --help')) return hint
  return hint.replace('writ COMMAND --help', `${path(commandOf(argv, buildProgram(io, () => undefined))).join(' ')} --help`)
}

/** The format for errors: also where the command line could not be understood. */
function formatIn(argv: readonly string[]): 'text' | 'json' | 'yaml' {
  const at = argv.findIndex(word => word === '-o' || word === '--output')
  const value = at >= 0 ? argv[at + 1] : argv.map(word => /^(?:-o=?|--output=)(.+)$/.exec(word)?.[1]).find(found => found !== undefined)
  return value === 'json' || value === 'yaml' ? value : 'text'
}

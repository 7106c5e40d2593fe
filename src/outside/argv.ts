import { WritError } from '../model/error.ts'
import { GIT_VARIABLES, PROGRAMS } from './argv-tables.ts'
import type { Program, Subcommand } from './argv-tables.ts'
export type { Program } from './argv-tables.ts'

/**
 * Throws git/refused where a program is called with a subcommand, flag or operand that is not on its list
 * (reliability.md E.2: an allow-list, because every deny-list of the past was incomplete). Flags match whole and in their
 * own case, so no abbreviation and no upper-case form slips through; global flags (`git -c`, `-C`, `--exec-path`) stand
 * where the subcommand must be and are refused there.
 */
export function checkArguments(program: Program, args: readonly string[]): void {
  if (args.some(arg => arg.includes('\0'))) throw new WritError('git/refused', `An argument for ${program} holds a NUL byte.`)
  const allowed = PROGRAMS[program]
  if (allowed === null) return
  const [first = '', ...rest] = args
  const subcommand = Object.hasOwn(allowed, first) ? allowed[first] : undefined
  if (subcommand === undefined) throw new WritError('git/refused', `${program} ${show(first)} is not a command that Writ runs.`)
  const operands = withoutFlags(rest, subcommand, `${program} ${first}`)
  for (const operand of operands) checkOperand(operand, subcommand, `${program} ${first}`)
  if (program === 'git' && first === 'push') checkPush(operands)
}

function withoutFlags(args: readonly string[], { flags }: Subcommand, command: string): readonly string[] {
  const operands: string[] = []
  for (let index = 0; index < args.length; index += 1) {
    const arg = String(args[index])
    if (arg === '--' || arg === '--end-of-options') return [...operands, ...args.slice(index + 1)]
    if (flags.includes(`${arg} `)) {
      index += 1
      if (index >= args.length) throw new WritError('git/refused', `${command} ${arg} has no value.`)
    } else if (!arg.startsWith('-') || arg === '-') {
      operands.push(arg)
    } else if (!flags.includes(arg) && !flags.some(flag => flag.endsWith('=*') && arg.startsWith(flag.slice(0, -1)))) {
      throw new WritError('git/refused', `${command} is not called with ${show(arg)}.`)
    }
  }
  return operands
}

function checkOperand(operand: string, { operands, remote }: Subcommand, command: string): void {
  if (operands !== undefined && !operands.test(operand)) throw new WritError('git/refused', `${command} is not called with ${show(operand)}.`)
  if (remote === true && /^[^/]*::/.test(operand)) throw new WritError('git/refused', `${command} is not called with a remote helper.`)
  if (remote === true && operand.startsWith('-')) throw new WritError('git/refused', `${command} is not called with an operand that begins with -.`)
}

// A push names one whole commit and one branch: never a deletion, a pattern, a forced or a matching refspec.
function checkPush([, ...refspecs]: readonly string[]): void {
  const one = refspecs[0]
  if (refspecs.length !== 1 || one === undefined || !/^[0-9a-f]{40,64}:refs\/heads\/[^*+:]+$/.test(one)) {
    throw new WritError('git/refused', 'git push is not called with anything but one commit and one branch.')
  }
}

/**
 * Throws git/refused where an environment holds a variable that makes a child run or load something else, or, for git,
 * a GIT_ variable that Writ does not set itself.
 */
export function checkEnvironment(program: Program, env: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(env)) {
    const upper = name.toUpperCase()
    const git = upper.startsWith('GIT_') && !GIT_VARIABLES.includes(name) && !/^GIT_CONFIG_(?:KEY|VALUE)_\d+$/.test(name)
    const loads = /^(?:LD_|DYLD_|NODE_OPTIONS$|NODE_PATH$|BASH_ENV$|ENV$|IFS$|PERL5|PYTHON|EDITOR$|VISUAL$|PAGER$|SSH_ASKPASS|PREFIX$)/.test(upper)
    if ((program !== 'node' && (git || loads)) || value.includes('\0')) throw new WritError('git/refused', `${program} is not started with the variable ${show(name)}.`)
  }
}

function show(text: string): string {
  // A value after = may be a secret; the name is enough to find the call.
  const name = text.replace(/=.*$/s, '=…').replace(/:\/\/[^@/]*@/, '://***@')
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}…` : name)
}

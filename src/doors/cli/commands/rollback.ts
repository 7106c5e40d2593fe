import type { Command } from 'commander'
import { bad, namedChange, onlyObject, wholeNumber } from '../arguments.ts'
import type { Job } from '../job.ts'
import { changeInput, changeJob, changing, common, jobOptions, optionsOf, textOption } from '../options.ts'
import { examples } from './take.ts'
import type { Take, Words } from './take.ts'

type Options = Readonly<Record<string, unknown>>

/** `rollback`, in the words of kubectl rollout undo. */
export function addRollbackCommand(program: Command, take: Take): void {
  const command = program.command('rollback').argument('<words...>').usage('change/ID | TYPE/NAME [options]').helpGroup('Change:')
    .summary('undo a change, or bring an object back to an earlier state')
    .description('Undo what a change brought, or bring the fields of an object back to what they were: before the last commit that changed it, at a commit, after a change, or at a time.')
    .option('--to-revision <commit>', 'as it was at this commit')
    .option('--to-change <id>', 'as it was once this change was merged')
    .option('--to-time <time>', 'as it was then: 2026-11-20T10:00Z, or how long ago: 2h')
    .option('--list', 'only show the states that it can go back to')
    .option('--limit <n>', 'with --list: how many at most; default 10')
    .option('--overwrite', 'of change/ID: also where later commits gave its fields other values')
  examples(common(changing(command)), 'writ rollback change/abcd2345 --dry-run', 'writ rollback deployment/web -n shop --wait', 'writ rollback deployment/web -n shop --to-time 2h')
    .action((words: Words) => {
      const options = optionsOf(command)
      if (options['list'] === true) return take(listJob(options, words))
      if (textOption(options, 'limit') !== null) throw bad('--limit is for --list.', 'Leave --limit out.')
      const input = command.getOptionValueSource('scope') === 'default' ? { scope: null } : {}
      take(changeJob('rollback', options, { ...changeInput(options, { type: '', name: '' }), ...input, ...asked(options, words) }))
    })
}

/** Throws usage/bad-argument where a flag says what to go back to. */
function listJob(options: Options, words: Words): Job {
  const flag = ['toRevision', 'toChange', 'toTime', 'overwrite', 'wait', 'dryRun', 'reason', 'incident', 'rollbackPlan'].find(name => options[name] !== undefined)
  if (flag !== undefined) throw bad(`--list only looks, and --${flag.replaceAll(/[A-Z]/g, letter => `-${letter.toLowerCase()}`)} is for a rollback.`, 'Give one of them.')
  if (isChange(words)) throw bad('--list shows the states of an object.', 'Name it as TYPE/NAME.')
  const { target } = changeInput(options, onlyObject(words))
  return { kind: 'operation', operation: 'rollback-targets', input: { target, limit: wholeNumber(textOption(options, 'limit') ?? '10', '--limit', [1, 40]) }, ...jobOptions(options) }
}

function asked(options: Options, words: Words): Options {
  const flags = (['toRevision', 'toChange', 'toTime'] as const).filter(name => textOption(options, name) !== null)
  if (isChange(words)) {
    const flag = ['namespace', 'cluster', 'context'].find(name => textOption(options, name) !== null)
    if (flags.length > 0) throw bad('change/ID says which change is undone, and --to-… to which state an object goes back.', 'For a state, name the object: writ rollback TYPE/NAME --to-change ID.')
    if (flag !== undefined) throw bad(`--${flag} is not for change/ID, which knows its object.`, `Leave --${flag} out.`)
    return { target: null, to: { kind: 'undo', change: namedChange(words) }, overwrite: options['overwrite'] === true }
  }
  if (flags.length > 1) throw bad('--to-revision, --to-change and --to-time each name a state.', 'Give one of them.')
  if (options['overwrite'] === true) throw bad('--overwrite is for change/ID: a state takes back all that came after it.', 'Leave --overwrite out.')
  const { target } = changeInput(options, onlyObject(words))
  return { target, to: state(options) }
}

function isChange(words: Words): boolean {
  return /^changes?(?:\/|$)/.test(words[0] ?? '')
}

function state(options: Options): Options {
  const [commit, change, at] = [textOption(options, 'toRevision'), textOption(options, 'toChange'), textOption(options, 'toTime')]
  if (commit !== null) return { kind: 'revision', commit }
  if (change !== null) return { kind: 'change', change: namedChange([change]) }
  return at === null ? { kind: 'previous' } : { kind: 'time', at }
}

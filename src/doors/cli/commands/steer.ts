import { Option } from 'commander'
import type { Command } from 'commander'
import { bad, onlyObject } from '../arguments.ts'
import { changeInput, changeJob, common, optionsOf, textOption } from '../options.ts'
import { examples } from './take.ts'
import type { Take, Words } from './take.ts'

type Options = Readonly<Record<string, unknown>>

/** The commands that are done to an owner, not to Git. Each takes the owner, or an object that it deploys. */
export function addSteerCommands(program: Command, take: Take): void {
  const sync = verb(program, 'sync', 'bring what is in Git to the cluster now')
    .description('Let an owner bring the tip of its branch to the cluster now. OWNER is application/NAME, kustomization/NAME, helmrelease/NAME, or an object that one of them deploys.')
    .option('--prune', 'Argo CD: delete what is no longer in Git')
  examples(common(steering(sync)), 'writ sync application/shop-dev -n argocd --dry-run', 'writ sync deployment/web -n shop --wait').action((words: Words) => {
    const options = optionsOf(sync)
    take(changeJob('sync', options, { ...input(options, words), prune: options['prune'] === true }))
  })
  const suspend = verb(program, 'suspend', 'pause an owner until a time')
    .description('Pause an owner until a time: it leaves the cluster alone, and Writ resumes it then. --for or --until must be given.')
    .addOption(new Option('--for <duration>', 'how long: 30m, 2h').conflicts('until'))
    .option('--until <time>', 'the time at which it ends, with its zone: 2026-11-30T18:00:00Z')
  examples(common(steering(suspend)), 'writ suspend kustomization/shop -n flux-system --for 2h --reason "load test"', 'writ suspend deployment/web -n shop --until 2026-11-30T18:00:00+01:00').action((words: Words) => {
    const options = optionsOf(suspend)
    take(changeJob('suspend', options, { ...input(options, words), end: endOf(options) }))
  })
  const resume = verb(program, 'resume', 'end a pause before its time').description('End a pause that Writ made before its time is up; what was there before it is put back, and nothing else.')
  examples(common(steering(resume)), 'writ resume kustomization/shop -n flux-system').action((words: Words) => {
    const options = optionsOf(resume)
    take(changeJob('resume', options, input(options, words)))
  })
}

function verb(program: Command, name: string, summary: string): Command {
  return program.command(name).argument('<words...>').usage('OWNER [options]').helpGroup('Steer:').summary(summary)
}

function steering(command: Command): Command {
  return command
    .option('--dry-run', 'plan only: show everything, do nothing')
    .option('--wait', 'stay until it is done and seen')
    .option('--timeout <duration>', 'with --wait: stop waiting after this long (30s, 10m, 1h); the change goes on')
    .option('--reason <text>', 'why')
    .option('--incident <id>', 'the incident that this is for')
}

function input(options: Options, words: Words): Readonly<Record<string, unknown>> {
  const { scope: _scope, rollbackPlan: _plan, ...rest } = changeInput(options, onlyObject(words))
  return rest
}

function endOf(options: Options): { readonly at: string } | { readonly after: string } {
  const [until, length] = [textOption(options, 'until'), textOption(options, 'for')]
  if (until !== null) return { at: until }
  if (length === null) throw bad('A pause needs an end.', 'Give --for 2h, or --until with a time such as 2026-11-30T18:00:00Z.')
  if (!/^(?:\d+(?:ms|s|m|h|d))+$/.test(length)) throw bad(`--for takes a duration such as 30m or 2h, not ${JSON.stringify(length)}.`, 'Give --for 2h.')
  return { after: length }
}

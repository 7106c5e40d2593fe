import type { Command } from 'commander'
import { bad } from '../arguments.ts'
import { givenFile } from '../given-file.ts'
import type { Report } from '../job.ts'
import { common, everywhere, optionsOf, textOption } from '../options.ts'
import { examples } from './take.ts'
import type { Take } from './take.ts'

/** `writ check`: what a pull request does to everything that its repository deploys, without a cluster. */
export function addCheckCommand(program: Command, take: Take): void {
  const command = program.command('check').helpGroup('Run:')
    .summary('judge a pull request in a pipeline, Writ\'s or anybody\'s')
    .description('Render everything that the changed files of a checkout may reach, as the base has it and as the head has it, and judge what differs by the policies of the base branch. Reaches no cluster and no network. Exits 3 where a policy denies it, or where something could not be rendered or judged. -o takes text, json, yaml, markdown, sarif and junit.')
    .option('--base <ref>', 'what the head is compared with, from where it left that branch; default: what the pipeline says, else the default branch')
    .option('--head <ref>', 'the commit that is checked; default: in a pipeline HEAD, else the files as they stand')
    .option('--owner <file>', 'manifests of owners that deploy from here and stand elsewhere; may be given again; - is stdin', (file: string, files: readonly string[] | undefined) => [...files ?? [], file])
    .option('--policies <folder>', 'the policies; one inside the repository is read from the base branch; default: as configured there, else those that come with Writ')
    .option('--environment <name>', 'judge everything at least as strictly as in this environment of the configuration')
  examples(common(command, 'text, json, yaml, markdown (a comment on a pull request), sarif (2.1.0) or junit'), 'writ check --base origin/main', 'writ check -o markdown > comment.md', 'writ check --base v1.2.0 --head v1.3.0 -o json')
    .action(() => {
      const options = optionsOf(command)
      everywhere(options, 'writ check')
      const owners = filesOf(options['owner'])
      take({
        kind: 'check', format: 'text', config: textOption(options, 'config'), report: reportOf(textOption(options, 'output')),
        input: {
          base: textOption(options, 'base'), head: textOption(options, 'head'), policies: textOption(options, 'policies'), environment: textOption(options, 'environment'),
          owners: owners.map(name => ({ name, text: givenFile(name, '--owner') })),
        },
      })
    })
}

function filesOf(given: unknown): readonly string[] {
  const files = Array.isArray(given) ? given.filter(one => typeof one === 'string') : []
  if (files.filter(file => file === '-').length > 1) throw bad('--owner reads stdin twice.', 'Give one of them a file.')
  return files
}

function reportOf(text: string | null): Report {
  switch (text) {
    case null: return 'text'
    case 'text': case 'json': case 'yaml': case 'markdown': case 'sarif': case 'junit': return text
    default: throw bad(`-o takes text, json, yaml, markdown, sarif or junit, not ${JSON.stringify(text)}.`, 'Leave -o out for text.')
  }
}

import type { Command } from 'commander'
import { Option } from 'commander'
import { bad, onlyObject } from '../arguments.ts'
import { givenFile } from '../given-file.ts'
import { changeInput, changeJob, changing, clusterOf, common, optionsOf, textOption } from '../options.ts'
import { examples } from './take.ts'
import type { Take, Words } from './take.ts'

/** The verbs that are about whole objects. */
export function addObjectCommands(program: Command, take: Take): void {
  restart(program, take)
  apply(program, take)
  patch(program, take)
  remove(program, take)
}

function restart(program: Command, take: Take): void {
  const command = program.command('restart').argument('<words...>').usage('TYPE/NAME [options]').helpGroup('Change:')
    .summary('roll out new pods of the same template').description('Roll out new pods of the same template, as kubectl rollout restart does, but by Git.')
  examples(common(changing(command)), 'writ restart deployment/web -n shop --wait')
    .action((words: Words) => {
      const options = optionsOf(command)
      take(changeJob('restart', options, changeInput(options, onlyObject(words))))
    })
}

function apply(program: Command, take: Take): void {
  const files: string[] = []
  const command = program.command('apply').usage('-f FILE [options]').helpGroup('Change:').argument('[words...]')
    .summary('create or change objects as manifests say')
    .description('Create the objects of a file, or change them: fields that the manifest names get its values, everything else stays. Each object is a change of its own.')
    .requiredOption('-f, --filename <file>', 'a file with one or more objects; - is stdin', (file: string) => { files.push(file); return file })
    .option('--place <id>', 'where a new object goes, out of the places that were listed')
  examples(common(changing(command)), 'writ apply -f settings.yaml -n shop --dry-run', 'kubectl create configmap flags --from-literal=beta=on --dry-run=client -o yaml | writ apply -f - -n shop')
    .action((words: Words) => {
      const options = optionsOf(command)
      if (words.length > 0) throw bad(`${words.map(word => JSON.stringify(word)).join(' ')} is not understood: the file says which objects are meant.`, 'Give writ apply -f FILE.')
      const { target: _target, ...input } = changeInput(options, { type: '', name: '' })
      const manifest = files.splice(0).map(file => givenFile(file, '-f')).join('\n---\n')
      take(changeJob('apply', options, { ...input, cluster: clusterOf(options), namespace: textOption(options, 'namespace'), manifest, place: textOption(options, 'place') }))
    })
}

function patch(program: Command, take: Take): void {
  const command = program.command('patch').argument('<words...>').usage('TYPE/NAME -p PATCH [options]').helpGroup('Change:')
    .summary('change fields by a patch').description('Change fields by a patch, held against the object as Git renders it.')
    .option('-p, --patch <patch>', 'the patch, as JSON or YAML')
    .option('--patch-file <file>', 'a file that holds it; - is stdin')
    .addOption(new Option('--type <type>', 'how the patch is read').choices(['strategic', 'merge', 'json']).default('strategic'))
  examples(common(changing(command)), 'writ patch deployment/web -p \'{"spec":{"minReadySeconds":5}}\' -n shop --dry-run',
    'writ patch configmap/settings --type json -p \'[{"op":"test","path":"/data/mode","value":"a"},{"op":"replace","path":"/data/mode","value":"b"}]\' -n shop')
    .action((words: Words) => {
      const options = optionsOf(command)
      const [text, file] = [textOption(options, 'patch'), textOption(options, 'patchFile')]
      if ((text === null) === (file === null)) throw bad(text === null ? 'The patch is missing.' : '-p and --patch-file both give a patch.', 'Give -p PATCH or --patch-file FILE.')
      take(changeJob('patch', options, { ...changeInput(options, onlyObject(words)), patch: text ?? givenFile(file ?? '', '--patch-file'), type: textOption(options, 'type') ?? 'strategic' }))
    })
}

function remove(program: Command, take: Take): void {
  const command = program.command('delete').argument('<words...>').usage('TYPE/NAME [options]').helpGroup('Change:')
    .summary('delete an object').description('Take an object out of Git, with what is there for it alone, and see that its owner takes it out of the cluster.')
  examples(common(changing(command)), 'writ delete configmap/settings -n shop --dry-run')
    .action((words: Words) => {
      const options = optionsOf(command)
      take(changeJob('delete', options, changeInput(options, onlyObject(words))))
    })
}

import { Option } from 'commander'
import type { Command } from 'commander'
import type { Json } from '../../../model/json.ts'
import { bad, onlyObject, wholeNumber } from '../arguments.ts'
import { common, jobOptions, optionsOf, textOption } from '../options.ts'
import { examples } from './take.ts'
import type { Take, Words } from './take.ts'

type Ask = Readonly<Record<string, Json>>
type How = 'field' | 'string' | 'json' | 'unset'

/** `writ edit`: the edit engine on a checkout, without a cluster. */
export function addEditCommand(program: Command, take: Take): void {
  // Kept in the order they are written: FIELD=VALUE of --set, --set-string and --set-json, and FIELD of --unset.
  const asked: { readonly how: How, readonly word: string }[] = []
  const collect = (how: How) => (word: string): void => { asked.push({ how, word }) }
  const command = program.command('edit').argument('<words...>').usage('PATH TYPE/NAME --set FIELD=VALUE... [options]').helpGroup('Run:')
    .summary('edit a checkout, for CI and for people without a cluster')
    .description('Edit the files of a checkout so that exactly the asked fields of one rendered object change. PATH is the folder that its owner deploys.')
    .option('-c, --container <name>', 'the container that FIELD belongs to; init:NAME is an init container')
    .option('--set <field=value>', 'with -c: image, limits.memory, requests.cpu, env.NAME; without: replicas, spec.a.b, spec.list[name=x].y or /json/pointer', collect('field'))
    .option('--set-string <field=value>', 'the same; the value is a text whatever the field holds', collect('string'))
    .option('--set-json <field=value>', 'the same; the value is JSON', collect('json'))
    .option('--unset <field>', 'take a field away', collect('unset'))
    .addOption(new Option('--scope <scope>', 'app: only this object may change; shared: others that use the file may, too').choices(['app', 'shared']).default('app'))
    .addOption(new Option('--load-restrictor <which>', 'root: a kustomization reads its own folder only (Argo CD); none: all of the repository (Flux)').choices(['root', 'none']).default('root'))
    .option('--dry-run', 'show everything, write nothing')
  examples(common(command), 'writ edit overlays/prod deployment/web -n shop -c web --set image=registry.example/web:1.4.2 --dry-run',
    'writ edit apps/prod helmrelease/web --set /spec/values/replicas=3 -o json')
    .action((words: Words) => {
      const options = optionsOf(command)
      const [path, ...rest] = words
      if (path === undefined || rest.length === 0) throw bad('The object is missing.', 'Such as: writ edit overlays/prod deployment/web -c web --set image=registry.example/web:1.4.2')
      const { type, name } = onlyObject(rest)
      const container = textOption(options, 'container')
      const asks = asked.splice(0).map(({ how, word }) => ask(how, word, container))
      if (asks.length === 0) throw bad('Nothing is asked for.', 'Give --set FIELD=VALUE or --unset FIELD.')
      take({
        kind: 'edit', ...jobOptions(options),
        input: {
          path, type, name, namespace: textOption(options, 'namespace'), asks, scope: textOption(options, 'scope') ?? 'app',
          loadRestrictor: textOption(options, 'loadRestrictor') ?? 'root', dryRun: options['dryRun'] === true,
        },
      })
    })
}

function ask(how: How, word: string, container: string | null): Ask {
  if (how === 'unset') return fieldAsk({ field: word, value: null, how: 'field' }, container)
  const at = endOfField(word)
  if (at <= 0) throw bad(`${JSON.stringify(word)} is not FIELD=VALUE.`, 'Such as --set image=registry.example/web:1.4.2.')
  return fieldAsk({ field: word.slice(0, at), value: word.slice(at + 1), how }, container)
}

/** FIELD ends at the first `=` outside brackets. */
function endOfField(word: string): number {
  let depth = 0
  for (let i = 0; i < word.length; i++) {
    if (word[i] === '[') depth++
    else if (word[i] === ']') depth--
    else if (word[i] === '=' && depth <= 0) return i
  }
  return -1
}

function fieldAsk({ field, value, how }: { readonly field: string, readonly value: string | null, readonly how: 'field' | 'string' | 'json' }, container: string | null): Ask {
  const plain = how === 'field'
  if (container === null) {
    if (field === 'replicas' && value !== null && plain) return { kind: 'replicas', value: wholeNumber(value, '--set replicas') }
    return { kind: 'field', container, field: field === 'replicas' ? 'spec.replicas' : field, value, as: how }
  }
  const resource = /^(limits|requests)\.(.+)$/.exec(field)
  if (field.startsWith('env.') && field.length > 4 && how !== 'json') return { kind: 'env', container, name: field.slice(4), value }
  if (field === 'image' && value !== null) return { kind: 'image', container, value }
  if (resource !== null && value !== null && plain) return { kind: 'resource', container, section: resource[1] ?? '', resource: resource[2] ?? '', value }
  return { kind: 'field', container, field: resource === null ? field : `resources.${field.replace('.', '["')}"]`, value, as: how }
}

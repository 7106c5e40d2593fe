import { Option } from 'commander'
import type { Command } from 'commander'
import { bad, onlyObject } from '../arguments.ts'
import { ask } from '../field-asks.ts'
import { givenFile } from '../given-file.ts'
import type { How } from '../field-asks.ts'
import { common, jobOptions, optionsOf, textOption } from '../options.ts'
import { examples } from './take.ts'
import type { Take, Words } from './take.ts'

/** `writ edit`: the edit engine on a checkout, without a cluster. */
export function addEditCommand(program: Command, take: Take): void {
  // Kept in the order they are written: FIELD=VALUE of --set, --set-string and --set-json, and FIELD of --unset.
  const asked: { readonly how: How, readonly word: string }[] = []
  const collect = (how: How) => (word: string): void => { asked.push({ how, word }) }
  const command = program.command('edit').argument('<words...>').usage('PATH|--owner FILE TYPE/NAME --set FIELD=VALUE... [options]').helpGroup('Run:')
    .summary('edit a checkout, for CI and for people without a cluster')
    .description('Edit the files of a checkout so that exactly the asked fields of one rendered object change. PATH is the folder that its owner deploys; it is taken as it stands. With --owner the owner is read from its manifest, its whole spec counts, and PATH may be left out.')
    .option('-c, --container <name>', 'the container that FIELD belongs to; init:NAME is an init container')
    .option('--set <field=value>', 'with -c: image, limits.memory, requests.cpu, env.NAME; without: replicas, spec.a.b, spec.list[name=x].y or /json/pointer', collect('field'))
    .option('--set-string <field=value>', 'the same; the value is a text whatever the field holds', collect('string'))
    .option('--set-json <field=value>', 'the same; the value is JSON', collect('json'))
    .option('--unset <field>', 'take a field away', collect('unset'))
    .option('--owner <file>', 'manifests with the Application or Kustomization that deploys the object (and its GitRepository); - is stdin')
    .addOption(new Option('--scope <scope>', 'app: only this object may change; shared: others that use the file may, too').choices(['app', 'shared']).default('app'))
    .addOption(new Option('--load-restrictor <which>', 'root: a kustomization reads its own folder only (Argo CD); none: all of the repository (Flux); default: root, or as the owner has it').choices(['root', 'none']))
    .option('--delete', 'take the object out, with what is there for it alone')
    .option('--create', 'put the object of -f FILE into PATH; TYPE/NAME may be left out')
    .option('-f, --filename <file>', 'with --create: the manifest; - is stdin')
    .option('--place <id>', 'with --create: where it goes, out of the places that were listed')
    .option('--dry-run', 'show everything, write nothing')
  examples(common(command), 'writ edit overlays/prod deployment/web -n shop -c web --set image=registry.example/web:1.4.2 --dry-run',
    'writ edit apps/prod helmrelease/web --set /spec/values/replicas=3 -o json', 'writ edit --owner clusters/prod/shop.yaml deployment/web --set replicas=3 --dry-run')
    .action((words: Words) => {
      const options = optionsOf(command)
      const owner = ownerOf(options)
      const { path, rest } = split(words, owner !== null)
      const whole = wholeOf(options)
      if ((path === null && owner === null) || (rest.length === 0 && whole.create === null)) throw bad('The object is missing.', 'Such as: writ edit overlays/prod deployment/web -c web --set image=registry.example/web:1.4.2')
      const { type, name } = rest.length === 0 ? { type: '', name: '' } : onlyObject(rest)
      const container = textOption(options, 'container')
      const asks = asked.splice(0).map(({ how, word }) => ask(how, word, container))
      if (asks.length === 0 && !whole.delete && whole.create === null) throw bad('Nothing is asked for.', 'Give --set FIELD=VALUE, --unset FIELD, --delete, or --create -f FILE.')
      if (asks.length > 0 && (whole.delete || whole.create !== null)) throw bad('Fields and the whole object are both asked for.', 'Ask for one, then for the other.')
      take({
        kind: 'edit', ...jobOptions(options),
        input: {
          path, owner, type, name, namespace: textOption(options, 'namespace'), asks, ...whole, scope: textOption(options, 'scope') ?? 'app',
          loadRestrictor: textOption(options, 'loadRestrictor'), dryRun: options['dryRun'] === true,
        },
      })
    })
}

/** The owner's manifests, where --owner names them. */
function ownerOf(options: Readonly<Record<string, unknown>>): { readonly name: string, readonly text: string } | null {
  const file = textOption(options, 'owner')
  if (file === '-' && textOption(options, 'filename') === '-') throw bad('--owner and -f both read stdin.', 'Give one of them a file.')
  return file === null ? null : { name: file, text: givenFile(file, '--owner') }
}

/** PATH comes first; with an owner it may be left out, and then the first word is TYPE/NAME or TYPE. */
function split(words: Words, owned: boolean): { readonly path: string | null, readonly rest: readonly string[] } {
  const [first, second] = words
  if (owned && words.length > 0 && (words.length === 1 || (words.length === 2 && second?.includes('/') !== true && first?.includes('/') !== true))) return { path: null, rest: words }
  return { path: first ?? null, rest: words.slice(1) }
}

/** What is asked of the object itself. Throws usage/bad-argument where flags do not go together. */
function wholeOf(options: Readonly<Record<string, unknown>>): { readonly delete: boolean, readonly create: string | null, readonly place: string | null } {
  const [creates, deletes] = [options['create'] === true, options['delete'] === true]
  const [file, place] = [textOption(options, 'filename'), textOption(options, 'place')]
  if (creates && deletes) throw bad('--create and --delete are both given.', 'Give one of them.')
  if (creates !== (file !== null)) throw bad(creates ? '--create needs the manifest.' : '-f is the manifest of --create.', 'Give --create -f FILE.')
  if (place !== null && !creates) throw bad('--place is where a new object goes.', 'Give it with --create -f FILE.')
  return { delete: deletes, create: file === null ? null : givenFile(file, '-f'), place }
}

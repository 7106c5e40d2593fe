import { Option } from 'commander'
import type { Command } from 'commander'
import { WritError } from '../../../model/error.ts'
import { bad, namedObject } from '../arguments.ts'
import { ask } from '../field-asks.ts'
import type { FieldInput } from '../field-asks.ts'
import { changeInput, changeJob, changing, common, optionsOf, textOption } from '../options.ts'
import { examples } from './take.ts'
import type { Take, Words } from './take.ts'

/** `set env`, in kubectl's grammar. */
export function addSetEnv(set: Command, take: Take): void {
  const asked: string[] = []
  const command = set.command('env').summary('set or remove environment variables').argument('<words...>').usage('TYPE/NAME NAME=VALUE... NAME-... [options]')
    .description('Set environment variables of containers to values, or remove them (NAME-).')
    .option('-c, --containers <name>', 'the container, init:NAME for an init container, or * for all of them', '*')
    .option('-e, --env <name=value>', 'the same as NAME=VALUE', (word: string) => { asked.push(word) })
    .addOption(new Option('--from <source>').hideHelp())
    .addOption(new Option('--list').hideHelp())
  examples(common(changing(command)), 'writ set env deployment/web LOG_LEVEL=debug -n shop --dry-run', 'writ set env deployment/web -c web LOG_LEVEL- FEATURE_X=on -n shop')
    .action((words: Words) => {
      const options = optionsOf(command)
      const { rest, ...named } = namedObject(words)
      unsupported(options)
      const env = [...rest, ...asked.splice(0)].map(variable)
      if (env.length === 0) throw bad('NAME=VALUE is missing.', 'Such as: writ set env deployment/web LOG_LEVEL=debug; NAME- removes one.')
      take(changeJob('set-env', options, { ...changeInput(options, named), container: textOption(options, 'containers') ?? '*', env }))
    })
}

function unsupported(options: Readonly<Record<string, unknown>>): void {
  if (options['list'] === true) throw new WritError('usage/not-supported', '--list only looks, and Writ shows changes.', { hint: 'kubectl set env TYPE/NAME --list shows the variables.' })
  if (textOption(options, 'from') === null) return
  throw new WritError('usage/not-supported', '--from is not supported: it would write what a ConfigMap or Secret holds now into Git.', { hint: 'Refer to the key instead: writ set field TYPE/NAME -c CONTAINER --json \'env[name=X]={"name":"X","valueFrom":{"configMapKeyRef":{"name":"…","key":"…"}}}\'.' })
}

/** `NAME=VALUE`, where VALUE may be empty, or `NAME-`. */
function variable(word: string): { readonly name: string, readonly value: string | null } {
  const at = word.indexOf('=')
  if (at > 0) return { name: word.slice(0, at), value: word.slice(at + 1) }
  if (at < 0 && /^[^/]+-$/.test(word)) return { name: word.slice(0, -1), value: null }
  if (at < 0 && word.includes('/')) throw new WritError('usage/not-supported', `${word} is a second object; this version changes one object at a time.`, { hint: 'Ask once per object.' })
  throw bad(`${JSON.stringify(word)} is neither NAME=VALUE nor NAME-.`, 'See the examples of --help.')
}

/** `set field`: any field of any object. */
export function addSetField(set: Command, take: Take): void {
  const texts: { readonly how: 'string' | 'json', readonly word: string }[] = []
  const command = set.command('field').summary('set or remove any field').argument('<words...>').usage('TYPE/NAME FIELD=VALUE... FIELD-... [options]')
    .description('Set any fields to values, or remove them (FIELD-). FIELD is spec.a.b, spec.list[name=x].y or a /json/pointer; with -c a field of the container: image, limits.memory, env.NAME.')
    .option('-c, --container <name>', 'the container that FIELD belongs to; init:NAME is an init container')
    .option('--string <field=value>', 'the value is a text, whatever the field holds', (word: string) => { texts.push({ how: 'string', word }) })
    .option('--json <field=value>', 'the value is JSON', (word: string) => { texts.push({ how: 'json', word }) })
  examples(common(changing(command)), 'writ set field deployment/web spec.minReadySeconds=5 -n shop --dry-run', 'writ set field deployment/web -c web --json \'securityContext={"readOnlyRootFilesystem":true}\' -n shop',
    'writ set field configmap/settings data.mode- -n shop')
    .action((words: Words) => {
      const options = optionsOf(command)
      const { rest, ...named } = namedObject(words)
      const container = textOption(options, 'container')
      const fields = [...rest.map(word => plain(word, container)), ...texts.splice(0).map(({ how, word }) => ask(how, word, container))]
      if (fields.length === 0) throw bad('FIELD=VALUE is missing.', 'Such as: writ set field deployment/web spec.minReadySeconds=5; FIELD- removes one.')
      take(changeJob('set-field', options, { ...changeInput(options, named), fields }))
    })
}

/** A word without `=` outside brackets that ends in - takes the field away. */
function plain(word: string, container: string | null): FieldInput {
  const bare = word.replaceAll(/\[[^\]]*\]/g, '')
  if (!bare.includes('=') && bare.endsWith('-') && bare.length > 1) return ask('unset', word.slice(0, -1), container)
  return ask('field', word, container)
}

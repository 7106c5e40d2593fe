import { expect } from 'chai'
import type { Command, Option } from 'commander'
import { readFileSync, writeFileSync } from 'node:fs'
import { buildProgram } from '../../src/doors/cli/program.ts'

const PAGE = 'docs/commands.md'
const EVERYWHERE = ['--namespace', '--context', '--cluster', '--config', '--output']

describe('docs/commands.md', () => {
  it('is the grammar of the program (UPDATE=1 writes it)', () => {
    const page = render(buildProgram({ program: 'writ', out: () => undefined }, () => undefined))
    if (process.env['UPDATE'] === '1' && process.env['CI'] === undefined) writeFileSync(PAGE, page)
    expect(page).to.equal(readFileSync(PAGE, 'utf8'))
  })
})

function render(program: Command): string {
  const first = program.commands.flatMap(leaves)
  return [
    '# Commands', '',
    'Made from the grammar of the program; do not edit by hand. Each takes `--help`, which adds examples.',
    'Called as `kubectl writ` where `kubectl-writ` is on the PATH.', '',
    '## Options of every command', '', ...table(program.options.filter(isEverywhere)), '',
    ...first.flatMap(section),
    'Exit codes and JSON: [output.md](output.md).', '',
  ].join('\n')
}

function section(command: Command): readonly string[] {
  const own = command.options.filter(option => !isEverywhere(option) && !option.hidden)
  return [`## ${pathOf(command)}`, '', `\`${pathOf(command)} ${command.usage().replace('[options] [command]', '[options]')}\``, '', command.description(), '', ...own.length === 0 ? [] : [...table(own), '']]
}

function table(options: readonly Option[]): readonly string[] {
  return ['| option | meaning |', '|---|---|', ...options.map(option => `| \`${option.flags.replaceAll('|', String.raw`\|`)}\` | ${meaning(option)} |`)]
}

function meaning(option: Option): string {
  const choices = option.argChoices === undefined ? '' : ` (${option.argChoices.join(', ')})`
  const preset = typeof option.defaultValue === 'string' ? `; default \`${option.defaultValue}\`` : ''
  return `${option.description.replaceAll('|', String.raw`\|`)}${choices}${preset}${option.mandatory ? '; required' : ''}`
}

function isEverywhere(option: Option): boolean {
  return EVERYWHERE.includes(option.long ?? '')
}

function leaves(command: Command): readonly Command[] {
  return command.commands.length === 0 ? [command] : command.commands.flatMap(leaves)
}

function pathOf(command: Command): string {
  return command.parent === null ? command.name() : `${pathOf(command.parent)} ${command.name()}`
}

import { expect } from 'chai'
import type { Command } from 'commander'
import { readFileSync, writeFileSync } from 'node:fs'
import { parse } from '../../../src/doors/cli/main.ts'
import { buildProgram } from '../../../src/doors/cli/program.ts'

/** The help of every command, as a person sees it. `UPDATE=1` writes it anew. */
const FILE = 'test/doors/cli/help.txt'

describe('help', () => {
  it('stands as it was read and found good', () => {
    const program = buildProgram({ program: 'writ', out: () => undefined }, () => undefined)
    const texts = paths(program).map(path => `$ writ ${[...path, '--help'].join(' ')}\n${helpOf([...path, '--help'])}`)
    const current = texts.join('\n')
    if (process.env['UPDATE'] === '1' && process.env['CI'] === undefined) writeFileSync(FILE, current)
    expect(current).to.equal(readFileSync(FILE, 'utf8'))
  })

  it('is printed where nothing is asked, and where a group is named without its verb', () => {
    expect(helpOf([])).to.equal(helpOf(['--help']))
    expect(helpOf(['set'])).to.contain('Usage: writ set')
    expect(helpOf(['sandbox'])).to.contain('demo')
    expect(helpOf(['--version'])).to.match(/^\d+\.\d+\.\d+\n$/)
  })

  it('is printed for help and version, too, as kubectl and gh have them', () => {
    expect(helpOf(['help'])).to.equal(helpOf(['--help']))
    expect(helpOf(['help', 'set', 'image'])).to.equal(helpOf(['set', 'image', '--help']))
    expect(helpOf(['version'])).to.equal(helpOf(['--version']))
  })

  it('names the program by which it was called', () => {
    let text = ''
    parse(['--help'], { program: 'kubectl writ', out: piece => { text += piece } })
    expect(text).to.contain('Usage: kubectl writ')
  })

  it('names no command that does not exist yet', () => {
    expect(helpOf(['--help'])).to.not.match(/\b(?:break-glass|serve|mcp)\b/)
  })
})

function helpOf(args: readonly string[]): string {
  let text = ''
  expect(parse(args, { program: 'writ', out: piece => { text += piece } })).to.equal(null)
  return text
}

function paths(command: Command, at: readonly string[] = []): readonly (readonly string[])[] {
  return [at, ...command.commands.flatMap(inner => paths(inner, [...at, inner.name()]))]
}

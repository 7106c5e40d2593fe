import { expect } from 'chai'
import type { Command } from 'commander'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { buildProgram } from '../../src/doors/cli/program.ts'
import { anchorOf, pages, scan } from './pages.ts'

const PROGRAM = buildProgram({ program: 'writ', out: () => undefined }, () => undefined)
const PAGES = pages()
/** Made from the program itself, so it proves nothing about what is explained. */
const MADE = 'docs/commands.md'

describe('the words of the documentation', () => {
  it('name commands and flags of writ that exist', () => {
    const wrong = PAGES.flatMap(page => [
      ...page.spans.flatMap(span => mistakes(span.text).map(mistake => `${page.file}:${span.line}: ${mistake}`)),
      ...page.blocks.filter(block => block.language === 'sh').flatMap(block => block.text.split('\n').flatMap(line => mistakes(line).map(mistake => `${page.file}:${block.line}: ${mistake}`))),
    ])
    expect(wrong).to.deep.equal([])
  })

  it('explain every command on a page that people wrote', () => {
    const text = PAGES.filter(page => page.file !== MADE).flatMap(page => [...page.spans.map(span => span.text), ...page.blocks.map(block => block.text)]).join('\n')
    const silent = leaves(PROGRAM).map(path => path.join(' ')).filter(path => !new RegExp(`\\bwrit ${path}\\b`).test(text))
    expect(silent).to.deep.equal([])
  })

  it('link to what is there, headings too', () => {
    const wrong = PAGES.flatMap(page => page.links.filter(link => !/^https?:/.test(link.target) && !leads(page.file, link.target)).map(link => `${page.file}:${link.line}: ${link.target}`))
    expect(wrong).to.deep.equal([])
  })

  it('list every page', () => {
    const listed = PAGES.find(page => page.file === 'docs/README.md')?.links.map(link => join('docs', link.target)) ?? []
    expect(listed).to.include.members(PAGES.map(page => page.file).filter(file => file !== 'docs/README.md' && file !== 'README.md'))
  })

  it('explain every key of the configuration', () => {
    const text = readFileSync('docs/configuration.md', 'utf8')
    const silent = ['writ', 'people', 'environment'].flatMap(name => keysOf(JSON.parse(readFileSync(`docs/schema/${name}.json`, 'utf8'))))
    expect(silent.filter(key => !new RegExp(`\\b${key}\\b`).test(text))).to.deep.equal([])
  })

  it('catch what is wrong, too', () => {
    expect(mistakes('writ conjure x')).to.deep.equal(['writ conjure is no command'])
    expect(mistakes('npx writ set image a b --now')).to.deep.equal(['writ set image has no --now'])
    expect(mistakes('--no-such-flag')).to.deep.equal(['no command has --no-such-flag'])
    expect(mistakes('writ list -o json # --now')).to.deep.equal([])
    expect(mistakes('writ/approval/v1')).to.deep.equal([])
    expect(() => scan('x.md', '```\na\n```')).to.throw('names its language')
    expect(() => scan('x.md', '```sh\na')).to.throw('not closed')
    expect(leads('docs/README.md', 'nowhere.md')).to.equal(false)
    expect(leads('docs/README.md', 'approvals.md#nowhere')).to.equal(false)
  })
})

/** What a piece of code says about writ that is not so. */
function mistakes(code: string): readonly string[] {
  const words = code.replace(/ # .*$/, '').replace(/ [>|&].*$/, '').split(/\s+/)
  if (words[0] === 'npx') words.shift()
  if (words[0]?.startsWith('-') === true) return all(PROGRAM).some(command => has(command, words[0] ?? '')) ? [] : [`no command has ${words[0]}`]
  if (words.shift() !== 'writ') return []
  let at = PROGRAM
  const path = ['writ']
  while (at.commands.length > 0 && words[0] !== undefined && !words[0].startsWith('-')) {
    const word = words.shift()
    const inner = at.commands.find(command => command.name() === word)
    if (inner === undefined) return [`writ ${[...path.slice(1), word].join(' ')} is no command`]
    at = inner
    path.push(inner.name())
  }
  return words.filter(word => /^--?[a-z]/.test(word) && !has(at, word)).map(word => `${path.join(' ')} has no ${word}`)
}

function has(command: Command, flag: string): boolean {
  const name = flag.replace(/[=,].*$/, '')
  return name === '--help' || command.options.some(option => option.long === name || option.short === name)
}

function all(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(all)]
}

function leaves(command: Command, path: readonly string[] = []): readonly (readonly string[])[] {
  return command.commands.length === 0 ? [path] : command.commands.flatMap(inner => leaves(inner, [...path, inner.name()]))
}

function leads(from: string, target: string): boolean {
  const [path = '', anchor] = target.split('#')
  const file = path === '' ? from : join(dirname(from), path)
  if (!existsSync(file)) return false
  return anchor === undefined || scan(file, readFileSync(file, 'utf8')).headings.some(heading => anchorOf(heading) === anchor)
}

/** The names of all properties of a JSON Schema. */
function keysOf(schema: unknown): readonly string[] {
  if (typeof schema !== 'object' || schema === null) return []
  const own = 'properties' in schema && typeof schema.properties === 'object' && schema.properties !== null ? Object.keys(schema.properties) : []
  return [...own, ...Object.values(schema).flatMap(keysOf)]
}

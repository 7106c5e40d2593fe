import { expect } from 'chai'
import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { openRepository } from '../../../src/outside/git/open-repository.ts'
import type { Repository } from '../../../src/outside/git/open-repository.ts'
import { failureOf } from '../../contracts/failure.ts'
import { bareRepository } from './bare.ts'
import type { BareRepository } from './bare.ts'

const MARK = 'PWNED'
/** What a caller may say where a branch, a commit, a path or a text is asked for. */
const WORDS: readonly string[] = [
  `--upload-pack=touch ${MARK}`, `--receive-pack=touch ${MARK}`, `-utouch ${MARK}`, `--exec=touch ${MARK}`, `--output=${MARK}`, `-o${MARK}`, '--force', '-f', '--all', '--mirror', '--delete', '-d', '--', '--end-of-options', '-', '-c core.pager=touch',
  `--config=core.sshCommand=touch ${MARK}`, `ext::sh -c "touch ${MARK}"`, `$(touch ${MARK})`, `\`touch ${MARK}\``, `;touch ${MARK};`, `|touch ${MARK}`, `a\ntouch ${MARK}`, 'main:refs/heads/x', '+main', 'main^{commit}', 'main~1', 'HEAD@{1}', '@{u}', ':/fix', ':(exclude)*', ':!app.yaml',
  'refs/heads/main', '../../config', '.git/config', 'a\0b', '*', '-refs/heads/x', `--template=${MARK}`, `--git-dir=${MARK}`, `--work-tree=${MARK}`, `--index-info`, `--stdin`, `-m`, `-S${MARK}`, `--gpg-sign=${MARK}`,
]

describe('what a caller says', () => {
  let remote: BareRepository
  let repository: Repository
  let base: string
  const path = process.env['PATH']

  before(async () => {
    remote = await bareRepository()
    const real = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim()
    mkdirSync(join(remote.root, 'bin'))
    writeFileSync(join(remote.root, 'bin', 'git'), `#!/bin/sh\n{ for word; do printf '%s\\0' "$word"; done; printf '\\1'; } >> ${join(remote.root, 'called')}\nexec ${real} "$@"\n`)
    chmodSync(join(remote.root, 'bin', 'git'), 0o755)
    process.env['PATH'] = `${join(remote.root, 'bin')}:${String(path)}`
    repository = openRepository({ url: remote.url, access: { allow: ['file'], host: '' }, cacheDir: join(remote.root, 'cache'), committer: { name: 'W', email: 'w@x' } })
    base = String((await repository.reader.tip('main'))?.commit)
  })
  after(async () => {
    process.env['PATH'] = path
    await remote.remove()
  })

  const called = (): readonly (readonly string[])[] => readFileSync(join(remote.root, 'called'), 'utf8').split('\u0001').filter(call => call !== '').map(call => call.split('\0').slice(0, -1))

  /** Everything that takes a word of a caller, with this word in each place. */
  async function sayEverywhere(word: string): Promise<readonly string[]> {
    writeFileSync(join(remote.root, 'called'), '')
    const { reader, writer } = repository
    const text = { message: word, author: { name: word, email: word }, at: '2026-01-02T03:04:05Z' }
    return [
      await failureOf(reader.tip(word)), await failureOf(reader.tree(word)), await failureOf(reader.worktree(word)), await failureOf(reader.contains(word, base)), await failureOf(reader.contains(base, word)),
      await failureOf(reader.commits(word, base)), await failureOf(reader.commits(null, word)), await failureOf(reader.commits(null, base, { paths: [word] })), await failureOf(reader.mergeTree(base, word)), await failureOf(reader.mergeTree(word, base)),
      await failureOf(reader.changes(word, base)), await failureOf(reader.changes(base, word)), await failureOf(writer.commit(word, [], text)), await failureOf(writer.commit(base, [{ path: word, before: null, after: 'x\n' }], text)),
      await failureOf(writer.commit(base, [{ path: 'app.yaml', before: 'replicas: 1\n', after: `${word}\n` }], text)), await failureOf(writer.mergeCommit(base, base, word, text)), await failureOf(writer.mergeCommit(word, base, base, text)),
      await failureOf(writer.push(word, base, null)), await failureOf(writer.push('x', word, null)), await failureOf(writer.push('x', base, word)),
    ]
  }

  for (const word of WORDS) {
    it(`never becomes an option or a command: ${JSON.stringify(word)}`, async () => {
      await sayEverywhere('an-honest-word')
      const usual = new Set(called().flatMap(args => beforeOperands(args, 'an-honest-word')))
      for (const end of await sayEverywhere(word)) expect(end).to.match(/^(?:no failure|git\/[a-z-]+)$/)
      const calls = called()
      expect(calls.length).to.be.greaterThan(0)
      for (const args of calls) {
        expect(usual, args.join(' ')).to.include.all.keys(beforeOperands(args, word))
        for (const operand of operandsOf(args)) expect(isPlain(operand, word, remote.url), `${args.join(' ')}: ${operand}`).to.equal(true)
      }
      expect(existsSync(MARK) || readdirSync(remote.root, { recursive: true, encoding: 'utf8' }).some(name => name.split('/').at(-1) === MARK)).to.equal(false)
    })
  }

  it('is seen by the test that looks for it', () => {
    expect(isPlain('--all', '--all', 'file:///x')).to.equal(false)
    expect(isPlain('evil', 'evil', 'file:///x')).to.equal(false)
    expect(isPlain(':(literal)evil', 'evil', 'file:///x')).to.equal(true)
    expect(beforeOperands(['push', '--all', '--', 'x'], '--all')).to.deep.equal(['push', 'push --all'])
  })
})

/** The verb, and what stands before the operands: the same whatever the caller says, but for ids and the full name of the branch. */
function beforeOperands(args: readonly string[], word: string): readonly string[] {
  const [verb = '', ...rest] = args
  const end = rest.indexOf('--')
  return [verb, ...(end < 0 ? rest : rest.slice(0, end)).map(arg => `${verb} ${arg.replace(`refs/heads/${word}:`, 'refs/heads/BRANCH:').replace('refs/heads/x:', 'refs/heads/BRANCH:').replaceAll(/[0-9a-f]{40}/g, 'ID')}`)]
}

function operandsOf(args: readonly string[]): readonly string[] {
  return args.includes('--') ? args.slice(args.indexOf('--') + 1) : []
}

function isPlain(operand: string, word: string, url: string): boolean {
  const branches = [`refs/heads/${word}`, 'refs/heads/x', 'HEAD']
  return operand === url || operand === `:(literal)${word}` || branches.includes(operand.replace(/^[0-9a-f]{40}:/, '')) || /^\+(?:[0-9a-f]{40}:refs\/writ\/tips\/[0-9a-f]{40}|refs\/heads\/\*:refs\/writ\/heads\/\*)$/.test(operand)
}

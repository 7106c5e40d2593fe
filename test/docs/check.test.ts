import { expect } from 'chai'
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { lacks } from '../check/repository.ts'
import { pages } from './pages.ts'
import { writProgram } from './shell.ts'

const CASE = 'test/fixtures/check/overlays'

/** What each kind of pipeline sets, and the lines that its file runs. */
const PIPELINES: readonly { readonly file: string, readonly variables: Readonly<Record<string, string>>, readonly lines: (file: Snippet) => readonly string[], readonly out: string, readonly says: string }[] = [
  { file: '.github/workflows/check.yaml', variables: { GITHUB_BASE_REF: 'main', GITHUB_STEP_SUMMARY: 'summary.md' }, lines: steps, out: 'summary.md', says: '### Writ check: blocked' },
  { file: '.gitlab-ci.yml', variables: { CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main', CI_PIPELINE_SOURCE: 'merge_request_event' }, lines: file => file.check?.script ?? [], out: 'writ.xml', says: '<testsuites name="writ check"' },
  { file: '.gitea/workflows/check.yaml', variables: { GITHUB_BASE_REF: 'main' }, lines: steps, out: '', says: 'Blocked: ' },
]

interface Snippet { readonly jobs?: Readonly<Record<string, { readonly steps: readonly { readonly run?: string, readonly uses?: string, readonly with?: Readonly<Record<string, unknown>> }[] }>>, readonly check?: { readonly script: readonly string[], readonly variables: Readonly<Record<string, string>> } }

function steps({ jobs = {} }: Snippet): readonly string[] {
  return Object.values(jobs).flatMap(job => job.steps.flatMap(({ run }) => run ?? []))
}

describe('the pipelines of docs/check.md', function () {
  this.timeout(60_000)
  const blocks = pages().find(({ file }) => file === 'docs/check.md')?.blocks.filter(({ language }) => language === 'yaml') ?? []
  let dir: string
  before(async function () {
    const missing = await lacks(['kustomize'])
    if (missing !== null) {
      console.log(`      skipped: ${missing}`)
      this.skip()
    }
  })
  beforeEach(() => { dir = mkdtempSync(join(tmpdir(), 'writ-docs-check-')) })
  afterEach(() => { rmSync(dir, { recursive: true, force: true }) })

  function git(at: string, ...args: readonly string[]): string {
    return execFileSync('git', ['-c', 'user.name=n', '-c', 'user.email=n@example.com', ...args], { cwd: at, env: { PATH: process.env['PATH'], HOME: dir, GIT_CONFIG_GLOBAL: '/dev/null' }, encoding: 'utf8' }).trim()
  }

  /** A repository with a pull request, and a clone of it as a runner has it: the head alone is checked out. */
  function runner(): string {
    const [server, clone] = [join(dir, 'server'), join(dir, 'clone')]
    mkdirSync(server)
    git(server, 'init', '-q', '-b', 'main')
    for (const [side, branch] of [['base', 'main'], ['head', 'pr']] as const) {
      if (branch === 'pr') git(server, 'checkout', '-q', '-b', 'pr')
      for (const name of readdirSync(server)) if (name !== '.git') rmSync(join(server, name), { recursive: true })
      cpSync(join(CASE, side), server, { recursive: true })
      git(server, 'add', '-A')
      git(server, 'commit', '-q', '-m', branch)
    }
    git(dir, 'clone', '-q', '--branch', 'pr', server, clone)
    git(clone, 'checkout', '-q', '--detach', 'origin/pr')
    git(clone, 'branch', '-q', '-D', 'pr')
    return clone
  }

  for (const { file, variables, lines, out, says } of PIPELINES) {
    it(`${file} is what its pipeline takes, and its lines check a pull request`, () => {
      const block = blocks.find(({ text }) => text.startsWith(`# ${file}\n`))
      const snippet = parse(block?.text ?? '') as Snippet
      const fetched = Object.values(snippet.jobs ?? {}).flatMap(job => job.steps.flatMap(step => step.uses?.startsWith('actions/checkout@') === true ? step.with?.['fetch-depth'] : []))
      expect(snippet.jobs === undefined ? snippet.check?.variables['GIT_DEPTH'] : fetched[0]).to.be.oneOf([0, '0'])
      const clone = runner()
      const bin = join(dir, 'bin')
      mkdirSync(bin)
      writeFileSync(join(bin, 'writ'), `#!/bin/sh\nexec ${writProgram().map(word => `'${word}'`).join(' ')} "$@"\n`, { mode: 0o755 })
      const ended = spawnSync('bash', ['-eo', 'pipefail', '-c', lines(snippet).join('\n')], { cwd: clone, env: { PATH: `${bin}:${process.env['PATH'] ?? ''}`, HOME: dir, GIT_CONFIG_GLOBAL: '/dev/null', ...variables }, encoding: 'utf8' })
      expect(ended.status, ended.stderr).to.equal(3)
      expect(out === '' ? ended.stdout : existsSync(join(clone, out)) ? readFileSync(join(clone, out), 'utf8') : '').to.contain(says)
    })
  }

  it('are all run', () => {
    expect(blocks.map(({ text }) => text.split('\n')[0])).to.have.members(PIPELINES.map(({ file }) => `# ${file}`))
  })
})

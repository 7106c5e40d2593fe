import { expect } from 'chai'
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deployment } from '../../src/sandbox/example/workload.ts'
import { kustomizeProgram } from '../../src/sandbox/render.ts'
import { pages } from './pages.ts'
import { writProgram } from './shell.ts'

/** The demos as docs/sandbox.md shows them, each a process with a temporary folder of its own. */
describe('the demos of docs/sandbox.md', function () {
  this.timeout(240_000)
  const shown = pages().find(page => page.file === 'docs/sandbox.md')?.blocks.map(block => block.text).filter(text => text.startsWith('npx writ sandbox demo')) ?? []
  let dir: string
  before(() => { dir = mkdtempSync(join(tmpdir(), 'writ-docs-demo-')) })
  after(() => { rmSync(dir, { recursive: true, force: true }) })

  it('are these two', () => {
    expect(shown.map(text => text.includes('--repo'))).to.deep.equal([false, true])
  })

  it('verify every story, refuse three, and leave nothing behind', async () => {
    const { code, report } = await demo(shown[0] ?? '', dir)
    expect(code).to.equal(0)
    const complete = await kustomizeProgram() !== null
    expect(report.stories.map(story => story.status)).to.deep.equal(Array.from({ length: complete ? 6 : 2 }, () => 'verified'))
    expect(report.refusals.map(refusal => refusal.code)).to.deep.equal(['AMBIGUOUS_OWNER', 'SHARED_BASE', 'POLICY'])
    expect(report.skipped.length).to.equal(complete ? 0 : 4)
    expect(readdirSync(join(dir, 'tmp')).filter(name => name.startsWith('writ-'))).to.deep.equal([])
  })

  it('take a repository that was not made for them', async () => {
    const repo = join(dir, 'repo')
    mkdirSync(join(repo, 'deploy'), { recursive: true })
    writeFileSync(join(repo, 'deploy', 'web.yaml'), deployment({ name: 'web', team: 'any', namespace: null, image: 'registry.example.com/web:1.0.0', replicas: 1, memory: '64Mi', port: 8080 }))
    const git = (...args: readonly string[]): unknown => execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.com', ...args], { cwd: repo, stdio: 'pipe' })
    git('init', '-q', '-b', 'main')
    git('add', 'deploy')
    git('commit', '-q', '-m', 'begin')
    const { code, report } = await demo(shown[1] ?? '', repo)
    expect([code, report.stories.map(story => [story.status, story.owner]), report.refusals]).to.deep.equal([0, [['verified', 'argocd']], []])
  })

  interface Report { readonly stories: readonly { readonly status: string, readonly owner: string }[], readonly refusals: readonly { readonly code: string }[], readonly skipped: readonly unknown[] }

  async function demo(line: string, cwd: string): Promise<{ readonly code: number | null, readonly report: Report }> {
    const [program = '', ...args] = writProgram()
    mkdirSync(join(dir, 'tmp'), { recursive: true })
    const child = spawn(program, [...args, ...line.split(' ').slice(2), '-o', 'json'], { cwd, env: { PATH: process.env['PATH'] ?? '', HOME: dir, TMPDIR: join(dir, 'tmp') }, stdio: ['ignore', 'pipe', 'pipe'] })
    let [out, err] = ['', '']
    child.stdout.on('data', (chunk: Buffer) => { out += chunk.toString() })
    child.stderr.on('data', (chunk: Buffer) => { err += chunk.toString() })
    const code = await new Promise<number | null>(done => { child.on('close', done) })
    if (!out.includes('"stories"')) throw new Error(`no report, exit ${code}: ${out}${err}`)
    return { code, report: JSON.parse(out) }
  }
})

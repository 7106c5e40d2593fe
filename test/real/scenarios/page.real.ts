import { expect } from 'chai'
import { execFile, execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { openForge } from '../../../src/outside/forges/index.ts'
import { makeRepository, openGitea } from '../gitea-people.ts'
import { realAddress, realRuns } from '../scene.ts'

const IMAGES = join(import.meta.dirname, '..', '..', '..', 'docs', 'images')
const run = promisify(execFile)

/** What a reviewer sees in a browser on the real Gitea; UPDATE=1 also takes the picture of the documents. */
describe('the page of a change request in a browser', () => {
  let gitea: Awaited<ReturnType<typeof openGitea>>
  let profile = ''

  before(async function () {
    const real = realRuns() ? realAddress() : null
    if (real === null) return this.skip()
    gitea = await openGitea(real)
    profile = mkdtempSync(join(tmpdir(), 'writ-browser-'))
  })

  after(async () => {
    if (!realRuns()) return
    await gitea.stop()
    rmSync(profile, { recursive: true, force: true })
  })

  it('has its parts, tables and folds, and no link, picture or mention that is not Gitea\'s own frame', async () => {
    const shown = await open('kustomize-base-shared', 'verified')
    const [body = '', comment = ''] = rendered(await dom(shown.url))
    for (const part of ['What changes in the cluster', 'What it needs, and what happens then', 'What changes in Git', 'To take it back', '<table', '<details', 'language-diff']) expect(body).to.include(part)
    expect(comment).to.include('Verified')
    inert(body + comment)
    if (process.env['UPDATE'] === '1') {
      mkdirSync(IMAGES, { recursive: true })
      await browse(`--window-size=1100,1900`, `--screenshot=${join(IMAGES, 'change-request.png')}`, shown.url)
    }
  })

  it('shows as text what somebody meant as a link, a picture, a mention or a tag', async () => {
    const { url } = await open('hostile', 'hostile')
    const all = rendered(await dom(url)).join('\n')
    expect(all.length).to.be.greaterThan(500)
    inert(all)
  })

  /** Opens a pull request with the page and the comment of two golden cases. */
  async function open(page: string, comment: string): Promise<{ readonly url: string }> {
    const repository = await makeRepository(gitea)
    const forge = openForge(
      { name: 'gitea', kind: 'gitea', host: new URL(gitea.url).host, credentials: { username: 'writ-bot', token: { env: 'UNUSED' } }, insecureAllow: ['http', 'loopback'] },
      { rows: { find: never, get: never, open: never, update: never, end: never }, secret: () => Promise.resolve(gitea.tokens['writ-bot']) },
    )
    const text = (kind: string, name: string): string => readFileSync(join(import.meta.dirname, '..', '..', kind, name, kind === 'pages' ? 'body.md' : 'comment.md'), 'utf8')
    const put = await forge.put(repository.url, null, { change: 'abcdefgh', branch: 'writ/a', base: 'main', head: repository.heads[0], title: 'shop-prod: replicas = 3 on Deployment shop/web', body: text('pages', page) })
    await forge.comment(repository.url, put.id, { key: 'progress', body: text('comments', comment) })
    return { url: put.url ?? expect.fail('the pull request has no address') }
  }

  async function dom(url: string): Promise<string> {
    return browse('--dump-dom', url)
  }

  async function browse(...args: readonly string[]): Promise<string> {
    const flags = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--hide-scrollbars', '--virtual-time-budget=10000', `--user-data-dir=${profile}`]
    const { stdout } = await run(browser(), [...flags, ...args], { maxBuffer: 64 * 1024 * 1024, timeout: 120_000 })
    return stdout
  }
})

/** What Gitea made of Markdown, in its order on the page. */
function rendered(html: string): readonly string[] {
  return html.split(/class="render-content markup"/).slice(1).map(part => part.split('class="raw-content')[0] ?? '')
}

/** Nothing of it leads anywhere, loads anything or calls anybody. Gitea's own buttons to copy a block and to reach a heading are its frame. */
function inert(html: string): void {
  const links = Array.from(html.matchAll(/<a\b[^>]*>/g), ([tag]) => tag).filter(tag => !/href="#(?:user-content-|)[^"]*"/.test(tag))
  expect(links, 'links').to.deep.equal([])
  expect(html).to.not.match(/<(?:img|script|iframe|form|video|audio|object|embed|style)\b/)
  expect(html).to.not.match(/class="[^"]*\b(?:mention|ref-issue|issue-keyword|commit)\b/)
}

function browser(): string {
  for (const name of ['chromium', 'chromium-browser', 'google-chrome']) {
    try {
      return execFileSync('which', [name], { encoding: 'utf8' }).trim()
    } catch { /* the next one */ }
  }
  throw new Error('There is no Chromium on PATH: install the package chromium.')
}

function never(): Promise<never> {
  return Promise.reject(new Error('this forge keeps its change requests itself'))
}

import { expect } from 'chai'
import { execFile } from 'node:child_process'
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { parse, stringify } from 'yaml'
import { environments } from '../../src/outside/config/environments.ts'
import { loadConfig } from '../../src/outside/config/load-config.ts'
import { openPolicies } from '../../src/outside/policy/open-policies.ts'
import { kustomizeProgram } from '../../src/sandbox/render.ts'
import { pages } from './pages.ts'
import type { Block } from './pages.ts'
import { Shell, writProgram } from './shell.ts'
import type { Ended } from './shell.ts'
import { missingJson, missingLine } from './shown.ts'
import { startUp } from './up.ts'
import type { Up } from './up.ts'

/** What cannot be run here, why, and the file in which it is run. */
const ELSEWHERE: readonly { readonly file: string, readonly text: string, readonly because: string, readonly by: string }[] = [
  { file: 'README.md', text: 'npm ci && npm run demo', because: 'installs; the script is the next test, the demo itself has its own', by: 'test/docs/demo.test.ts' },
  { file: 'README.md', text: 'npm ci && npm test', because: 'it is what runs this test', by: '.ci/run' },
  { file: 'docs/sandbox.md', text: 'npx writ sandbox demo', because: 'it starts a sandbox of its own', by: 'test/docs/demo.test.ts' },
  { file: 'docs/sandbox.md', text: 'npx writ sandbox demo --repo . --path deploy --provider argocd deployment/web -n shop -c web --set image=registry.example.com/web:2.0.0', because: 'it starts a sandbox of its own', by: 'test/docs/demo.test.ts' },
  { file: 'docs/sandbox.md', text: 'npx writ sandbox kube --listen 127.0.0.1:6444 --kubeconfig kube.yaml', because: 'runs until Ctrl-C', by: 'test/sandbox/kube-alone.test.ts' },
  { file: 'docs/sandbox.md', text: [
    'kubectl create deployment web --image=registry.example.com/web:1.0.0 --dry-run=client -o yaml | kubectl --kubeconfig kube.yaml apply -f -',
    'kubectl --kubeconfig kube.yaml rollout status deployment/web', 'kubectl --kubeconfig kube.yaml get deployments -o wide', 'kubectl --kubeconfig kube.yaml explain deployment.spec.strategy',
  ].join('\n'), because: 'needs the server of the block before, and kubectl', by: 'test/sandbox/kube-alone.test.ts' },
  { file: 'docs/sandbox.md', text: 'npx writ sandbox up', because: 'runs until Ctrl-C; all of this runs on it', by: 'test/docs/up.ts' },
]

const run = promisify(execFile)
const OWN_CONFIGURATION = 'docs/first-change.md'
/** Kustomize sources. */
const NEEDS_KUSTOMIZE = /deployment\/(?:cart|gateway|ledger)\b|shop\/cart\//
const NEEDS_KUBECTL = /^kubectl /m
/** They change what the others begin with. */
const LAST: readonly string[] = ['docs/argocd.md', 'docs/flux.md', 'docs/verification.md', 'README.md']
const PAGES = pages().filter(page => page.blocks.length > 0).sort((a, b) => LAST.indexOf(a.file) - LAST.indexOf(b.file))

describe('the blocks of the documentation', function () {
  this.timeout(180_000)
  const writ = writProgram()
  let up: Up
  /** What is not on this machine, and the pages that cannot be played without it. */
  const lacks: { readonly name: string, readonly where: RegExp }[] = []
  before(async () => {
    if (await kustomizeProgram() === null) lacks.push({ name: 'kustomize', where: NEEDS_KUSTOMIZE })
    if (!await run('kubectl', ['version', '--client']).then(() => true, () => false)) lacks.push({ name: 'kubectl', where: NEEDS_KUBECTL })
    up = await startUp(writ)
  })
  after(() => { up?.kill() })

  for (const page of PAGES) {
    describe(page.file, () => {
      let shell: Shell
      let last: Ended | null = null
      before(function () {
        const blocks = page.blocks.filter(one => !isElsewhere(one)).map(one => one.text).join('\n')
        const lack = lacks.find(({ where }) => where.test(blocks))
        if (lack !== undefined) {
          console.log(`      skipped: no ${lack.name} on PATH`)
          return this.skip()
        }
        shell = new Shell(up, writ)
        if (page.file === OWN_CONFIGURATION) ownConfiguration(shell, up)
      })
      after(() => { shell?.close() })
      for (const block of page.blocks.filter(one => !isElsewhere(one))) {
        it(`:${block.line} ${block.heading}: ${title(block)}`, async () => {
          if (block.language === 'sh') last = await runLines(shell, block, page.file === OWN_CONFIGURATION)
          else if (block.language === 'yaml') checkYaml(shell, block)
          else checkShown(block, last)
        })
      }
    })
  }

  describe('writ sandbox up', () => {
    it('has lines to try by hand that work, and ends at Ctrl-C without leaving anything', async () => {
      const shell = new Shell(up, writ)
      try {
        const exits: (readonly [string, number | null])[] = []
        for (const line of up.text.replaceAll(/^ {2}(?:npx writ|node \S+main\.js) /gm, '  writ ').split('\n').filter(one => /^ {2}(?:writ|git) /.test(one)).map(one => one.trim())) {
          const { code, all } = await shell.run(line)
          exits.push([line.split(' ').slice(0, 2).join(' '), code])
          if (code !== 0 && code !== 4) throw new Error(`${line} ended with ${code}: ${all}`)
        }
        expect(exits).to.deep.equal([
          ['writ owner', 0], ['writ set', 0], ['writ set', 0], ['writ scale', 4], ['writ list', 0], ['writ approve', 4], ['writ merge', 0], ['git clone', 0],
        ])
      } finally {
        shell.close()
      }
      expect(await up.stop()).to.deep.equal({ code: 0, gone: true })
    })
  })
})

describe('the files and scripts of the documentation', function () {
  this.timeout(30_000)

  it('has every configuration and every policy accepted by what reads them', async () => {
    const files = (name: string): readonly Block[] => PAGES.filter(page => page.file === name).flatMap(page => page.blocks).filter(block => block.language === 'yaml')
    const dir = mkdtempSync(join(tmpdir(), 'writ-docs-files-'))
    try {
      mkdirSync(join(dir, 'config'))
      for (const block of files('docs/configuration.md')) place(join(dir, 'config'), block)
      expect(loadConfig(join(dir, 'config')).environments.map(one => one.name)).to.deep.equal(['staging'])
      cpSync('policies', join(dir, 'policies'), { recursive: true })
      for (const block of files('policies/README.md')) place(join(dir, 'policies'), block)
      expect(await judged(join(dir, 'policies'), {})).to.deep.equal(['deny the label "team" is missing on web'])
      expect(await judged(join(dir, 'policies'), { team: 'shop' })).to.deep.equal(['pass null'])
    } finally {
      rmSync(dir, { recursive: true, force: true })
    }
  })

  it('has every forge accepted as its page writes it', () => {
    for (const block of PAGES.filter(page => page.file === 'docs/forges.md').flatMap(page => page.blocks).filter(one => one.language === 'yaml')) {
      const dir = mkdtempSync(join(tmpdir(), 'writ-docs-forge-'))
      place(dir, block)
      expect(loadConfig(dir).writ.forges, String(block.line)).to.have.length(1)
      rmSync(dir, { recursive: true })
    }
  })

  it('has the example configuration accepted', () => {
    expect(loadConfig('environments.example').environments.map(one => one.class)).to.deep.equal(['dev', 'prod', 'staging', 'test'])
  })

  it('runs every block, or says where it is run', () => {
    for (const one of ELSEWHERE) {
      expect(PAGES.find(page => page.file === one.file)?.blocks.map(block => block.text), one.file).to.include(one.text)
      expect(existsSync(one.by), one.by).to.equal(true)
    }
    const kinds = new Set(PAGES.flatMap(page => page.blocks.map(block => block.language)))
    expect([...kinds]).to.have.members(['sh', 'text', 'yaml', 'json'])
    const yaml = PAGES.flatMap(page => page.blocks.filter(block => block.language === 'yaml').map(() => page.file))
    expect([...new Set(yaml)]).to.have.members(['docs/check.md', 'docs/configuration.md', 'docs/forges.md', OWN_CONFIGURATION, 'policies/README.md'])
  })

  it('names scripts that do what the page says', () => {
    const { scripts, bin } = JSON.parse(readFileSync('package.json', 'utf8'))
    expect(scripts.demo).to.equal('node dist/main.js sandbox demo')
    expect([scripts.prepare, bin.writ]).to.deep.equal(['npm run build', 'dist/main.js'])
    expect(scripts.check).to.contain('npm test')
    expect(readFileSync('.ci/run', 'utf8')).to.match(/^npm ci /m).and.match(/^npm run check /m)
  })
})

function isElsewhere(block: Block): boolean {
  return ELSEWHERE.some(one => one.file === block.file && one.text === block.text)
}

function title(block: Block): string {
  const lines = block.text.split('\n')
  return `${block.language === 'text' || block.language === 'json' ? 'shows ' : ''}${lines.find(line => line.trim().length > 1) ?? ''}${lines.length > 1 ? ' …' : ''}`
}

/** Runs every line; a comment `exit N` says how it ends if not with 0. */
async function runLines(shell: Shell, block: Block, own: boolean): Promise<Ended> {
  let last: Ended | null = null
  for (const line of block.text.split('\n')) {
    if (own) ready(shell)
    last = await shell.run(line)
    const wanted = Number(/ # exit (\d)$/.exec(line)?.[1] ?? 0)
    expect(last.code, `${block.file}: ${line}\n${last.all}`).to.equal(wanted)
  }
  if (last === null) throw new Error(`${block.file}:${block.line} is empty`)
  return last
}

function checkShown(block: Block, last: Ended | null): void {
  if (last === null) throw new Error(`${block.file}:${block.line} shows the output of nothing`)
  if (block.language === 'json') expect(missingJson(JSON.parse(block.text), JSON.parse(last.out))).to.equal(null)
  else expect(missingLine(block.text, last.all), `${block.file}:${block.line} in\n${last.all}`).to.equal(null)
}

/** On the walk files are written where it says; those of the other pages are read together by a test of their own. */
function checkYaml(shell: Shell, block: Block): void {
  if (block.file === OWN_CONFIGURATION) place(shell.dir, { ...block, text: inThisRun(block.text, shell) })
  else expect(block.text).to.match(/^# (?:appended to )?[a-z./-]+\.ya?ml$/m)
}

/** Writes a block into the file that its first line names. */
function place(dir: string, block: Block): void {
  const [, appended, name] = /^# (appended to )?([a-z/-]+\.yaml)\n/.exec(block.text) ?? []
  if (name === undefined) throw new Error(`${block.file}:${block.line}: the first line names the file`)
  if (appended === undefined) writeFileSync(join(dir, name), `${block.text}\n`)
  else appendFileSync(join(dir, name), `${block.text.slice(block.text.indexOf('\n') + 1)}\n`)
}

/** A terminal without a configuration, with a kubeconfig as people have them. */
function ownConfiguration(shell: Shell, up: Up): void {
  const kubeconfig = parse(readFileSync(up.kubeconfig, 'utf8'))
  kubeconfig.contexts[0].name = 'admin@main'
  kubeconfig['current-context'] = 'admin@main'
  shell.write('kubeconfig', stringify(kubeconfig))
  delete shell.env['WRIT_CONFIG']
  Object.assign(shell.env, { KUBECONFIG: join(shell.dir, 'kubeconfig'), XDG_STATE_HOME: join(shell.dir, 'state'), XDG_CACHE_HOME: join(shell.dir, 'cache') })
}

/** The two persons of the page are whoever runs the test, and the key in the home of the terminal. */
function inThisRun(text: string, shell: Shell): string {
  const key = readFileSync(join(shell.env['HOME'] ?? '', '.ssh', 'id_ed25519.pub'), 'utf8').trim()
  return text.replace('os: [grace]', `os: [${JSON.stringify(userInfo().username)}]`).replace(/ssh-ed25519 .*/, key)
}

/** The sandbox's Git server speaks http on loopback, which a forge of people's does not; and nobody here has half a minute to watch. */
function ready(shell: Shell): void {
  const dir = join(shell.dir, 'environments')
  for (const name of existsSync(dir) ? readdirSync(dir) : []) {
    const text = readFileSync(join(dir, name), 'utf8')
    if (name === 'writ.yaml') writeFileSync(join(dir, name), text.replace('    # insecureAllow: [http]', '    insecureAllow: [http, loopback]'))
    else if (name !== 'people.yaml' && !/^verify:/m.test(text)) appendFileSync(join(dir, name), '\nverify: {stability: 0s}\n')
  }
}

async function judged(dir: string, labels: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const ref = { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop-prod', name: 'web' }
  const object = { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop-prod', labels }, spec: {} }
  const prod = environments({ environments: [] }).of('main', 'shop-prod', null)
  const verdicts = await openPolicies({ dir }).judge(prod, [{ ref, before: null, after: object }], new Map())
  return verdicts.filter(verdict => verdict.policy === 'team-label').map(verdict => `${verdict.result} ${verdict.message}`)
}

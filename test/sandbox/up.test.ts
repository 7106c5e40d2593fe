import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect } from 'chai'
import { textAt } from '../../src/model/json.ts'
import { loadConfig } from '../../src/outside/config/load-config.ts'
import { environments } from '../../src/outside/config/environments.ts'
import { personOfKey, whoAmI } from '../../src/outside/config/identity.ts'
import { demoStories, refusedStories } from '../../src/sandbox/demo/stories.ts'
import { storyJson } from '../../src/sandbox/demo/demo.ts'
import { liveValue, runStory } from '../../src/sandbox/demo/run-story.ts'
import type { StoryEnd } from '../../src/sandbox/demo/run-story.ts'

import { tellStory } from '../../src/sandbox/demo/tell.ts'
import { writCli } from '../../src/sandbox/writ-cli.ts'
import { readOptions } from '../../src/sandbox/options.ts'
import { howToTry } from '../../src/sandbox/try-by-hand.ts'
import { startSandbox } from '../../src/sandbox/up.ts'
import type { Sandbox } from '../../src/sandbox/up.ts'

describe('sandbox', () => {
  let sandbox: Sandbox
  before(async function () {
    this.timeout(60_000)
    sandbox = await startSandbox({ interval: 100 })
  })
  after(() => sandbox.stop())

  it('writes a configuration that Writ accepts', () => {
    const config = loadConfig(sandbox.config)
    expect(whoAmI(config).person).to.equal(sandbox.requester)
    expect(personOfKey(config.people, sandbox.keys.peer.publicKey)?.name).to.equal('grace')
    expect(personOfKey(config.people, sandbox.keys.senior.publicKey)?.groups).to.include('senior')
    const classes = ['shop-dev', 'pay-staging', 'shop-prod', 'elsewhere'].map(name => environments(config).of('sandbox', name, null))
    expect(classes.map(one => [one.class, one.known])).to.deep.equal([['dev', true], ['staging', true], ['prod', true], ['prod', false]])
    expect(classes[0]?.merge).to.equal('automatic')
  })

  it('has every object of the demo live, with a value other than the one asked for', async () => {
    for (const story of demoStories().filter(one => one.format === 'plain' || sandbox.renderer !== null)) {
      const before = await liveValue(sandbox, story.wish)
      expect(before, story.request.join(' ')).to.not.equal(undefined)
      expect(before, story.request.join(' ')).to.not.deep.equal(story.wish.wanted)
    }
  })

  it('tells a change of each owner, format and kind of environment, and three refusals', () => {
    const pairs = new Set(demoStories().map(story => `${story.owner} ${story.format}`))
    expect([...pairs]).to.have.members(['argocd plain', 'argocd kustomize', 'flux plain', 'flux kustomize'])
    for (const owner of ['argocd', 'flux']) {
      expect(demoStories().filter(story => story.owner === owner).map(story => [story.environment, story.approver])).to.deep.equal([['dev', null], ['staging', 'peer'], ['prod', 'senior']])
    }
    expect(refusedStories().map(story => story.code)).to.deep.equal(['AMBIGUOUS_OWNER', 'SHARED_BASE', 'POLICY'])
  })

  it('has one Deployment that both an Application and a Kustomization list', async () => {
    const live = await sandbox.api.get({ group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop-dev', name: 'cache' })
    expect(textAt(live ?? {}, 'metadata', 'labels', 'kustomize.toolkit.fluxcd.io/name')).to.equal('shop-cache')
    expect(textAt(live ?? {}, 'metadata', 'annotations', 'argocd.argoproj.io/tracking-id')).to.contain('shop-cache:apps/Deployment')
    expect(sandbox.problems()).to.deep.equal([])
  })

  it('says how to try it by hand', () => {
    const text = howToTry(sandbox, 'writ')
    expect(text).to.contain(`export WRIT_CONFIG=${sandbox.config}`).and.contain(`kubectl --kubeconfig ${sandbox.kubeconfig} get`).and.contain('\n  writ scale deployment/web').and.contain('In another terminal:')
    expect(howToTry(sandbox, 'node dist/main.js')).to.contain('\n  node dist/main.js scale deployment/web').and.contain('in the same folder').and.not.contain('  writ ')
    expect(howToTry(sandbox, 'npx writ')).to.contain('\n  npx writ merge change/ID')
  })

  it('leaves nothing behind when it stops, also where it cannot start', async () => {
    const own = mkdtempSync(join(tmpdir(), 'writ-up-test-'))
    const before = process.env['TMPDIR']
    process.env['TMPDIR'] = own
    try {
      const other = await startSandbox({ wait: false })
      expect(existsSync(other.config)).to.equal(true)
      await other.stop()
      expect(existsSync(other.folder)).to.equal(false)
      const failed = await startSandbox({ cancelled: () => true, interval: 5000 }).then(() => null, (error: unknown) => error)
      expect(failed).to.be.instanceOf(Error)
      expect(readdirSync(own)).to.deep.equal([])
    } finally {
      if (before === undefined) delete process.env['TMPDIR']
      else process.env['TMPDIR'] = before
      rmSync(own, { recursive: true, force: true })
    }
  })

  describe('the teller of the demo', () => {
    const story = demoStories().find(one => one.format === 'plain') ?? (() => { throw new Error('no story') })()
    /** A `writ` that answers whatever it is told to. */
    async function tell(answer: string, exit: number): Promise<StoryEnd> {
      const cli = writCli({ writ: [process.execPath, '-e', `process.stderr.write('one line\\n'); process.stdout.write(${JSON.stringify(answer)}); process.exitCode = ${exit}`, '--'], env: {}, timeout: 20_000 })
      const lines: string[] = []
      const end = await runStory({ sandbox, cli, progress: line => { lines.push(line) } }, story)
      expect(lines).to.deep.equal(['Argo CD: one line'])
      return end
    }

    it('does not believe "verified" before it has seen the value live', async () => {
      const end = await tell('{"kind":"Change","status":"verified","id":"abc","plan":{"route":"pull-request"}}', 0)
      expect(end.status).to.equal('failed')
      expect(end.problem).to.match(/^writ said verified, but live is "registry\.example\.com\/shop\/web:1\.4\.2"/)
      expect(storyJson(end)).to.deep.include({ status: 'failed', change: 'abc', route: 'pull-request', owner: 'argocd', format: 'plain', environment: 'dev' })
      expect(tellStory(end, '3s')).to.contain('NOT VERIFIED')
    })

    it('tells a refusal and a failure with the words of writ', async () => {
      const refused = await tell('{"kind":"Refusal","code":"UNMANAGED","message":"Nobody owns it."}', 3)
      expect([refused.status, refused.problem]).to.deep.equal(['Refusal', 'Nobody owns it.'])
      const open = await tell('{"kind":"Change","status":"open","id":"abc","waiting":{"sentence":"waits for Argo CD"}}', 5)
      expect([open.status, open.problem]).to.deep.equal(['open', 'waits for Argo CD'])
    })

    it('ends the demo where writ breaks', async () => {
      const failed = await tell('Segmentation fault', 139).then(() => '', (error: unknown) => String(error))
      expect(failed).to.contain('ended with exit code 139 and no JSON. one line')
    })
  })
})

describe('sandbox options', () => {
  const copy = { repo: '/r', path: './a/', provider: 'flux', target: 'deploy/web', set: 'replicas=2' }
  it('reads a demo on a repository of one\'s own', () => {
    expect(readOptions(copy).copy).to.deep.equal({ ...copy, path: 'a', namespace: null, container: null, scope: 'app' })
    expect(readOptions({ ...copy, scope: 'shared' }).copy).to.include({ scope: 'shared' })
    expect(readOptions({}).copy).to.equal(null)
  })

  const wrong: readonly (readonly [Record<string, unknown>, RegExp])[] = [
    [{ repo: '/r' }, /needs --provider|needs TYPE|needs --/],
    [{ ...copy, provider: 'helm' }, /argocd or flux, not helm/],
    [{ ...copy, target: 'web' }, /TYPE\/NAME/],
    [{ ...copy, path: '../x' }, /inside --repo/],
    [{ ...copy, scope: 'all' }, /app or shared, not all/],
    [{ ...copy, set: 1 }, /takes a text/],
    [{ output: 'yaml' }, /text or json/],
    [{ colour: 'red' }, /does not know the option colour/],
  ]
  for (const [options, words] of wrong) {
    it(`refuses ${JSON.stringify(options)}`, () => expect(() => readOptions(options)).to.throw(words))
  }
})

import { expect } from 'chai'
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { parse } from 'yaml'
import { isList, isObject, textAt, valueAt } from '../../../src/model/json.ts'
import type { Called, Stage } from '../../support/stage.ts'

const IMAGE = 'registry.example/web:1.1.0'

describe('the command line', function () {
  this.timeout(60_000)
  let stage: Stage
  // Loaded as the door loads what it needs: a module that one test file requires and another imports would exist twice.
  beforeEach(async () => { stage = await (await import('../../support/stage.ts')).Stage.open() })
  afterEach(() => stage.close())

  const idOf = (called: Called): string => textAt(called.json, 'id') ?? ''
  /** A change in prod that waits for its approval. */
  async function waiting(): Promise<string> {
    return idOf(await stage.call('scale', 'deploy/web', '--replicas=3', '-n', 'prod', '-o', 'json'))
  }

  describe('a change verb', () => {
    it('shows the plan and writes nothing with --dry-run', async () => {
      const before = stage.branches()
      const { exit, out, err } = await stage.call('set', 'image', 'deployment/web', `web=${IMAGE}`, '-n', 'dev', '--dry-run')
      expect(exit).to.equal(0)
      expect(out).to.contain('Deployment dev/web on here: image of web = registry.example/web:1.1.0')
        .and.contain('route        pull-request:').and.contain('owner        Application argocd/web-dev').and.contain('status.resources lists it')
        .and.contain('place        dev/web.yaml:15').and.contain('-          image: registry.example/web:1.0.0').and.contain('+          image: registry.example/web:1.1.0')
        .and.contain('blast radius').and.contain('policies     1 pass').and.contain('approvals    none needed').and.contain('Dry run: nothing was written.')
      expect(err).to.equal('')
      expect(stage.branches()).to.deep.equal(before)
      expect(existsSync(join(stage.dir, 'writ.db'))).to.equal(false)
    })

    it('says what it does where that takes long, on stderr only, and not once something else was said', async () => {
      stage.knobs.patience = 0
      const { out, err } = await stage.call('scale', 'deploy/web', '--replicas=3', '-n', 'dev', '--dry-run', '-o', 'json')
      expect(err).to.equal('planning: reading the object, its owner and the repository, and rendering it before and after the change\n')
      expect(JSON.parse(out)).to.include({ kind: 'Plan' })
      expect((await stage.call('owner', 'deploy/web', '-n', 'dev')).err).to.match(/^looking: /)
      expect((await stage.call('list')).err).to.equal('')
      stage.knobs.patience = 600_000
      expect((await stage.call('scale', 'deploy/web', '--replicas=3', '-n', 'dev', '--dry-run')).err).to.equal('')
    })

    it('says that a request stands already in one place', async () => {
      await waiting()
      const { out, err } = await stage.call('scale', 'deploy/web', '--replicas=3', '-n', 'prod')
      expect(out).to.match(/^The same request stands already as change\//)
      expect(err).to.not.contain('stands already')
    })

    it('gives the plan as JSON, without the live object and without whole files', async () => {
      const { exit, json, out } = await stage.call('set', 'image', 'deployment', 'web', `web=${IMAGE}`, '-n', 'dev', '--dry-run=server', '-o', 'json')
      expect(exit).to.equal(0)
      expect(json).to.include({ kind: 'Plan', route: 'pull-request', environmentClass: 'dev', mergesItself: true })
      expect(json).to.have.keys('kind', 'request', 'target', 'environment', 'edits', 'owner', 'ownerEvidence', 'base', 'branch', 'files', 'places', 'proof', 'blast', 'alsoShips', 'route', 'routeReason', 'environmentClass', 'server', 'verdicts', 'policyBundle', 'needs', 'mergesItself', 'digest', 'diff', 'next')
      expect(json['files']).to.deep.equal(['dev/web.yaml'])
      expect(json['server']).to.deep.equal([{ object: { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'dev', name: 'web' }, cluster: 'here', asked: 'dry run', because: null, warnings: [] }])
      expect(out).to.not.contain('hunter2')
    })

    it('promises nothing that the API server would refuse, and says where the edit would stand', async () => {
      const [before, ask] = [stage.branches(), ['set', 'field', 'deploy/web', 'spec.nope=1', '-n', 'dev']]
      expect((await stage.call(...ask, '--dry-run')).out).to.contain('  server       asked (dry run), accepts\n')
      stage.knobs.server = object => JSON.stringify(object).includes('"nope"') ? { kind: 'refused', sentence: '', objections: [{ field: 'spec.nope', sentence: 'unknown field' }] } : { kind: 'made', object }
      const { exit, out } = await stage.call(...ask)
      expect(exit).to.equal(3)
      expect(out).to.contain('SERVER_REFUSES: The API server of cluster here would not take Deployment dev/web as this change leaves it: spec.nope: unknown field.')
        .and.match(/spec\.nope: unknown field.*\n.*the edit would stand here \(dev\/web\.yaml:\d+\)/)
      expect(stage.branches()).to.deep.equal(before)
      stage.knobs.server = () => ({ kind: 'denied', sentence: 'admission webhook "a.b.c" denied the request: no' })
      const warned = await stage.call('scale', 'deploy/web', '--replicas=3', '-n', 'dev', '--dry-run')
      expect(warned.out).to.contain('  server       asked (dry run), with warnings\n').and.contain('admission webhook "a.b.c" denied the request: no')
      stage.knobs.server = () => ({ kind: 'unable', sentence: 'a webhook does not support dry run' })
      expect((await stage.call('scale', 'deploy/web', '--replicas=3', '-n', 'dev', '--dry-run')).out).to.contain('  server       not asked: a webhook does not support dry run\n')
    })

    it('drives a change of dev to verified with --wait, and says no change when asked again', async () => {
      const { exit, json, err } = await stage.call('set', 'resources', 'deploy/web', '-c', 'web', '--limits=memory=128Mi', '-n', 'dev', '--wait', '--reason', 'more room', '-o', 'json')
      expect([exit, json['kind'], json['status'], json['next'], json['waiting'], json['ended']]).to.deep.equal([0, 'Change', 'verified', null, null, null])
      expect(json).to.include.keys('id', 'plan', 'facts', 'step', 'createdAt', 'updatedAt')
      expect(textAt(json, 'facts', 'mergeCommit')).to.equal(stage.tip('main'))
      expect(valueAt(json, 'plan', 'live')).to.equal(undefined)
      expect(err).to.match(/^planned: Deployment dev\/web through Application argocd\/web-dev, dev\/web\.yaml:\d+\nchange\/[a-z2-7]{8} is recorded\n/).and.contain('merged into main')
      expect(stage.repository.git('show', 'main:dev/web.yaml')).to.contain('memory: 128Mi')
      const again = await stage.call('set', 'resources', 'deploy/web', '-c', 'web', '--limits=memory=128Mi', '-n', 'dev', '-o', 'json')
      expect([again.exit, again.json['kind']]).to.deep.equal([0, 'NoChange'])
    })

    it('waits for people in prod with exit 4, and says so in its last line and in next', async () => {
      const { exit, out } = await stage.call('scale', 'deploy/web', '--replicas=3', '-n', 'prod')
      expect(exit).to.equal(4)
      expect(out.trimEnd().split('\n').at(-1)).to.match(/^Waiting for people: 1 approval .*\. Next: writ approve change\/[a-z2-7]{8} --key FILE$/)
      expect(out).to.contain('branch       writ/prod/').and.contain(`see it       in a clone: git fetch ${stage.repository.url} writ/prod/`)
      const again = await stage.call('scale', 'deploy/web', '--replicas=3', '-n', 'prod', '-o', 'json')
      expect([again.exit, again.json['existed'], again.json['next']]).to.deep.equal([4, true, `writ approve change/${idOf(again)} --key FILE`])
      expect(stage.branches().filter(name => name.startsWith('writ/'))).to.have.length(1)
    })

    it('refuses with exit 3, and with 6 where the question must be better', async () => {
      const denied = await stage.call('set', 'image', 'deploy/web', 'web=registry.example/web:latest', '-n', 'dev', '-o', 'json')
      expect(denied.exit).to.equal(3)
      expect(denied.json).to.include({ kind: 'Refusal', code: 'POLICY' })
      expect(denied.json).to.have.keys('kind', 'outcome', 'code', 'message', 'hint', 'evidence', 'next')
      const text = await stage.call('set', 'image', 'deploy/web', 'web=registry.example/web:latest', '-n', 'dev')
      expect(text.out).to.match(/^Refused POLICY: .*\n {2}no-latest denies .*\nNext: /)
      stage.knobs.twoOwners = true
      const ambiguous = await stage.call('scale', 'deploy/web', '--replicas=3', '-n', 'dev', '-o', 'json')
      expect([ambiguous.exit, ambiguous.json['code']]).to.deep.equal([6, 'AMBIGUOUS_OWNER'])
      const owner = await stage.call('owner', 'deploy/web', '-n', 'dev')
      expect(owner.exit).to.equal(6)
      expect(stage.branches()).to.deep.equal(['main'])
    })

    it('holds --current-replicas against the live object', async () => {
      const stale = await stage.call('scale', 'deploy/web', '--replicas=3', '--current-replicas=7', '-n', 'dev', '-o', 'json')
      expect([stale.exit, stale.json['code'], stale.json['message']]).to.deep.equal([3, 'STALE', 'Deployment dev/web has 2 replicas, not 7.'])
      expect((await stage.call('scale', 'deploy/web', '--replicas=3', '--current-replicas=2', '-n', 'dev', '--dry-run')).exit).to.equal(0)
    })

    it('fails with the code of what went wrong', async () => {
      const cases: readonly (readonly [readonly string[], number, string])[] = [
        [['scale', 'deploy/nope', '--replicas=3'], 1, 'cluster/not-found'],
        [['scale', 'gizmo/web', '--replicas=3'], 2, 'cluster/unknown-kind'],
        [['set', 'image', 'deploy/web', 'side=x:1'], 2, 'classify/no-container'],
        [['scale', 'deploy/web', '--replicas=3', '--cluster', 'there'], 2, 'usage/bad-argument'],
        [['get', 'change/zzzzzzzz'], 1, 'change/not-found'],
        [['set', 'image', 'deploy/web', 'web='], 2, 'usage/bad-argument'],
      ]
      for (const [args, exit, code] of cases) {
        const called = await stage.call(...args, '-o', 'json')
        expect([called.exit, called.json['kind'], called.json['code']], args.join(' ')).to.deep.equal([exit, 'Failure', code])
        expect(called.json).to.have.keys('kind', 'status', 'code', 'message', 'hint', 'data')
        const text = await stage.call(...args)
        expect(text.out, args.join(' ')).to.equal('')
        expect(text.err).to.match(new RegExp(`^Error ${code}: .+\\nNext: .+\\n$`))
      }
    })

    it('says in plain words which flag is wrong, and where its help is', async () => {
      const cases: readonly (readonly [readonly string[], string])[] = [
        [['scale', 'deploy/web', '--replicas=3', '-n', ''], '--namespace must be the name of a namespace: small letters, digits and -, 63 at most'],
        [['scale', 'deploy/web', '--replicas=3', '-n', 'a b'], '--namespace must be the name of a namespace: small letters, digits and -, 63 at most'],
        [['owner', 'deploy/web', '-n', '../x'], '--namespace must be the name of a namespace: small letters, digits and -, 63 at most'],
        [['list', '-n', '../x'], '--namespace must be the name of a namespace: small letters, digits and -, 63 at most'],
        [['owner', 'deploy/web', '--cluster', 'a\nb'], '--cluster must be the name of a cluster in writ.yaml, or of its context'],
        [['owner', 'deploy/web', '--cluster', ''], '--cluster must not be empty'],
        [['owner', 'deploy/w b'], 'NAME must not hold blanks or line breaks'],
        [['scale', 'deploy/web', '--replicas=3', '--scope', 'all'], '--scope must be one of app, shared'],
        [['scale', 'deploy/web', '--replicas=3', '--reason', ''], '--reason must not be empty'],
        [['scale', 'deploy/web', '--replicas=3', '--incident', 'x'.repeat(201)], '--incident must not be longer than 200 characters'],
        [['set', 'resources', 'deploy/web', '--limits', 'c u=1'], '--limits takes NAME=AMOUNT: the name must be a resource such as cpu or memory'],
        [['set', 'resources', 'deploy/web', '--limits', 'cpu=1', '-c', 'A B'], '-c must be the name of a container, init:NAME, or *'],
        [['suspend', 'kustomization/x', '--for', '0s'], '--for must be from 1s to 365d'],
        [['suspend', 'kustomization/x', '--for', '999999999999d'], '--for must be from 1s to 365d'],
        [['suspend', 'kustomization/x', '--until', 'tomorrow'], '--until must be a time with its zone, such as 2026-11-30T18:00:00Z'],
        [['suspend', 'kustomization/x', '--until', '2026-02-30T18:00:00Z'], '--until must be a time that exists'],
        [['diff', '--app', 'a b'], '--app must not hold blanks or line breaks'],
        [['list', '--status', 'done'], '--status must be one of open, verified, rejected, cancelled, superseded, failed, refused'],
        [['approve', 'abc', '--key', ''], '--key must not be empty'],
      ]
      for (const [args, message] of cases) {
        const { exit, err } = await stage.call(...args)
        const verb = args[0] === 'set' ? 'set resources' : args[0] ?? ''
        expect([exit, err], args.join(' ')).to.deep.equal([2, `Error usage/bad-argument: ${message}.\nNext: See writ ${verb} --help.\n`])
      }
      const empty = join(stage.dir, 'empty')
      writeFileSync(empty, '')
      expect((await stage.call('approve', 'abc', '--document', empty, '--signature', empty)).err).to.contain('--document must not be empty; --signature must not be empty.')
      expect((await stage.call('set', 'image', 'deploy/web', 'web=größe:1', '-n', 'dev')).err).to.contain("'größe:1' is not an image reference")
    })

    it('lets nobody unknown propose in prod, and shows the lines that would make them known', async () => {
      stage.knobs.user = 'Eve X'
      const { exit, err } = await stage.call('scale', 'deploy/web', '--replicas=3', '-n', 'prod')
      expect(exit).to.equal(2)
      expect(err).to.contain('Error identity/unknown: Eve X is not in people.yaml').and.contain('    - name: eve-x\n      aliases:\n        os: ["Eve X"]')
      expect(stage.branches()).to.deep.equal(['main'])
      expect((await stage.call('scale', 'deploy/web', '--replicas=3', '-n', 'prod', '--dry-run')).exit).to.equal(0)
      expect((await stage.call('scale', 'deploy/web', '--replicas=3', '-n', 'dev', '--wait')).exit).to.equal(0)
    })
  })

  describe('people', () => {
    it('approve with a key and merge, to verified', async () => {
      const id = await waiting()
      stage.knobs.user = 'bo'
      const approved = await stage.call('approve', `change/${id}`, '--key', stage.keys.bo, '-o', 'json')
      expect([approved.exit, approved.json['next']]).to.deep.equal([4, `writ merge change/${id}`])
      const merged = await stage.call('merge', id, '--wait', '-o', 'json')
      expect([merged.exit, merged.json['status']]).to.deep.equal([0, 'verified'])
      const described = await stage.call('describe', `change/${id.slice(0, 4)}`)
      expect(described.out).to.contain('approved by bo via ssh-key').and.contain('publish result: published').and.contain('verified     at revision')
    })

    it('approve with a document that was signed elsewhere', async () => {
      const id = await waiting()
      const printed = await stage.call('approve', `change/${id}`, '--print-document')
      expect(printed.exit).to.equal(0)
      const file = join(stage.dir, 'document')
      writeFileSync(file, printed.out)
      execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', 'writ/approval/v1', '-f', stage.keys.bo, file], { stdio: 'ignore' })
      const approved = await stage.call('approve', id, '--document', file, '--signature', `${file}.sig`, '--comment', 'looks right', '-o', 'json')
      expect([approved.exit, approved.json['step']]).to.deep.equal([4, 'merge'])
      writeFileSync(file, printed.out.replace('approve', 'reject'))
      expect((await stage.call('reject', id, '--document', file, '--signature', `${file}.sig`, '-o', 'json')).json['code']).to.equal('approve/bad-signature')
      expect((await stage.call('approve', id, '--document', file)).exit).to.equal(2)
      expect((await stage.call('approve', id, '--document', join(stage.dir, 'none'), '--signature', file)).err).to.contain('cannot be read (ENOENT)')
    })

    it('never approve their own change, without a signature, with an unknown key, or by a machine', async () => {
      const id = await waiting()
      const code = async (user: string, ...more: readonly string[]): Promise<unknown> => {
        stage.knobs.user = user
        const called = await stage.call('approve', id, '-o', 'json', ...more)
        expect(called.exit).to.equal(2)
        return called.json['code']
      }
      expect(await code('bo')).to.equal('approve/signature-needed')
      expect(await code('bo', '--key', stage.keys.ann)).to.equal('approve/own-change')
      expect(await code('bo', '--key', stage.keys.stranger)).to.equal('approve/bad-signature')
      stage.knobs.user = 'bot'
      expect((await stage.call('merge', id, '-o', 'json')).exit).to.equal(2)
      expect((await stage.call('get', id, '-o', 'json')).json).to.include({ status: 'open', step: 'approve' })
    })

    it('reject, which ends the change and is no failure of the verb', async () => {
      const id = await waiting()
      const rejected = await stage.call('reject', id, '--key', stage.keys.bo, '--comment', 'too many', '-o', 'json')
      expect([rejected.exit, rejected.json['status'], rejected.json['next']]).to.deep.equal([0, 'rejected', null])
      const late = await stage.call('get', id, '--wait')
      expect(late.exit).to.equal(3)
      expect(late.out).to.contain('ended        DECLINED: rejected by bo')
      expect((await stage.call('cancel', id, '-o', 'json')).json).to.include({ code: 'change/ended' })
    })

    it('cancel what is not merged', async () => {
      const id = await waiting()
      const cancelled = await stage.call('cancel', `change/${id}`, '--reason', 'not now', '-o', 'json')
      expect([cancelled.exit, cancelled.json['status'], textAt(cancelled.json, 'ended', 'message')]).to.deep.equal([0, 'cancelled', 'cancelled by ann: not now'])
    })
  })

  describe('a wait', () => {
    it('ends with exit 4 at Ctrl-C, keeps the state, and says how to go on', async () => {
      const id = await waiting()
      const call = stage.call('get', `change/${id}`, '--wait')
      setTimeout(() => stage.interrupt(), 300)
      const { exit, err, out } = await call
      expect(exit).to.equal(4)
      expect(err).to.contain('Press Ctrl-C again to end at once').and.contain(`Interrupted. Nothing is lost. Go on with: writ approve change/${id} --key FILE`)
      expect(out).to.contain('Waiting for people')
      expect(stage.exits).to.deep.equal([])
      expect((await stage.call('get', id, '-o', 'json')).json['status']).to.equal('open')
    })

    it('ends the process at once at the second Ctrl-C', async () => {
      const id = await waiting()
      const call = stage.call('get', `change/${id}`, '--wait')
      setTimeout(() => {
        stage.interrupt()
        stage.interrupt()
      }, 300)
      await call
      expect(stage.exits).to.deep.equal([4])
    })

    it('keeps the owners at hand where it works until it is stopped', async () => {
      stage.holds = 0
      const call = stage.call('work')
      setTimeout(() => stage.interrupt(), 300)
      expect([(await call).exit, stage.holds]).to.deep.equal([0, 1])
    })

    it('ends with exit 5 where --timeout is over, and the change goes on', async () => {
      stage.knobs.syncs = false
      const { exit, err, json } = await stage.call('scale', 'deploy/web', '--replicas=3', '-n', 'dev', '--wait', '--timeout', '1500ms', '-o', 'json')
      expect([exit, json['status'], json['step'], textAt(json, 'waiting', 'for')]).to.deep.equal([5, 'open', 'verify', 'controller'])
      expect(err).to.contain('Stopped waiting')
      stage.knobs.syncs = true
      stage.holds = 0
      const worked = await stage.call('work', '--once', '-o', 'json')
      expect(stage.holds).to.equal(0)
      expect([worked.exit === 0 || worked.exit === 4, worked.json['kind']]).to.deep.equal([true, 'Work'])
      expect((await stage.call('get', idOf({ json, exit, err, out: '' }), '--wait')).exit).to.equal(0)
    })
  })

  describe('work', () => {
    it('ends with 0 where nothing is left, 4 where some wait, and 1 where one could not be driven', async () => {
      const once = async (): Promise<readonly unknown[]> => { const { exit, json } = await stage.call('work', '--once', '-o', 'json'); return [exit, isList(json['failures']) ? json['failures'].map(one => textAt(one, 'code')) : null] }
      expect(await once()).to.deep.equal([0, []])
      const id = await waiting()
      expect(await once()).to.deep.equal([4, []])
      await stage.call('approve', id, '--key', stage.keys.bo)
      stage.knobs.user = 'bo'
      await stage.call('approve', id, '--key', stage.keys.bo)
      renameSync(stage.repository.dir, `${stage.repository.dir}.away`)
      expect(await once()).to.deep.equal([1, ['git/unreachable']])
      renameSync(`${stage.repository.dir}.away`, stage.repository.dir)
      expect(await once()).to.deep.equal([4, []])
      await stage.call('cancel', id)
      expect(await once()).to.deep.equal([0, []])
    })

    it('ends with 0 where a change has failed in it, and says where failures are listed', async () => {
      stage.knobs.syncs = false
      const asked = await stage.call('set', 'image', 'deployment/web', `web=${IMAGE}`, '-n', 'dev', '-o', 'json')
      expect([asked.exit, asked.json['step']], asked.err).to.deep.equal([4, 'verify'])
      const id = idOf(asked)
      await stage.repository.commit({ 'dev/web.yaml': stage.repository.git('show', 'main:dev/web.yaml').replace(IMAGE, 'registry.example/web:1.0.0') + '\n' })
      stage.knobs.syncs = true
      const { exit, out } = await stage.call('work', '--once')
      expect([exit, out.includes(`change/${id} `), out.endsWith('Next: writ list --status failed\n')], out).to.deep.equal([0, true, true])
      expect((await stage.call('list', '--status', 'failed', '-o', 'name')).out).to.equal(`change/${id}\n`)
    })

    it('ends with 0 where it is stopped, whatever still waits', async () => {
      await waiting()
      const call = stage.call('work')
      setTimeout(() => stage.interrupt(), 300)
      expect((await call).exit).to.equal(0)
    })
  })

  describe('looking', () => {
    it('shows owner, list, history and names', async () => {
      const id = await waiting()
      const owner = await stage.call('owner', 'deploy/web', '-n', 'prod', '-o', 'json')
      expect([owner.exit, owner.json['kind'], textAt(owner.json, 'owner', 'name')]).to.deep.equal([0, 'Owner', 'web-prod'])
      expect((await stage.call('list')).out).to.match(new RegExp(`^NAME +STATUS +TARGET +CHANGE +ENVIRONMENT +AGE +WAITS FOR\\nchange/${id} +open +Deployment prod/web +replicas = 3 +prod +\\d+s +people: 1 approval`))
      expect((await stage.call('get', 'changes', '-o', 'name')).out).to.equal(`change/${id}\n`)
      expect((await stage.call('list', '--status', 'verified')).out).to.equal('No changes.\n')
      expect((await stage.call('list', '--status', 'done')).exit).to.equal(2)
      const history = await stage.call('history', 'deploy/web', '-n', 'prod', '-o', 'json')
      expect(history.json['kind']).to.equal('History')
      expect(JSON.stringify(history.json['items'])).to.contain(`change/${id}`).and.contain('"kind":"commit"')
      expect((await stage.call('history')).out).to.contain(`change/${id}`)
    })

    it('shows only the namespace and the cluster that are named', async () => {
      const id = await waiting()
      const names = async (...args: readonly string[]): Promise<string> => (await stage.call(...args, '-o', 'name')).out
      for (const verb of [['list'], ['get', 'changes']]) {
        expect(await names(...verb, '-n', 'prod'), verb.join(' ')).to.equal(`change/${id}\n`)
        expect(await names(...verb, '-n', 'dev')).to.equal('')
        expect(await names('-n', 'prod', ...verb, '--cluster', 'here', '--status', 'open')).to.equal(`change/${id}\n`)
        expect((await stage.call(...verb, '--cluster', 'there')).exit).to.equal(2)
      }
      expect((await stage.call('history', '-n', 'dev')).out).to.equal('Nothing has happened.\n')
      expect((await stage.call('history', '-n', 'prod')).out).to.contain(`change/${id}`)
      expect((await stage.call('work', '--once', '-n', 'dev')).exit).to.equal(2)
    })

    it('prints changes again as they move, until Ctrl-C, and ends with 0', async () => {
      const id = await waiting()
      const watched = stage.call('list', '--watch', '-o', 'json')
      await new Promise(resolve => { setTimeout(resolve, 400) })
      const stop = stage.interrupt
      await stage.call('cancel', id)
      await new Promise(resolve => { setTimeout(resolve, 400) })
      stop()
      const { exit, out } = await watched
      const rows = out.trim().split('\n').map((line): unknown => JSON.parse(line)).filter(row => isObject(row) && id.endsWith(String(row['id'])))
      expect([exit, rows.map(row => isObject(row) ? row['status'] : null)]).to.deep.equal([0, ['open', 'cancelled']])
      expect((await stage.call('get', id, '--watch')).exit).to.equal(2)
    })

    it('shows the plan to take it back, and why it was rejected', async () => {
      const id = idOf(await stage.call('scale', 'deploy/web', '--replicas=3', '-n', 'prod', '--incident', 'INC-7', '--rollback-plan', 'scale to 2 again', '-o', 'json'))
      for (const verb of ['get', 'describe']) expect((await stage.call(verb, id)).out, verb).to.contain('  take back    scale to 2 again\n').and.contain('  incident     INC-7\n')
      stage.knobs.user = 'bo'
      expect((await stage.call('reject', id, '--key', stage.keys.bo, '--comment', 'too many')).out).to.contain('  comment      bo: too many\n')
      expect((await stage.call('get', id)).out).to.contain('  comment      bo: too many\n')
    })

    it('prints YAML that says the same as JSON', async () => {
      const id = await waiting()
      const json = await stage.call('get', id, '-o', 'json')
      expect(parse((await stage.call('get', id, '-o', 'yaml')).out)).to.deep.equal(json.json)
    })

    it('is done with exit 0 however the change stands', async () => {
      const id = await waiting()
      expect((await stage.call('get', id)).exit).to.equal(0)
      expect((await stage.call('describe', id)).exit).to.equal(0)
    })
  })

  describe('free text', () => {
    const token = `ghp_${'Ab3'.repeat(12)}`
    const scaling = ['scale', 'deploy/web', '--replicas=3', '-n', 'prod'] as const

    it('is refused before anything is written where it holds a secret, by its flag and without showing it', async () => {
      const id = await waiting()
      const before = stage.repository.git('for-each-ref')
      const journal = (await stage.call('describe', id, '-o', 'json')).out
      const cases: readonly (readonly [string, readonly string[]])[] = [
        ['--reason', ['scale', 'deploy/web', '--replicas=5', '-n', 'prod', '--reason', `rotates ${token}`]],
        ['--reason', ['scale', 'deploy/web', '--replicas=5', '-n', 'prod', '--reason', `first line\nuse ${token}`, '--dry-run']],
        ['--incident', ['scale', 'deploy/web', '--replicas=5', '-n', 'dev', '--wait', '--incident', 'password=hunter2hunter2']],
        ['--rollback-plan', ['set', 'resources', 'deploy/web', '--limits=memory=128Mi', '-n', 'dev', '--rollback-plan', 'clone https://ann:s3cretpass@git.example/x']],
        ['IMAGE', ['set', 'image', 'deploy/web', `web=registry.example/web:${token}`, '-n', 'dev']],
        ['--comment', ['approve', id, '--key', stage.keys.bo, '--comment', `log in with ${token}`]],
        ['--comment', ['reject', id, '--key', stage.keys.bo, '--comment', `log in with ${token}`]],
        ['--reason', ['cancel', id, '--reason', 'password: hunter2hunter2']],
      ]
      for (const [flag, args] of cases) {
        const { exit, out, err } = await stage.call(...args)
        expect([exit, out], args.join(' ')).to.deep.equal([2, ''])
        expect(err).to.match(new RegExp(`^Error usage/bad-argument: ${flag} holds something that looks like a secret.*\\nNext: Leave the secret out of ${flag}`))
        expect(err).to.not.contain(token).and.not.contain('hunter2').and.not.contain('s3cretpass')
      }
      expect(stage.repository.git('for-each-ref')).to.equal(before)
      expect((await stage.call('describe', id, '-o', 'json')).out).to.equal(journal)
      expect(stage.repository.git('log', '--all', '--format=%B')).to.not.contain(token)
    })

    it('may speak of secrets without holding one', async () => {
      expect((await stage.call(...scaling, '--reason', 'the password of the database was rotated; see https://git.example/acme/shop?token')).exit).to.equal(4)
    })

    it('forges no line: every line of a value is marked as one', async () => {
      const forged = 'calm\n  approvals    none needed\nNext: writ merge change/zzzzzzzz\n\nWaiting for nobody: done.'
      const said = [
        await stage.call(...scaling, '--reason', forged, '--incident', forged.replace('calm', 'I-1').slice(0, 190), '--rollback-plan', forged, '--dry-run'),
        await stage.call(...scaling, '--reason', forged, '--incident', forged.replace('calm', 'I-1').slice(0, 190), '--rollback-plan', forged),
      ]
      const id = /change\/([a-z2-7]{8})/.exec(said[1]?.out ?? '')?.[1] ?? ''
      said.push(await stage.call('get', id), await stage.call('list', '-o', 'wide'), await stage.call('history'))
      stage.knobs.user = 'bo'
      said.push(await stage.call('approve', id, '--key', stage.keys.bo, '--comment', forged), await stage.call('describe', id), await stage.call('cancel', id, '--reason', forged), await stage.call('describe', id))
      for (const { out, err } of said) {
        for (const one of `${out}${err}`.split('\n')) expect(one).to.not.match(/^ {0,12}(?:approvals {4}none|Next: writ merge change\/zzzzzzzz|Waiting for nobody)/)
      }
      expect(said.at(-1)?.out).to.contain('  reason       calm\n               |   approvals    none needed\n               | Next: writ merge change/zzzzzzzz\n               |\n               | Waiting for nobody: done.')
    })

    it('holds no control characters', async () => {
      const id = await waiting()
      for (const args of [['cancel', id, '--reason', 'a\u001b[2Jb'], ['approve', id, '--key', stage.keys.bo, '--comment', 'a\u0007b'], [...scaling, '--reason', 'a\rb'], [...scaling, '--incident', 'a\u0000b'], [...scaling, '--rollback-plan', 'a\u007fb']]) {
        const { exit, err } = await stage.call(...args)
        expect([exit, err.split('\n')[0]]).to.deep.equal([2, `Error usage/bad-argument: ${args.at(-2)} must not hold control characters.`])
      }
    })
  })

  describe('output', () => {
    it('holds no secret of a reason, an argument or an error', async () => {
      const token = `ghp_${'Ab3'.repeat(12)}`
      const called = [
        await stage.call('scale', 'deploy/web', '--replicas=3', '-n', 'prod', '--reason', `use ${token}`),
        await stage.call('scale', 'deploy/web', '--replicas=4', '-n', 'prod', '--reason', `use ${token}`, '-o', 'json'),
        await stage.call('scale', `deploy/${token}`, '--replicas=4', '-n', 'prod'),
        await stage.call(token), await stage.call('list', `--${token}`), await stage.call('list', `--${token}`, '-o', 'json'),
      ]
      for (const { out, err } of called) expect(out + err).to.not.contain(token)
    })

    it('shows control characters of the world instead of obeying them', async () => {
      const { out, err } = await stage.call('scale', 'deploy/web', '--replicas=3', '-n', 'prod\u001b[2J')
      expect(out + err).to.not.contain('\u001b')
    })

    it('has colours on a terminal only', async () => {
      expect((await stage.call('list')).out).to.not.contain('\u001b')
      await waiting()
      stage.knobs.colour = true
      expect((await stage.call('list')).out).to.contain('\u001b[1mNAME')
      expect((await stage.call('list', '-o', 'json')).out).to.not.contain('\u001b')
    })

    it('fits lists to the terminal, and to nothing where there is none or -o wide asks for all', async () => {
      await waiting()
      stage.knobs.columns = 90
      const longest = (called: Called): number => Math.max(...called.out.split('\n').map(line => line.length))
      for (const args of [['list'], ['get', 'changes'], ['work', '--once']]) expect(longest(await stage.call(...args)), args.join(' ')).to.be.at.most(90)
      expect(longest(await stage.call('list', '-o', 'wide'))).to.be.greaterThan(150)
      stage.knobs.columns = null
      expect(longest(await stage.call('list'))).to.be.greaterThan(90)
    })

    it('shows a stack only with WRIT_DEBUG=1', async () => {
      const plain = await stage.call('get', 'change/zzzzzzzz')
      expect(plain.err).to.not.match(/ {4}at /)
      stage.knobs.env = { WRIT_DEBUG: '1' }
      expect((await stage.call('get', 'change/zzzzzzzz')).err).to.match(/ {4}at /)
    })
  })

  it('keeps the file of the repository as it was but for the asked bytes', async () => {
    const before = stage.repository.git('show', 'main:dev/web.yaml')
    await stage.call('set', 'image', 'deploy/web', `*=${IMAGE}`, '-n', 'dev', '--wait')
    expect(stage.repository.git('show', 'main:dev/web.yaml')).to.equal(before.replace('web:1.0.0', 'web:1.1.0'))
    expect(readFileSync(join(stage.dir, 'writ.db')).length).to.be.greaterThan(0)
  })
})

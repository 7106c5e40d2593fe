import { expect } from 'chai'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { WritError } from '../../src/model/error.ts'
import { lacks, PIPELINE, Repository } from './repository.ts'

const web = (replicas: number, namespace = 'shop'): string => `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: ${namespace}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - name: web
        image: registry.example/web:1.0.0
        resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 64Mi}}
`
const app = (name: string, path: string): string => `apiVersion: argoproj.io/v1alpha1
kind: Application
metadata: {name: ${name}, namespace: argocd}
spec:
  project: default
  source: {repoURL: https://git.example/shop.git, path: ${path}, targetRevision: main}
  destination: {server: https://kubernetes.default.svc, namespace: shop}
`

describe('writ check', function () {
  this.timeout(60_000)
  let repository: Repository
  let kustomize: string | null
  before(async () => { kustomize = await lacks(['kustomize']) })
  beforeEach(() => { repository = new Repository() })
  afterEach(() => { repository.remove() })

  function needsKustomize(context: Mocha.Context): void {
    if (kustomize === null) return
    console.log(`      skipped: ${kustomize}`)
    context.skip()
  }
  const failure = async (work: Promise<unknown>): Promise<WritError> => work.then(() => { throw new Error('it did not fail') }, (error: WritError) => error)
  const states = async (): Promise<readonly string[]> => (await repository.check()).deliveries.map(({ name, status, error }) => `${name}: ${status}${error === null ? '' : `: ${error}`}`)

  describe('what is compared', () => {
    beforeEach(() => {
      repository.put({ 'apps/web.yaml': web(2), 'argo/web.yaml': app('web', 'apps') })
      repository.base()
      repository.put({ 'apps/web.yaml': web(3) })
      repository.commit()
    })

    it('takes the base from the variables of GitHub, Gitea and Forgejo, and of GitLab, and the head from what is checked out', async () => {
      const [base, head] = [repository.git('rev-parse', 'origin/main'), repository.git('rev-parse', 'HEAD')]
      repository.put({ 'apps/web.yaml': web(9) })
      for (const variables of [PIPELINE, { CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main', CI_MERGE_REQUEST_DIFF_BASE_SHA: base }, { CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'not-here', CI_MERGE_REQUEST_DIFF_BASE_SHA: base }]) {
        const found = await repository.check({}, variables)
        expect([found.base.commit, found.head, found.deliveries[0]?.changes[0]?.fields[0]?.after]).to.deep.equal([base, head, 3])
      }
    })

    it('outside a pipeline compares the files as they stand with where they left the default branch', async () => {
      repository.put({ 'apps/web.yaml': web(9) })
      const found = await repository.check({}, {})
      expect([found.head, found.base.by, found.deliveries[0]?.changes[0]?.fields[0]?.after]).to.deep.equal([null, 'where it left origin/main', 9])
    })

    it('takes a base and a head by name', async () => {
      repository.git('tag', 'v1', 'origin/main')
      const found = await repository.check({ base: 'v1', head: 'pr' }, {})
      expect(found.deliveries[0]?.changes[0]?.fields).to.deep.equal([{ path: 'spec.replicas', before: 2, after: 3 }])
      expect(await repository.check({ base: 'HEAD' }, {})).to.include({ status: 'passed', head: null }).and.deep.include({ files: [], deliveries: [] })
    })

    it('does not count what came to the base branch meanwhile, and takes policies from there', async () => {
      repository.git('checkout', '-q', 'main')
      repository.put({ 'apps/other.yaml': web(1).replace('name: web,', 'name: other,') })
      const tip = repository.commit()
      repository.git('update-ref', 'refs/remotes/origin/main', tip)
      repository.git('checkout', '-q', 'pr')
      const found = await repository.check()
      expect(found.deliveries.flatMap(({ changes }) => changes.map(({ object }) => object.name))).to.deep.equal(['web'])
      expect(found.rules.commit).to.equal(tip)
      expect(found.base.commit).not.to.equal(tip)
    })

    it('says what to set where the clone was cut off, and takes no name that git would take for more', async () => {
      const clone = mkdtempSync(join(tmpdir(), 'writ-test-clone-'))
      try {
        execFileSync('git', ['clone', '-q', '--depth', '1', '--branch', 'pr', `file://${repository.dir}`, clone])
        const shallow = new Repository()
        try {
          Object.assign(shallow, { dir: clone })
          for (const variables of [PIPELINE, { CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main' }]) {
            const error = await failure(shallow.check({}, variables))
            expect(error).to.include({ code: 'usage/bad-argument' })
            expect(error.hint).to.contain('fetch-depth: 0').and.contain('GIT_DEPTH')
          }
        } finally {
          rmSync(clone, { recursive: true, force: true })
        }
      } finally {
        rmSync(clone, { recursive: true, force: true })
      }
      for (const base of ['--help', 'HEAD@{1}', 'main..pr', ':/c', 'a b', 'HEAD^{tree}', '@', 'main:apps', '\0']) expect(await failure(repository.check({ base })), base).to.include({ code: 'usage/bad-argument' })
      expect(await failure(repository.check({ base: 'nobody' }))).to.include({ code: 'usage/bad-argument' })
    })
  })

  describe('who judges', () => {
    const config = { 'environments/writ.yaml': 'clusters:\n- {name: a, context: a, argocd: {}, flux: {}}\n- {name: b, context: b, flux: {}}\n', 'environments/dev.yaml': 'name: dev\nclass: dev\ncovers: [{cluster: a}]\n', 'environments/stage.yaml': 'name: stage\nclass: staging\ncovers: [{cluster: b}]\n' }
    const flux = 'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: web, namespace: flux-system}\nspec: {path: ./flux, prune: true, interval: 1m, sourceRef: {kind: GitRepository, name: x}}\n'
    const judgedIn = async (input: object = {}): Promise<readonly string[]> => (await repository.check(input)).deliveries.map(({ name, changes }) => `${name}: ${changes[0]?.environments.join(' ') ?? ''}`)

    it('is the strictest environment that an object may be in, and prod where none is known', async () => {
      repository.put({ ...config, 'apps/web.yaml': web(2), 'flux/web.yaml': web(2), 'argo/web.yaml': app('web', 'apps'), 'argo/far.yaml': app('far', 'far').replace('https://kubernetes.default.svc', 'https://far.example'), 'far/web.yaml': web(2), 'owners/flux.yaml': flux })
      repository.base()
      repository.put({ 'apps/web.yaml': web(3), 'flux/web.yaml': web(3), 'far/web.yaml': web(3) })
      repository.commit()
      const unknown = 'unknown (treated as prod)'
      expect(await judgedIn()).to.have.members(['Application argocd/web from apps: dev', 'Kustomization flux-system/web from flux: stage', `Application argocd/far from far: ${unknown}`])
      // The caller can only make it stricter.
      expect(await judgedIn({ environment: 'stage' })).to.have.members(['Application argocd/web from apps: stage', 'Kustomization flux-system/web from flux: stage', `Application argocd/far from far: ${unknown}`])
      expect(await judgedIn({ environment: 'dev' })).to.have.members(await judgedIn())
      expect(await failure(repository.check({ environment: 'nobody' }))).to.include({ code: 'usage/bad-argument' })
    })

    it('is never what the pull request brings', async () => {
      repository.put({ 'apps/web.yaml': web(2), 'argo/web.yaml': app('web', 'apps') })
      repository.base()
      repository.put({ ...config, 'apps/web.yaml': web(1), 'policies/resource/p.yaml': 'broken' })
      repository.commit()
      expect(await repository.check()).to.deep.include({ rules: { commit: repository.git('rev-parse', 'origin/main'), policies: 'the policies that come with Writ', bundle: (await repository.check()).rules.bundle, configuration: null } })
      expect(await failure(repository.check({ policies: 'policies' }))).to.include({ code: 'config/invalid' })
      expect(await failure(repository.check({}, PIPELINE, { dir: join(repository.dir, 'environments'), from: '--config' }))).to.include({ code: 'config/missing' })
    })

    it('names a policy that is wrong by the commit that it is in', async () => {
      repository.put({ 'policies/resource/p.yaml': 'a: [', 'a.yaml': web(1) })
      const base = repository.base()
      expect((await failure(repository.check({ policies: 'policies' }))).message).to.match(new RegExp(`^${base.slice(0, 12)}:policies/resource/p.yaml:1: `))
    })

    it('is read from no link of the base', async () => {
      repository.put({ 'a.yaml': web(1) })
      symlinkSync('/etc', join(repository.dir, 'policies'))
      repository.base()
      expect(await failure(repository.check({ policies: 'policies' }))).to.include({ code: 'config/invalid' })
    })
  })

  it('takes owners that stand elsewhere', async () => {
    repository.put({ 'apps/web.yaml': web(2) })
    repository.base()
    repository.put({ 'apps/web.yaml': web(3) })
    repository.commit()
    expect(await repository.check()).to.deep.include({ deliveries: [], status: 'passed' })
    // Nobody may take it for a pass.
    expect((await repository.check()).unchecked.map(({ what, because, file }) => `${what} ${because.slice(0, 61)} ${file}`)).to.deep.equal(['apps manifests in it are changed, and no owner that the repository apps/web.yaml'])
    const found = await repository.check({ owners: [{ name: '../platform/web.yaml', text: app('web', 'apps') }] })
    expect(found.deliveries.map(({ name, file }) => `${name} ${file}`)).to.deep.equal(['Application argocd/web from apps ../platform/web.yaml'])
    expect(await failure(repository.check({ owners: [{ name: 'x.yaml', text: 'a: 1' }] }))).to.include({ code: 'usage/bad-argument' })
  })

  it('says what cannot be checked as it is deployed, and checks its folder as it stands', async () => {
    const set = 'apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: all, namespace: argocd}\nspec:\n  generators:\n  - git: {repoURL: https://git.example/shop.git, revision: main, directories: [{path: apps/*}]}\n  template:\n    metadata: {name: "{{path.basename}}"}\n    spec:\n      source: {repoURL: https://git.example/shop.git, path: "{{path}}", targetRevision: main}\n'
    repository.put({ 'apps/web/web.yaml': web(2), 'apps/api/web.yaml': web(2), 'argo/all.yaml': set })
    repository.base()
    repository.put({ 'apps/web/web.yaml': web(3).replace('1.0.0', 'latest') })
    repository.commit()
    const found = await repository.check()
    expect(found.unchecked.map(({ what, asItStands }) => `${what} ${String(asItStands)}`)).to.deep.equal(['apps/web true'])
    expect(found.code).to.equal('POLICY')
  })

  it('shows nothing of what a Secret holds', async () => {
    const secret = (value: string): string => `apiVersion: v1\nkind: Secret\nmetadata: {name: s, namespace: shop}\nstringData: {password: ${value}}\n`
    repository.put({ 'apps/s.yaml': secret('hunter-one'), 'argo/web.yaml': app('web', 'apps') })
    repository.base()
    repository.put({ 'apps/s.yaml': secret('hunter-two'), 'apps/t.yaml': secret('hunter-three').replace('name: s', 'name: t') })
    repository.commit()
    const found = await repository.check()
    expect(found.deliveries[0]?.changes).to.have.length(2)
    expect(JSON.stringify(found)).not.to.contain('hunter')
  })

  describe('a hostile pull request', () => {
    beforeEach(() => {
      repository.put({ 'apps/kustomization.yaml': 'resources: [web.yaml]\n', 'apps/web.yaml': web(2), 'argo/web.yaml': app('web', 'apps') })
      repository.base()
    })

    const CASES: readonly (readonly [string, Readonly<Record<string, string>>, RegExp])[] = [
      ['with a remote base', { 'apps/kustomization.yaml': 'resources: [web.yaml, "https://github.com/example/evil?ref=main"]\n' }, /error: .*(?:remote|github\.com)/i],
      ['with an exec generator', { 'apps/kustomization.yaml': 'resources: [web.yaml]\ngenerators: [g.yaml]\n', 'apps/g.yaml': 'apiVersion: v1\nkind: Generate\nmetadata:\n  name: g\n  annotations:\n    config.kubernetes.io/function: |\n      exec: {path: ./run.sh}\n', 'apps/run.sh': '#!/bin/sh\ntouch "$OUT"\n' }, /: error: /],
      ['with a chart from a registry', { 'apps/kustomization.yaml': 'resources: [web.yaml]\nhelmCharts: [{name: redis, repo: "https://charts.example", version: 1.0.0}]\n' }, /: error: /],
      ['with a file from outside', { 'apps/kustomization.yaml': 'resources: [web.yaml, ../../../../../../../../etc/hostname]\n' }, /: error: /],
    ]
    for (const [name, files, wanted] of CASES) {
      it(`${name} is blocked, and runs nothing`, async function () {
        needsKustomize(this)
        repository.put(files)
        repository.commit()
        const found = await states()
        expect(found).to.have.length(1)
        expect(found[0]).to.match(wanted)
      })
    }

    it('with links out of the checkout reads nothing behind them', async function () {
      needsKustomize(this)
      const away = mkdtempSync(join(tmpdir(), 'writ-test-away-'))
      try {
        writeFileSync(join(away, 'web.yaml'), web(7, 'planted'))
        rmSync(join(repository.dir, 'apps/web.yaml'))
        symlinkSync(join(away, 'web.yaml'), join(repository.dir, 'apps/web.yaml'))
        repository.commit()
        for (const input of [{}, { base: 'origin/main' }]) {
          const found = await repository.check(input)
          expect(found.deliveries.map(({ status }) => status)).to.deep.equal(['error'])
          expect(JSON.stringify(found)).not.to.contain('planted')
        }
      } finally {
        rmSync(away, { recursive: true, force: true })
      }
    })

    it('with hooks, filters, attributes and a .git of its own runs nothing', async function () {
      needsKustomize(this)
      const mark = join(tmpdir(), `writ-test-ran-${String(process.pid)}`)
      repository.put({ '.gitattributes': '* filter=evil diff=evil merge=evil\n', '.gitmodules': `[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "touch ${mark}"\n`, '.gitconfig': `[core]\n\tfsmonitor = "touch ${mark}"\n`, 'apps/web.yaml': web(3) })
      repository.commit()
      // As if the machine had such a filter, hook and monitor in the configuration of the clone.
      for (const [key, value] of [['filter.evil.clean', `touch ${mark}`], ['filter.evil.smudge', `touch ${mark}`], ['diff.evil.textconv', `touch ${mark}`], ['core.fsmonitor', `touch ${mark}`], ['core.hooksPath', '.']]) repository.git('config', key ?? '', value ?? '')
      repository.put({ 'nested/.git/config': `[core]\n\tfsmonitor = touch ${mark}\n`, 'nested/.git/HEAD': 'ref: refs/heads/main\n' })
      for (const input of [{}, { base: 'origin/main' }]) expect((await repository.check(input)).deliveries[0]?.changes[0]?.fields).to.deep.equal([{ path: 'spec.replicas', before: 2, after: 3 }])
      expect(existsSync(mark)).to.equal(false)
    })

    it('of 10,000 files is checked, and those of nobody cost nothing', async function () {
      needsKustomize(this)
      repository.put({ 'apps/web.yaml': web(3), ...Object.fromEntries(Array.from({ length: 10_000 }, (_, i) => [`docs/${String(i % 100)}/${String(i)}.yaml`, `a: ${String(i)}\n`])) })
      repository.commit()
      const found = await repository.check()
      expect(found.files).to.have.length(10_001)
      expect(found.deliveries).to.have.length(1)
    })

    it('writes nothing into the checkout', async function () {
      needsKustomize(this)
      repository.put({ 'apps/web.yaml': web(3) })
      await repository.check({ base: 'origin/main' })
      expect(repository.git('status', '--porcelain')).to.equal('M apps/web.yaml')
      expect(readFileSync(join(repository.dir, 'apps/web.yaml'), 'utf8')).to.equal(web(3))
    })
  })
})

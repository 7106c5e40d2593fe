import { expect } from 'chai'
import { lstatSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fieldAt } from '../../../src/model/field.ts'
import type { Json } from '../../../src/model/json.ts'
import type { KustomizeOverlay, Substitution } from '../../../src/model/overlay.ts'
import { ignorePatterns } from '../../../src/model/source-ignore.ts'
import type { RenderJob, RenderResult, Renderer } from '../../../src/flow/ports.ts'
import { fluxDirectoryRenderer } from '../../../src/outside/render/flux-directory.ts'
import { kustomizeRenderer } from '../../../src/outside/render/kustomize.ts'
import { failureOf } from '../../contracts/failure.ts'

const WEB = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "nginx:1.27", env: [{name: TAG, value: "\${TAG}"}, {name: N, value: "\${N}"}]}
`
const COMPONENT = 'apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nlabels: [{pairs: {from: component}}]\n'
const FILES: Readonly<Record<string, string>> = {
  'app/kustomization.yaml': 'resources: [web.yaml]\nimages:\n- name: nginx\n  newTag: "1.27.1"\ncommonAnnotations: {there: old}\n', 'app/web.yaml': WEB,
  'plain/web.yaml': WEB, 'plain/notes.txt': 'x', 'component/kustomization.yaml': COMPONENT,
}
const JSON_PATCH = { patch: '- {op: replace, path: /spec/replicas, value: 7}', target: { kind: 'Deployment' } }

describe('an owner\'s overlay', () => {
  let kustomize: Renderer
  let flux: Renderer
  let dir: string

  before(async function () {
    kustomize = kustomizeRenderer({ timeoutMs: 30_000 })
    flux = fluxDirectoryRenderer({ timeoutMs: 30_000 })
    try { await kustomize.info() } catch (error) {
      console.log(`      skipped: ${error instanceof Error ? error.message : ''}`)
      this.skip()
    }
  })
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'writ-overlay-'))
    for (const [name, text] of Object.entries(FILES)) put(name, text)
  })
  afterEach(() => { rmSync(dir, { recursive: true, force: true }) })

  function put(name: string, text: string): void {
    mkdirSync(join(dir, dirname(name)), { recursive: true })
    writeFileSync(join(dir, name), text)
  }
  const job = (more: Partial<RenderJob>): RenderJob => ({ dir, path: 'app', loadRestrictor: 'none', directory: { recurse: true }, ...more })
  const render = (by: KustomizeOverlay['by'], overlay: Omit<KustomizeOverlay, 'by'>): Promise<RenderResult> => kustomize.render(job({ kustomize: { by, ...overlay } }))
  function value(result: RenderResult, ...path: readonly string[]): Json | undefined {
    return result.ok ? fieldAt(result.objects[0]?.object, path) : result.message
  }
  const image = (result: RenderResult): Json | undefined => result.ok ? fieldAt(result.objects[0]?.object, ['spec', 'template', 'spec', 'containers', '0', 'image']) : result.message

  const parts: readonly (readonly [string, KustomizeOverlay['by'], Omit<KustomizeOverlay, 'by'>, readonly string[], Json])[] = [
    ['namePrefix', 'flux', { namePrefix: 'a-' }, ['metadata', 'name'], 'a-web'], ['namePrefix', 'argocd', { namePrefix: 'a-' }, ['metadata', 'name'], 'a-web'],
    ['nameSuffix', 'flux', { nameSuffix: '-z' }, ['metadata', 'name'], 'web-z'], ['nameSuffix', 'argocd', { nameSuffix: '-z' }, ['metadata', 'name'], 'web-z'],
    ['namespace', 'flux', { namespace: 'n' }, ['metadata', 'namespace'], 'n'], ['namespace', 'argocd', { namespace: 'n' }, ['metadata', 'namespace'], 'n'],
    ['replicas', 'argocd', { replicas: [{ name: 'web', count: 5 }] }, ['spec', 'replicas'], 5],
    ['patches', 'flux', { patches: [JSON_PATCH] }, ['spec', 'replicas'], 7], ['patches', 'argocd', { patches: [JSON_PATCH] }, ['spec', 'replicas'], 7],
    ['patchesStrategicMerge', 'flux', { patchesStrategicMerge: [{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web' }, spec: { replicas: 8 } }] }, ['spec', 'replicas'], 8],
    ['patchesJson6902', 'flux', { patchesJson6902: [{ target: { group: 'apps', version: 'v1', kind: 'Deployment', name: 'web' }, patch: [{ op: 'replace', path: '/spec/replicas', value: 9 }] }] }, ['spec', 'replicas'], 9],
    ['components', 'flux', { components: ['../component'] }, ['metadata', 'labels', 'from'], 'component'], ['components', 'argocd', { components: ['../component'] }, ['metadata', 'labels', 'from'], 'component'],
    ['missing components', 'flux', { components: ['../nowhere', '../component'], ignoreMissingComponents: true }, ['metadata', 'labels', 'from'], 'component'],
    ['missing components', 'argocd', { components: ['../nowhere', '../component'], ignoreMissingComponents: true }, ['metadata', 'labels', 'from'], 'component'],
    ['labels', 'argocd', { labels: { pairs: { l: 'v' }, force: false, withoutSelector: false, includeTemplates: false } }, ['spec', 'selector', 'matchLabels', 'l'], 'v'],
    ['labels in templates', 'argocd', { labels: { pairs: { l: 'v' }, force: false, withoutSelector: true, includeTemplates: true } }, ['spec', 'template', 'metadata', 'labels', 'l'], 'v'],
    ['forced annotations', 'argocd', { annotations: { pairs: { there: 'new' }, force: true } }, ['metadata', 'annotations', 'there'], 'new'],
    ['buildMetadata', 'flux', { buildMetadata: ['originAnnotations'] }, ['metadata', 'annotations', 'config.kubernetes.io/origin'], 'path: web.yaml\n'],
  ]
  for (const [name, by, overlay, path, expected] of parts) {
    it(`honours ${name} as ${by} does`, async () => { expect(value(await render(by, overlay), ...path)).to.deep.equal(expected) })
  }

  it('leaves selectors alone where labels are asked without them', async () => {
    const result = await render('argocd', { labels: { pairs: { l: 'v' }, force: false, withoutSelector: true, includeTemplates: false } })
    expect([value(result, 'metadata', 'labels', 'l'), value(result, 'spec', 'selector', 'matchLabels', 'l'), value(result, 'spec', 'template', 'metadata', 'labels', 'l')]).to.deep.equal(['v', undefined, undefined])
  })

  const images: readonly (readonly [KustomizeOverlay['by'], NonNullable<KustomizeOverlay['images']>[number], string])[] = [
    ['flux', { name: 'nginx', newTag: '1.28' }, 'nginx:1.28'], ['flux', { name: 'nginx', newName: 'reg/web' }, 'reg/web:1.27.1'], ['flux', { name: 'nginx', digest: 'sha256:aa' }, 'nginx@sha256:aa'],
    ['argocd', { name: 'nginx', newTag: '1.28' }, 'nginx:1.28'], ['argocd', { name: 'nginx', newName: 'reg/web' }, 'reg/web:1.27'], ['argocd', { name: 'nginx', newName: 'reg/web', newTag: '*' }, 'reg/web:1.27.1'],
  ]
  for (const [by, override, expected] of images) {
    it(`merges the image ${JSON.stringify(override)} into an entry that is there as ${by} does`, async () => { expect(image(await render(by, { images: [override] }))).to.equal(expected) })
  }

  const failing: readonly (readonly [string, KustomizeOverlay['by'], Omit<KustomizeOverlay, 'by'>, RegExp])[] = [
    ['an annotation that is there already, without force', 'argocd', { annotations: { pairs: { there: 'new' }, force: false } }, /annotation there already in kustomization file/],
    ['a component that is not there', 'argocd', { components: ['../nowhere'] }, /has no match/], ['a component that is not there', 'flux', { components: ['../nowhere'] }, /does not exist in the repository/],
    ['a remote component', 'flux', { components: ['https://git.example/x'] }, /must be local and relative/],
    ['a component outside the repository', 'flux', { components: ['../../..'] }, /leads out of the repository/],
    ['a patch that fits nothing', 'flux', { patches: [{ patch: 'apiVersion: v1\nkind: Service\nmetadata:\n  name: none\n' }] }, /no matches for Id/],
    ['another version of Kustomize', 'argocd', { version: 'v3.9.0' }, /asks for Kustomize 3\.9\.0; what is here is/],
  ]
  for (const [name, by, overlay, message] of failing) {
    it(`does not render ${name} as ${by} would not`, async () => { expect(value(await render(by, overlay))).to.match(message) })
  }
  it('takes the version of Kustomize that is here', async () => {
    const { version } = await kustomize.info()
    expect(image(await render('argocd', { version: `v${version}` }))).to.equal('nginx:1.27.1')
  })

  it('is laid over what Flux generates for a folder without a kustomization, and leaves none behind', async () => {
    const result = await flux.render(job({ path: 'plain', kustomize: { by: 'flux', namespace: 'n', patches: [JSON_PATCH], components: ['../component'] } }))
    expect([value(result, 'metadata', 'namespace'), value(result, 'spec', 'replicas'), value(result, 'metadata', 'labels', 'from')]).to.deep.equal(['n', 7, 'component'])
    expect(readdirSync(join(dir, 'plain')).sort()).to.deep.equal(['notes.txt', 'web.yaml'])
  })

  it('is gone from the worktree after the render, also after one that fails, and a link is a link again', async () => {
    rmSync(join(dir, 'app/kustomization.yaml'))
    put('app/real.yaml', FILES['app/kustomization.yaml'] ?? '')
    symlinkSync('real.yaml', join(dir, 'app/kustomization.yaml'))
    for (const overlay of [{ namespace: 'n' }, { patches: [{ patch: 'broken: [' }] }]) await render('flux', overlay)
    expect(lstatSync(join(dir, 'app/kustomization.yaml')).isSymbolicLink()).to.equal(true)
    expect([readFileSync(join(dir, 'app/real.yaml'), 'utf8'), readdirSync(join(dir, 'app')).sort().join()]).to.deep.equal([FILES['app/kustomization.yaml'], 'kustomization.yaml,real.yaml,web.yaml'])
  })

  it('is never seen by another render of the same worktree, whatever runs at once', async () => {
    put('around/over/kustomization.yaml', 'resources: [../../app]\n')
    const asked = [{ namespace: 'one' }, { namespace: 'two' }, {}, { nameSuffix: '-x' }, {}, { namespace: 'three' }]
    const results = await Promise.all(asked.flatMap(overlay => [render('flux', overlay), kustomize.render(job({ path: 'around/over' })), flux.render(job({ path: 'around' }))]))
    const seen = results.map(result => `${String(value(result, 'metadata', 'namespace'))}/${String(value(result, 'metadata', 'name'))}`)
    expect(seen).to.deep.equal(asked.flatMap(overlay => [`${overlay.namespace ?? 'undefined'}/web${overlay.nameSuffix ?? ''}`, 'undefined/web', 'undefined/web']))
  })

  it('is never laid over a person\'s checkout', async () => {
    mkdirSync(join(dir, '.git'))
    expect(await failureOf(render('flux', { namespace: 'n' }))).to.equal('internal/bug')
    expect(readFileSync(join(dir, 'app/kustomization.yaml'), 'utf8')).to.equal(FILES['app/kustomization.yaml'])
  })

  describe('and variables', () => {
    const rules = (values: Readonly<Record<string, string | null>> | null, more: Partial<Substitution> = {}): Substitution => ({ always: false, sources: [{ kind: 'inline', name: 'spec.postBuild.substitute', optional: false, values }], ...more })
    const environment = (result: RenderResult): Json => result.ok ? [0, 1].map(i => fieldAt(result.objects[0]?.object, ['spec', 'template', 'spec', 'containers', '0', 'env', String(i), 'value']) ?? null) : result.message
    const rows: readonly (readonly [string, Substitution, Json])[] = [
      ['are put in, and what looks like a number is one', rules({ TAG: '1.2.3', N: '3' }), ['1.2.3', 3]],
      ['are not put in where there is none', rules({}), ['${TAG}', '${N}']],
      ['that are not set stay as they are, to be told', rules({ TAG: 'x' }), ['x', '${N}']],
      ['that nobody knows stay as they are', rules({ TAG: null, N: 'a' }), ['${TAG}', 'a']],
      ['of the last source win', { always: false, sources: [...rules({ TAG: 'first', N: 'a' }).sources, ...rules({ TAG: 'last' }).sources] }, ['last', 'a']],
      ['before a source that nobody sees are not known', { always: false, sources: [...rules({ TAG: 'first', N: 'a' }).sources, ...rules(null).sources, ...rules({ N: 'b' }).sources] }, ['${TAG}', 'b']],
      ['lose their line breaks', rules({ TAG: 'a\nb', N: 'c' }), ['ab', 'c']],
    ]
    for (const [name, substitute, expected] of rows) {
      it(name, async () => { expect(environment(await kustomize.render(job({ substitute })))).to.deep.equal(expected) })
    }
    it('show what stood there before, and which are not known', async () => {
      const result = await kustomize.render(job({ substitute: rules({ TAG: 'x' }) }))
      const [one] = result.ok ? result.objects : []
      expect([fieldAt(one?.template, ['spec', 'template', 'spec', 'containers', '0', 'env', '0', 'value']), one?.unresolved]).to.deep.equal(['${TAG}', [{ variable: 'N', expression: '${N}' }]])
    })
    it('are not put into an object that says no', async () => {
      put('app/web.yaml', WEB.replace('labels: {app: web}}', 'annotations: {kustomize.toolkit.fluxcd.io/substitute: disabled}}'))
      expect(environment(await kustomize.render(job({ substitute: rules({ TAG: 'x', N: 'y' }) })))).to.deep.equal(['${TAG}', '${N}'])
    })
    it('fail as a whole on an expression that is none, and on a name that is none', async () => {
      put('app/web.yaml', WEB.replace('${N}', '${N[@]}'))
      expect(value(await kustomize.render(job({ substitute: rules({ TAG: 'x' }) })))).to.match(/^post build failed for Deployment web: missing closing brace/)
      expect(value(await kustomize.render(job({ substitute: rules({ 'a.b': 'x' }) })))).to.match(/'a\.b' is no name of a variable/)
    })
    it('are put into a folder without a kustomization too, and labels come last of all', async () => {
      const result = await flux.render(job({ path: 'plain', substitute: rules({ TAG: 'x', N: '1' }), metadata: { labels: { app: 'other', team: 'a' }, annotations: { b: 'c' } } }))
      expect([environment(result), value(result, 'metadata', 'labels'), value(result, 'metadata', 'annotations'), value(result, 'spec', 'template', 'metadata', 'labels')])
        .to.deep.equal([['x', 1], { app: 'other', team: 'a' }, { b: 'c' }, { app: 'web' }])
    })
  })

  it('reads past files that never reach the owner, and fails where a kustomization names one', async () => {
    put('plain/extra.yaml', WEB.replace('name: web', 'name: extra'))
    const result = await flux.render(job({ path: 'plain', leftOut: ignorePatterns('extra.yaml') }))
    expect(result.ok ? result.objects.map(({ object }) => object.metadata['name']) : result.message).to.deep.equal(['web'])
    expect(value(await kustomize.render(job({ leftOut: ignorePatterns('web.yaml') })))).to.match(/app\/kustomization\.yaml:1: web\.yaml is left out of what Flux deploys/)
    expect(value(await kustomize.render(job({ leftOut: ignorePatterns('/*\n!/other') })))).to.match(/is left out of what Flux deploys/)
  })
})

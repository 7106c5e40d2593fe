import { expect } from 'chai'
import { checkoutMentions } from '../../../src/flow/owner-file/checkout-mentions.ts'
import { placedIn } from '../../../src/flow/owner-file/checkout-manifests.ts'
import { indexTree } from '../../../src/flow/proof/tree-index.ts'

const REPOSITORY: Readonly<Record<string, string>> = {
  'charts/web/Chart.yaml': 'name: web', 'charts/web/values.yaml': '', 'charts/web/values-prod.yaml': '', 'charts/web/templates/a.yaml': '', 'charts/api/Chart.yaml': 'name: api',
  'env/dev/web.yaml': '', 'env/prod/web.yaml': '', 'teams/a/config.json': '{"path": "charts/api"}', 'teams/a/app/x.yaml': '', 'teams/b/app/x.yaml': '', 'plain/x.yaml': '',
}
const set = (generators: string, source: string, more = ''): string => `apiVersion: argoproj.io/v1alpha1\nkind: ApplicationSet\nmetadata: {name: s}\nspec:\n  generators: [${generators}]\n${more}  template:\n    metadata: {name: x}\n    spec:\n      source: ${source}\n`
const app = (source: string): string => `apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata:\n  name: {{ .name }}\nspec:\n  source:\n${source}\n`
const GIT = (entries: string, key = 'directories'): string => `{git: {repoURL: u, ${key}: [${entries}]}}`

const CASES: readonly (readonly [string, string, string, readonly string[], readonly string[]])[] = [
  ['a path that is no variable', 'a.yaml', set('{list: {elements: []}}', '{path: charts/web}'), ['charts/web'], []],
  ['values of a list', 'a.yaml', set('{list: {elements: [{c: web}, {c: none}]}}', '{path: "charts/{{c}}"}'), ['charts/web'], []],
  ['values of a list in Go templates', 'a.yaml', set('{list: {elements: [{c: {of: api}}]}}', '{path: "charts/{{.c.of}}"}'), ['charts/api'], []],
  ['a list whose elements are whole paths', 'a.yaml', set('{list: {elements: [{p: charts/api}]}}', '{path: "{{p}}"}'), ['charts/api'], []],
  ['any text where a generator asks elsewhere', 'a.yaml', set('{clusters: {}}', '{path: "charts/{{name}}"}'), ['charts/web', 'charts/api'], []],
  ['folders between', 'a.yaml', set('{clusters: {}}', '{path: "{{name}}/app"}'), ['teams/a/app', 'teams/b/app'], []],
  ['directories of Git', 'a.yaml', set(GIT('{path: "teams/*/app"}'), '{path: "{{path}}"}'), ['teams/a/app', 'teams/b/app'], []],
  ['directories of Git in Go templates', 'a.yaml', set(GIT('{path: "teams/*/app"}'), '{path: "{{ .path.path }}"}'), ['teams/a/app', 'teams/b/app'], []],
  ['directories of Git inside of a matrix', 'a.yaml', set(`{matrix: {generators: [{clusters: {}}, ${GIT('{path: plain}')}]}}`, '{path: "{{path}}"}'), ['plain'], []],
  ['files of Git, which are read too', 'a.yaml', set(GIT('{path: "teams/*/config.json"}', 'files'), '{path: "{{path}}"}'), ['teams/a'], ['teams/a/config.json']],
  ['paths that stand in files of Git', 'a.yaml', set(GIT('{path: "teams/*/config.json"}', 'files'), '{path: "{{ .where }}"}'), ['charts/api'], ['teams/a/config.json']],
  ['value files beside the chart and below the root', 'a.yaml', set('{list: {elements: [{e: prod}]}}', '{path: charts/web, helm: {valueFiles: ["values-{{e}}.yaml", "../../env/{{e}}/web.yaml", /env/dev/web.yaml]}}'), ['charts/web'], ['charts/web/values-prod.yaml', 'env/prod/web.yaml', 'env/dev/web.yaml']],
  ['value files of another source', 'a.yaml', set('{clusters: {}}', '{chart: web, repoURL: r, helm: {valueFiles: ["$values/env/{{name}}/web.yaml"]}}'), [], ['env/dev/web.yaml', 'env/prod/web.yaml']],
  ['a patch of the template', 'a.yaml', set('{clusters: {}}', '{path: "{{name}}"}', '  templatePatch: |\n    spec:\n      source:\n        path: charts/api\n'), ['charts/api'], []],
  ['an Application in a template', 'root/templates/a.yaml', app('    path: charts/web\n    helm:\n      valueFiles:\n      - /env/{{ .env }}/web.yaml'), ['charts/web'], ['env/dev/web.yaml', 'env/prod/web.yaml']],
  ['a default in a template', 'root/templates/a.yaml', app('    path: {{ .path | default "charts/api" }}'), ['charts/api'], []],
  ['a Kustomization of Flux with a variable', 'k.yaml', 'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k}\nspec: {path: "./teams/${team}/app"}\n', ['teams/a/app', 'teams/b/app'], []],
  ['an ApplicationSet in JSON', 'a.json', JSON.stringify({ apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', metadata: { name: 's' }, spec: { generators: [], template: { spec: { source: { path: 'plain' } } } } }), ['plain'], []],
  ['an Application in a file that cannot be read', 'a.yaml', 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec: {source: {path: plain}}\n---\na: b: c\n', ['plain'], []],
]

describe('what a checkout mentions', () => {
  async function mentions(file: string, text: string): Promise<ReturnType<typeof checkoutMentions>> {
    const all = new Map(Object.entries({ ...REPOSITORY, [file]: text }))
    const entries = [...all.keys()].map(path => ({ path, kind: 'file' as const, blob: '' }))
    const index = await indexTree({ commit: 'x', entries, read: paths => Promise.resolve(new Map([...all].filter(([path]) => paths.includes(path)))) })
    return checkoutMentions({ index, texts: all, placed: placedIn(file, text) })
  }

  for (const [about, file, text, folders, files] of CASES) {
    it(`names ${about}`, async () => {
      const found = await mentions(file, text)
      expect(found.flatMap(one => one.folders)).to.have.members([...folders])
      expect(found.flatMap(one => one.files)).to.have.members([...files])
    })
  }

  const nothing: readonly (readonly [string, string, string])[] = [
    ['of a path that nothing is known of', 'a.yaml', set('{clusters: {}}', '{path: "{{name}}"}')],
    ['of a chart in a registry', 'a.yaml', set('{clusters: {}}', '{chart: charts/web, repoURL: r}')],
    ['of directories that are left out', 'a.yaml', set(GIT('{path: plain, exclude: true}'), '{path: "{{path}}"}')],
    ['of a kustomization file', 'x/kustomization.yaml', 'kind: Kustomization\nresources: [../plain]\npatches: [{path: "plain/{{x}}"}]\n'],
    ['of an Application that can be read', 'a.yaml', 'apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: a}\nspec: {source: {path: plain}}\n'],
    ['of a Kustomization of Flux whose path is no variable', 'k.yaml', 'apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nmetadata: {name: k}\nspec: {path: ./plain, postBuild: {substitute: {a: "${b}"}}}\n'],
    ['of a template of something else', 'root/templates/d.yaml', 'kind: Deployment\npath: charts/web\nname: {{ .x }}\n'],
  ]
  for (const [about, file, text] of nothing) {
    it(`says nothing ${about}`, async () => { expect(await mentions(file, text)).to.deep.equal([]) })
  }
})

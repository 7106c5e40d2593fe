import { expect } from 'chai'
import { setEdits } from '../../../src/flow/through/application-set.ts'
import { showPath } from '../../../src/model/field.ts'
import type { Edit, FieldPath } from '../../../src/model/field.ts'
import type { ArgoCluster, ArgoClusters } from '../../../src/model/application-set/clusters.ts'
import type { GitTrees } from '../../../src/model/application-set/generators.ts'
import type { Json, JsonObject } from '../../../src/model/json.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'

const IMAGE: FieldPath = ['spec', 'source', 'kustomize', 'images', '0']

function set(spec: JsonObject): KubernetesObject {
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', metadata: { name: 'all', namespace: 'argocd' }, spec }
}
const template = (image: string, more: JsonObject = {}): JsonObject => ({ metadata: { name: 'shop-{{env}}' }, spec: { source: { path: 'apps/{{env}}', kustomize: { images: [image] } }, ...more } })
const list = (...elements: readonly JsonObject[]): readonly JsonObject[] => [{ list: { elements } }]
const APP: KubernetesObject = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'shop-dev', namespace: 'argocd' }, spec: {} }
const edit = (after: string, path: FieldPath = IMAGE): Edit => ({ path, before: 'web:1', after })

const URL = 'https://git.example/x.git'

/** A repository that git generators read. */
function repository(files: Readonly<Record<string, Json>>): GitTrees {
  return ({ url, revision }) => url === URL && revision === 'HEAD' ? { files: Object.keys(files), json: file => files[file] } : null
}

function told(spec: JsonObject, edits: readonly Edit[], { trees = () => null, clusters = [] }: { readonly trees?: GitTrees, readonly clusters?: ArgoClusters } = {}): string {
  const found = setEdits(set(spec), { app: APP, edits, trees, clusters })
  if ('files' in found) return `in ${found.files.join(' and ')}`
  return 'edits' in found ? found.edits.map(one => `${showPath(one.path)} ${JSON.stringify(one.before)} → ${JSON.stringify(one.after)}`).join('; ') : `${found.because} | ${found.hint}`
}

describe('an edit of an Application that an ApplicationSet generates', () => {
  const two = list({ env: 'dev', tag: '1' }, { env: 'prod', tag: '9' })
  const rows: readonly (readonly [string, JsonObject, string, string])[] = [
    ['changes the element of its list generator', { generators: two, template: template('web:{{tag}}') }, 'web:2', 'spec.generators.0.list.elements.0.tag "1" → "2"'],
    ['takes blanks in an expression', { generators: two, template: template('web:{{ tag }}') }, 'web:2', 'elements.0.tag "1" → "2"'],
    ['takes Go templates, with values below one another', { goTemplate: true, generators: list({ env: 'dev', web: { tag: '1' } }, { env: 'prod', web: { tag: '9' } }), template: { ...template('web:{{ .web.tag }}'), metadata: { name: 'shop-{{.env}}' } } }, 'web:2', 'elements.0.web.tag "1" → "2"'],
    ['changes the template where that makes this one only', { generators: list({ env: 'dev' }), template: template('web:1') }, 'web:2', 'spec.template.spec.source.kustomize.images.0 "web:1" → "web:2"'],
    ['never changes a template that makes others, too', { generators: two, template: template('web:1') }, 'web:2', 'says it for all of its Applications'],
    ['never changes what the text around a parameter says', { generators: two, template: template('web:{{tag}}') }, 'api:2', 'no value can be found'],
    ['never changes a parameter that decides something else, too', { generators: two, template: template('web:{{tag}}', { project: '{{tag}}' }) }, 'web:2', 'more of the Application than was asked'],
    ['never changes a parameter that an expression may use', { goTemplate: true, generators: list({ env: 'dev', tag: '1' }, { env: 'prod', tag: '2' }), template: { ...template('web:{{.tag}}', { project: '{{ .tag | upper }}' }), metadata: { name: 'shop-{{.env}}' } } }, 'web:2', 'more of the Application than was asked'],
    ['is not made where the name is made by an expression', { goTemplate: true, generators: list({ env: 'dev', tag: '1' }), template: { ...template('web:{{.tag}}'), metadata: { name: 'shop-{{ .env | lower }}' } } }, 'web:2', 'more than look a parameter up'],
    ['is not made where two elements make it', { generators: list({ env: 'dev', tag: '1' }, { env: 'dev', tag: '2' }), template: template('web:{{tag}}') }, 'web:2', 'several of its elements'],
    ['names the files that a git generator reads', { generators: [{ git: { repoURL: 'https://git.example/x.git', files: [{ path: 'envs/*.json' }] } }], template: template('web:{{tag}}') }, 'web:2', 'envs/*.json of https://git.example/x.git'],
    ['names generators that are not read', { generators: [{ plugin: {} }], template: template('web:{{tag}}') }, 'web:2', 'what its plugin generator gives'],
    ['is not made beside a templatePatch', { generators: two, template: template('web:{{tag}}'), templatePatch: 'x' }, 'web:2', 'spec.templatePatch'],
    ['is not made where the set never updates', { generators: two, template: template('web:{{tag}}'), syncPolicy: { applicationsSync: 'create-only' } }, 'web:2', 'create-only'],
    ['is not made where the set leaves fields alone', { generators: two, template: template('web:{{tag}}'), ignoreApplicationDifferences: [{ jsonPointers: ['/spec/source'] }] }, 'web:2', 'ignoreApplicationDifferences'],
    ['is not made beside a template of a generator', { generators: [{ list: { elements: [{ env: 'dev', tag: '1' }], template: { metadata: { labels: { a: 'b' } } } } }], template: template('web:{{tag}}') }, 'web:2', 'template of its own'],
  ]
  for (const [name, spec, after, words] of rows) it(name, () => { expect(told(spec, [edit(after)])).to.include(words) })
  it('never adds to a template that makes others, too', () => {
    expect(told({ generators: two, template: template('web:{{tag}}') }, [edit('x', ['spec', 'source', 'kustomize', 'namePrefix'])])).to.include('is not there')
  })

  const git = (more: JsonObject): JsonObject => ({ git: { repoURL: URL, revision: 'HEAD', ...more } })
  const files = git({ files: [{ path: 'envs/*/config.json' }] })
  const there = repository({ 'envs/a/config.json': { env: 'dev', tag: '1' }, 'envs/b/config.json': { env: 'prod', tag: '9' } })
  const goNamed = (image: string): JsonObject => ({ ...template(image), metadata: { name: 'shop-{{.env}}' } })
  const fromGit: readonly (readonly [string, JsonObject, GitTrees, string])[] = [
    ['is made in the file that a git generator reads', { generators: [files], template: template('web:{{tag}}') }, there, 'in envs/a/config.json'],
    ['is made in the file with Go templates', { goTemplate: true, generators: [files], template: goNamed('web:{{ .tag }}') }, there, 'in envs/a/config.json'],
    ['is made in a file with a list of maps', { generators: [files], template: template('web:{{tag}}') }, repository({ 'envs/a/config.json': [{ env: 'prod', tag: '1' }, { env: 'dev', tag: '1' }] }), 'in envs/a/config.json'],
    ['reads nested values under names with dots', { generators: [files], template: { ...template('web:{{img.tag}}'), metadata: { name: 'shop-{{img.env}}' } } }, repository({ 'envs/a/config.json': { img: { env: 'dev', tag: '1' } } }), 'in envs/a/config.json'],
    ['is made in the child of a matrix that gives the parameter: a file', { generators: [{ matrix: { generators: [files, { list: { elements: [{ color: 'red' }] } }] } }], template: template('web:{{tag}}') }, there, 'in envs/a/config.json'],
    ['is made in the child of a matrix that gives the parameter: an element', { generators: [{ matrix: { generators: [git({ directories: [{ path: 'apps/*' }] }), { list: { elements: [{ env: 'dev', tag: '1' }] } }] } }], template: { ...template('web:{{tag}}'), metadata: { name: 'shop-{{path.basename}}' } } }, repository({ 'apps/dev/web.yaml': null }), 'spec.generators.0.matrix.generators.1.list.elements.0.tag "1" → "2"'],
    ['is not made where an element of a matrix makes others, too', { generators: [{ matrix: { generators: [git({ directories: [{ path: 'apps/*' }] }), { list: { elements: [{ env: 'dev', tag: '1' }] } }] } }], template: { ...template('web:{{tag}}'), metadata: { name: 'shop-{{path.basename}}' } } }, repository({ 'apps/dev/web.yaml': null, 'apps/other/web.yaml': null }), 'would change Application argocd/shop-other, too'],
    ['follows the second child of a matrix to the file that the first one names', { generators: [{ matrix: { generators: [{ list: { elements: [{ folder: 'a' }] } }, git({ files: [{ path: 'envs/{{folder}}/config.json' }] })] } }], template: template('web:{{tag}}') }, there, 'in envs/a/config.json'],
    ['is made in what a merge lays over the rest', { generators: [{ merge: { mergeKeys: ['env'], generators: [{ list: { elements: [{ env: 'dev', tag: '0' }, { env: 'prod', tag: '0' }] } }, files] } }], template: template('web:{{tag}}') }, there, 'in envs/a/config.json'],
    ['is made in the base of a merge where nothing is laid over it', { generators: [{ merge: { mergeKeys: ['env'], generators: [{ list: { elements: [{ env: 'dev', tag: '1' }] } }, git({ files: [{ path: 'envs/b/config.json' }] })] } }], template: template('web:{{tag}}') }, there, 'spec.generators.0.merge.generators.0.list.elements.0.tag "1" → "2"'],
    ['says that the name of a folder is no value', { generators: [git({ directories: [{ path: 'apps/*' }] })], template: { ...template('web:{{path.basename}}'), metadata: { name: 'shop-{{path[1]}}' } } }, repository({ 'apps/dev/web.yaml': null }), 'that is the name of the folder apps/dev'],
    ['never reads a pattern that a setting of the controller decides about', { generators: [files], template: template('web:{{tag}}') }, repository({ 'envs/a/config.json': { env: 'dev', tag: '1' }, 'envs/a/deep/config.json': {} }), 'whether its pattern takes envs/a/deep/config.json depends on a setting'],
    ['leaves out what is excluded', { generators: [git({ files: [{ path: 'envs/*/config.json' }, { path: 'envs/a/config.json', exclude: true }] })], template: template('web:{{tag}}') }, there, 'nothing that its generators give makes this Application'],
    ['never takes a number that Go writes otherwise', { generators: [files], template: template('web:{{tag}}') }, repository({ 'envs/a/config.json': { env: 'dev', tag: 1234567 } }), 'no value can be found'],
    ['is not made where both children of a matrix give the parameter', { generators: [{ matrix: { generators: [files, { list: { elements: [{ tag: '2' }] } }] } }], template: template('web:{{tag}}') }, there, 'give one parameter'],
    ['is not made behind a selector', { generators: [{ ...files, selector: { matchLabels: { env: 'dev' } } }], template: template('web:{{tag}}') }, there, 'has a selector'],
    ['is not made with a repository that is not known', { generators: [{ git: { repoURL: 'https://other.example/x.git', files: [{ path: '*.json' }] } }], template: template('web:{{tag}}') }, there, 'its git generator reads https://other.example/x.git at HEAD'],
    ['says what pull requests give', { generators: [{ pullRequest: { github: {} } }], template: template('web:{{tag}}') }, there, 'open pull requests'],
    ['says what a forge gives', { generators: [{ scmProvider: { github: {} } }], template: template('web:{{tag}}') }, there, 'a forge lists'],
    ['says what a plugin gives', { generators: [{ plugin: {} }], template: template('web:{{tag}}') }, there, 'a plugin answers'],
    ['says what decides about clusters', { generators: [{ clusterDecisionResource: {} }], template: template('web:{{tag}}') }, there, 'the status of another object'],
  ]
  for (const [name, spec, trees, words] of fromGit) it(name, () => { expect(told(spec, [edit('web:2')], { trees })).to.include(words) })

  const cluster = (name: string, more: Partial<ArgoCluster> = {}): ArgoCluster => ({ secret: `argocd/${name}`, name, server: `https://${name}.example`, project: '', labels: {}, annotations: {}, ...more })
  const dev = cluster('dev', { labels: { stage: 'low', 'example.com/tag': '1' }, annotations: { tag: '1' } })
  const prod = cluster('prod', { labels: { stage: 'high', 'example.com/tag': '9' }, annotations: { tag: '9' } })
  const named = (image: string): JsonObject => ({ ...template(image), metadata: { name: 'shop-{{name}}' } })
  const goClusters = (image: string): JsonObject => ({ ...template(image), metadata: { name: 'shop-{{.name}}' } })
  const fromClusters: readonly (readonly [string, JsonObject, ArgoClusters, string])[] = [
    ['is made in the file that a matrix joins with clusters', { generators: [{ matrix: { generators: [files, { clusters: { selector: { matchLabels: { stage: '{{env}}' } } } }] } }], template: named('web:{{tag}}') }, [cluster('dev', { labels: { stage: 'dev' } }), cluster('x', { labels: { stage: 'prod' } })], 'in envs/a/config.json'],
    ['is made in the element that a merge lays over clusters', { generators: [{ merge: { mergeKeys: ['name'], generators: [{ clusters: { values: { tag: '1' } } }, { list: { elements: [{ name: 'dev', 'values.tag': '1' }] } }] } }], template: named('web:{{values.tag}}') }, [dev, prod], 'spec.generators.0.merge.generators.1.list.elements.0'],
    ['is made in the values of a generator that gives this cluster only', { generators: [{ clusters: { selector: { matchLabels: { stage: 'low' } }, values: { tag: '1' } } }, { clusters: { selector: { matchExpressions: [{ key: 'stage', operator: 'NotIn', values: ['low'] }] }, values: { tag: '9' } } }], template: named('web:{{values.tag}}') }, [dev, prod], 'spec.generators.0.clusters.values.tag "1" → "2"'],
    ['is not made in values that all clusters have', { generators: [{ clusters: { values: { tag: '1' } } }], template: named('web:{{values.tag}}') }, [dev, prod], 'would change Application argocd/shop-prod, Application argocd/shop-in-cluster, too'],
    ['is not made in a label of a cluster Secret, which is named', { generators: [{ clusters: {} }], template: named('web:{{metadata.labels.example.com/tag}}') }, [dev, prod], 'Change metadata.labels.example.com/tag of Secret argocd/dev where it is kept'],
    ['is not made in a label with Go templates', { goTemplate: true, generators: [{ clusters: {} }], template: goClusters('web:{{ index .metadata.labels "example.com/tag" }}') }, [dev, prod], 'that is metadata.labels.example.com/tag of the cluster Secret argocd/dev, which Writ never edits'],
    ['is not made in an annotation', { goTemplate: true, generators: [{ clusters: {} }], template: goClusters('web:{{ .metadata.annotations.tag }}') }, [dev, prod], 'Change metadata.annotations.tag of Secret argocd/dev'],
    ['is not made in the name of the cluster that Argo CD runs in', { generators: [{ clusters: {} }], template: { ...named('web:{{nameNormalized}}'), metadata: { name: 'shop-dev' } } }, [], 'the cluster that Argo CD runs in'],
    ['leaves the cluster that Argo CD runs in out behind a selector', { generators: [{ clusters: { selector: { matchLabels: { stage: 'low' } } } }], template: named('web:1') }, [dev, prod], 'spec.template.spec.source.kustomize.images.0 "web:1" → "web:2"'],
    ['takes the cluster that Argo CD runs in where there is no selector', { generators: [{ clusters: {} }], template: named('web:1') }, [dev], 'says it for all of its Applications'],
    ['takes it once where it has a Secret', { generators: [{ clusters: { selector: {} } }], template: named('web:1') }, [cluster('dev', { server: 'https://kubernetes.default.svc' })], 'spec.template.spec.source.kustomize.images.0 "web:1" → "web:2"'],
    ['is not made with a list of clusters that an expression goes through', { goTemplate: true, generators: [{ matrix: { generators: [{ clusters: { flatList: true } }, { list: { elements: [{ env: 'dev', tag: '1' }] } }] } }], template: { ...template('{{ range .clusters }}{{ .name }}{{ end }}:{{.tag}}'), metadata: { name: 'shop-{{.env}}' } } }, [dev], 'no value can be found'],
    ['is made beside a list of clusters', { goTemplate: true, generators: [{ matrix: { generators: [{ clusters: { flatList: true } }, { list: { elements: [{ env: 'dev', tag: '1' }] } }] } }], template: { ...template('web:{{.tag}}', { info: '{{ len .clusters }}' }), metadata: { name: 'shop-{{.env}}' } } }, [dev], 'elements.0.tag "1" → "2"'],
    ['is not made where two Secrets name one cluster', { generators: [{ clusters: {} }], template: named('web:1') }, [dev, { ...dev, secret: 'argocd/other' }], 'several cluster Secrets name the cluster dev'],
    ['is not made behind a selector that Kubernetes does not take', { generators: [{ clusters: { selector: { matchExpressions: [{ key: 'a', operator: 'Like', values: ['b'] }] } } }], template: named('web:1') }, [dev], 'a selector that Kubernetes does not take'],
    ['is not made behind a selector that is an expression', { goTemplate: true, generators: [{ clusters: { selector: { matchLabels: { a: '{{ .x }}' } } } }], template: goClusters('web:1') }, [dev], 'selects by an expression'],
    ['is not made where the server of a Secret is read in different ways', { generators: [{ clusters: {} }], template: named('web:1') }, [cluster('dev', { server: 'https://kubernetes.default.svc/' })], 'read the server of cluster Secret argocd/dev in different ways'],
    ['names the right that is missing', { generators: [{ matrix: { generators: [files, { clusters: {} }] } }], template: named('web:{{tag}}') }, { because: 'Writ may not list Secrets in namespace argocd' }, 'its clusters generator gives what cluster Secrets say, and Writ may not list Secrets in namespace argocd'],
  ]
  for (const [name, spec, clusters, words] of fromClusters) it(name, () => { expect(told(spec, [edit('web:2')], { trees: there, clusters })).to.include(words) })
})

import { expect } from 'chai'
import { setEdits } from '../../../src/flow/through/application-set.ts'
import { showPath } from '../../../src/model/field.ts'
import type { Edit, FieldPath } from '../../../src/model/field.ts'
import type { JsonObject } from '../../../src/model/json.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'

const IMAGE: FieldPath = ['spec', 'source', 'kustomize', 'images', '0']

function set(spec: JsonObject): KubernetesObject {
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'ApplicationSet', metadata: { name: 'all', namespace: 'argocd' }, spec }
}
const template = (image: string, more: JsonObject = {}): JsonObject => ({ metadata: { name: 'shop-{{env}}' }, spec: { source: { path: 'apps/{{env}}', kustomize: { images: [image] } }, ...more } })
const list = (...elements: readonly JsonObject[]): readonly JsonObject[] => [{ list: { elements } }]
const APP: KubernetesObject = { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'shop-dev', namespace: 'argocd' }, spec: {} }
const edit = (after: string, path: FieldPath = IMAGE): Edit => ({ path, before: 'web:1', after })

function told(spec: JsonObject, ...edits: readonly Edit[]): string {
  const found = setEdits(set(spec), APP, edits)
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
    ['never changes what the text around a parameter says', { generators: two, template: template('web:{{tag}}') }, 'api:2', 'no value of its elements'],
    ['never changes a parameter that decides something else, too', { generators: two, template: template('web:{{tag}}', { project: '{{tag}}' }) }, 'web:2', 'more of the Application than was asked'],
    ['never changes a parameter that an expression may use', { goTemplate: true, generators: list({ env: 'dev', tag: '1' }, { env: 'prod', tag: '2' }), template: { ...template('web:{{.tag}}', { project: '{{ .tag | upper }}' }), metadata: { name: 'shop-{{.env}}' } } }, 'web:2', 'more of the Application than was asked'],
    ['is not made where the name is made by an expression', { goTemplate: true, generators: list({ env: 'dev', tag: '1' }), template: { ...template('web:{{.tag}}'), metadata: { name: 'shop-{{ .env | lower }}' } } }, 'web:2', 'no element of a list generator'],
    ['is not made where two elements make it', { generators: list({ env: 'dev', tag: '1' }, { env: 'dev', tag: '2' }), template: template('web:{{tag}}') }, 'web:2', 'several of its elements'],
    ['names the files that a git generator reads', { generators: [{ git: { repoURL: 'https://git.example/x.git', files: [{ path: 'envs/*.json' }] } }], template: template('web:{{tag}}') }, 'web:2', 'envs/*.json of https://git.example/x.git'],
    ['names generators that are not read', { generators: [{ clusters: {} }], template: template('web:{{tag}}') }, 'web:2', 'what its clusters generator gives'],
    ['is not made beside a templatePatch', { generators: two, template: template('web:{{tag}}'), templatePatch: 'x' }, 'web:2', 'spec.templatePatch'],
    ['is not made where the set never updates', { generators: two, template: template('web:{{tag}}'), syncPolicy: { applicationsSync: 'create-only' } }, 'web:2', 'create-only'],
    ['is not made where the set leaves fields alone', { generators: two, template: template('web:{{tag}}'), ignoreApplicationDifferences: [{ jsonPointers: ['/spec/source'] }] }, 'web:2', 'ignoreApplicationDifferences'],
    ['is not made beside a template of a generator', { generators: [{ list: { elements: [{ env: 'dev', tag: '1' }], template: {} } }], template: template('web:{{tag}}') }, 'web:2', 'template of its own'],
  ]
  for (const [name, spec, after, words] of rows) it(name, () => { expect(told(spec, edit(after))).to.include(words) })
  it('never adds to a template that makes others, too', () => {
    expect(told({ generators: two, template: template('web:{{tag}}') }, edit('x', ['spec', 'source', 'kustomize', 'namePrefix']))).to.include('is not there')
  })
})

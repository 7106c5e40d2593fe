import { expect } from 'chai'
import { madeIn, resourceSetEdits } from '../../../src/flow/through/resource-set.ts'
import { showPath } from '../../../src/model/field.ts'
import type { FieldPath } from '../../../src/model/field.ts'
import { isObject } from '../../../src/model/json.ts'
import type { Json, JsonObject } from '../../../src/model/json.ts'
import { buildSet } from '../../../src/model/resource-set/build-set.ts'
import { refOf, showRef } from '../../../src/model/resource.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'

const IMAGE: FieldPath = ['spec', 'template', 'spec', 'containers', { key: 'name', value: 'web' }, 'image']
const WEB = { group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web' }

const set = (spec: JsonObject): KubernetesObject => ({ apiVersion: 'fluxcd.controlplane.io/v1', kind: 'ResourceSet', metadata: { name: 'apps', namespace: 'flux-system' }, spec })
const web = (more: { readonly name?: string, readonly image?: string, readonly replicas?: Json, readonly container?: string, readonly annotations?: JsonObject } = {}): JsonObject => ({
  apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: more.name ?? 'web', namespace: 'shop', ...more.annotations === undefined ? {} : { annotations: more.annotations } },
  spec: { replicas: more.replicas ?? 2, template: { spec: { containers: [{ name: more.container ?? 'web', image: more.image ?? 'web:1' }] } } },
})
const two: readonly JsonObject[] = [{ app: 'web', tag: '1' }, { app: 'api', tag: '9' }]
const named = (more: Parameters<typeof web>[0] = {}): JsonObject => web({ name: '<< inputs.app >>', container: '<< inputs.app >>', ...more })

function told(spec: JsonObject, path: FieldPath, after: Json): string {
  const own = madeIn(set(spec), WEB)
  const found = 'because' in own ? own : resourceSetEdits(set(spec), own, [{ path, before: undefined, after }])
  if ('because' in found) return `${found.because} at ${showPath(found.at)}`
  return `${found.edits.map(edit => `${showPath(edit.path)} ${JSON.stringify(edit.before)} → ${JSON.stringify(edit.after)}`).join('; ')} | ${found.changes.map(({ object }) => showRef(object)).join(', ')}`
}

describe('what a ResourceSet makes', () => {
  const rows: readonly (readonly [string, JsonObject, Json, string])[] = [
    ['is edited in a literal of its template', { resources: [web()] }, 'web:2', 'spec.resources.0.spec.template.spec.containers[name=web].image "web:1" → "web:2" | Deployment shop/web'],
    ['is edited in the input that the field prints', { inputs: two, resources: [named({ image: 'web:<< inputs.tag >>' })] }, 'web:2', 'spec.inputs.0.tag "1" → "2" | Deployment shop/web'],
    ['is edited in a nested input', { inputs: [{ app: 'web', img: { tag: '1' } }], resources: [named({ image: 'web:<<inputs.img.tag>>' })] }, 'web:2', 'spec.inputs.0.img.tag "1" → "2"'],
    ['is edited in an input that is quoted', { inputs: [{ app: 'web', image: 'web:1' }], resources: [named({ image: '<< inputs.image | quote >>' })] }, 'web:2', 'spec.inputs.0.image "web:1" → "web:2"'],
    ['is edited in an input behind toString', { inputs: [{ app: 'web', image: 'web:1' }], resources: [named({ image: '<< inputs.image | toString >>' })] }, 'web:2', 'spec.inputs.0.image "web:1" → "web:2"'],
    ['is edited in a step', { steps: [{ name: 'a', resources: [web({ name: 'first' })] }, { name: 'b', resources: [web()] }] }, 'web:2', 'spec.steps.1.resources.0.spec.template'],
    ['shows all that a literal with several inputs changes', { inputs: two, resources: [web({ name: '<< inputs.app >>' })] }, 'web:2', '| Deployment shop/web, Deployment shop/api'],
    ['is not edited where an input decides another field of it, too', { inputs: two, resources: [named({ image: 'web:<< inputs.tag >>', annotations: { version: 'v<< inputs.tag >>' } })] }, 'web:2', 'another object than was asked'],
    ['is not edited where an expression does more', { inputs: two, resources: [named({ image: 'web:<< inputs.tag | upper >>' })] }, 'web:2', 'does more than print inputs between plain characters at spec.resources.0.spec.template.spec.containers.0.image'],
    ['is not edited where any template of the set does more', { inputs: two, resources: [named(), { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'x' }, data: { a: '<<- if inputs.app >>b<<- end >>' } }] }, 'web:2', 'does more than print inputs'],
    ['is not edited where two inputs make the field', { inputs: [{ app: 'web', image: 'web', tag: '1' }], resources: [named({ image: '<< inputs.image >>:<< inputs.tag >>' })] }, 'web:2', 'is not one input between plain characters'],
    ['is not edited where the operator says the value', { inputs: [{ app: 'web' }], resources: [named({ image: '<< inputs.provider.name >>' })] }, 'web:2', 'no input of the set has that value'],
    ['is not edited beside an input provider, which is named', { inputsFrom: [{ kind: 'ResourceSetInputProvider', name: 'tags' }], resources: [web()] }, 'web:2', 'inputs come from ResourceSetInputProvider tags, too at spec.inputsFrom.0'],
    ['is not edited where inputs are permuted', { inputStrategy: { name: 'Permute' }, resources: [web()] }, 'web:2', 'combined by Permute'],
    ['is not edited in a template of whole documents', { resourcesTemplate: 'x', resources: [web()] }, 'web:2', 'makes whole documents of a text'],
    ['is not edited beside a key that nobody knows', { later: true, resources: [web()] }, 'web:2', 'spec.later is nothing that this version honours'],
    ['is not edited where content comes from other objects', { resources: [web({ annotations: { 'fluxcd.controlplane.io/checksumFrom': 'ConfigMap/shop/x' } })] }, 'web:2', 'takes content from other objects'],
    ['is not edited where a key is an expression', { inputs: two, resources: [named({ annotations: { '<< inputs.app >>': 'x' } })] }, 'web:2', 'the key "<< inputs.app >>" is an expression'],
    ['is not edited where an input is missing', { inputs: [{ app: 'web' }], resources: [named({ image: 'web:<< inputs.tag >>' })] }, 'web:2', 'takes inputs.tag, which is not there'],
    ['never takes an expression as a value', { resources: [web()] }, 'web:<< inputs.x >>', 'would be an expression in the template'],
    ['is not there where no template makes it', { resources: [web({ name: 'other' })] }, 'web:2', 'no template of it makes this object'],
    ['is not there where an annotation leaves it out', { inputs: two, resources: [named({ annotations: { 'fluxcd.controlplane.io/reconcile': 'disabled' } })] }, 'web:2', 'no template of it makes this object'],
    ['is not edited where a set without inputs makes it twice', { resources: [web(), web()] }, 'web:2', 'makes one object twice'],
    ['is what the first of several templates makes of it', { inputs: two.slice(0, 1), resources: [named({ image: 'web:<< inputs.tag >>' }), web({ image: 'web:7' })] }, 'web:2', 'spec.inputs.0.tag "1" → "2"'],
  ]
  for (const [name, spec, after, words] of rows) it(name, () => { expect(told(spec, IMAGE, after)).to.include(words) })

  it('is told with every object that the edit changes', () => {
    const own = madeIn(set({ inputs: [{ app: 'web', tag: '1' }, { app: 'api', tag: '1' }], resources: [web({ name: '<< inputs.app >>' })] }), WEB)
    if ('because' in own) throw new Error(own.because)
    const found = resourceSetEdits(set({ inputs: [{ app: 'web', tag: '1' }, { app: 'api', tag: '1' }], resources: [web({ name: '<< inputs.app >>' })] }), own, [{ path: ['spec', 'replicas'], before: 2, after: 5 }])
    expect('because' in found ? found.because : found.changes.map(({ object }) => showRef(object))).to.deep.equal(['Deployment shop/web', 'Deployment shop/api'])
  })
  const typed: readonly (readonly [string, Json, string, Json, string])[] = [
    ['a number stays one', 2, '<< inputs.replicas >>', 5, 'spec.inputs.0.replicas 2 → 5'],
    ['a text of digits is read as a number, and stays a text', '2', '<< inputs.replicas >>', 5, 'spec.inputs.0.replicas "2" → "5"'],
    ['a quoted number is a text', 2, '<< inputs.replicas | quote >>', 5, 'another object than was asked'],
    ['a text that YAML reads as a number is no text', 2, '<< inputs.replicas >>', '5', 'another object than was asked'],
    ['true is no text', 'a', '<< inputs.replicas >>', 'true', 'another object than was asked'],
    ['a text that readers take in different ways is not made', 'a', '<< inputs.replicas >>', '1.10', 'which YAML may read in another way'],
    ['a large number is not made', 2, '<< inputs.replicas >>', 5_000_000, 'is no plain text or small number'],
    ['a text with blanks is not made without quotes', 'a', '<< inputs.replicas >>', 'b: c', 'which YAML may read in another way'],
    ['a text with blanks is made with quotes', 'a', '<< inputs.replicas | quote >>', 'b: c', 'spec.inputs.0.replicas "a" → "b: c"'],
    ['a text with quotes is not made', 'a', '<< inputs.replicas | quote >>', 'b"c', 'quotes a text that is written otherwise there'],
    ['a list is not made', 'a', '<< inputs.replicas >>', [1], 'of which no input makes [1]'],
  ]
  for (const [name, before, replicas, after, words] of typed) {
    it(`keeps types: ${name}`, () => { expect(told({ inputs: [{ app: 'web', replicas: before }], resources: [named({ replicas })] }, ['spec', 'replicas'], after)).to.include(words) })
  }
  it('bears the labels and annotations that all of the set bear', () => {
    const built = buildSet(set({ commonMetadata: { labels: { team: 'a' }, annotations: { b: 'c' } }, resources: [web({ annotations: { b: 'd', e: 'f' } })] }))
    const [made] = 'because' in built ? [] : built.objects
    expect(isObject(made?.object.metadata) ? [made.object.metadata['labels'], made.object.metadata['annotations'], showRef(refOf(made.object))] : '').to.deep.equal([{ team: 'a' }, { b: 'c', e: 'f' }, 'Deployment shop/web'])
  })
})

import { expect } from 'chai'
import { settleEdits } from '../../../src/flow/proof/target.ts'
import { WritError } from '../../../src/model/error.ts'
import { showPath } from '../../../src/model/field.ts'
import type { Edit } from '../../../src/model/field.ts'
import type { Json } from '../../../src/model/json.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'

const OBJECT: KubernetesObject = {
  apiVersion: 'v1', kind: 'Pod', metadata: { name: 'x' },
  spec: { initContainers: [{ name: 'schema', image: 'a:1' }, { name: 'seed', image: 'b:1' }], containers: [{ name: 'web', image: 'c:1' }, { name: 'side', image: 'd:1' }], args: ['a', 'b', 'c'] },
}
const edit = (path: Edit['path'], after: Json | undefined): Edit => ({ path, before: undefined, after })
const named = (name: string, ...more: Edit['path']): Edit['path'] => ['spec', 'initContainers', { key: 'name', value: name }, ...more]

function settled(...edits: readonly Edit[]): string[] | string {
  try {
    const result = settleEdits(edits, OBJECT)
    return 'refused' in result ? result.refused : result.map(({ path, after }) => `${showPath(path)} = ${JSON.stringify(after)}`)
  } catch (error) {
    if (error instanceof WritError) return `${error.code}: ${error.message}`
    throw error
  }
}

describe('asked edits', () => {
  it('are the leaves of a subtree in which it differs', () => {
    expect(settled(edit(['spec', 'containers'], [{ name: 'web', image: 'c:2' }, { name: 'side', image: 'd:1' }]))).to.deep.equal(['spec.containers[name=web].image = "c:2"'])
  })

  it('are a list as a whole where its order means something and is asked to be another one than leaves would give', () => {
    const [first, schema, seed] = [{ name: 'first', image: 'z:1' }, { name: 'schema', image: 'a:1' }, { name: 'seed', image: 'b:1' }]
    expect(settled(edit(['spec', 'initContainers'], [first, schema, seed]))).to.deep.equal([`spec.initContainers = ${JSON.stringify([first, schema, seed])}`])
    expect(settled(edit(['spec', 'initContainers'], [schema, seed, first]))).to.deep.equal([`spec.initContainers[name=first] = ${JSON.stringify(first)}`])
    expect(settled(edit(['spec', 'containers'], [{ name: 'first' }, { name: 'web', image: 'c:1' }, { name: 'side', image: 'd:1' }]))).to.deep.equal(['spec.containers[name=first] = {"name":"first"}'])
  })

  it('rename an item where it stands, after everything else', () => {
    expect(settled(edit(named('schema', 'name'), 'schema2'), edit(named('schema', 'image'), 'a:2'))).to.deep.equal(['spec.initContainers[name=schema].image = "a:2"', 'spec.initContainers.0.name = "schema2"'])
  })

  it('are never two of one field, nor of items that one of them moves', () => {
    expect(settled(edit(named('seed', 'image'), 'b:2'), edit(named('seed', 'image'), 'b:3'))).to.match(/^usage\/bad-argument: spec\.initContainers\[name=seed\]\.image is asked for twice/)
    expect(settled(edit(named('seed'), undefined), edit(named('seed', 'image'), 'b:3'))).to.match(/touch each other/)
    expect(settled(edit(['spec', 'args', '0'], undefined), edit(['spec', 'args', '1'], 'z'))).to.match(/touch each other/)
    expect(settled(edit(['spec', 'args', '0'], 'y'), edit(['spec', 'args', '1'], 'z'))).to.deep.equal(['spec.args.0 = "y"', 'spec.args.1 = "z"'])
  })
})

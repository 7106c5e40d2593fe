import { expect } from 'chai'
import * as client from '@kubernetes/client-node'
import { canonicalQuantity } from '../../../src/sandbox/kube/quantity.ts'
import { namedSchema } from '../../../src/sandbox/kube/schema.ts'
import type { Schema } from '../../../src/sandbox/kube/schema.ts'
import { TYPES } from '../../../src/sandbox/kube/data/types.ts'

describe('types of the embedded Kubernetes API', () => {
  const models: Readonly<Record<string, unknown>> = { ...client }

  /** The field names client-node knows of a type, or undefined where it has no such type. */
  function clientFields(name: string): readonly string[] | undefined {
    const [group, type] = name.includes('.') ? name.split('.') : ['core', name]
    const version = group?.endsWith('v2') ? 'V2' : 'V1'
    const prefix = group === undefined ? '' : `${group.charAt(0).toUpperCase()}${group.slice(1)}`
    const model = models[`${version}${type}`] ?? models[`${prefix}${version}${type}`]
    if (typeof model !== 'function' || !('attributeTypeMap' in model) || !Array.isArray(model.attributeTypeMap)) return undefined
    return model.attributeTypeMap.map((attribute: { readonly baseName: string }) => attribute.baseName)
  }

  it('have every field that client-node knows, in every type it knows', () => {
    const names = TYPES.trim().split(/ ; |\n/).map(text => text.split(' ')[0] ?? '')
    const missing: string[] = []
    let compared = 0
    for (const name of names) {
      const fields = clientFields(name)
      if (fields) compared++
      const known: Schema = namedSchema(name)
      missing.push(...(fields ?? []).filter(field => !known.fields?.has(field)).map(field => `${name}.${field}`))
    }
    expect(compared).to.be.greaterThan(270)
    expect(missing.filter(path => !/\.(kind|apiVersion)$/.test(path))).to.deep.equal([])
  })

  const quantities: readonly (readonly [string, string | undefined])[] = [
    ['0.5', '500m'], ['1024Mi', '1Gi'], ['1000m', '1'], ['100m', '100m'], ['1.5Gi', '1536Mi'], ['0.1', '100m'], ['128974848', '128974848'], ['129e6', '129e6'],
    ['1000Mi', '1000Mi'], ['0', '0'], ['0Mi', '0'], ['1500', '1500'], ['1000', '1k'], ['12000k', '12M'], ['0.5Ki', '512'], ['-2Gi', '-2Gi'], ['0.0000000001', '1n'],
    ['12Zi', undefined], ['', undefined], ['1 Gi', undefined], ['Gi', undefined], ['1.2.3', undefined],
  ]
  for (const [text, expected] of quantities) {
    it(`spell the quantity ${JSON.stringify(text)} ${expected ?? 'not at all'}`, () => {
      expect(canonicalQuantity(text)).to.equal(expected)
    })
  }
})

import { expect } from 'chai'
import { asked } from '../../../src/flow/fields/asked-value.ts'
import { WritError } from '../../../src/model/error.ts'
import type { Json } from '../../../src/model/json.ts'

function said(text: string, as: 'field' | 'string' | 'json', of: { readonly before?: Json, readonly either?: boolean } = {}): string {
  try {
    return JSON.stringify(asked(text, as, { before: of.before, either: of.either ?? false }))
  } catch (error) {
    if (error instanceof WritError) return error.code
    throw error
  }
}

describe('an asked value', () => {
  const rows: readonly (readonly [string, Json | undefined, string])[] = [
    ['3', 2, '{"value":3}'], ['2e3', 1000, '{"value":2000}'], ['-1', 2, '{"value":-1}'], ['abc', 2, 'usage/bad-argument'], ['010', 2, 'usage/bad-argument'], ['true', 2, 'usage/bad-argument'], ['', 2, 'usage/bad-argument'],
    ['9007199254740991', 2, '{"value":9007199254740991}'], ['9007199254740993', 2, 'usage/bad-argument'],
    ['false', true, '{"value":false}'], ['no', true, 'usage/bad-argument'], ['1', true, 'usage/bad-argument'],
    ['3', '2', '{"value":"3"}'], ['true', 'a', '{"value":"true"}'],
    ['3', undefined, '{"value":3}'], ['1.0', undefined, '{"value":"1.0"}'], ['010', undefined, '{"value":"010"}'], ['abc', null, '{"value":"abc"}'], ['true', undefined, '{"value":true}'],
    ['a', { b: 1 }, 'null'], ['a', [1], 'null'],
  ]
  for (const [text, before, expected] of rows) it(`${JSON.stringify(text)} over ${JSON.stringify(before)} is ${expected}`, () => { expect(said(text, 'field', before === undefined ? {} : { before })).to.equal(expected) })

  it('may be a text over a number only where the API takes both', () => {
    expect([said('http', 'field', { before: 80, either: true }), said('81', 'field', { before: 80, either: true }), said('500m', 'field', { before: 1, either: true })]).to.deep.equal(['{"value":"http"}', '{"value":81}', '{"value":"500m"}'])
  })

  it('is a number over the name of a port or a percentage where the API takes both, and stays a text elsewhere', () => {
    expect(['http', '50%', 'metrics-2'].map(before => said('8080', 'field', { before, either: true }))).to.deep.equal(['{"value":8080}', '{"value":8080}', '{"value":8080}'])
    for (const [text, before, either] of [['8080', 'http', false], ['2', '50%', false], ['https', 'http', true], ['25%', '50%', true], ['1', '500m', true], ['2', '1Gi', true], ['2', '1', true], ['08', 'http', true]] as const) {
      expect(said(text, 'field', { before, either }), `${text} over ${before}`).to.equal(`{"value":"${text}"}`)
    }
  })

  it('is of the type that is said, if one is', () => {
    expect([said('3', 'string', { before: 2 }), said('"a"', 'json', { before: 2 }), said('{"a":[1,null]}', 'json'), said('{a', 'json')]).to.deep.equal(['{"value":"3"}', '{"value":"a"}', '{"value":{"a":[1,null]}}', 'usage/bad-argument'])
  })

  it('is never another number than the one that is written', () => {
    expect([said('{"id":12345678901234567890}', 'json'), said('[9007199254740993]', 'json'), said('{"id":"12345678901234567890"}', 'json')]).to.deep.equal(['usage/bad-argument', 'usage/bad-argument', '{"value":{"id":"12345678901234567890"}}'])
  })
})

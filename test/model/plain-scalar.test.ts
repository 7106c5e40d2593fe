import { expect } from 'chai'
import { plainScalar } from '../../src/model/plain-scalar.ts'

describe('a plain scalar', () => {
  const table: readonly (readonly [string, null | boolean | number | string])[] = [
    ['', null], ['~', null], ['null', null], ['Null', null], ['nUll', 'nUll'],
    ['true', true], ['yes', true], ['On', true], ['y', true], ['off', false], ['N', false], ['tRue', 'tRue'],
    ['0', 0], ['-0', 0], ['42', 42], ['+7', 7], ['-12', -12], ['1_000', 1000],
    ['0755', 493], ['0o17', 15], ['0x1F', 31], ['-0x10', -16], ['0b101', 5], ['08', 8], ['09.5', 9.5],
    ['1.5', 1.5], ['.5', 0.5], ['1e3', 1000], ['1.', 1], ['1.10', 1.1],
    ['12:30', '12:30'], ['2024-01-01', '2024-01-01'], ['1.2.3', '1.2.3'], ['500m', '500m'], ['1Gi', '1Gi'], ['.inf', '.inf'], ['.', '.'], ['-', '-'], ['_1', '_1'],
  ]
  for (const [text, value] of table) {
    it(`${JSON.stringify(text)} is ${JSON.stringify(value)} to Kubernetes`, () => {
      expect(plainScalar(text)).to.equal(value)
    })
  }
})

import { expect } from 'chai'
import { base64 } from '../../src/model/base64.ts'

describe('base64', () => {
  for (const text of ['', 'a', 'ab', 'abc', 'pass%word', 'grün', '日本', '😀', '\n\u0000']) {
    it(`is that of the bytes of ${JSON.stringify(text)}`, () => { expect(base64(text)).to.equal(Buffer.from(text, 'utf8').toString('base64')) })
  }
})

import { expect } from 'chai'
import type { Json } from '../../../src/model/json.ts'
import { editsBetween } from '../../../src/flow/edit/edits-between.ts'
import type { Place, TextEdit } from '../../../src/flow/edit/place.ts'
import { splice } from '../../../src/flow/edit/splice.ts'
import { chance, readAll } from '../../support/yaml-fuzz.ts'

const ROOT: Place = { document: 0, steps: [], inner: null }

function brief(edits: readonly TextEdit[]): readonly string[] {
  return edits.map(edit => `${edit.op} /${edit.place.steps.join('/')}${edit.op === 'remove' ? '' : ` ${JSON.stringify(edit.value)}`}`)
}

describe('the edits between two values', () => {
  const cases: readonly (readonly [string, Json | undefined, Json | undefined, readonly string[]])[] = [
    ['are none where nothing differs', { a: [1, { b: 2 }] }, { a: [1, { b: 2 }] }, []],
    ['are none where nothing is there nor asked', undefined, undefined, []],
    ['add what is not there', undefined, { a: 1 }, ['add / {"a":1}']],
    ['remove what is not asked', 1, undefined, ['remove /']],
    ['set a leaf', { a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, ['set /a/c 3']],
    ['add before they remove', { a: { b: 1 } }, { a: { c: 1 } }, ['add /a/c 1', 'remove /a/b']],
    ['set another kind as a whole', { a: { b: 1 } }, { a: [1] }, ['set /a [1]']],
    ['set what becomes empty', { a: { b: 1, c: 2 } }, { a: {} }, ['set /a {}']],
    ['fill what is empty', { a: {} }, { a: { b: 1 } }, ['set /a {"b":1}']],
    ['set null', { a: null }, { a: { b: 1 } }, ['set /a {"b":1}']],
    ['keep the items that stay', ['a', 'b', 'c', 'd'], ['a', 'c', 'd', 'e'], ['add /4 "e"', 'remove /1']],
    ['set an item that changes', ['a', 'b', 'c'], ['a', 'x', 'c'], ['set /1 "x"']],
    ['put an item first', ['a', 'b'], ['x', 'a', 'b'], ['add /0 "x"']],
    ['never empty a list on the way', [{ name: 'a' }], [{ name: 'b' }], ['add /1 {"name":"b"}', 'remove /0']],
    ['go into items of one name', { containers: [{ name: 'a', image: 'x' }, { name: 'b' }] }, { containers: [{ name: 'a', image: 'w' }, { name: 'b' }] }, ['set /containers/0/image "w"']],
    ['tell items by merge key though another is between', { env: [{ name: 'A', value: '1' }, { name: 'B', value: '2' }] }, { env: [{ name: 'N', value: '1' }, { name: 'B', value: '3' }] }, ['set /env/1/value "3"', 'add /env/1 {"name":"N","value":"1"}', 'remove /env/0']],
    ['tell ports by their number', { ports: [{ containerPort: 80, name: 'a' }, { containerPort: 81 }] }, { ports: [{ containerPort: 81, name: 'a' }] }, ['add /ports/1/name "a"', 'remove /ports/0']],
    ['go into items that are alike', [{ x: 1, z: 1, w: 1 }, { x: 2, z: 2, w: 2 }], [{ x: 2, z: 2, w: 3 }], ['set /1/w 3', 'remove /0']],
    ['go into lists in lists', [[1, 2, 3], ['a']], [[1, 2, 4], ['a']], ['set /0/2 4']],
    ['ignore keys without value', { a: undefined, b: 1 }, { b: 1 }, []],
  ]
  for (const [name, before, after, edits] of cases) {
    it(name, () => {
      expect(brief(editsBetween(before, after, ROOT))).to.deep.equal(edits)
    })
  }

  it('go on inside a text', () => {
    const place: Place = { document: 1, steps: ['p'], inner: { document: 0, steps: ['a'], inner: null } }
    expect(editsBetween({ b: 1 }, { b: 2 }, place)).to.deep.equal([{ op: 'set', place: { document: 1, steps: ['p'], inner: { document: 0, steps: ['a', 'b'], inner: null } }, value: 2 }])
  })

  it('make one of the other when they are made in their order', () => {
    const random = chance(42)
    const value = (depth: number): Json => {
      const kind = random()
      if (depth > 0 && kind < 0.35) return Object.fromEntries(['name', 'a', 'b', 'c'].flatMap(key => random() < 0.6 ? [[key, value(depth - 1)]] : []))
      if (depth > 0 && kind < 0.7) return Array.from({ length: Math.floor(random() * 5) }, () => value(depth - 1))
      return Math.floor(random() * 4)
    }
    for (let i = 0; i < 150; i++) {
      const [before, after] = [{ containers: value(3), x: 0 }, { containers: value(3), x: 0 }]
      let text = JSON.stringify(before)
      for (const edit of editsBetween(before, after, ROOT)) {
        const result = splice(text, edit)
        expect(result).to.include({ ok: true }, `${JSON.stringify(edit)} in ${text}`)
        if (result.ok) ({ text } = result)
      }
      expect(readAll(text)).to.deep.equal([after])
    }
  })

  it('take long lists in a moment', () => {
    const before = Array.from({ length: 3000 }, (_none, i) => ({ id: i, x: i % 7 }))
    const after = before.filter(({ id }) => id !== 1500).map(item => item.id === 2000 ? { ...item, x: 99 } : item)
    const start = performance.now()
    expect(brief(editsBetween(before, after, ROOT))).to.deep.equal(['set /2000/x 99', 'remove /1500'])
    expect(performance.now() - start).to.be.lessThan(2000)
  })
})

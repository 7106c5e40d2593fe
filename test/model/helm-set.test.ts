import { expect } from 'chai'
import { mergedValues, setName, setPath, setText, setValue, valueAtPath, withValue } from '../../src/model/helm-set.ts'
import type { ValuePath } from '../../src/model/helm-set.ts'
import type { Json } from '../../src/model/json.ts'

describe('helm --set', () => {
  const names: readonly (readonly [string, ValuePath | null])[] = [
    ['a', ['a']],
    ['a.b.c', ['a', 'b', 'c']],
    ['a[0]', ['a', 0]],
    ['a[0].b[12][3].c', ['a', 0, 'b', 12, 3, 'c']],
    [String.raw`nodeSelector.kubernetes\.io/role`, ['nodeSelector', 'kubernetes.io/role']],
    [String.raw`a\=b\,c\[0\]`, ['a=b,c[0]']],
    ['a,b', null], ['a=b', null], ['a[x]', null], ['a[0]b', null], ['[0]', null], ['a..b', null], ['', null], ['a.', null], ['a\\', null], ['a[70000]', null],
  ]
  for (const [name, path] of names) it(`reads the name ${JSON.stringify(name)} as ${JSON.stringify(path)}`, () => { expect(setPath(name)).to.deep.equal(path) })

  it('gives names that it reads back', () => {
    for (const path of [['a'], ['a', 0, 'b'], ['a.b', 'c[d]', 'e=f,g\\h'], ['a', 1, 2, 'x']]) expect(setPath(setName(path))).to.deep.equal(path)
  })

  const values: readonly (readonly [string, boolean, Json | undefined])[] = [
    ['nginx', false, 'nginx'], ['true', false, true], ['TRUE', false, true], ['False', false, false], ['null', false, null], ['12', false, 12], ['-3', false, -3], ['0', false, 0],
    ['012', false, '012'], ['1.5', false, '1.5'], ['', false, ''], ['true', true, 'true'], ['12', true, '12'], ['null', true, 'null'],
    ['{a,b,3}', false, ['a', 'b', 3]], ['{a,3}', true, ['a', '3']], [String.raw`a\,b`, false, 'a,b'], [String.raw`c:\\x`, false, 'c:\\x'], ['a,b', false, undefined], ['{a,b', false, undefined], ['{a}x', false, undefined],
  ]
  for (const [text, string, value] of values) it(`reads the ${string ? 'string' : 'value'} ${JSON.stringify(text)} as ${JSON.stringify(value)}`, () => { expect(setValue(text, string)).to.deep.equal(value) })

  it('writes values that it reads back, and none where there is no such text', () => {
    for (const value of ['nginx', 'a,b', '{x}', 'c:\\dir, and more', '', 'x=y', true, false, 7, 0]) expect(setValue(setText(value, false) ?? '?', false)).to.equal(value)
    expect(setText('true', false)).to.equal(null)
    expect(setText('12', false)).to.equal(null)
    expect(setText('12', true)).to.equal('12')
    expect(setText(1.5, false)).to.equal(null)
    expect(setText([1], false)).to.equal(null)
  })

  it('sets a key on the way to which maps and lists are made', () => {
    expect(withValue({ a: { b: 1 } }, ['a', 'c', 1, 'd'], 'x')).to.deep.equal({ a: { b: 1, c: [null, { d: 'x' }] } })
    expect(withValue({ a: [{ b: 1, c: 2 }] }, ['a', 0, 'b'], null)).to.deep.equal({ a: [{ b: null, c: 2 }] })
    expect(withValue({ a: 'text' }, ['a', 'b'], 1)).to.equal(null)
    expect(withValue({ a: {} }, ['a', 0], 1)).to.equal(null)
  })

  it('lays values over values: maps are merged, lists are replaced, null stays', () => {
    expect(mergedValues({ a: { b: 1, c: [1, 2] }, d: 1, e: { f: 1 } }, { a: { c: [3] }, d: null, e: 'x' })).to.deep.equal({ a: { b: 1, c: [3] }, d: null, e: 'x' })
    expect(valueAtPath({ a: [{ b: null }] }, ['a', 0, 'b'])).to.equal(null)
    expect(valueAtPath({ a: [{ b: 1 }] }, ['a', 1, 'b'])).to.equal(undefined)
    expect(valueAtPath({ a: 1 }, ['a', 'b'])).to.equal(undefined)
  })
})

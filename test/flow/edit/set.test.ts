import { expect } from 'chai'
import type { Json } from '../../../src/model/json.ts'
import type { Place, YamlSteps } from '../../../src/flow/edit/place.ts'
import { splice } from '../../../src/flow/edit/splice.ts'

type Golden = readonly [name: string, before: string, steps: YamlSteps, value: Json, after: string]

function at(steps: YamlSteps, document = 0, inner: Place | null = null): Place {
  return { document, steps, inner }
}

function goldens(cases: readonly Golden[], inner: Place | null = null): void {
  for (const [name, before, steps, value, after] of cases) {
    it(name, () => {
      const place = inner === null ? at(steps) : { ...inner, inner: at(steps) }
      expect(splice(before, { op: 'set', place, value })).to.deep.include({ ok: true, text: after })
    })
  }
}

describe('setting a scalar of another type', () => {
  goldens([
    ['a number to a text that reads as one', 'a: 1 # c\n', ['a'], '2', 'a: "2" # c\n'],
    ['a quoted text to a number', 'a: "1" # c\n', ['a'], 2, 'a: 2 # c\n'],
    ['a text to a boolean', 'a: \'x\'\n', ['a'], true, 'a: true\n'],
    ['a text to null', 'a: x # c\n', ['a'], null, 'a: null # c\n'],
    ['null to a text', 'a: ~ # c\n', ['a'], 'x', 'a: x # c\n'],
    ['an empty value', 'a:\nb: 1\n', ['a'], 'x', 'a: x\nb: 1\n'],
    ['an empty value before a comment', 'a:   # c\n  # d\nb: 1\n', ['a'], 'x', 'a: x   # c\n  # d\nb: 1\n'],
    ['an empty value before a tab and a comment', 'a:\t# c\n', ['a'], 1, 'a: 1\t# c\n'],
    ['an empty value with an anchor that nobody uses', 'a: &k # c\n', ['a'], 1, 'a: &k 1 # c\n'],
    ['an empty item', '- # c\n- b\n', [0], 'x', '- x # c\n- b\n'],
    ['an empty value in brackets', 'a: {b: , c: 1}\n', ['a', 'b'], 'x', 'a: {b: x, c: 1}\n'],
    ['an empty document', '---\n# c\n', [], { a: 1 }, '---\n# c\na: 1\n'],
    ['an empty text', '', [], ['x'], '- x\n'],
    ['JSON, where texts stay quoted', '{"a": 1}', ['a'], 'x', '{"a": "x"}'],
    ['a number in an odd notation', 'a: 0x1F\n', ['a'], 32, 'a: 32\n'],
    ['nothing where the value is there in another notation', 'a: 0x1F\nb: "x"\n', ['a'], 31, 'a: 0x1F\nb: "x"\n'],
  ])
})

describe('setting a text of several lines', () => {
  goldens([
    ['changes the line that differs', 'a: |\n  x\n  y\n\n  z\nb: 1\n', ['a'], 'x\nw\n\nz\n', 'a: |\n  x\n  w\n\n  z\nb: 1\n'],
    ['adds a line', 'a: |-\r\n    x\r\n    z\r\n', ['a'], 'x\n\n  w\nz', 'a: |-\r\n    x\r\n\r\n      w\r\n    z\r\n'],
    ['adds lines at the end', 'a: |\n  x\nb: 1\n', ['a'], 'x\nw\nv\n', 'a: |\n  x\n  w\n  v\nb: 1\n'],
    ['removes a line', 'a: |\n  x\n  w\n  z\n', ['a'], 'x\nz\n', 'a: |\n  x\n  z\n'],
    ['keeps an indentation indicator', 'a: |2-\n    x\n   z\n', ['a'], '  w\n z', 'a: |2-\n    w\n   z\n'],
    ['keeps the comment of the header', 'a: | # c\n  x\n', ['a'], 'w\n', 'a: | # c\n  w\n'],
    ['strips the last line break', 'a: | # c\n  x\n', ['a'], 'w', 'a: |- # c\n  w\n'],
    ['clips the last line break', 'a: |2-\n   x\n', ['a'], ' x\n', 'a: |2\n   x\n'],
    ['keeps the blank lines that belong to it', 'a: |+\n  x\n\nb: 1\n', ['a'], 'w\n\n', 'a: |+\n  w\n\nb: 1\n'],
    ['lets go of the blank lines that belonged to it', 'a: |+\n  x\n\nb: 1\n', ['a'], 'w', 'a: |-\n  w\n\nb: 1\n'],
    ['quotes a text that ends with other blank lines', 'a: | # c\n  x\nb: 1\n', ['a'], 'x\n\n', 'a: "x\\n\\n" # c\nb: 1\n'],
    ['quotes a text whose first line is deeper', 'a: |\n  x\nb: 1\n', ['a'], ' x\ny\n', 'a: " x\\ny\\n"\nb: 1\n'],
    ['writes an empty text in quotes', 'a: |\n  x\nb: 1\n', ['a'], '', 'a: ""\nb: 1\n'],
    ['makes a block a number', 'a: |\n  x\n  y\nb: 1\n', ['a'], 5, 'a: 5\nb: 1\n'],
    ['makes a plain text a block', 'a: x # c\nb: 1\n', ['a'], 'x\nz\n', 'a: | # c\n  x\n  z\nb: 1\n'],
    ['makes a quoted text a block', '- \'x\'\n- b\n', [0], 'x\nz', '- |-\n  x\n  z\n- b\n'],
    ['keeps double quotes', 'a: "x\\ny"\n', ['a'], 'x\nz', 'a: "x\\nz"\n'],
    ['keeps escapes that a person chose', 'a: "caf\\u00e9 \\x41 1"\n', ['a'], 'café A 2', 'a: "caf\\u00e9 \\x41 2"\n'],
    ['writes it in quotes in brackets', 'a: [x]\n', ['a', 0], 'x\nz', 'a: ["x\\nz"]\n'],
    ['changes one line of a plain text', 'a: one two\n  three four\n  five\nb: 1\n', ['a'], 'one two three 4 five', 'a: one two\n  three 4\n  five\nb: 1\n'],
    ['changes one line of a quoted text', 'a: "one\n  two \\\n  three"\n', ['a'], 'one 2 three', 'a: "one\n  2 \\\n  three"\n'],
    ['changes one line of a folded text', 'a: >\n  one\n  two\n\n  three\n   deep\nb: 1\n', ['a'], 'one 2\nthree\n deep\n', 'a: >\n  one\n  2\n\n  three\n   deep\nb: 1\n'],
    ['strips a folded text', 'a: >\n  one\n  two\n', ['a'], 'one two', 'a: >-\n  one\n  two\n'],
    ['makes a folded text literal where its line breaks change', 'a: >-\n  one\n  two\nb: 1\n', ['a'], 'one\ntwo', 'a: |-\n  one\n  two\nb: 1\n'],
    ['does not cut a character', 'a: |\n  😀\n  x\n', ['a'], '😁\nx\n', 'a: |\n  😁\n  x\n'],
    ['ends the text with the line break that a block at its end needs', 'a: |\n  x\n  w', ['a'], 'x\nz\n', 'a: |\n  x\n  z\n'],
    ['reads a block at the end without line break as one that has none, like Go', 'a: |\n  x\n  w', ['a'], 'x\nz', 'a: |-\n  x\n  z'],
  ])

  it('guards the lines that it touches only', () => {
    const text = 'a: |\n  x ${V}\n  y\n'
    expect(splice(text, { op: 'set', place: at(['a']), value: 'x ${V}\nz\n' })).to.include({ ok: true, text: 'a: |\n  x ${V}\n  z\n' })
    expect(splice(text, { op: 'set', place: at(['a']), value: 'w ${V}\ny\n' })).to.include({ ok: false, code: 'TEMPLATE' })
  })
})

describe('setting a map or list', () => {
  goldens([
    ['changes only the leaves that differ', 'a:\n  # about b\n  b: 1 # c\n  d:   "x"\n', ['a'], { b: 2, d: 'x' }, 'a:\n  # about b\n  b: 2 # c\n  d:   "x"\n'],
    ['adds and removes keys', 'a:\n  b: 1\n  c: 2 # x\n', ['a'], { c: 2, d: [1] }, 'a:\n  c: 2 # x\n  d:\n  - 1\n'],
    ['changes items by their merge key', 'containers:\n- name: a # 1\n  image: x\n- name: b # 2\n  image: z\n', ['containers'], [{ name: 'b', image: 'w' }, { name: 'c' }], 'containers:\n- name: b # 2\n  image: w\n- name: c\n'],
    ['replaces all keys', 'a:\n  b: 1\n', ['a'], { c: 1 }, 'a:\n  c: 1\n'],
    ['replaces all items', 'a:\n- {b: 1}\n', ['a'], [['x']], 'a:\n- - x\n'],
    ['a map to an empty one', 'a: # c\n  b: 1\n  d: 2\ne: 1\n', ['a'], {}, 'a: {} # c\ne: 1\n'],
    ['a map to a list', 'a: # c\n  b: 1\ne: 1\n', ['a'], ['x'], 'a: # c\n- x\ne: 1\n'],
    ['a map to a scalar', 'a: # c\n  b: 1 # d\ne: 1\n', ['a'], 'x', 'a: x # c\ne: 1\n'],
    ['a scalar to a map', 'a: x # c\ne: 1\n', ['a'], { b: { c: 1 } }, 'a: # c\n  b:\n    c: 1\ne: 1\n'],
    ['a block to a map', 'a: | # c\n  x\n  y\ne: 1\n', ['a'], { b: 1 }, 'a: # c\n  b: 1\ne: 1\n'],
    ['an item to a map', '- x # c\n- z\n', [0], { b: 1, d: 2 }, '- b: 1 # c\n  d: 2\n- z\n'],
    ['an item to a scalar', '- b: 1\n  d: 2\n- z\n', [0], 'x', '- x\n- z\n'],
    ['a value in brackets', 'a: {b: {c: 1}, d: 2}\n', ['a', 'b'], ['x', null], 'a: {b: [x, null], d: 2}\n'],
    ['brackets to a scalar', 'a: [b,\n  c] # c\ne: 1\n', ['a'], 1, 'a: 1 # c\ne: 1\n'],
    ['brackets entry by entry', 'a: [b, c] # c\n', ['a'], ['b', 'x', 'c'], 'a: [b, x, c] # c\n'],
    ['a whole document to a scalar', '# c\na: 1\n', [], 'x', '# c\nx\n'],
    ['a whole document to a list', '---\na: 1 # d\n', [], ['x', { z: 1 }], '---\n- x\n- z: 1 # d\n'],
    ['nothing where nothing differs', 'a: { b : 1 }\n', ['a'], { b: 1 }, 'a: { b : 1 }\n'],
  ])

  for (const [name, text, steps, code] of [
    ['below an alias', 'x: &x {b: 1}\na: *x\n', ['a'], 'ALIAS'],
    ['with an anchor inside that is used elsewhere', 'a: {b: &x 1}\nc: *x\n', ['a', 'b'], 'ANCHOR'],
    ['with an anchor deep inside that is used elsewhere', 'a: {c: [&x 1]}\nc: *x\n', ['a', 'c'], 'ANCHOR'],
    ['what a merge key brings', 'x: &x {b: {c: 1}}\na:\n  <<: *x\n', ['a', 'b'], 'MERGE'],
    ['of Flux image automation', 'a: {b: {c: 1}} # {"$imagepolicy": "ns:p"}\n', ['a', 'b'], 'IGNORED'],
    ['encrypted', 'a:\n  b: ENC[x]\n', ['a'], 'ENCRYPTED'],
    ['an explicit key', '? a\n: {b: 1}\n', ['a'], 'NO_CANDIDATE'],
  ] as const) {
    it(`refuses one ${name} as ${code}`, () => {
      expect(splice(text, { op: 'set', place: at([...steps]), value: 'x' })).to.deep.include({ ok: false, code })
    })
  }
})

describe('setting inside an inline patch', () => {
  goldens([
    ['a map', 'p: |-\n    - op: add\n      value:\n        a: 1 # c\n        b: 2\nz: 1\n', [0, 'value'], { a: 1, c: { d: 1 } }, 'p: |-\n    - op: add\n      value:\n        a: 1 # c\n        c:\n          d: 1\nz: 1\n'],
    ['a scalar to a map with carriage returns', 'p: |-\r\n  a: 1\r\nz: 1\r\n', ['a'], { b: 1 }, 'p: |-\r\n  a:\r\n    b: 1\r\nz: 1\r\n'],
    ['several lines', 'p: |\n  a: |\n    x\n    y\n', ['a'], 'x\n\nz\n', 'p: |\n  a: |\n    x\n\n    z\n'],
    ['several lines in quotes', 'p: "a: x\\n"\n', ['a'], 'x\ny', 'p: "a: |-\\n  x\\n  y\\n"\n'],
    ['several lines in single quotes', 'p: \'a: x\'\n', ['a'], 'x\nz', 'p: \'a: "x\\nz"\'\n'],
    ['an item in single quotes, which makes a block of them', 'p: \'a: x\'\n', ['a'], { b: 1 }, 'p: |-\n  a:\n    b: 1\n'],
  ], at(['p']))

  it('twice nested', () => {
    const before = 'a: |\n  b: |-\n    c: 1 # x\n  d: 1\n'
    expect(splice(before, { op: 'set', place: at(['a'], 0, at(['b'], 0, at(['c']))), value: { e: 1 } })).to.include({ ok: true, text: 'a: |\n  b: |-\n    c: # x\n      e: 1\n  d: 1\n' })
  })
})

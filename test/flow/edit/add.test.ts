import { expect } from 'chai'
import { parse } from 'yaml'
import type { Json } from '../../../src/model/json.ts'
import type { Place, YamlSteps } from '../../../src/flow/edit/place.ts'
import { splice } from '../../../src/flow/edit/splice.ts'

type Golden = readonly [name: string, before: string, steps: YamlSteps, value: Json, after: string]

function at(steps: YamlSteps, document = 0, inner: Place | null = null): Place {
  return { document, steps, inner }
}

function goldens(cases: readonly Golden[], document = 0): void {
  for (const [name, before, steps, value, after] of cases) {
    it(name, () => {
      expect(splice(before, { op: 'add', place: at(steps, document), value })).to.deep.include({ ok: true, text: after })
    })
  }
}

describe('adding a key to a block map', () => {
  goldens([
    ['puts it behind the last pair', 'a: 1\nb: 2\n', ['c'], 3, 'a: 1\nb: 2\nc: 3\n'],
    ['leaves a text without last newline without one', 'a: 1', ['b'], 2, 'a: 1\nb: 2'],
    ['keeps carriage returns', 'a: 1\r\nb: 2\r\n', ['c'], [1], 'a: 1\r\nb: 2\r\nc:\r\n- 1\r\n'],
    ['uses carriage returns where the last line has none', 'a: 1\r\nb: 2', ['c'], 3, 'a: 1\r\nb: 2\r\nc: 3'],
    ['keeps a byte order mark', '\uFEFFa: 1\n', ['b'], 2, '\uFEFFa: 1\nb: 2\n'],
    ['stays before comments and blank lines that follow', 'a:\n  b: 1 # c\n\n  # about nothing\n\n# about d\nd: 1\n', ['a', 'c'], 2, 'a:\n  b: 1 # c\n  c: 2\n\n  # about nothing\n\n# about d\nd: 1\n'],
    ['stays before a comment of its own column', 'a:\n  b: 1\n  # about c\nc: 1\n', ['a', 'x'], 2, 'a:\n  b: 1\n  x: 2\n  # about c\nc: 1\n'],
    ['comes behind items that are commented out below a list', 'a:\n- b\n# - c\n#   d: 1\n  # - d\n# e\n', ['e'], 2, 'a:\n- b\n# - c\n#   d: 1\n  # - d\ne: 2\n# e\n'],
    ['stays before keys that are commented out', 'a:\n- b\n# c: 1\n', ['e'], 2, 'a:\n- b\ne: 2\n# c: 1\n'],
    ['comes behind what is commented out below a list', 'a:\n  - b\n  # - c\nd: 1\n', ['a2'], 2, 'a:\n  - b\n  # - c\nd: 1\na2: 2\n'],
    ['takes the column of an item\'s first key', '- name: a\n  x: 1\n- name: b\n', [0, 'w'], 2, '- name: a\n  x: 1\n  w: 2\n- name: b\n'],
    ['takes the column behind a wide dash', '-   name: a\n', [0, 'w'], { z: 1 }, '-   name: a\n    w:\n      z: 1\n'],
    ['takes the column of nested lists', '- - a: 1\n', [0, 0, 'b'], 2, '- - a: 1\n    b: 2\n'],
    ['comes behind a nested value', 'a:\n  b:\n    c: 1\nd: 1\n', ['a', 'x'], 2, 'a:\n  b:\n    c: 1\n  x: 2\nd: 1\n'],
    ['comes behind a literal block', 'a:\n  b: |\n    x\n\n    y\n\nd: 1\n', ['a', 'c'], 2, 'a:\n  b: |\n    x\n\n    y\n  c: 2\n\nd: 1\n'],
    ['comes behind the last lines that a block keeps', 'a:\n  b: |+\n    x\n\n\nd: 1\n', ['a', 'c'], 2, 'a:\n  b: |+\n    x\n\n\n  c: 2\nd: 1\n'],
    ['comes behind an empty block', 'a: |\nb: 1\n', ['c'], 2, 'a: |\nb: 1\nc: 2\n'],
    ['comes behind a plain value over two lines', 'a: x\n  y\n', ['b'], 2, 'a: x\n  y\nb: 2\n'],
    ['comes behind an empty value', 'a:\n', ['b'], 2, 'a:\nb: 2\n'],
    ['comes behind an empty value with a comment', 'a: # c\n', ['b'], 2, 'a: # c\nb: 2\n'],
    ['comes behind a flow collection over several lines', 'a: [1,\n  2] # c\n', ['b'], 2, 'a: [1,\n  2] # c\nb: 2\n'],
    ['comes behind an alias', 'x: &x 1\na: *x # c\n', ['b'], 2, 'x: &x 1\na: *x # c\nb: 2\n'],
    ['sees where a first key with an anchor begins', '&x a: 1\n', ['b'], 2, '&x a: 1\nb: 2\n'],
    ['sees where a first key with a tag begins', 'm:\n  !!str a: 1\n', ['m', 'b'], 2, 'm:\n  !!str a: 1\n  b: 2\n'],
    ['quotes a key that reads as something else', 'a: 1\n', ['on'], 2, 'a: 1\n"on": 2\n'],
    ['quotes a key with a colon', 'a: 1\n', ['x: y'], 2, 'a: 1\n"x: y": 2\n'],
    ['adds beside a merge key', 'x: &x {a: 1}\nz:\n  <<: *x\n  b: 1\n', ['z', 'c'], 2, 'x: &x {a: 1}\nz:\n  <<: *x\n  b: 1\n  c: 2\n'],
    ['overrides what a merge key brings', 'x: &x {a: 1}\nz:\n  <<: *x\n', ['z', 'a'], 2, 'x: &x {a: 1}\nz:\n  <<: *x\n  a: 2\n'],
    ['keeps tabs before comments', 'a: 1\t# c\n', ['b'], 2, 'a: 1\t# c\nb: 2\n'],
    ['stays before a block at the end of a text without last newline, which would get one', 'a: 1\nb: |\n  x', ['c'], 2, 'a: 1\nc: 2\nb: |\n  x'],
    ['gives a text the last newline that a block needs', 'a: 1', ['b'], 'x\nz\n', 'a: 1\nb: |\n  x\n  z\n'],
    ['quotes several lines where a deeper comment would become one of them', 'a:\n  b: 1\n\n     # c\n', ['a', 'd'], 'x\nz\n', 'a:\n  b: 1\n  d: "x\\nz\\n"\n\n     # c\n'],
    ['adds beside an explicit key', '? a\n: 1\n', ['b'], 2, '? a\n: 1\nb: 2\n'],
  ])

  goldens([
    ['finds the document that is meant', 'a: 1\n---\nb: 1\n---\nc: 1\n', ['x'], 2, 'a: 1\n---\nb: 1\nx: 2\n---\nc: 1\n'],
    ['stays before the end mark of a document', 'a: 1\n--- # y\nb: 1\n...\n', ['x'], 2, 'a: 1\n--- # y\nb: 1\nx: 2\n...\n'],
    ['takes the indentation of other documents where its own shows none', 'a:\n    b: 1\n---\nb: 1\n', ['x'], { w: { z: 1 } }, 'a:\n    b: 1\n---\nb: 1\nx:\n    w:\n        z: 1\n'],
  ], 1)
})

describe('adding a value of many parts', () => {
  const value = { name: 'x', list: ['a', { b: 1, c: [] }, [1, 2]], map: { d: {}, e: null, f: true } }
  const two = 'x:\n  name: x\n  list:\n  - a\n  - b: 1\n    c: []\n  - - 1\n    - 2\n  map:\n    d: {}\n    e: null\n    f: true\n'
  const four = 'x:\n    name: x\n    list:\n        - a\n        - b: 1\n          c: []\n        - - 1\n          - 2\n    map:\n        d: {}\n        e: null\n        f: true\n'
  goldens([
    ['writes blocks, with dashes below keys where nothing says otherwise', 'a: 1\n', ['x'], value, `a: 1\n${two}`],
    ['indents as the document does', 'a:\n    b:\n        - 1\n', ['x'], value, `a:\n    b:\n        - 1\n${four}`],
    ['indents lists as the document does most often', 'a:\n  b:\n    - 1\n  c:\n    - 2\n  d:\n  - 3\n', ['e'], [1], 'a:\n  b:\n    - 1\n  c:\n    - 2\n  d:\n  - 3\ne:\n  - 1\n'],
    ['indents by one', 'a:\n b: 1\n', ['c'], { d: { e: 1 } }, 'a:\n b: 1\nc:\n d:\n  e: 1\n'],
    ['indents by three', 'a:\n   b: 1\n', ['c'], { d: 1 }, 'a:\n   b: 1\nc:\n   d: 1\n'],
    ['indents by five', 'a:\n     b: 1\n', ['a', 'c'], { d: 1 }, 'a:\n     b: 1\n     c:\n          d: 1\n'],
    ['writes several lines as a literal block', 'a:\n- b\n', ['p'], 'x: |-\n  y\n\nz: 1\n', 'a:\n- b\np: |\n  x: |-\n    y\n\n  z: 1\n'],
    ['writes several lines without last newline as a literal block', 'a: 1\n', ['p'], 'x\ny', 'a: 1\np: |-\n  x\n  y\n'],
    ['writes a literal block in an item', 'patches:\n  - path: x\n', ['patches', 1], { patch: '- op: add\n  path: /x', target: { kind: 'X' } }, 'patches:\n  - path: x\n  - patch: |-\n      - op: add\n        path: /x\n    target:\n      kind: X\n'],
    ['quotes several lines whose first begins with a space', 'a: 1\n', ['p'], ' x\ny', 'a: 1\np: " x\\ny"\n'],
    ['quotes several lines that end with blank ones', 'a: 1\n', ['p'], 'x\ny\n\n', 'a: 1\np: "x\\ny\\n\\n"\n'],
    ['quotes a carriage return', 'a: 1\n', ['p'], 'x\r\ny', 'a: 1\np: "x\\r\\ny"\n'],
    ['escapes what YAML 1.1 takes for a line break', 'a: 1\n', ['p'], 'x\u2028\u0085y', 'a: 1\np: "x\\u2028\\u0085y"\n'],
    ['writes characters beyond the basic plane as they are', 'a: 1\n', ['p'], '😀 é', 'a: 1\np: 😀 é\n'],
    ['does not fold long text', 'a: 1\n', ['p'], 'word '.repeat(60).trim(), `a: 1\np: ${'word '.repeat(60).trim()}\n`],
  ])

  for (const text of ['yes', 'No', 'on', 'y', '1.10', '0644', '0o17', '1_000', '12:30:45', '2024-01-01', '~', 'null', '', '<<', '=', '-', '? x', '---', '#x', 'x #y', '&x', '*x', '!x', '@x', '`x', '%x', ' x', 'x ', 'x: y', 'x:', '{a}', '[a]', ', x', '"', '\'', '\\', '\t', '.inf', '.NaN', '1e3', '0x1F', '+1', '1.', '.5', 'TRUE', '|', '>', '1_0.5', '0b11', '190:20:30']) {
    it(`reads ${JSON.stringify(text)} back in block and flow style`, () => {
      for (const [before, steps] of [['a: b\n', ['x']], ['- b\n', [1]], ['{a: b}\n', ['x']], ['[b]\n', [1]], ['a: b\n', [text === '<<' ? 'x' : text]]] as const) {
        const result = splice(before, { op: 'add', place: at([...steps]), value: text })
        expect(result).to.include({ ok: true }, before)
        for (const version of ['1.1', '1.2'] as const) {
          const read: unknown = result.ok ? parse(result.text, { version }) : null
          expect(Object.entries(read as object).flat(), `${version} ${result.ok ? result.text : ''}`).to.include(text)
        }
      }
    })
  }
})

describe('adding an item to a block list', () => {
  goldens([
    ['puts it last', 'a:\n- x # c\n# d\n\nb: 1\n', ['a', 1], 'w', 'a:\n- x # c\n- w\n# d\n\nb: 1\n'],
    ['puts it between two', '- x\n\n# about z\n- z\n', [1], 'w', '- x\n- w\n\n# about z\n- z\n'],
    ['puts it first, above what belongs to the old first', 'a:\n  # about x\n  - x\n', ['a', 0], 'w', 'a:\n  - w\n  # about x\n  - x\n'],
    ['puts it first below what is commented out', 'a:\n  # - v\n  - x\n', ['a', 0], 'w', 'a:\n  # - v\n  - w\n  - x\n'],
    ['puts it first in the text', '- x\n', [0], 'w', '- w\n- x\n'],
    ['puts it first behind a byte order mark', '\uFEFF- x\r\n', [0], 'w', '\uFEFF- w\r\n- x\r\n'],
    ['puts it first below the comments of the text', '# about all\n- x\n', [0], 'w', '# about all\n- w\n- x\n'],
    ['puts it first in a list on its item\'s line', '- - x\n  - y\n', [0, 0], { a: 1, b: 2 }, '- - a: 1\n    b: 2\n  - x\n  - y\n'],
    ['puts it last in a list on its item\'s line', '- - x\n- z\n', [0, 1], 'w', '- - x\n  - w\n- z\n'],
    ['keeps a wide dash', '-   a: 1\n    b: 2\n', [1], { c: 1, d: 2 }, '-   a: 1\n    b: 2\n-   c: 1\n    d: 2\n'],
    ['comes behind an empty item', '- x\n-\n', [2], 'w', '- x\n-\n- w\n'],
    ['quotes like its neighbours', 'a:\n- "--x"\n- "y"\n', ['a', 2], 'z', 'a:\n- "--x"\n- "y"\n- "z"\n'],
    ['quotes singly like its neighbours', 'a:\n- \'x\'\n', ['a', 1], 'it\'s', 'a:\n- \'x\'\n- \'it\'\'s\'\n'],
    ['comes behind deeper comments', '- a: 1\n  # b: 2\n- c: 1\n', [1], 'w', '- a: 1\n  # b: 2\n- w\n- c: 1\n'],
  ])
})

describe('filling what is empty', () => {
  goldens([
    ['an empty map', 'a: {} # c\nb: 1\n', ['a', 'x'], 1, 'a: # c\n  x: 1\nb: 1\n'],
    ['an empty list', 'a:  []  # c\r\nb: 1\r\n', ['a', 0], 'x', 'a:  # c\r\n- x\r\nb: 1\r\n'],
    ['an empty value', 'a:\nb: 1\n', ['a', 'x'], 1, 'a:\n  x: 1\nb: 1\n'],
    ['an empty value with a comment', 'a: # c\n  # d\nb: 1\n', ['a', 'x'], 1, 'a: # c\n  x: 1\n  # d\nb: 1\n'],
    ['null', 'a: null # c\nb: 1\n', ['a', 0], 'x', 'a: # c\n- x\nb: 1\n'],
    ['a tilde without last newline', 'a: ~', ['a', 'x'], 1, 'a:\n  x: 1'],
    ['a value with an anchor that nobody uses', 'a: &k {}\n', ['a', 'x'], 1, 'a: &k\n  x: 1\n'],
    ['an empty item', '- a\n-\n', [1, 'x'], 1, '- a\n- x: 1\n'],
    ['an empty map as item', '- {} # c\n- b\n', [0, 'x'], { w: 1 }, '- x: # c\n    w: 1\n- b\n'],
    ['an empty list as item', '- []\n', [0, 0], 'x', '- - x\n'],
    ['an empty item with a comment', '- # c\n- b\n', [0, 'x'], 1, '- # c\n  x: 1\n- b\n'],
    ['an empty map as a whole', '{}\n', ['x'], { w: [1] }, 'x:\n  w:\n  - 1\n'],
    ['an empty map behind the start of a document', '--- {} # c\n', ['x'], 1, '--- {x: 1} # c\n'],
    ['an empty text', '', ['x'], 1, 'x: 1\n'],
    ['an empty text, with a list', '', [0], 'x', '- x\n'],
    ['a byte order mark', '\uFEFF', ['x'], 1, '\uFEFFx: 1\n'],
    ['a text of comments', '# c\n\n# d\n\n', ['x'], 1, '# c\n\n# d\nx: 1\n\n'],
    ['a comment without last newline', '# c', ['x'], 1, '# c\nx: 1'],
    ['the start of a document', '---\n', ['x'], { w: 1 }, '---\nx:\n  w: 1\n'],
    ['the start of a document with a comment', '--- # c\n# d\n...\n', ['x'], 1, '--- # c\n# d\nx: 1\n...\n'],
    ['the start of a document without last newline', '---', ['x'], 1, '---\nx: 1'],
    ['in brackets', 'a: {b: {}}\n', ['a', 'b', 'x'], 1, 'a: {b: {x: 1}}\n'],
    ['nothing behind a colon in brackets', 'a: {b: , c}\n', ['a', 'b', 0], 1, 'a: {b: [1], c}\n'],
  ])
  goldens([['a document between others', 'a: 1\n---\n# c\n---\nb: 1\n', ['x'], 1, 'a: 1\n---\n# c\nx: 1\n---\nb: 1\n']], 1)
})

describe('adding in brackets', () => {
  const pretty = '{\n  "a": [\n    1\n  ],\n  "b": {\n    "c": "x"\n  }\n}\n'
  goldens([
    ['a pair', 'm: {a: 1, b: x} # c\n', ['m', 'c'], 'w', 'm: {a: 1, b: x, c: w} # c\n'],
    ['a pair of many parts', 'm: {a: 1}\n', ['m', 'c'], { d: [1, 'x,y'], e: {} }, 'm: {a: 1, c: {d: [1, "x,y"], e: {}}}\n'],
    ['an item', 'm: [a, b]\n', ['m', 2], 'c', 'm: [a, b, c]\n'],
    ['an item before others', 'm: [a,b]\n', ['m', 0], 'c', 'm: [c,a,b]\n'],
    ['an item before a comma that is last', 'm: [a, b, ]\n', ['m', 2], 'c', 'm: [a, b, c, ]\n'],
    ['into empty brackets', 'm: [[]]\n', ['m', 0, 0], 'c', 'm: [[c]]\n'],
    ['quotes like its neighbours', 'm: ["a", "b"]\n', ['m', 2], 'c', 'm: ["a", "b", "c"]\n'],
    ['JSON on one line', '{"a":1,"b":[]}', ['c'], { d: ['x'] }, '{"a":1,"b":[],"c":{"d":["x"]}}'],
    ['JSON on one line with spaces', '{"a": 1}', ['c'], 'x', '{"a": 1, "c": "x"}'],
    ['a pair of JSON over several lines', pretty, ['d'], { e: ['y', {}] }, '{\n  "a": [\n    1\n  ],\n  "b": {\n    "c": "x"\n  },\n  "d": {\n    "e": [\n      "y",\n      {}\n    ]\n  }\n}\n'],
    ['an item of JSON over several lines', pretty, ['a', 0], 0, pretty.replace('1', '0,\n    1')],
    ['JSON with wider indentation', '{\n    "a": {\n        "b": 1\n    }\n}', ['a', 'c'], { d: 1 }, '{\n    "a": {\n        "b": 1,\n        "c": {\n            "d": 1\n        }\n    }\n}'],
    ['a list over several lines', 'm: [\n  a,\n  b\n]\n', ['m', 2], 'c', 'm: [\n  a,\n  b,\n  c\n]\n'],
    ['a list over several lines with a last comma', 'm: [\n  a,\n  b,\n]\n', ['m', 2], 'c', 'm: [\n  a,\n  b,\n  c,\n]\n'],
    ['a list over several lines with comments', 'm: [\n  a, # x\n  b # y\n]\n', ['m', 2], 'c', 'm: [\n  a, # x\n  b, # y\n  c\n]\n'],
    ['a list over several lines with comments behind commas', 'm: [\n  a, # x\n  b, # y\n]\n', ['m', 2], 'c', 'm: [\n  a, # x\n  b, # y\n  c,\n]\n'],
    ['a list of full lines', 'm: [a, b,\n  c, d]\n', ['m', 4], 'e', 'm: [a, b,\n  c, d, e]\n'],
    ['behind a colon without value', 'm: {a: }\n', ['m', 'b'], 1, 'm: {a: , b: 1}\n'],
    ['a map over several lines', 'm: {\r\n  a: 1\r\n}\r\n', ['m', 'b'], [1, { c: 2 }], 'm: {\r\n  a: 1,\r\n  b: [1, {c: 2}]\r\n}\r\n'],
  ])
})

describe('refusing to add', () => {
  const refused: readonly (readonly [string, string, YamlSteps, string])[] = [
    ['a key that is there', 'a: 1\n', ['a'], 'NO_CANDIDATE'],
    ['a key that is there in quotes', '"a": 1\n', ['a'], 'NO_CANDIDATE'],
    ['to a scalar', 'a: 1\n', ['a', 'b'], 'NO_CANDIDATE'],
    ['a key to a list', 'a: [x]\n', ['a', 'b'], 'NO_CANDIDATE'],
    ['an index to a map', 'a: {x: 1}\n', ['a', 0], 'NO_CANDIDATE'],
    ['an item beyond the end', 'a: [x]\n', ['a', 2], 'NO_CANDIDATE'],
    ['to what is not there', 'a: 1\n', ['b', 'c'], 'NO_CANDIDATE'],
    ['a merge key', 'a: 1\n', ['<<'], 'MERGE'],
    ['to what comes through a merge key', 'x: &x {a: {b: 1}}\nz:\n  <<: *x\n', ['z', 'a', 'c'], 'MERGE'],
    ['to an alias', 'x: &x {a: 1}\nz: *x\n', ['z', 'b'], 'ALIAS'],
    ['to an anchor that is used', 'x: &x {a: 1}\ny: *x\n', ['x', 'b'], 'ANCHOR'],
    ['below a key given twice', 'a: {b: 1}\na: {b: 2}\n', ['a', 'c'], 'AMBIGUOUS'],
    ['to a pair without braces', 'm: [a: 1]\n', ['m', 0, 'b'], 'FLOW'],
    ['to brackets that hold only a comment', 'k: {o: [ # c\n ]}\n', ['k', 'o', 0], 'FLOW'],
    ['to nothing in brackets', 'a: {b: , c}\n', ['a', 'c', 'x'], 'NO_CANDIDATE'],
    ['to an empty value with an explicit key', '? a\n', ['a', 'b'], 'NO_CANDIDATE'],
    ['to a file encrypted with SOPS', 'a: 1\nsops:\n  mac: x\n', ['b'], 'ENCRYPTED'],
    ['to a generated file', '# DO NOT EDIT\na: 1\n', ['b'], 'GENERATED'],
    ['on a line of Flux image automation', 'a: {x: 1} # {"$imagepolicy": "ns:p:tag"}\n', ['a', 'b'], 'IGNORED'],
  ]
  for (const [name, text, steps, code] of refused) {
    it(`${name} as ${code}`, () => {
      expect(splice(text, { op: 'add', place: at(steps), value: 'new' })).to.deep.include({ ok: false, code })
    })
  }

  it('adds below a line of Flux image automation', () => {
    expect(splice('a: x # {"$imagepolicy": "ns:p:tag"}\n', { op: 'add', place: at(['b']), value: 1 })).to.include({ text: 'a: x # {"$imagepolicy": "ns:p:tag"}\nb: 1\n', line: 2 })
  })

  it('refuses text that no YAML can hold', () => {
    expect(splice('a: x\n', { op: 'add', place: at(['b']), value: { c: ['\ud800'] } })).to.include({ ok: false, code: 'NO_CANDIDATE' })
  })
})

describe('adding inside an inline patch', () => {
  const cases: readonly (readonly [string, string, YamlSteps, Json, string])[] = [
    ['a key at the end', 'p: |-\n  a: 1\nz: 1\n', ['b'], { c: 1 }, 'p: |-\n  a: 1\n  b:\n    c: 1\nz: 1\n'],
    ['an item first', 'p: |\n  - a: 1\n', [0], { c: 1, d: 2 }, 'p: |\n  - c: 1\n    d: 2\n  - a: 1\n'],
    ['an item in the middle with blank lines', 'p: |\n  - a: 1\n\n  - b: 1\n', [1], 'x', 'p: |\n  - a: 1\n  - x\n\n  - b: 1\n'],
    ['with carriage returns', 'p: |-\r\n    a: 1\r\nz: 1\r\n', ['b'], [1], 'p: |-\r\n    a: 1\r\n    b:\r\n    - 1\r\nz: 1\r\n'],
    ['with an indentation indicator', 'p: |4\n      a: 1\n', ['b'], 2, 'p: |4\n      a: 1\n      b: 2\n'],
    ['in JSON in quotes', 'p: \'[{"op": "add"}]\'\n', [0, 'path'], '/x', 'p: \'[{"op": "add", "path": "/x"}]\'\n'],
    ['in JSON with escapes', 'p: "[{\\"op\\": \\"add\\"}]"\n', [0, 'path'], '/x', 'p: "[{\\"op\\": \\"add\\", \\"path\\": \\"/x\\"}]"\n'],
    ['in folded JSON', 'p: >-\n  [{"op":\n  "add"}]\n', [0, 'path'], '/x', 'p: >-\n  [{"op":\n  "add", "path": "/x"}]\n'],
  ]
  for (const [name, before, steps, value, after] of cases) {
    it(name, () => {
      expect(splice(before, { op: 'add', place: at(['p'], 0, at(steps)), value })).to.deep.include({ ok: true, text: after })
    })
  }

  it('twice nested', () => {
    const before = 'a: |\n  b: |-\n    c: 1\n  d: 1\n'
    expect(splice(before, { op: 'add', place: at(['a'], 0, at(['b'], 0, at(['x']))), value: [1] })).to.include({ ok: true, text: 'a: |\n  b: |-\n    c: 1\n    x:\n    - 1\n  d: 1\n' })
  })
})

import { expect } from 'chai'
import type { Place, YamlSteps } from '../../../src/flow/edit/place.ts'
import { splice } from '../../../src/flow/edit/splice.ts'

type Golden = readonly [name: string, before: string, steps: YamlSteps, after: string]

function at(steps: YamlSteps, document = 0, inner: Place | null = null): Place {
  return { document, steps, inner }
}

function goldens(cases: readonly Golden[], document = 0): void {
  for (const [name, before, steps, after] of cases) {
    it(name, () => {
      expect(splice(before, { op: 'remove', place: at(steps, document) })).to.deep.include({ ok: true, text: after })
    })
  }
}

describe('removing a key from a block map', () => {
  goldens([
    ['takes its line and the comment on it', 'a: 1\nb: 2 # c\nd: 3\n', ['b'], 'a: 1\nd: 3\n'],
    ['takes the last line', 'a: 1\nb: 2\n', ['b'], 'a: 1\n'],
    ['leaves a text without last newline without one', 'a: 1\nb: 2', ['b'], 'a: 1'],
    ['takes the first line', 'a: 1\nb: 2\n', ['a'], 'b: 2\n'],
    ['keeps carriage returns', 'a: 1\r\nb:\r\n- 2\r\nc: 3\r\n', ['b'], 'a: 1\r\nc: 3\r\n'],
    ['keeps a byte order mark', '\uFEFFa: 1\nb: 2\n', ['a'], '\uFEFFb: 2\n'],
    ['takes a nested value', 'a:\n  b:\n    c: 1\n    # e\n\n    d: |\n      x\n\nf: 1\n', ['a'], 'f: 1\n'],
    ['takes the comments above that belong to it', 'a: 1\n# about b\n# more\nb: 2\nc: 3\n', ['b'], 'a: 1\nc: 3\n'],
    ['leaves comments that a blank line parts from it', 'a: 1\n# section\n\nb: 2\nc: 3\n', ['b'], 'a: 1\n# section\n\nc: 3\n'],
    ['leaves comments of another column', 'x:\n  a: 1\n# other\n  b: 2\n', ['x', 'b'], 'x:\n  a: 1\n# other\n'],
    ['leaves what is commented out above', 'a: 1\n# old: 2\nb: 2\n', ['b'], 'a: 1\n# old: 2\n'],
    ['takes a comment for a tool', 'a: 1\n# renovate: image=b\nb: 2\n', ['b'], 'a: 1\n'],
    ['leaves the comments at the top of a document', '# licence\na: 1\nb: 2\n', ['a'], '# licence\nb: 2\n'],
    ['takes what is commented out inside', 'a:\n  b: 1\n  # c: 2\n# other\nd: 3\n', ['a'], '# other\nd: 3\n'],
    ['takes the items that are commented out below its list', 'a:\n- b\n# - c\n#   d: 1\n\n# - e\nf: 1\n', ['a'], '# - e\nf: 1\n'],
    ['leaves the items that are commented out below the list before', 'a:\n- b\n# - c\n#   d: 1\nf: 1\ng: 1\n', ['f'], 'a:\n- b\n# - c\n#   d: 1\ng: 1\n'],
    ['leaves the comments below', 'a: 1\nb: 2\n# c\n', ['b'], 'a: 1\n# c\n'],
    ['leaves one of two blank lines', 'a: 1\n\nb: 2\n\nc: 3\n', ['b'], 'a: 1\n\nc: 3\n'],
    ['leaves no blank line at the top', 'a: 1\n\nb: 2\n', ['a'], 'b: 2\n'],
    ['leaves no blank line at the top of a document', '---\na: 1\n\nb: 2\n', ['a'], '---\nb: 2\n'],
    ['leaves no blank line at the end', 'a: 1\n\nb: 2\n', ['b'], 'a: 1\n'],
    ['leaves the blank lines that a block keeps', 'a: |+\n  x\n\nb: 2\n', ['b'], 'a: |+\n  x\n\n'],
    ['takes the blank lines that its block keeps', 'a: 1\nb: |+\n  x\n\nc: 2\n', ['b'], 'a: 1\nc: 2\n'],
    ['keeps the last newline that a block needs', 'a: |\n  x\nb: 1', ['b'], 'a: |\n  x\n'],
    ['takes a template', 'a: "{{ x }}"\nb: 2\n', ['a'], 'b: 2\n'],
    ['takes an alias', 'x: &x 1\na: *x\nb: 2\n', ['a'], 'x: &x 1\nb: 2\n'],
    ['takes an anchor with all that uses it', 'a:\n  x: &x 1\n  z: *x\nb: 2\n', ['a'], 'b: 2\n'],
    ['takes a variable', 'a: ${X}\nb: 2\n', ['a'], 'b: 2\n'],
  ])
  goldens([['finds the document that is meant', 'a: 1\n---\na: 1\nb: 2\n---\na: 1\n', ['a'], 'a: 1\n---\nb: 2\n---\na: 1\n']], 1)
})

describe('removing the first key of an item', () => {
  goldens([
    ['pulls the next one up', '- a: 1 # c\n  b: 2\n- c: 3\n', [0, 'a'], '- b: 2\n- c: 3\n'],
    ['pulls the next one up behind a wide dash', '-   a: 1\n    b: 2\n', [0, 'a'], '-   b: 2\n'],
    ['pulls the comment of the next one up', '- a: 1\n  # about b\n  b: 2\n', [0, 'a'], '- # about b\n  b: 2\n'],
    ['pulls the next one up over a nested value and a blank line', '- a:\n    x: 1\n\n  b: 2\n', [0, 'a'], '- b: 2\n'],
    ['pulls the next item of a nested list up', '- - a\n  - b\n', [0, 0], '- - b\n'],
    ['leaves a dash on a line of its own', '-\n  a: 1\n  b: 2\n', [0, 'a'], '-\n  b: 2\n'],
  ])
})

describe('removing an item from a block list', () => {
  goldens([
    ['takes its lines', 'a:\n- x\n- b: 1\n  c: 2\n- z\n', ['a', 1], 'a:\n- x\n- z\n'],
    ['takes the first', 'a:\n  # about x\n  - x\n  - z\n', ['a', 0], 'a:\n  - z\n'],
    ['takes the last', 'a:\n  - x\n  - z # c\nb: 1\n', ['a', 1], 'a:\n  - x\nb: 1\n'],
    ['leaves what is commented out above', '- x\n# - w\n- z\n', [1], '- x\n# - w\n'],
    ['takes a list in a list', '- x\n- - a\n  - b\n- z\n', [1], '- x\n- z\n'],
    ['takes an empty item', '- x\n-\n- z\n', [1], '- x\n- z\n'],
  ])
})

describe('removing the last entry of a block', () => {
  goldens([
    ['leaves an empty map', 'a:\n  x: 1 # c\nb: 1\n', ['a', 'x'], 'a: {}\nb: 1\n'],
    ['leaves an empty list and the comment of its key', 'a: # c\n- x\nb: 1\n', ['a', 0], 'a: [] # c\nb: 1\n'],
    ['leaves an empty map without last newline', 'a:\r\n  x: 1', ['a', 'x'], 'a: {}'],
    ['takes the comments that belong to it', 'a:\n  # about x\n  x: 1\nb: 1\n', ['a', 'x'], 'a: {}\nb: 1\n'],
    ['leaves other comments', 'a:\n  # other\n\n  x: 1\nb: 1\n', ['a', 'x'], 'a: {}\n  # other\n\nb: 1\n'],
    ['leaves an anchor that nobody uses', 'a: &k\n  x: 1\n', ['a', 'x'], 'a: &k {}\n'],
    ['leaves an empty map in an item', '- x: 1\n- b\n', [0, 'x'], '- {}\n- b\n'],
    ['leaves an empty list in an item', '- - x\n', [0, 0], '- []\n'],
    ['leaves an empty document', '# c\nx:\n  z: 1\n', ['x'], '# c\n{}\n'],
    ['leaves an empty list as document', '---\n- x\n', [0], '---\n[]\n'],
  ])
})

describe('removing in brackets', () => {
  goldens([
    ['the first', 'm: {a: 1, b: 2} # c\n', ['m', 'a'], 'm: {b: 2} # c\n'],
    ['one in the middle', 'm: [a, b, c]\n', ['m', 1], 'm: [a, c]\n'],
    ['the last', 'm: [a, b ]\n', ['m', 1], 'm: [a ]\n'],
    ['the last before a comma', 'm: [a, b,]\n', ['m', 1], 'm: [a,]\n'],
    ['the only one', 'm: {a: {b: 1}}\n', ['m', 'a'], 'm: {}\n'],
    ['a pair without braces', 'm: [a: 1, b]\n', ['m', 0], 'm: [b]\n'],
    ['JSON on one line', '{"a":1,"b":2}', ['b'], '{"a":1}'],
    ['JSON over several lines', '{\n  "a": 1,\n  "b": [\n    2\n  ]\n}\n', ['b'], '{\n  "a": 1\n}\n'],
    ['the first of JSON over several lines', '{\r\n  "a": 1,\r\n  "b": 2\r\n}\r\n', ['a'], '{\r\n  "b": 2\r\n}\r\n'],
    ['a line with a comment', 'm: [\n  a, # x\n  b, # y\n  c\n]\n', ['m', 1], 'm: [\n  a, # x\n  c\n]\n'],
    ['the last line below a comment', 'm: [\n  a, # x\n  b # y\n]\n', ['m', 1], 'm: [\n  a # x\n]\n'],
    ['the last line with a comma below a comment', 'm: [\n  a, # x\n  b, # y\n]\n', ['m', 1], 'm: [\n  a, # x\n]\n'],
  ])
})

describe('refusing to remove', () => {
  const refused: readonly (readonly [string, string, YamlSteps, string])[] = [
    ['what is not there', 'a: 1\n', ['b'], 'NO_CANDIDATE'],
    ['an item that is not there', 'a: [x]\n', ['a', 1], 'NO_CANDIDATE'],
    ['below a scalar', 'a: 1\n', ['a', 'b'], 'NO_CANDIDATE'],
    ['a whole document', 'a: 1\n', [], 'NO_CANDIDATE'],
    ['an explicit key', '? a\n: 1\nb: 2\n', ['a'], 'NO_CANDIDATE'],
    ['what comes through a merge key', 'x: &x {a: 1}\nz:\n  <<: *x\n', ['z', 'a'], 'MERGE'],
    ['what a merge key would bring back', 'x: &x {a: 1}\nz:\n  <<: *x\n  a: 2\n', ['z', 'a'], 'MERGE'],
    ['a merge key', 'x: &x {a: 1}\nz:\n  <<: *x\n', ['z', '<<'], 'MERGE'],
    ['an anchor that is used elsewhere', 'a: &x 1\nb: *x\n', ['a'], 'ANCHOR'],
    ['a nested anchor that is used elsewhere', 'a: {b: &x 1}\nb: *x\n', ['a'], 'ANCHOR'],
    ['from an anchor that is used', 'a: &x {c: 1, d: 2}\nb: *x\n', ['a', 'c'], 'ANCHOR'],
    ['from an alias', 'a: &x {c: 1}\nb: *x\n', ['b', 'c'], 'ALIAS'],
    ['a key given twice', 'a: 1\na: 2\nb: 1\n', ['a'], 'AMBIGUOUS'],
    ['from a pair without braces', 'm: [a: 1, b]\n', ['m', 0, 'a'], 'FLOW'],
    ['between comments in brackets', 'm: [\n  a, b, # x\n  c\n]\n', ['m', 1], 'FLOW'],
    ['the only entry beside a comment in brackets', 'm: [\n  a # x\n]\n', ['m', 0], 'FLOW'],
    ['from a file encrypted with SOPS', 'a: 1\nb: 1\nsops:\n  mac: x\n', ['b'], 'ENCRYPTED'],
    ['an encrypted value', 'a: 1\nb: ENC[x]\n', ['b'], 'ENCRYPTED'],
    ['a value of Flux image automation', 'a: 1\nb: x # {"$imagepolicy": "ns:p:tag"}\n', ['b'], 'IGNORED'],
    ['from a generated file', '# DO NOT EDIT\na: 1\nb: 2\n', ['b'], 'GENERATED'],
  ]
  for (const [name, text, steps, code] of refused) {
    it(`${name} as ${code}`, () => {
      expect(splice(text, { op: 'remove', place: at(steps) })).to.deep.include({ ok: false, code })
    })
  }

  it('removes beside a line of Flux image automation', () => {
    const marked = 'a: x # {"$imagepolicy": "ns:p:tag"}\n'
    expect(splice(`${marked}b: 1\n`, { op: 'remove', place: at(['b']) })).to.include({ text: marked, line: 2 })
    expect(splice(`b: 1\n${marked}`, { op: 'remove', place: at(['b']) })).to.include({ text: marked, line: 1 })
  })
})

describe('removing inside an inline patch', () => {
  const cases: readonly (readonly [string, string, YamlSteps, string])[] = [
    ['the last key', 'p: |\n  a: 1\n  b: 2\nz: 1\n', ['b'], 'p: |\n  a: 1\nz: 1\n'],
    ['the first key', 'p: |-\r\n    a: 1\r\n    b: 2\r\nz: 1\r\n', ['a'], 'p: |-\r\n    b: 2\r\nz: 1\r\n'],
    ['an item', 'p: |4\n      - a: 1\n        c: 2\n\n      - b: 1\n', [0], 'p: |4\n      - b: 1\n'],
    ['in JSON in quotes', 'p: \'[{"op": "add", "x": 1}]\'\n', [0, 'x'], 'p: \'[{"op": "add"}]\'\n'],
    ['in JSON with escapes', 'p: "[{\\"op\\": \\"add\\", \\"x\\": 1}]"\n', [0, 'op'], 'p: "[{\\"x\\": 1}]"\n'],
    ['all there is', 'p: |-\n  a:\n    b: 1\n', ['a', 'b'], 'p: |-\n  a: {}\n'],
  ]
  for (const [name, before, steps, after] of cases) {
    it(name, () => {
      expect(splice(before, { op: 'remove', place: at(['p'], 0, at(steps)) })).to.deep.include({ ok: true, text: after })
    })
  }

  it('twice nested', () => {
    const before = 'a: |\n  b: |-\n    c: 1\n    x: 2\n  d: 1\n'
    expect(splice(before, { op: 'remove', place: at(['a'], 0, at(['b'], 0, at(['x']))) })).to.include({ ok: true, text: 'a: |\n  b: |-\n    c: 1\n  d: 1\n' })
  })
})

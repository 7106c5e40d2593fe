import { expect } from 'chai'
import { splice } from '../../../src/flow/edit/splice.ts'
import type { Place, YamlSteps } from '../../../src/flow/edit/place.ts'

function at(steps: YamlSteps, document = 0, inner: Place | null = null): Place {
  return { document, steps, inner }
}

describe('splicing a scalar', () => {
  const kept: readonly (readonly [string, string, YamlSteps, string | number | boolean, string])[] = [
    ['a plain value', 'a: x # c\n', ['a'], 'w', 'a: w # c\n'],
    ['a number', 'a: 1\n', ['a'], 2, 'a: 2\n'],
    ['a single-quoted value', 'a: \'x\'\n', ['a'], 'it\'s', 'a: \'it\'\'s\'\n'],
    ['a double-quoted value', 'a: "x"\n', ['a'], 'q"\\', 'a: "q\\"\\\\"\n'],
    ['a plain value that must be quoted now', 'a: v1\n', ['a'], '1.10', 'a: "1.10"\n'],
    ['a plain value that YAML 1.1 would read as a boolean', 'a: v1\n', ['a'], 'yes', 'a: "yes"\n'],
    ['a plain value that YAML 1.1 would read as a number', 'a: v1\n', ['a'], '0644', 'a: "0644"\n'],
    ['a plain value that looks like a comment', 'a: v1\n', ['a'], 'x #y', 'a: "x #y"\n'],
    ['a plain value with a colon inside', 'a: v1\n', ['a'], 'host:5000/x:1', 'a: host:5000/x:1\n'],
    ['a plain value in a flow map', '{a: x, b: c}\n', ['a'], 'u,v', '{a: "u,v", b: c}\n'],
    ['a value without last newline', 'a: x', ['a'], 'w', 'a: w'],
    ['a value between carriage returns', 'a: x\r\nb: 1\r\n', ['a'], 'w', 'a: w\r\nb: 1\r\n'],
    ['a value behind a byte order mark', '\uFEFFa: x\n', ['a'], 'w', '\uFEFFa: w\n'],
    ['a value behind tabs', 'a:\tx\t# c\n', ['a'], 'w', 'a:\tw\t# c\n'],
    ['a list item', '- x\n-   y  # c\n', [1], 'z', '- x\n-   z  # c\n'],
    ['a literal block of one line', 'a: |-\n   x\nb: 1\n', ['a'], 'w', 'a: |-\n   w\nb: 1\n'],
    ['a folded block with its last newline', 'a: >\n  x\n\nb: 1\n', ['a'], 'y\n', 'a: >\n  x\n\nb: 1\n'],
    ['a plain value over two lines', 'a: x\n  y\nb: 1\n', ['a'], 'z', 'a: z\nb: 1\n'],
    ['a value with an anchor that nobody uses', 'a: &k x\n', ['a'], 'w', 'a: &k w\n'],
    ['a value with a tag', 'a: !!str 1\n', ['a'], '2', 'a: !!str "2"\n'],
    ['a key that reads as a number', '0755: x\n', ['493'], 'w', '0755: w\n'],
    ['a key given twice elsewhere', 'a: {x: y, z: 1}\nb: 1\nb: 2\n', ['a', 'x'], 'w', 'a: {x: w, z: 1}\nb: 1\nb: 2\n'],
    ['characters beyond the basic plane', 'z: 😀\na: x\n', ['a'], 'w', 'z: 😀\na: w\n'],
  ]
  for (const [name, before, steps, value, after] of kept) {
    if (before === after) continue
    it(`keeps all around ${name}`, () => {
      const result = splice(before, { op: 'set', place: at(steps), value })
      expect(result).to.deep.include({ ok: true, text: after })
    })
  }

  it('finds the document that is meant, empty ones counted', () => {
    expect(splice('a: 1\n---\n# nothing\n---\na: 1\n', { op: 'set', place: at(['a'], 2), value: 2 })).to.deep.include({ ok: true, text: 'a: 1\n---\n# nothing\n---\na: 2\n', line: 5 })
  })

  const refused: readonly (readonly [string, string, YamlSteps, string])[] = [
    ['an alias', 'a: &k x\nb: *k\n', ['b'], 'ALIAS'],
    ['what lies behind an alias', 'a: &k {x: 1}\nb: *k\n', ['b', 'x'], 'ALIAS'],
    ['an anchor that is used', 'a: &k x\nb: *k\n', ['a'], 'ANCHOR'],
    ['what lies inside an anchor that is used', 'a: &k {x: y}\nb: *k\n', ['a', 'x'], 'ANCHOR'],
    ['a merge key', 'a: &k {x: y}\nb:\n  <<: *k\n', ['b', 'x'], 'MERGE'],
    ['a key given twice', 'a: x\na: y\n', ['a'], 'AMBIGUOUS'],
    ['what lies below a key given twice', 'a: {x: y}\na: {x: z}\n', ['a', 'x'], 'AMBIGUOUS'],
    ['a file that is no YAML', 'a: x\n b: [\n', ['a'], 'RENDER_FAILED'],
    ['a template', 'a: {{ x }}\nb: y\n', ['b'], 'TEMPLATE'],
    ['a quoted template', 'a: "{{ x }}"\n', ['a'], 'TEMPLATE'],
    ['a variable', 'a: x-${V}\n', ['a'], 'TEMPLATE'],
    ['an encrypted value', 'a: ENC[AES256_GCM,data:x]\n', ['a'], 'ENCRYPTED'],
    ['a file encrypted with SOPS', 'a: x\nsops:\n  mac: x\n', ['a'], 'ENCRYPTED'],
    ['a second document of a file encrypted with SOPS', 'a: x\n---\nb: y\nsops:\n  lastmodified: x\n', ['a'], 'ENCRYPTED'],
    ['a value of Flux image automation', 'a: x # {"$imagepolicy": "ns:p:tag"}\n', ['a'], 'IGNORED'],
    ['a generated file', '# DO NOT EDIT\na: x\n', ['a'], 'GENERATED'],
    ['a key that is not there', 'a: x\n', ['b'], 'NO_CANDIDATE'],
  ]
  for (const [name, text, steps, code] of refused) {
    it(`refuses ${name} as ${code}`, () => {
      expect(splice(text, { op: 'set', place: at(steps), value: 'new' })).to.deep.include({ ok: false, code })
    })
  }

  it('does not take a comment further down for a generated file', () => {
    expect(splice('a: x\n# do not edit\n', { op: 'set', place: at(['a']), value: 'y' })).to.include({ ok: true })
  })

  it('survives an alias bomb', () => {
    const bomb = `${Array.from({ length: 12 }, (_, i) => `k${i}: &k${i} [${Array.from({ length: 10 }, () => i === 0 ? 'x' : `*k${i - 1}`).join(', ')}]`).join('\n')}\nv: x\n`
    expect(splice(bomb, { op: 'set', place: at(['v']), value: 'y' })).to.include({ ok: false })
  })
})

describe('splicing inside an inline patch', () => {
  const inner = at([0, 'value'])
  const cases: readonly (readonly [string, string, string])[] = [
    ['a literal block', 'p: |-\n  - op: replace\n    value: 1 # c\nz: 1\n', 'p: |-\n  - op: replace\n    value: 2 # c\nz: 1\n'],
    ['a literal block with comments and blank lines', 'p: |\n    # c\n\n    - op: replace\n      value:   1\n\nz: 1\n', 'p: |\n    # c\n\n    - op: replace\n      value:   2\n\nz: 1\n'],
    ['a literal block with carriage returns', 'p: |-\r\n  - op: replace\r\n    value: 1\r\n', 'p: |-\r\n  - op: replace\r\n    value: 2\r\n'],
    ['a folded block', 'p: >-\n  [{"value":\n  1}]\n', 'p: >-\n  [{"value":\n  2}]\n'],
    ['escapes', 'p: "[{\\"value\\": 1}]"\n', 'p: "[{\\"value\\": 2}]"\n'],
    ['a literal block with an indentation indicator', 'p: |2-\n    - value: 1\n', 'p: |2-\n    - value: 2\n'],
    ['single quotes', 'p: \'[{"value": 1}]\'\n', 'p: \'[{"value": 2}]\'\n'],
    ['double quotes without escapes', 'p: "[{value: 1}]"\n', 'p: "[{value: 2}]"\n'],
    ['JSON over several lines', 'p: |-\n  [\n    {"value": 1}\n  ]\n', 'p: |-\n  [\n    {"value": 2}\n  ]\n'],
  ]
  for (const [name, before, after] of cases) {
    it(`keeps all around it in ${name}`, () => {
      expect(splice(before, { op: 'set', place: at(['p'], 0, inner), value: 2 })).to.deep.include({ ok: true, text: after })
    })
  }

  it('escapes what the outer quotes cannot hold', () => {
    expect(splice('p: \'[{"value": "x"}]\'\n', { op: 'set', place: at(['p'], 0, inner), value: 'it\'s' })).to.include({ text: 'p: \'[{"value": "it\'\'s"}]\'\n' })
    expect(splice('p: "[{value: x}]"\n', { op: 'set', place: at(['p'], 0, inner), value: '1.0' })).to.include({ text: 'p: "[{value: \\"1.0\\"}]"\n' })
  })

  it('names the line of the file, not of the patch', () => {
    expect(splice('# c\np: |-\n  - op: replace\n    value: 1\n', { op: 'set', place: at(['p'], 0, inner), value: 2 })).to.deep.include({ line: 4 })
  })
})

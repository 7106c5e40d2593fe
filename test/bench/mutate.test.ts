import { expect } from 'chai'
import { MUTATIONS, mutateText } from '../../bench/edit/mutate.ts'
import type { Mutation } from '../../bench/edit/mutate.ts'
import { newValue } from '../../bench/edit/new-value.ts'

const TEXT = `# top
metadata:
  name: web   # the name
spec:
  ports:
  - port: 80
    name: http
  args: [a, b]
  text: |
    # no comment
    two
`
const WANTED: Readonly<Record<Mutation, string>> = {
  crlf: TEXT.replaceAll('\n', '\r\n'),
  bom: `\uFEFF${TEXT}`,
  noeol: TEXT,
  tabs: `#\ttop
metadata:
  name: web\t#\tthe name
spec:
  ports:
  - port: 80\t#\tleft\tby hand
    name: http\t#\tleft\tby hand
  args: [a, b]
  text: |
    # no comment
    two
`,
  indent: `# top
metadata:
  name: web   # the name
spec:
  ports:
    - port: 80
      name: http
  args: [a, b]
  text: |
    # no comment
    two
`,
  flow: `# top
metadata: {name: web}   # the name
spec:
  ports:
  - {port: 80, name: http}
  args: [a, b]
  text: |
    # no comment
    two
`,
  long: TEXT.replace(/(port: 80|name: http)/g, `$1 # ${'a remark that makes this line far longer than any formatter would leave it '.repeat(4).trim()}`),
}

describe('other spellings of the same YAML', () => {
  for (const mutation of MUTATIONS) {
    it(`writes ${mutation} without changing what it says`, () => {
      expect(mutateText(TEXT, mutation)).to.equal(WANTED[mutation])
    })
  }

  it('leaves a text alone that would say something else, or is no YAML', () => {
    expect(mutateText('a: 1\n', 'noeol')).to.equal('a: 1')
    expect(mutateText('a: |\n  b\n', 'noeol')).to.equal('a: |\n  b\n')
    for (const mutation of MUTATIONS) expect(mutateText('a: {{ .Values.b }}\nc: [\n', mutation), mutation).to.equal('a: {{ .Values.b }}\nc: [\n')
  })

  it('makes new values by the rules of the benchmark', () => {
    const digest = `sha256:${'0'.repeat(64)}`
    expect(newValue('image', 'a/b:v1.09')).to.equal('a/b:v1.10')
    expect(newValue('image', 'host:5000/a')).to.equal('host:5000/a:1.0.1')
    expect(newValue('image', 'a:latest')).to.equal('a:latest-bridge1')
    expect(newValue('image', `a:1@${digest}`)).to.match(/^a:1@sha256:[0-9a-f]{64}$/).and.not.include(digest)
    expect([newValue('replicas', 1), newValue('cpuLimit', 1), newValue('cpuLimit', '500m'), newValue('values:/resources/limits/memory', '2Gi')]).to.deep.equal([2, 2, '1000m', '4Gi'])
    expect([newValue('env:A', '8080'), newValue('env:A', 'true'), newValue('env:A', 'x'), newValue('values:/env/A', false), newValue('values:/image/tag', 'v1')]).to.deep.equal(['8081', 'false', 'x-x', true, 'v2'])
  })
})

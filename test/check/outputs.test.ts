import { expect } from 'chai'
import { checkJunit, checkLines, checkMarkdown, checkSarif } from '../../src/operations/check.ts'
import type { CheckDocument, CheckVerdict } from '../../src/views/check-document.ts'

const EVIL = '@everyone <img src=x onerror=alert(1)> [x](https://evil.example) ![y](https://evil.example/p.png) `` ``` </details><script> | # big\n## next\u0007\u202e\r\n::error::x ]]> --> &amp; "\'  \ud800'

function verdict(more: Partial<CheckVerdict> = {}): CheckVerdict {
  return {
    policy: 'p', binding: 'b', result: 'deny', preExisting: false, severity: 'high', message: 'no', object: { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'shop', name: 'x' },
    delivery: 'apps', environment: 'prod', policyFile: 'resource/p.yaml', file: 'apps/x.yaml', line: 3, ...more,
  }
}

function found(more: Partial<CheckDocument> = {}): CheckDocument {
  return {
    kind: 'Check', status: 'blocked', code: 'POLICY', base: { commit: 'a'.repeat(40), by: 'where it left main' }, head: null,
    rules: { commit: 'a'.repeat(40), policies: 'policies', bundle: 'c'.repeat(64), configuration: null }, files: ['apps/x.yaml'],
    counts: { deny: 1, error: 0, warn: 0, audit: 0, pass: 0, skip: 0, renderErrors: 0, unchecked: 0 },
    deliveries: [{ name: 'apps', owner: null, path: 'apps', status: 'changed', error: null, warning: null, file: 'apps/kustomization.yaml', line: 1, changes: [] }], verdicts: [verdict()], unchecked: [], ...more,
  }
}

/** Everything that comes from a repository says the worst. */
const hostile = found({
  deliveries: [
    { name: EVIL, owner: null, path: EVIL, status: 'changed', error: null, warning: EVIL, file: EVIL, line: 1, changes: [{ object: { apiVersion: EVIL, kind: EVIL, namespace: EVIL, name: EVIL }, change: 'changed', fields: [{ path: EVIL, before: EVIL, after: { [EVIL]: EVIL } }], reordered: [EVIL], environments: [EVIL], file: EVIL, line: 1 }] },
    { name: EVIL, owner: null, path: EVIL, status: 'error', error: EVIL, warning: null, file: EVIL, line: 1, changes: [] },
  ],
  verdicts: (['deny', 'error', 'warn', 'audit', 'skip'] as const).map(result => verdict({ result, policy: EVIL, message: EVIL, environment: EVIL, delivery: EVIL, file: EVIL, object: { apiVersion: EVIL, kind: EVIL, namespace: EVIL, name: EVIL } })),
  unchecked: [{ what: EVIL, because: EVIL, asItStands: true, file: EVIL, line: 1 }],
})

/** Markdown without its fenced blocks and code spans: what a forge would read as Markdown or HTML. */
function live(markdown: string): string {
  return markdown.replace(/^(`{3,})diff\n[\s\S]*?^\1$/gm, '').replace(/(?<!`)(`+)(?!`)(?:(?!\1)[\s\S]|\1`+)*?(?<!`)\1(?!`)/g, '')
}

describe('what writ check prints', () => {
  it('as a comment lets nothing of a repository be a mention, a link, HTML or a heading', () => {
    const text = checkMarkdown(hostile)
    expect(live(text)).not.to.match(/@everyone|https:|<img|<script|\]\(|## next|\u202e|\u0007/)
    expect([...live(text).matchAll(/<\/?(\w+)/g)].map(([, name]) => name).filter(name => !['details', 'summary', 'code'].includes(name ?? ''))).to.deep.equal([])
    // Each row of the table is one line with as many cells as the head has.
    const rows = text.split('\n').filter(line => line.startsWith('| '))
    expect(rows.map(row => row.split('|').length)).to.deep.equal(rows.map(() => 8))
    expect(text.split('\n').filter(line => line.startsWith('::'))).to.deep.equal([])
  })

  it('as a comment stays under 60 kB, keeps what blocks, and says what is left out', () => {
    const many = Array.from({ length: 2000 }, (_, i) => verdict({ result: i === 1999 ? 'deny' : 'warn', message: `${'ü'.repeat(500)}${i}`, policy: `p${i}` }))
    const text = checkMarkdown(found({ verdicts: many }))
    expect(Buffer.byteLength(text)).to.be.lessThan(60_001)
    expect(text).to.contain('`p1999`').and.match(/Left out here, because a comment holds no more: \d+ more rows or sections/)
    const wide = found({ deliveries: [{ name: 'apps', owner: null, path: 'apps', status: 'changed', error: null, warning: null, file: 'a', line: 1, changes: Array.from({ length: 3000 }, (_, i) => ({ object: verdict().object, change: 'changed' as const, fields: [{ path: `spec.f${i}`, before: 'a'.repeat(90), after: '😀'.repeat(90) }], reordered: [], environments: [], file: 'a', line: 1 })) }] })
    expect(Buffer.byteLength(checkMarkdown(wide))).to.be.lessThan(60_001)
  })

  it('as JUnit is XML whatever a repository says, with a case for each policy and object', () => {
    const text = checkJunit(hostile)
    // oxlint-disable-next-line no-control-regex -- control characters are the point
    expect(text).not.to.match(/[\u0000-\u0008\u000b-\u001f]|[\ud800-\udfff]/)
    const tags = [...text.replace(/^<\?xml [^?]*\?>\n/, '').matchAll(/<(\/?)([a-z-]+)((?: [a-z]+="[^"<>&]*(?:&#\d+;[^"<>&]*)*")*)(\/?)>/g)]
    const outside = text.replace(/^<\?xml [^?]*\?>\n/, '').replaceAll(/<\/?[a-z-]+(?: [a-z]+="[^"<>]*")*\/?>/g, '')
    expect(outside).not.to.match(/[<>]/)
    const open: string[] = []
    for (const [, closes, name = '', , alone] of tags) {
      if (closes === '/') expect(open.pop()).to.equal(name)
      else if (alone !== '/') open.push(name)
    }
    expect(open).to.deep.equal([])
    expect(text).to.contain('<testsuites name="writ check" tests="12" failures="2" errors="3" skipped="2">')
    expect(checkJunit(found())).to.contain('<testcase name="p: ConfigMap shop/x in prod" classname="p" file="apps/x.yaml" line="3">').and.contain('<failure message="no" type="high"/>')
  })

  it('as SARIF names the rule, the level and the place, and its paths are URIs', () => {
    const sarif = JSON.parse(JSON.stringify(checkSarif(found({ verdicts: [verdict({ file: 'a b/ü#.yaml' }), verdict({ result: 'warn', preExisting: true }), verdict({ result: 'audit' }), verdict({ result: 'pass' }), verdict({ result: 'skip' })] }), '1.0.0')))
    const [run] = sarif.runs
    expect(run.results.map((one: { level: string, ruleId: string, ruleIndex: number }) => [one.level, one.ruleId, one.ruleIndex])).to.deep.equal([['error', 'p', 0], ['warning', 'p', 0], ['note', 'p', 0]])
    expect(run.results[0].locations[0].physicalLocation).to.deep.equal({ artifactLocation: { uri: 'a%20b/%C3%BC%23.yaml', uriBaseId: 'SRCROOT' }, region: { startLine: 3 } })
    expect(run.invocations).to.deep.equal([{ executionSuccessful: true }])
    expect(JSON.parse(JSON.stringify(checkSarif(hostile, '1.0.0'))).runs[0].invocations).to.deep.equal([{ executionSuccessful: false }])
  })

  it('as text begins no line with what a repository says', () => {
    const evil = '::error::x'
    const text = checkLines(found({
      deliveries: [{ name: evil, owner: null, path: evil, status: 'error', error: evil, warning: evil, file: evil, line: 1, changes: (['changed', 'added', 'removed'] as const).map(change => ({ object: { apiVersion: evil, kind: evil, namespace: null, name: evil }, change, fields: [{ path: evil, after: 1 }], reordered: [evil], environments: [evil], file: evil, line: 1 })) }],
      verdicts: [verdict({ policy: evil, message: evil })], unchecked: [{ what: evil, because: evil, asItStands: false, file: evil, line: 1 }], base: { commit: 'a', by: evil },
    })).map(line => line.text.trim())
    expect(text.filter(line => line.startsWith('::'))).to.deep.equal([])
  })

  it('as text keeps what blocks apart from what does not', () => {
    const tones = checkLines(found({ verdicts: [verdict(), verdict({ result: 'error' }), verdict({ result: 'warn' }), verdict({ result: 'pass' })] })).filter(({ text }) => /^ {2}(?:deny|error|warn|pass)/.test(text)).map(({ text, tone }) => `${text.trim().split(' ')[0] ?? ''} ${tone}`)
    expect(tones).to.deep.equal(['deny bad', 'error bad', 'warn warn'])
  })
})

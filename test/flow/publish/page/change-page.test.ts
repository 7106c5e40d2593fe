import { expect } from 'chai'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { changePage } from '../../../../src/flow/publish/page/change-page.ts'
import { bytes, pageLimit } from '../../../../src/flow/publish/page/part.ts'
import { readMachineBlock } from '../../../../src/flow/publish/page/machine-block.ts'
import { hostileComment, hostilePage, random } from './hostile-page.ts'
import { progressComment } from '../../../../src/flow/publish/page/progress.ts'
import { COMMENTS, PAGES, pageCase } from './page-case.ts'
import { mistakesOf } from './strict-markdown.ts'

describe('the page of a change request', () => {
  for (const name of readdirSync(PAGES)) {
    it(`is as test/pages/${name}/body.md says`, () => {
      const body = changePage(pageCase(name))
      const file = join(PAGES, name, 'body.md')
      // UPDATE=1 writes what is looked at by eye then.
      if (process.env['UPDATE'] === '1' || !existsSync(file)) writeFileSync(file, `${body}\n`)
      expect(`${body}\n`).to.equal(readFileSync(file, 'utf8'))
      expect(mistakesOf(body)).to.deep.equal([])
    })
  }

  for (const name of readdirSync(COMMENTS)) {
    it(`has the comment of test/comments/${name}/comment.md`, () => {
      const body = progressComment(pageCase(name, COMMENTS))
      const file = join(COMMENTS, name, 'comment.md')
      if (process.env['UPDATE'] === '1' || !existsSync(file)) writeFileSync(file, `${body}\n`)
      expect(`${body}\n`).to.equal(readFileSync(file, 'utf8'))
      expect(mistakesOf(body)).to.deep.equal([])
    })
  }

  it('gives programs back what it says to them', () => {
    const input = pageCase('image-one-line')
    const { plan } = input.change
    const block = readMachineBlock(changePage(input))
    expect(block).to.deep.include({
      version: 1, change: 'abcdefgh', digest: plan.digest, environment: { name: 'shop-staging', class: 'staging' }, verdicts: { pass: 2 }, fieldsLeftOut: 0,
      renders: { renderer: 'directory 1', before: plan.proof.beforeHash, after: plan.proof.afterHash },
    })
    expect(block?.fields).to.deep.equal([{ object: plan.proof.changes[0]?.object, path: plan.edits[0]?.path, before: plan.edits[0]?.before, after: plan.edits[0]?.after }])
    const hostile = readMachineBlock(changePage(pageCase('hostile')))
    expect(hostile?.owner.name).to.equal('shop`|<b>@bo')
    expect(hostile?.fields[0]?.after).to.contain('<!-- x -->\necho closes https://')
    expect(readMachineBlock(changePage(input).replaceAll('\n', '\r\n'))?.change).to.equal('abcdefgh')
    for (const none of ['', 'no block', '<!-- writ:change {} -->', '<!-- writ:change {"version":2} -->', '<!-- writ:change x -->']) expect(readMachineBlock(none)).to.equal(null)
  })

  it('shows no secret, wherever it stands', () => {
    const secrets = ['correcthorse', 'batterystaple', 'ghp_0123456789', 'hunter2secret', 'Y29ycmVjdGhvcnNl', 'YmF0dGVyeXN0YXBsZQ']
    const input = pageCase('hostile')
    const { plan } = input.change
    const places = secrets.flatMap(secret => [{ request: { ...plan.request, reason: `password: ${secret}` } }, { diff: `+            - name: DB_PASSWORD\n+              value: ${secret}\n` }, { notes: [`token=ghp_0123456789abcdefghijABCDEFGHIJ012345 password=${secret}`] }])
    for (const more of [{}, ...places]) {
      const body = changePage({ ...input, change: { ...input.change, plan: { ...plan, proof: pageCase('image-one-line').change.plan.proof, ...more } } })
      for (const secret of secrets) expect(body).not.to.contain(secret)
    }
    for (const secret of secrets) expect(changePage(input)).not.to.contain(secret)
  })

  it('is never longer than the forge takes, and every part that left says where it is', () => {
    for (const limit of [6000, 7000, 8000, 10_000, 14_000, 20_000, 30_000, 65_536, 1_048_576]) {
      for (const name of ['huge-diff', 'hostile']) {
        const input = { ...pageCase(name), can: { mergedBy: 'forge', reviews: true, comments: true, bodyLimit: limit } } as const
        const body = changePage(input)
        expect(bytes(body), `${name} at ${limit}`).to.be.at.most(pageLimit(input.can)).and.to.be.below(limit)
        expect(Buffer.byteLength(body)).to.equal(bytes(body))
        expect(mistakesOf(body), `${name} at ${limit}`).to.deep.equal([])
        expect(readMachineBlock(body)?.change).to.equal('abcdefgh')
        if (name === 'huge-diff' && limit <= 30_000) expect(body).to.contain('left out here')
      }
    }
  })

  it('uses what there is: one byte less, and a part leaves', () => {
    const input = pageCase('huge-diff')
    const whole = changePage({ ...input, can: { ...input.can, bodyLimit: 1_048_576 } })
    const limitOf = (size: number): number => Math.ceil(size / 0.95)
    expect(changePage({ ...input, can: { ...input.can, bodyLimit: limitOf(bytes(whole)) } })).to.equal(whole)
    expect(changePage({ ...input, can: { ...input.can, bodyLimit: limitOf(bytes(whole)) - 2 } })).not.to.equal(whole)
  })

  it('holds nothing but data, whatever stands in the plan', function () {
    this.timeout(60_000)
    const next = random(20_261_122)
    for (let i = 0; i < 400; i += 1) {
      const input = hostilePage(next, i % 5 === 0 ? 9000 : 65_536)
      const body = changePage(input)
      expect(mistakesOf(body), `page ${i}:\n${body}`).to.deep.equal([])
      expect(bytes(body)).to.be.at.most(pageLimit(input.can))
      expect(readMachineBlock(body), `page ${i}`).to.have.property('change', 'abcdefgh')
    }
  })

  it('says in a comment nothing but data either', () => {
    const next = random(7)
    for (let i = 0; i < 300; i += 1) {
      const body = progressComment(hostileComment(next))
      expect(mistakesOf(body), `comment ${i}:\n${body}`).to.deep.equal([])
    }
  })

  it('names the object that was asked about, and what is edited for it', () => {
    expect(readMachineBlock(changePage(pageCase('through-resource-set')))).to.deep.include({
      target: { cluster: 'c', group: 'apps', version: 'v1', kind: 'Deployment', namespace: 'shop', name: 'web' },
      edited: { cluster: 'c', group: 'fluxcd.controlplane.io', version: 'v1', kind: 'ResourceSet', namespace: 'apps', name: 'tenants' },
    })
  })

  it('is made in time, however long a value is', () => {
    const input = pageCase('image-one-line')
    const [first] = input.change.plan.proof.changes
    for (const piece of ['a_', '[skip-', 'fixes ', '`', '|\\', '-', '\u200b', '"', 'a\n', '<!--', '@']) {
      const value = piece.repeat(Math.ceil(300_000 / piece.length))
      const changes = first === undefined ? [] : [{ ...first, fields: [{ path: ['data', value.slice(0, 5000)], before: 'x', after: value }] }]
      const plan = { ...input.change.plan, proof: { ...input.change.plan.proof, changes }, diff: `+${value}`, notes: [value], request: { ...input.change.plan.request, reason: value } }
      const began = Date.now()
      expect(mistakesOf(changePage({ ...input, change: { ...input.change, plan } })), piece).to.deep.equal([])
      expect(Date.now() - began, piece).to.be.below(4000)
    }
  })

  it('is looked at by a check that finds what is none', () => {
    for (const bad of ['@bo', 'see #1', '[x](y)', 'a <b>c</b>', '/approve', '`open', '```diff\nx', '<details>', 'https://x.example', 'www.x.example', '| a | b |\n| --- | --- |\n| `c|d` | e |', '- - x', '1. x', 'deadbeef', 'a\u200bb', '**`fixes #1`**', ':tada:', 'GH-1', '=== x', '`[skip ci]`', '<!-- writ:change {"a":"-->"} -->']) {
      expect(mistakesOf(bad), bad).not.to.deep.equal([])
    }
  })
})

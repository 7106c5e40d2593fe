import { expect } from 'chai'
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { JsonObject } from '../../../src/model/json.ts'
import type { KubernetesObject } from '../../../src/model/resource.ts'
import { nextTime, parseCron } from '../../../src/outside/tools/argocd/cron.ts'
import { syncWindows } from '../../../src/outside/tools/argocd/sync-windows.ts'
import { globMatch } from '../../../src/outside/tools/glob-match.ts'
import { goDuration } from '../../../src/outside/tools/go-duration.ts'
import { application } from './fixtures.ts'

/** The answers of the real code, recorded. */
const RECORDED = z.strictObject({
  about: z.string(), texts: z.array(z.string()), schedules: z.array(z.tuple([z.string(), z.string(), z.string()])), durations: z.array(z.tuple([z.string(), z.number().nullable()])), globs: z.array(z.tuple([z.string(), z.array(z.string())])),
  windows: z.array(z.strictObject({ at: z.string(), namespace: z.string(), automatic: z.boolean(), manual: z.boolean(), windows: z.array(z.record(z.string(), z.json())) })),
}).parse(JSON.parse(readFileSync(new URL('../../fixtures/sync-windows.json', import.meta.url), 'utf8')))

const project = (...syncWindows: readonly JsonObject[]): KubernetesObject => ({ apiVersion: 'argoproj.io/v1alpha1', kind: 'AppProject', metadata: { name: 'default' }, spec: { syncWindows } })
const window = (kind: string, schedule: string, ...[duration, more = {}]: readonly [string, JsonObject?]): JsonObject => ({ kind, schedule, duration, applications: ['*'], ...more })
const at = (text: string): number => Date.parse(`${text}Z`)

describe('a cron schedule', () => {
  const rows: readonly [string, string, string | null][] = [
    ['* * * * *', '2026-01-01T00:00:30', '2026-01-01T00:01:00'],
    ['0 8 * * *', '2026-01-01T08:00:00', '2026-01-02T08:00:00'],
    ['*/15 9-17 * * MON-FRI', '2026-01-03T10:00:00', '2026-01-05T09:00:00'],
    ['30 2 29 2 *', '2026-01-01T00:00:00', '2028-02-29T02:30:00'],
    ['0 0 13 * 5', '2026-01-01T00:00:00', '2026-01-02T00:00:00'],
    ['0 0 1,15 * ?', '2026-01-02T00:00:00', '2026-01-15T00:00:00'],
    ['5/20 0 * JAN *', '2026-01-01T00:05:00', '2026-01-01T00:25:00'],
    ['0 0 31 2 *', '2026-01-01T00:00:00', null],
  ]
  for (const [schedule, after, expected] of rows) {
    it(`${schedule} after ${after} is ${expected ?? 'never'}`, () => {
      const cron = parseCron(schedule)
      if (cron === null) throw new Error('not read')
      expect(nextTime(cron, at(after))).to.equal(expected === null ? null : at(expected))
    })
  }
  for (const bad of ['', '* * * *', '* * * * * *', '@daily', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * * 13 *', '* * * * 7', '5-1 * * * *', '*/0 * * * *', 'a * * * *', '1-2-3 * * * *', 'TZ=UTC * * * * *']) {
    it(`'${bad}' is none`, () => { expect(parseCron(bad)).to.equal(null) })
  }
})

describe('the recorded answers of Argo CD', () => {
  it('stand for schedules: what is read, what is refused, and the next time', () => {
    for (const [schedule, after, next] of RECORDED.schedules) {
      const cron = parseCron(schedule)
      const found = cron === null ? null : nextTime(cron, Date.parse(after))
      const said = cron === null ? 'refused' : found === null ? 'never' : new Date(found).toISOString().replace('.000', '')
      expect(said, `'${schedule}' after ${after}`).to.equal(next)
    }
  })
  it('stand for durations', () => {
    for (const [text, length] of RECORDED.durations) expect(goDuration(text), `'${text}'`).to.equal(length)
    expect(goDuration(undefined)).to.equal(null)
  })
  it('stand for patterns of names', () => {
    for (const [pattern, fitting] of RECORDED.globs) expect(RECORDED.texts.filter(text => globMatch(pattern, text)), `'${pattern}'`).to.deep.equal(fitting)
  })
  it('stand for windows: around their ends, over changes of summer time, in odd zones, alone and together', () => {
    for (const { at: now, namespace, windows, automatic, manual } of RECORDED.windows) {
      const app = application('shop')
      const verdict = syncWindows(project(...windows), { ...app, spec: { destination: { server: 'https://kubernetes.default.svc', namespace } } }, Date.parse(now))
      expect([verdict.automatic, verdict.manual], `${JSON.stringify(windows)} at ${now}`).to.deep.equal([automatic, manual])
    }
  })
})

describe('sync windows', () => {
  const rows: readonly [string, readonly JsonObject[], string, readonly [boolean, boolean, string | null]][] = [
    ['say nothing where there are none', [], '2026-01-01T12:00:00', [true, true, null]],
    ['say nothing where they name another Application', [window('deny', '* * * * *', '1h', { applications: ['other-*'] })], '2026-01-01T12:00:00', [true, true, null]],
    ['say nothing where they name nothing', [{ kind: 'deny', schedule: '* * * * *', duration: '1h' }], '2026-01-01T12:00:00', [true, true, null]],
    ['deny while a deny is open, until it ends', [window('deny', '0 8 * * *', '2h')], '2026-01-01T09:30:00', [false, false, '2026-01-01T10:00:00']],
    ['let a person sync where the deny says so', [window('deny', '0 8 * * *', '2h', { manualSync: true })], '2026-01-01T09:30:00', [false, true, '2026-01-01T10:00:00']],
    ['let nobody sync where one of two denies does not say so', [window('deny', '0 8 * * *', '2h', { manualSync: true }), window('deny', '0 9 * * *', '2h')], '2026-01-01T09:30:00', [false, false, '2026-01-01T11:00:00']],
    ['allow before a deny begins', [window('deny', '0 8 * * *', '2h')], '2026-01-01T07:59:59', [true, true, null]],
    ['allow while an allow is open', [window('allow', '0 22 * * *', '1h')], '2026-01-01T22:30:00', [true, true, null]],
    ['deny outside the only allow, until it opens', [window('allow', '0 22 * * *', '1h')], '2026-01-01T12:00:00', [false, false, '2026-01-01T22:00:00']],
    ['let a person sync outside an allow that says so', [window('allow', '0 22 * * *', '1h', { manualSync: true })], '2026-01-01T12:00:00', [false, true, '2026-01-01T22:00:00']],
    ['allow in one of two allows', [window('allow', '0 22 * * *', '1h'), window('allow', '0 11 * * *', '2h')], '2026-01-01T12:00:00', [true, true, null]],
    ['deny where both are open', [window('allow', '0 11 * * *', '2h'), window('deny', '30 11 * * *', '1h')], '2026-01-01T12:00:00', [false, false, '2026-01-01T12:30:00']],
    ['find the opening behind a deny that covers the next allow', [window('allow', '0 22 * * *', '1h'), window('deny', '0 21 1 1 *', '3h')], '2026-01-01T12:00:00', [false, false, '2026-01-02T22:00:00']],
    ['know time zones', [window('deny', '0 8 * * *', '2h', { timeZone: 'Europe/Berlin' })], '2026-01-01T07:30:00', [false, false, '2026-01-01T09:00:00']],
    ['know summer time', [window('deny', '0 8 * * *', '2h', { timeZone: 'Europe/Berlin' })], '2026-07-01T07:30:00', [false, false, '2026-07-01T08:00:00']],
    ['take UTC for a zone that nobody knows', [window('deny', '0 8 * * *', '2h', { timeZone: 'Mars/Base' })], '2026-01-01T09:00:00', [false, false, '2026-01-01T10:00:00']],
    ['never open by themselves where the deny never ends', [window('deny', '* * * * *', '1h')], '2026-01-01T09:00:00', [false, false, null]],
    ['let nothing through where they cannot be read', [window('deny', '@daily', '1h')], '2026-01-01T09:00:00', [false, false, null]],
    ['cover by cluster', [window('deny', '* * * * *', '1h', { applications: [], clusters: ['https://kubernetes.*'] })], '2026-01-01T09:00:00', [false, false, null]],
    ['cover by namespace and name together only where both fit', [window('deny', '* * * * *', '1h', { namespaces: ['pay'], andOperator: true })], '2026-01-01T09:00:00', [true, true, null]],
  ]
  for (const [name, windows, now, [automatic, manual, opens]] of rows) {
    it(name, () => {
      const verdict = syncWindows(project(...windows), application('shop'), at(now))
      expect([verdict.automatic, verdict.manual, verdict.opens === null ? null : new Date(verdict.opens).toISOString()]).to.deep.equal([automatic, manual, opens === null ? null : new Date(at(opens)).toISOString()])
      expect(verdict.because === '').to.equal(automatic)
    })
  }
  it('say nothing where there is no project', () => { expect(syncWindows(null, application('shop'), 0).automatic).to.equal(true) })
  it('say which window keeps it', () => {
    expect(syncWindows(project(window('allow', '0 22 * * *', '1h', { timeZone: 'Europe/Berlin' })), application('shop'), at('2026-01-01T12:00:00')).because).to.equal('window 0 (allow 0 22 * * * for 1h, Europe/Berlin) is closed')
  })
})

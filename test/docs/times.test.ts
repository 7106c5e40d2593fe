import { expect } from 'chai'
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '../../src/model/json.ts'
import { milliseconds } from '../../src/model/environment.ts'
import type { OwnerTimes } from '../../src/model/observation.ts'
import { applicationTimes } from '../../src/outside/tools/argocd/application-times.ts'
import { fluxTimes } from '../../src/outside/tools/flux/flux-times.ts'
import { tablesOf } from './tables.ts'

const [VERIFICATION, ARGOCD, FLUX] = ['docs/verification.md', 'docs/argocd.md', 'docs/flux.md'] as const
const FLOW = ['src/flow/verify.ts', ...readdirSync('src/flow/verify').map(name => join('src/flow/verify', name))]

/** Each sentence of the pages with a time in it (`{}`), and the constant that it comes from. */
const SAID: readonly { readonly pages: readonly string[], readonly text: string, readonly of: string }[] = [
  { pages: [VERIFICATION, ARGOCD, FLUX], text: 'every {} to 15 seconds', of: 'clock.FIRST_POLL' },
  { pages: [VERIFICATION, ARGOCD, FLUX], text: 'every 2 to {}', of: 'clock.LONGEST_POLL' },
  { pages: [VERIFICATION], text: 'not taken a request for more than {}', of: 'trigger.STUCK' },
  { pages: [ARGOCD, FLUX], text: 'a request is not taken for more than {}', of: 'trigger.STUCK' },
  { pages: [ARGOCD], text: 'it is busy; after {} that is said', of: 'trigger.STUCK' },
  { pages: [ARGOCD, FLUX], text: 'three times at most, {} apart', of: 'trigger.REFRESH_SPACING' },
  { pages: [VERIFICATION], text: 'the owner was deleted, {} ago at most', of: 'verify.MISSING_FOR' },
  { pages: [VERIFICATION], text: '`OWNER_CHANGED: …, for more than {};', of: 'verify.MISSING_FOR' },
  { pages: [ARGOCD, FLUX], text: 'is gone for {} or points elsewhere', of: 'verify.MISSING_FOR' },
  { pages: [FLUX], text: '{} later the change ends `OWNER_CHANGED`', of: 'verify.MISSING_FOR' },
  { pages: [VERIFICATION], text: 'After one interval of its owner, {} at most', of: 'live.LONGEST_POLL' },
  { pages: [FLUX], text: 'After one interval of the owner, {} at most', of: 'live.LONGEST_POLL' },
  { pages: [VERIFICATION], text: 'the cluster was away for {}', of: 'recheck.GIVE_UP' },
  { pages: [VERIFICATION], text: 'and has tried for {}:', of: 'failure.TRANSIENT_FOR' },
  { pages: [ARGOCD, FLUX], text: 'waits; `FAILED` after {} of it', of: 'failure.TRANSIENT_FOR' },
  { pages: [VERIFICATION], text: 'When the time is up, there are {} more', of: 'answers.LAST_CHANCE' },
  { pages: [VERIFICATION], text: 'After {} the state is `UNREACHABLE`', of: 'trouble.TRANSIENT' },
  { pages: [ARGOCD, FLUX], text: 'the cluster has not answered for {}', of: 'trouble.TRANSIENT' },
  { pages: [VERIFICATION], text: '`verify.failing` ({};', of: 'live.FAILING_FOR' },
  { pages: [ARGOCD, FLUX], text: 'to see a rollout failing for {} (`verify.failing`)', of: 'live.FAILING_FOR' },
  { pages: ['docs/configuration.md'], text: 'seen failing before the change has failed, default {};', of: 'live.FAILING_FOR' },
  { pages: ['docs/changes.md'], text: 'where Writ may not look, for more than {} (`UNVERIFIABLE`)', of: 'trouble.REFUSED_FOR' },
]
/** Constants that no page speaks of: they only space requests, or show nothing. */
const UNSAID = ['live.HARD_REFRESH_GRACE', 'live.HARD_REFRESH_PATIENCE']
/** Words of controllers, in which a time is only an example. */
const EXAMPLES = ['health check failed after 30s', 'retrying in 30s', 'for 2h) is open']
/** The table of its own test, and the poll that stands below it. */
const BY_TABLE = /^\| `(?:SOURCE|SYNC|ROLLOUT)_WAIT`.* \| .*\d[mh]|^`verify\.deadlines` overrides each\./

const TIME = /\b(?:\d+|one|an?|two|three|five|ten) (?:seconds|minutes?|hours?)\b|\b\d+(?:s|m|h)\b/g
const WORDS: Readonly<Record<string, number>> = { a: 1, an: 1, one: 1, two: 2, three: 3, five: 5, ten: 10 }
const MINUTE = 60_000

describe('the times on the pages of verification', () => {
  const constants = new Map(FLOW.flatMap(constantsOf))

  it('are those of the code, each of them', () => {
    for (const { pages, text, of } of SAID) {
      for (const page of pages) {
        const found = matches(page, text)
        expect(found, `${page}: ${text}`).to.have.length.greaterThan(0)
        for (const time of found) expect(inMilliseconds(time), `${page}: ${text.replace('{}', time)}`).to.equal(constants.get(of))
      }
    }
  })

  it('leave out none that the code has', () => {
    expect([...constants.keys()]).to.have.members([...new Set(SAID.map(({ of }) => of)), ...UNSAID])
  })

  it('say none that nothing holds to the code', () => {
    const loose = [VERIFICATION, ARGOCD, FLUX].flatMap(page => proseOf(page).filter(({ line }) => !BY_TABLE.test(line)).flatMap(({ line, at }) => {
      const rest = [...SAID.filter(({ pages }) => pages.includes(page)).map(({ text }) => pattern(text)), ...EXAMPLES.map(text => pattern(text))].reduce((left, said) => left.replaceAll(said, ' '), line)
      return [...rest.matchAll(TIME)].map(([time]) => `${page}:${at}: ${time}`)
    }))
    expect(loose).to.deep.equal([])
  })

  it('stand in the table of Argo CD as an Application is given them', () => {
    const limit = limitsOf(ARGOCD)
    const [poll, jitter] = timesIn(/two polls of (\S+) at most, and (one minute)/, limit('SOURCE_WAIT').from)
    const [sync, longest] = timesIn(/^(\S+) and all pauses between tries, (\S+) at most$/, limit('SYNC_WAIT').limit)
    const [rollout, more] = timesIn(/^(\S+), or the workload's `progressDeadlineSeconds` and (\S+) where that is longer$/, limit('ROLLOUT_WAIT').limit)
    const [again] = timesIn(/After (\S+) `writ work` looks once more/, readFileSync(ARGOCD, 'utf8'))
    const source = milliseconds(limit('SOURCE_WAIT').limit)
    expect(source).to.equal(2 * poll + jitter)
    for (const [retry, pauses] of [[{ limit: 0 }, 0], [{ limit: 2, backoff: { duration: '1m', factor: 2, maxDuration: '10m' } }, 3 * MINUTE], [{ limit: -1, backoff: { duration: '5m' } }, Infinity]] as const) {
      expect(applicationTimes(application({ syncPolicy: { retry } })), JSON.stringify(retry)).to.deep.equal({ source, sync: Math.min(longest, sync + pauses), rollout, poll: again })
    }
    expect([poll, more]).to.deep.equal([again, MINUTE])
    // An owner that says nothing of its times has those of an Application without retries.
    expect(fallback()).to.deep.equal({ source, sync, rollout, poll })
  })

  it('stand in the table of Flux as a source and its deployer are given them', () => {
    const limit = limitsOf(FLUX)
    const [least, most] = timesIn(/^twice the interval and the timeout, (\S+) at least and (\S+) at most$/, limit('SOURCE_WAIT').limit)
    const [timeout] = timesIn(/`spec\.timeout` \((\S+)\)/, limit('SOURCE_WAIT').from)
    const [sync, longest] = timesIn(/^(\S+) and two retries, (\S+) at most$/, limit('SYNC_WAIT').limit)
    const [retry] = timesIn(/`spec\.retryInterval` \((\S+)\)/, limit('SYNC_WAIT').from)
    const [short, long, more, own] = timesIn(/^the timeout, (\S+) at least and (\S+) at most, and (\S+); or the workload's `progressDeadlineSeconds` and (\S+) where/, limit('ROLLOUT_WAIT').limit)
    const [less] = timesIn(/else its interval less (\S+)$/, limit('ROLLOUT_WAIT').from)
    const within = (low: number, value: number, high: number): number => Math.min(high, Math.max(low, value))
    for (const minutes of [1, 4, 11, 30, 300]) {
      const every = `${minutes}m`
      const ms = minutes * MINUTE
      const ofDefaults = { source: within(least, 2 * ms + timeout, most), sync: Math.min(longest, sync + 2 * retry), rollout: within(short, ms - less, long) + more, poll: ms }
      expect(fluxTimes({ spec: { interval: every } }, { spec: { interval: every } }), every).to.deep.equal(ofDefaults)
      const said = fluxTimes({ spec: { interval: '1m', timeout: every } }, { spec: { interval: '5m', timeout: every, retryInterval: every } })
      expect(said, `timeout ${every}`).to.deep.equal({ source: within(least, 2 * MINUTE + ms, most), sync: Math.min(longest, sync + 2 * ms), rollout: within(short, ms, long) + more, poll: 5 * MINUTE })
    }
    expect(own).to.equal(MINUTE)
  })
})

/** `FILE.NAME` of each constant of a second and more that a file of the flow has. */
function constantsOf(file: string): readonly (readonly [string, number])[] {
  const text = readFileSync(file, 'utf8')
  return [...text.matchAll(/^const ([A-Z_]+) = ('\d+[smh]'|[\d_]+(?: \* [\d_]+)*)$/gm)].flatMap(([, name = '', written = '']) => {
    const value = written.startsWith('\'') ? milliseconds(written.slice(1, -1)) : written.split(' * ').reduce((left, factor) => left * Number(factor.replaceAll('_', '')), 1)
    return value < 1000 ? [] : [[`${file.replace(/^.*\//, '').replace('.ts', '')}.${name}`, value] as const]
  })
}

/** What verification gives an owner without times of its own. */
function fallback(): OwnerTimes {
  const parts = /^const TIMES: OwnerTimes = \{ (.+) \}$/m.exec(readFileSync('src/flow/verify/clock.ts', 'utf8'))?.[1]?.split(', ') ?? []
  const of = (name: string): number => Number(parts.find(part => part.startsWith(`${name}: `))?.slice(name.length + 2).replace(' * 60_000', '')) * MINUTE
  return { source: of('source'), sync: of('sync'), rollout: of('rollout'), poll: of('poll') }
}

function application(spec: JsonObject): JsonObject & { apiVersion: string, kind: string, metadata: JsonObject } {
  return { apiVersion: 'argoproj.io/v1alpha1', kind: 'Application', metadata: { name: 'web' }, spec }
}

/** The row of a state in the table `Time limits`. */
function limitsOf(page: string): (state: string) => { readonly limit: string, readonly from: string } {
  const rows = tablesOf(page).find(table => table.heading === 'Time limits')?.rows ?? []
  return state => {
    const row = rows.find(one => one['state']?.includes(`\`${state}\``) === true)
    return { limit: row?.['limit'] ?? '', from: row?.['from'] ?? '' }
  }
}

/** The times in the groups of a pattern, in milliseconds. Throws where the sentence is another one. */
function timesIn(sentence: RegExp, text: string): readonly [number, number, number, number] {
  const found = sentence.exec(text)
  if (found === null) throw new Error(`${text} is not as ${sentence}`)
  const [, first = '', second = '', third = '', fourth = ''] = found
  return [inMilliseconds(first), inMilliseconds(second), inMilliseconds(third), inMilliseconds(fourth)]
}

/** `10m`, `60 seconds`, `a minute`, and a number alone in seconds; 0 for nothing. */
function inMilliseconds(time: string): number {
  const [, amount = '', unit = 's'] = /^(\d+|[a-z]+)(?: ?(s|m|h|seconds?|minutes?|hours?))?$/.exec(time.trim().toLowerCase()) ?? []
  if (time === '') return 0
  return (WORDS[amount] ?? Number(amount)) * ({ s: 1000, m: MINUTE, h: 60 * MINUTE }[unit[0] ?? ''] ?? Number.NaN)
}

function pattern(text: string): RegExp {
  const escaped = text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(escaped.replace(String.raw`\{\}`, String.raw`(\d+(?: (?:seconds|minutes))?|\d+[smh]|(?:an?|one|two|three|five|ten) (?:seconds|minutes?|hours?))(?![\w])`), 'g')
}

function matches(page: string, text: string): readonly string[] {
  return proseOf(page).flatMap(({ line }) => [...line.matchAll(pattern(text))].map(([, time = '']) => time))
}

/** The lines of a page that are in no block. */
function proseOf(page: string): readonly { readonly line: string, readonly at: number }[] {
  let open = false
  return readFileSync(page, 'utf8').split('\n').flatMap((line, i) => {
    if (line.startsWith('```')) open = !open
    return open || line.startsWith('```') ? [] : [{ line, at: i + 1 }]
  })
}

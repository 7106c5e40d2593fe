import { isList, objectsAt, showJson, textAt, valueAt } from '../../../model/json.ts'
import type { JsonObject } from '../../../model/json.ts'
import type { KubernetesObject } from '../../../model/resource.ts'
import type { SyncHold } from '../../../model/steering.ts'
import { globMatch } from '../glob-match.ts'
import { goDuration } from '../go-duration.ts'
import { nextTime, parseCron } from './cron.ts'
import type { Cron } from './cron.ts'

/** What the sync windows of a project say about one Application at one time. */
export interface WindowVerdict {
  /** May Argo CD sync by itself now, and may a person? */
  readonly automatic: boolean
  readonly manual: boolean
  /** What keeps it, in words: `window 0 (deny 0 8 * * * for 2h) is open`; '' where nothing does. */
  readonly because: string
  /** When it may next sync by itself, in milliseconds; null where that is now, or never within a year. */
  readonly opens: number | null
}

interface Window { readonly index: number, readonly kind: string, readonly schedule: string, readonly length: string, readonly cron: Cron | null, readonly duration: number | null, readonly zone: string, readonly manualSync: boolean }

const OPEN: WindowVerdict = { automatic: true, manual: true, because: '', opens: null }
const YEAR = 366 * 86_400_000
/** Boundaries looked at before a search for the next opening is given up. */
const STEPS = 5000

/** Argo CD's own rules (pkg/apis/application/v1alpha1 SyncWindows.CanSync): an active deny wins, then an active allow; with allows of which none is active nothing syncs. */
export function syncWindows(project: KubernetesObject | null, app: KubernetesObject, now: number): WindowVerdict {
  const windows = objectsAt(project ?? undefined, 'spec', 'syncWindows').map(windowOf).filter(window => covers(objectsAt(project ?? undefined, 'spec', 'syncWindows')[window.index] ?? {}, app))
  if (windows.length === 0) return OPEN
  const bad = windows.find(window => window.cron === null || window.duration === null)
  if (bad !== undefined) return { automatic: false, manual: false, because: `window ${bad.index} cannot be read (${bad.schedule} for ${bad.length})`, opens: null }
  const automatic = maySync(windows, now, false)
  return { automatic, manual: maySync(windows, now, true), because: automatic ? '' : reasonOf(windows, now), opens: automatic ? null : nextOpening(windows, now) }
}

/** What the windows keep from happening now; null where Argo CD may sync by itself. */
export function syncHold(project: KubernetesObject | null, app: KubernetesObject, now: number): SyncHold | null {
  const { automatic, manual, because, opens } = syncWindows(project, app, now)
  return automatic ? null : { because, manual, opens: opens === null ? null : new Date(opens).toISOString().replace('.000', '') }
}

function windowOf(window: JsonObject, index: number): Window {
  const [schedule, length] = [textAt(window, 'schedule') ?? '', textAt(window, 'duration') ?? '']
  return { index, kind: textAt(window, 'kind') ?? '', schedule, length, cron: parseCron(schedule), duration: goDuration(length), zone: textAt(window, 'timeZone') || 'UTC', manualSync: window['manualSync'] === true }
}

function maySync(windows: readonly Window[], at: number, manual: boolean): boolean {
  const denies = windows.filter(window => window.kind === 'deny' && isActive(window, at))
  if (denies.length > 0) return manual && denies.every(window => window.manualSync)
  const allows = windows.filter(window => window.kind === 'allow')
  if (allows.length === 0 || allows.some(window => isActive(window, at))) return true
  return manual && allows.every(window => window.manualSync)
}

/** The zone's offset of this moment is laid on both ends, as Argo CD does; and like there, a schedule that names no time at all is always open. */
function isActive({ cron, duration, zone }: Window, at: number): boolean {
  if (cron === null || duration === null) return false
  const local = at + offsetOf(zone, at)
  const next = nextTime(cron, local - duration)
  return next === null || next < local
}

function reasonOf(windows: readonly Window[], now: number): string {
  const deny = windows.find(window => window.kind === 'deny' && isActive(window, now))
  const show = ({ index, kind, schedule, length, zone }: Window): string => `window ${index} (${kind} ${schedule} for ${length}${zone === 'UTC' ? '' : `, ${zone}`})`
  return deny === undefined ? `${windows.filter(window => window.kind === 'allow').map(show).join(' and ')} is closed` : `${show(deny)} is open`
}

/** The first end of a deny or start of an allow after which Argo CD may sync by itself. */
function nextOpening(windows: readonly Window[], now: number): number | null {
  let at = now
  for (let i = 0; i < STEPS && at < now + YEAR; i++) {
    const next = Math.min(...windows.map(window => boundary(window, at)))
    if (!Number.isFinite(next)) return null
    // A window is active from just after its start.
    if (maySync(windows, next + 1000, false)) return next
    at = next + 1000
  }
  return null
}

function boundary({ cron, duration, zone }: Window, at: number): number {
  if (cron === null || duration === null) return Infinity
  const offset = offsetOf(zone, at)
  const local = at + offset
  const start = nextTime(cron, local)
  const last = nextTime(cron, local - duration)
  const end = last === null || last >= local ? Infinity : last + duration
  return Math.min(start ?? Infinity, end) - offset
}

/** A window covers an Application that any of its lists names; with andOperator all of them must. */
function covers(window: JsonObject, app: KubernetesObject): boolean {
  const asked: readonly (readonly [string, readonly string[]])[] = [
    ['applications', [textAt(app, 'metadata', 'name') ?? '']],
    ['namespaces', [textAt(app, 'spec', 'destination', 'namespace') ?? '']],
    ['clusters', [textAt(app, 'spec', 'destination', 'server') ?? '', textAt(app, 'spec', 'destination', 'name') ?? '']],
  ]
  const verdicts = asked.flatMap(([key, values]) => {
    const patterns = valueAt(window, key)
    if (!isList(patterns) || patterns.length === 0) return []
    return [patterns.some(pattern => values.some(value => (value !== '' || key === 'namespaces') && globMatch(showJson(pattern), value)))]
  })
  return window['andOperator'] === true ? verdicts.length > 0 && verdicts.every(Boolean) : verdicts.some(Boolean)
}

/** Milliseconds that a zone is ahead of UTC at a moment; UTC where nobody knows the zone, as in Argo CD. */
function offsetOf(zone: string, at: number): number {
  if (zone === 'UTC') return 0
  try {
    const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, timeZoneName: 'longOffset' })
    const known = format.resolvedOptions().timeZone
    // Go looks for a file of that very name: another case, or an offset for a name, is no zone there.
    if (/^[+-]/.test(zone) || (known !== zone && known.toLowerCase() === zone.toLowerCase())) return 0
    const parts = format.formatToParts(at)
    const found = /GMT([+-])(\d{2}):(\d{2})(?::(\d{2}))?/.exec(parts.find(part => part.type === 'timeZoneName')?.value ?? '')
    if (found === null) return 0
    const [, sign, hours, minutes, seconds = '0'] = found
    return (sign === '-' ? -1000 : 1000) * (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds))
  } catch {
    return 0
  }
}

import { isObject } from '../../src/model/json.ts'

/** What differs from run to run, made the same: ids, commits, times, ports and durations of seconds. */
function steady(text: string): string {
  return text.replaceAll(/\b[0-9a-f]{12}(?:[0-9a-f]{28})?\b/g, 'COMMIT').replaceAll(/change\/[a-z2-7]{8}\b/g, 'change/ID')
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME').replaceAll(/127\.0\.0\.1:\d+/g, 'HOST').replaceAll(/\s+/g, ' ').trim()
}

/** The first shown line that does not stand in the output, in the order shown; null where all do. `…` stands for anything. */
export function missingLine(shown: string, output: string): string | null {
  const lines = output.split('\n').map(steady)
  let at = 0
  for (const line of shown.split('\n').filter(one => one.trim() !== '')) {
    const pattern = new RegExp(`^${steady(line).split('…').map(part => part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`)).join('.*')}$`)
    const found = lines.slice(at).findIndex(one => pattern.test(one))
    if (found < 0) return line
    at += found + 1
  }
  return null
}

/** Where a shown JSON document is not part of the real one; null where it is. Keys may be left out, list items at the end too. */
export function missingJson(shown: unknown, real: unknown, at = '$'): string | null {
  if (Array.isArray(shown)) {
    if (!Array.isArray(real)) return `${at} is no list`
    return shown.map((item: unknown, i) => missingJson(item, real[i], `${at}[${i}]`)).find(problem => problem !== null) ?? null
  }
  if (isObject(shown)) {
    if (!isObject(real)) return `${at} is no object`
    return Object.entries(shown).map(([key, value]) => key in real ? missingJson(value, real[key], `${at}.${key}`) : `${at}.${key} is not there`).find(problem => problem !== null) ?? null
  }
  const same = typeof shown === 'string' && typeof real === 'string' ? steady(shown) === steady(real) : shown === real
  return same ? null : `${at} is ${JSON.stringify(real)}, not ${JSON.stringify(shown)}`
}

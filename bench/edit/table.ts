import type { CaseResult } from './run-case.ts'

/** The tables of a run, as text. */
export function tables(results: readonly CaseResult[], seconds: number): string {
  const judged = results.filter(result => result.outcome !== 'apart')
  const lines = [
    ...table(judged, 'engine and entry', result => `${result.engine} ${result.entry}`),
    '',
    ...table(judged, 'field', result => result.field),
    '',
    ...judged.some(result => result.origin !== undefined) ? [...table(judged, 'engine and origin', result => `${result.engine} ${result.origin ?? 'unknown'}`), '', ...naiveTable(judged), ''] : [],
    ...byCode(results, 'refused'), ...byCode(results, 'failed'), ...byCode(results, 'apart'), ...byCode(results.filter(result => result.code !== null), 'solved'),
    ...measures(judged, seconds),
    '',
    ...judged.filter(result => result.outcome === 'wrong').flatMap(result => [`WRONG ${result.id} ${result.repo} ${result.command}`, ...result.problems.map(problem => `    ${problem}`), ...result.diff.trimEnd().split('\n').slice(0, 24).map(line => `      ${line}`)]),
  ]
  return lines.join('\n')
}

function table(results: readonly CaseResult[], title: string, key: (result: CaseResult) => string): readonly string[] {
  const groups = [...new Set(results.map(key))].sort()
  const row = (name: string, of: readonly CaseResult[]): string => {
    const count = (outcome: CaseResult['outcome']): number => of.filter(result => result.outcome === outcome).length
    return [name.padEnd(28), String(of.length).padStart(6), ...(['solved', 'refused', 'failed', 'wrong'] as const).map(outcome => String(count(outcome)).padStart(8)), share(count('solved'), of.length).padStart(9)].join('')
  }
  return [`${title.padEnd(28)} cases  solved refused  failed   wrong   solved`, ...groups.map(name => row(name, results.filter(result => key(result) === name))), row('all', results)]
}

/** The naive editor beside it: swaps the scalar in the file that the object comes from. */
function naiveTable(results: readonly CaseResult[]): readonly string[] {
  const tried = results.filter(result => result.naive !== undefined)
  const row = (name: string, of: readonly CaseResult[]): string => {
    const found = of.flatMap(result => (result.naive === null || result.naive === undefined ? [] : [result.naive]))
    const kept = (letters: string): number => found.filter(lost => !lost.some(letter => letters.includes(letter))).length
    return [name.padEnd(28), String(of.length).padStart(6), String(found.length).padStart(8), String(kept('E')).padStart(8), String(kept('EI')).padStart(15), String(kept('EIMV')).padStart(7), share(kept('EIMV'), of.length).padStart(9)].join('')
  }
  const names = [...new Set(tried.map(result => result.engine))].sort()
  return ['the naive editor             cases   found   exact   and isolated    all      all', ...names.map(name => row(name, tried.filter(result => result.engine === name))), row('all', tried)]
}

function byCode(results: readonly CaseResult[], outcome: CaseResult['outcome']): readonly string[] {
  const of = results.filter(result => result.outcome === outcome)
  return [...new Set(of.map(result => result.code ?? ''))].sort().map(code => {
    const ids = of.filter(result => result.code === code).map(result => result.id)
    return `${outcome} ${code} ${ids.length}: ${ids.slice(0, 40).join(' ')}${ids.length > 40 ? ' …' : ''}`
  })
}

function measures(results: readonly CaseResult[], seconds: number): readonly string[] {
  const solved = results.filter(result => result.outcome === 'solved')
  const inPlace = solved.filter(result => result.verdict?.form === 'in place')
  const wide = results.filter(result => (result.verdict?.others.length ?? 0) > 0)
  const times = results.map(result => result.milliseconds).sort((a, b) => a - b)
  const ratios = results.flatMap(result => (result.bare === null || result.engine === 'plain' ? [] : [result.milliseconds / result.bare])).sort((a, b) => a - b)
  const renders = results.flatMap(result => (result.engine === 'plain' ? [] : [result.renders])).sort((a, b) => a - b)
  return [
    `in place ${inPlace.length}, of these one line ${share(inPlace.filter(result => result.verdict?.changedLines === 1).length, inPlace.length)}; entries of images and replicas ${solved.filter(result => result.verdict?.form === 'entry').length}, patches ${solved.filter(result => result.verdict?.form === 'patch').length}, anchors handed on or left ${solved.filter(result => result.verdict?.form === 'anchor').length}; reordered ${solved.filter(result => (result.verdict?.reordered.length ?? 0) > 0).length}`,
    `other consumers changed in ${wide.length}, declared as they are in ${share(wide.filter(result => !result.problems.some(problem => problem.startsWith('I'))).length, wide.length)}; consumers that do not render stood beside ${results.filter(result => (result.verdict?.unknown.length ?? 0) > 0).length}`,
    `time of a case: p50 ${at(times, 0.5).toFixed(0)} ms, p95 ${at(times, 0.95).toFixed(0)} ms, longest ${at(times, 1).toFixed(0)} ms; whole run ${seconds.toFixed(0)} s, ${(results.length / seconds).toFixed(2)} cases/s`,
    `times one bare render: p50 ${at(ratios, 0.5).toFixed(1)}, p95 ${at(ratios, 0.95).toFixed(1)}; renders of a case: p50 ${at(renders, 0.5)}, p95 ${at(renders, 0.95)}, most ${at(renders, 1)} (both without plain files)`,
  ]
}

export function share(part: number, whole: number): string {
  return whole === 0 ? '–' : `${(100 * part / whole).toFixed(1)} %`
}

function at(sorted: readonly number[], quantile: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * quantile))] ?? Number.NaN
}

import type { EnvironmentFile } from '../../model/environment.ts'
import { common, isName, matches } from './glob.ts'

/** One line of one environment's `covers`: a cluster, one namespace pattern (null = all, cluster-scoped objects too), labels. */
export interface Coverage {
  readonly environment: EnvironmentFile
  readonly cluster: string
  readonly pattern: string | null
  readonly labels: Readonly<Record<string, string>>
  /** The more exact line wins: a name over a glob over all namespaces; among equals one with labels over one without. */
  readonly rank: number
  /** Where it is written, inside its file. */
  readonly path: readonly PropertyKey[]
}

/** Every line of every environment, in order. */
export function coverageOf(environments: readonly EnvironmentFile[]): readonly Coverage[] {
  return environments.flatMap(environment => environment.covers.flatMap((line, i): readonly Coverage[] => {
    const labels = line.labels ?? {}
    const labelled = Object.keys(labels).length > 0 ? 1 : 0
    if (line.namespaces === undefined) return [{ environment, cluster: line.cluster, pattern: null, labels, rank: labelled, path: ['covers', i] }]
    return line.namespaces.map((pattern, j) => ({
      environment, cluster: line.cluster, pattern, labels, rank: (isName(pattern) ? 4 : 2) + labelled, path: ['covers', i, 'namespaces', j],
    }))
  }))
}

/** A namespace that two lines of equal rank both cover, so that neither wins; null where there is none. */
export function ambiguous(a: Coverage, b: Coverage): string | null {
  if (a.environment === b.environment || a.cluster !== b.cluster || a.rank !== b.rank) return null
  const apart = Object.entries(a.labels).some(([key, value]) => b.labels[key] !== undefined && b.labels[key] !== value)
  if (apart) return null
  return common(a.pattern ?? '*', b.pattern ?? '*')
}

/** How a line stands to an object: it covers it, does not, or cannot be known because the namespace's labels were not seen. */
export function covers(line: Coverage, where: { readonly cluster: string, readonly namespace: string | null, readonly labels: Readonly<Record<string, unknown>> | null }): 'yes' | 'no' | 'unknown' {
  if (line.cluster !== where.cluster) return 'no'
  const wanted = Object.entries(line.labels)
  if (where.namespace === null) return line.pattern === null && wanted.length === 0 ? 'yes' : 'no'
  if (line.pattern !== null && !matches(line.pattern, where.namespace)) return 'no'
  const labels = where.labels
  if (wanted.length === 0) return 'yes'
  if (labels === null) return 'unknown'
  return wanted.every(([key, value]) => Object.hasOwn(labels, key) && labels[key] === value) ? 'yes' : 'no'
}

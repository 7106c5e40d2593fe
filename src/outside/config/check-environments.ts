import { basename } from 'node:path'
import type { WritConfig } from '../../model/config.ts'
import { CLASS_RULES } from '../../model/environment.ts'
import type { EnvironmentFile } from '../../model/environment.ts'
import { ambiguous, coverageOf } from './coverage.ts'
import { NAMESPACE_PATTERN, isName } from './glob.ts'
import { showPlace } from './problem.ts'
import type { Problem } from './problem.ts'
import type { Loaded } from './yaml-source.ts'

/** What the schema of an environment cannot say: rules only go upward from the class, and nothing is covered twice. */
export function checkEnvironments(files: readonly Loaded<EnvironmentFile>[], writ: WritConfig | null): readonly Problem[] {
  return [...files.flatMap((file, i) => [...checkName(file, files.slice(0, i)), ...checkRules(file), ...checkCovers(file, writ)]), ...checkOverlaps(files)]
}

function checkName({ source, value }: Loaded<EnvironmentFile>, earlier: readonly Loaded<EnvironmentFile>[]): readonly Problem[] {
  const twin = earlier.find(other => value !== null && other.value?.name === value.name)
  return twin === undefined ? [] : [source.problem(['name'], `${basename(twin.source.file)} has the name ${value?.name ?? ''} already`)]
}

function checkRules({ source, value }: Loaded<EnvironmentFile>): readonly Problem[] {
  if (value === null) return []
  const problems: Problem[] = []
  const rules = CLASS_RULES[value.class]
  if (value.approvals !== undefined && value.approvals < rules.approvals) {
    problems.push(source.problem(['approvals'], `class ${value.class} needs at least ${rules.approvals}; an environment may ask for more than its class, never for fewer`))
  }
  if (value.merge === 'automatic' && !rules.mayMergeItself) {
    problems.push(source.problem(['merge'], `class ${value.class} is merged by a person; automatic is for dev and test`))
  }
  // An empty list reads as "nobody" but would mean "everybody", as if it were left out.
  if (value.approvers?.length === 0) problems.push(source.problem(['approvers'], 'lists no group; leave it out where every known person may approve'))
  if (value.seniors === '') problems.push(source.problem(['seniors'], 'must name a group'))
  return problems
}

function checkCovers({ source, value }: Loaded<EnvironmentFile>, writ: WritConfig | null): readonly Problem[] {
  const problems: Problem[] = []
  value?.covers.forEach((line, i) => {
    if (writ !== null && !writ.clusters.some(cluster => cluster.name === line.cluster)) {
      problems.push(source.problem(['covers', i, 'cluster'], `writ.yaml has no cluster ${line.cluster} (clusters: ${writ.clusters.map(cluster => cluster.name).join(', ')})`))
    }
    line.namespaces?.forEach((pattern, j) => {
      if (pattern.length <= 63 && NAMESPACE_PATTERN.test(pattern)) return
      problems.push(source.problem(['covers', i, 'namespaces', j], `${JSON.stringify(pattern)} is no namespace; only * and ? are wild cards`))
    })
  })
  return problems
}

function checkOverlaps(files: readonly Loaded<EnvironmentFile>[]): readonly Problem[] {
  const sources = new Map(files.flatMap(file => file.value === null ? [] : [[file.value, file.source] as const]))
  const lines = coverageOf([...sources.keys()])
  return lines.flatMap((line, i) => lines.slice(0, i).flatMap(earlier => {
    const source = sources.get(line.environment)
    const other = sources.get(earlier.environment)
    if (ambiguous(earlier, line) === null || source === undefined || other === undefined) return []
    const where = showPlace(other.problem(earlier.path, ''))
    const [mine, theirs] = line.pattern === null || earlier.pattern === null ? ['the same namespaces', 'does'] : [`namespace${isName(line.pattern) ? '' : 's'} ${JSON.stringify(line.pattern)}`, line.pattern === earlier.pattern ? 'does' : `covers ${JSON.stringify(earlier.pattern)}`]
    return [source.problem(line.path, `covers ${mine} of cluster ${line.cluster} just as exactly as ${earlier.environment.name} ${theirs} (${where}); make one of them more exact`)]
  }))
}

import type { Environments } from '../../flow/world.ts'
import { CLASS_RULES } from '../../model/environment.ts'
import type { Environment, EnvironmentFile } from '../../model/environment.ts'
import { isObject, valueAt } from '../../model/json.ts'
import type { KubernetesObject } from '../../model/resource.ts'
import type { Config } from './config.ts'
import { coverageOf, covers } from './coverage.ts'

/** The name shown where no environment covers an object. */
export const UNKNOWN_NAME = 'unknown (treated as prod)'

/**
 * Which environment an object is in, by cluster and namespace (DESIGN.md section 3).
 * The most exact line wins; lines that tie were refused when the configuration was loaded. Where labels would decide and
 * the namespace's labels were not seen, the object counts as unknown: prod.
 */
export function environments(config: Pick<Config, 'environments'>): Environments {
  const lines = [...coverageOf(config.environments)].sort((a, b) => b.rank - a.rank)
  const all = config.environments.map(environmentOf)
  return {
    all,
    of(cluster, namespace, namespaceObject) {
      const labels = namespaceObject === null ? null : labelsOf(namespaceObject)
      const first = lines.map(line => ({ line, answer: covers(line, { cluster, namespace, labels }) })).find(({ answer }) => answer !== 'no')
      if (first === undefined || first.answer === 'unknown') return unknownEnvironment(cluster)
      return all.find(environment => environment.name === first.line.environment.name) ?? unknownEnvironment(cluster)
    },
  }
}

function environmentOf(file: EnvironmentFile): Environment {
  const rules = CLASS_RULES[file.class]
  return { ...file, rules, approvals: Math.max(file.approvals ?? 0, rules.approvals), known: true }
}

function unknownEnvironment(cluster: string): Environment {
  const rules = CLASS_RULES.prod
  return {
    name: UNKNOWN_NAME, class: 'prod', covers: [{ cluster }], provider: 'auto', seniors: 'senior', merge: 'person',
    approvalLifetime: '24h', verify: { stability: '30s' }, pause: { longest: '24h' }, rollback: 'offer', rules, approvals: rules.approvals, known: false,
  }
}

function labelsOf(object: KubernetesObject): Readonly<Record<string, unknown>> {
  const labels = valueAt(object, 'metadata', 'labels')
  return isObject(labels) ? labels : {}
}

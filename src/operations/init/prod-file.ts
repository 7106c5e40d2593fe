import type { Finding } from './findings.ts'
import { flow, scalar } from './scalar.ts'

/** What names suggest, never what Writ believes. */
const SUGGESTIONS: readonly { readonly name: string, readonly pattern: RegExp }[] = [
  { name: 'dev', pattern: /(?:^|-)(?:dev|develop|development|sandbox|playground)(?:-|$)/ },
  { name: 'test', pattern: /(?:^|-)(?:test|testing|qa|ci|e2e)(?:-|$)/ },
  { name: 'staging', pattern: /(?:^|-)(?:stag|stage|staging|preprod|uat)(?:-|$)/ },
]

/** prod.yaml: everything, until a person says otherwise; with suggestions for other files as comments. */
export function prodFile(found: readonly Finding[]): string {
  const reached = found.filter(one => one.error === null)
  const clusters = reached.length === 0 ? found : reached
  return [
    '# prod: through Git only, with the signed approval of a senior; a person merges.',
    '# Written by writ init. Names prove nothing, so everything is prod until you say otherwise in a file of its own.',
    '', 'name: prod', 'class: prod', 'covers:', ...clusters.map(one => `  - cluster: ${scalar(one.name)}`), '',
    '# approvers: [platform]      # groups of people.yaml; left out: every known person', '# seniors: senior            # at least one approval comes from this group',
    '# approvalLifetime: 24h', '# syncTimeout: 30m', '# verify: {stability: 30s, failing: 60s}', '',
    ...SUGGESTIONS.flatMap(({ name, pattern }) => suggestion(name, clusters.map(one => ({ name: one.name, namespaces: one.namespaces.filter(namespace => pattern.test(namespace)) })))),
  ].join('\n')
}

function suggestion(name: string, clusters: readonly { readonly name: string, readonly namespaces: readonly string[] }[]): readonly string[] {
  const some = clusters.filter(one => one.namespaces.length > 0)
  if (some.length === 0) return []
  return [
    `# These namespaces look like ${name} by their names. If they are, write ${name}.yaml:`, `#   name: ${name}`, `#   class: ${name}`, '#   covers:',
    ...some.flatMap(one => [`#     - cluster: ${scalar(one.name)}`, `#       namespaces: ${flow(one.namespaces)}`]), '',
  ]
}

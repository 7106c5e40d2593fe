import type { KubernetesObject } from '../model/resource.ts'
import type { SandboxEnvironment } from './configuration.ts'
import { exampleFiles, REPOSITORY } from './example/files.ts'
import { exampleOwners, gitRepository, STAGES, TEAMS } from './example/owners.ts'
import type { ExampleOwner } from './example/owners.ts'
import type { RepositoryFile } from './repository-files.ts'

/** What stands in the cluster and in Git when a sandbox begins. */
export interface Scenario {
  readonly repository: { readonly name: string, readonly files: readonly RepositoryFile[] }
  readonly namespaces: readonly string[]
  readonly environments: readonly SandboxEnvironment[]
  readonly sources: (url: string) => readonly KubernetesObject[]
  readonly owners: (url: string) => readonly ExampleOwner[]
}

/** The example: two teams, three environments, told by namespace. */
export function exampleScenario(): Scenario {
  return {
    repository: { name: REPOSITORY, files: exampleFiles() },
    namespaces: TEAMS.flatMap(team => STAGES.map(stage => `${team}-${stage}`)),
    environments: STAGES.map(stage => ({ name: stage, class: stage, namespaces: [`*-${stage}`] })),
    sources: url => [gitRepository('apps', url)],
    owners: exampleOwners,
  }
}

import { forgeCrowdContract } from '../contracts/forge-extremes.ts'
import { forgeContract } from '../contracts/forge.ts'
import { realGitlab } from '../forges/gitlab/real.ts'
import { hostedGitHub } from './github.ts'
import type { HostedKind } from './hosted-kind.ts'

/*
 * `npm run test:forge`: the contract of every forge on a real one that somebody else runs. A kind whose variables are not set is skipped, and counted as such.
 * It makes public repositories named `writ-contract-…`, and deletes them afterwards. What each variable is, stands at the top of the kind's own file.
 */
const KINDS: readonly HostedKind[] = [hostedGitHub]

for (const kind of KINDS) {
  const missing = kind.variables.filter(name => (process.env[name] ?? '') === '')
  if (missing.length > 0) skip(kind.name, missing)
  else {
    const make = kind.open(name => process.env[name] ?? '')
    forgeContract(`a real ${kind.name}`, 'people review', make)
    forgeCrowdContract(`a real ${kind.name}`, make)
  }
}

const gitlab = realGitlab(process.env)
if ('missing' in gitlab) skip('GitLab', gitlab.missing)
else forgeContract('a real GitLab', 'people review', gitlab.make)

function skip(name: string, missing: readonly string[]): void {
  describe(`a real ${name}`, () => { it.skip(`the contract: not set are ${missing.join(', ')}`, () => undefined) })
}

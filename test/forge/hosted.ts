import { forgeCrowdContract } from '../contracts/forge-extremes.ts'
import { forgeContract } from '../contracts/forge.ts'
import { hostedGitHub } from './github.ts'
import type { HostedKind } from './hosted-kind.ts'

/*
 * `npm run test:forge`: the contract of every forge on a real one that somebody else runs. A kind whose variables are not set is skipped, and counted as such.
 * It makes public repositories named `writ-contract-…`, and deletes them afterwards. What each variable is, stands at the top of the kind's own file.
 */
const KINDS: readonly HostedKind[] = [hostedGitHub]

for (const kind of KINDS) {
  const missing = kind.variables.filter(name => (process.env[name] ?? '') === '')
  if (missing.length > 0) describe(`a real ${kind.name}`, () => { it.skip(`the contract: not set are ${missing.join(', ')}`, () => undefined) })
  else {
    const make = kind.open(name => process.env[name] ?? '')
    forgeContract(`a real ${kind.name}`, 'people review', make)
    forgeCrowdContract(`a real ${kind.name}`, make)
  }
}

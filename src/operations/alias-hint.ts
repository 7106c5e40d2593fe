import { WritError } from '../model/error.ts'
import type { Identity } from '../model/request.ts'

/** Runs work; where it fails because nobody knows the caller, the hint shows the very lines for people.yaml. */
export async function withAliasHint<T>(identity: Identity, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof WritError) || error.code !== 'identity/unknown') throw error
    throw new WritError(error.code, error.message, { hint: aliasHint(identity), data: { ...error.data, alias: identity.alias }, cause: error })
  }
}

/** The lines that make an alias a person. */
export function aliasHint(identity: Identity): string {
  const kind = identity.via === 'os-user' ? 'os' : 'ssh'
  const name = identity.alias.toLowerCase().replaceAll(/[^a-z0-9._-]/g, '-').replace(/^[^a-z0-9]+/, '')
  return [
    'Add the person to people.yaml, or the alias to a person who is in it:',
    '  people:',
    `    - name: ${kind === 'os' && name !== '' ? name : 'NAME'}`,
    '      aliases:',
    `        ${kind}: [${JSON.stringify(identity.alias)}]`,
  ].join('\n')
}

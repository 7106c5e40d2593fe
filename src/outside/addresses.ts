import { lookup } from 'node:dns/promises'
import { isIP } from 'node:net'
import { WritError } from '../model/error.ts'
import { checkAddress } from './url.ts'
import type { InsecureAllow } from './url.ts'

/** Every address that a name stands for now. */
export type Lookup = (host: string) => Promise<readonly string[]>

/** Milliseconds. */
const PATIENCE = 15_000

/**
 * The addresses that a host may be spoken to at; none for a host that is an address itself, which its spelling shows. A name may lead where its spelling does not
 * show (reliability.md E.3): one address that is not allowed is enough to refuse it. Throws git/refused, and git/unreachable where the name cannot be resolved in time.
 */
export async function allowedAddresses(host: string, allow: readonly InsecureAllow[], resolve: Lookup = systemLookup): Promise<readonly string[]> {
  checkAddress(host, allow)
  if (isIP(host.replace(/^\[|\]$/g, '')) !== 0) return []
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => { timer = setTimeout(() => { reject(notFound(host, null)) }, PATIENCE) })
  try {
    const addresses = await Promise.race([resolve(host), late])
    for (const address of addresses) checkAddress(address, allow)
    return addresses
  } catch (error) {
    throw error instanceof WritError ? error : notFound(host, error)
  } finally {
    clearTimeout(timer)
  }
}

async function systemLookup(host: string): Promise<readonly string[]> {
  return (await lookup(host, { all: true })).map(({ address }) => address)
}

function notFound(host: string, cause: unknown): WritError {
  return new WritError('git/unreachable', `The host ${host} cannot be found${cause === null ? ' in time' : ''}.`, { retry: true, ...cause === null ? {} : { cause } })
}

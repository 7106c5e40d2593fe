import type { Forge } from '../../src/flow/ports.ts'
import type { ForgeCrowd } from '../contracts/forge-extremes.ts'
import type { ForgePeople, ForgeUnderTest } from '../contracts/forge.ts'

/** A forge under test that somebody else runs. */
export type HostedForge = ForgeUnderTest & { readonly people: ForgePeople, readonly crowd: ForgeCrowd }

/** A kind of forge that may be there: the environment variables that say where, and how one is opened by their values. */
export interface HostedKind {
  readonly name: string
  readonly variables: readonly string[]
  open(value: (variable: string) => string): () => Promise<HostedForge>
}

/** The contract knows four people by name; on a real forge they have other logins. `names`: from those to the names of the contract. */
export function withNames(forge: Forge, names: ReadonlyMap<string, string>): Forge {
  const plain = <T>(value: T): T => renamed(value, names) as T
  return {
    name: forge.name, kind: forge.kind, can: forge.can,
    find: async (...of) => plain(await forge.find(...of)),
    put: async (...of) => plain(await forge.put(...of)),
    look: async (...of) => plain(await forge.look(...of)),
    comment: (...of) => forge.comment(...of),
    merge: async (...of) => plain(await forge.merge(...of)),
    close: async (...of) => plain(await forge.close(...of)),
    readEvent: event => forge.readEvent(event),
  }
}

function renamed(value: unknown, names: ReadonlyMap<string, string>): unknown {
  if (typeof value === 'string') return names.get(value) ?? value
  if (Array.isArray(value)) return value.map(one => renamed(one, names))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, renamed(inner, names)]))
}

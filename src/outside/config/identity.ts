import { userInfo } from 'node:os'
import type { Person } from '../../model/config.ts'
import type { Identity } from '../../model/request.ts'
import type { Config } from './config.ts'
import { keyOf } from '../ssh-key.ts'

/** Who runs this process, by the operating system's word (never an environment variable's). `person` null where people.yaml does not list the user. */
export function whoAmI(config: Pick<Config, 'people'>, user: string = osUser()): Identity {
  const person = config.people.find(({ aliases }) => aliases.os.includes(user))
  return identityOf(person, 'os-user', user)
}

/** The person whose key this is (a line as authorized_keys writes it), or null. */
export function personOfKey(people: readonly Person[], publicKey: string): Person | null {
  const key = keyOf(publicKey)
  if (key === null) return null
  return people.find(({ aliases }) => aliases.ssh.some(line => keyOf(line) === key)) ?? null
}

/** The identity of somebody known by an alias; unknown: a human without groups, who may look. */
export function identityOf(person: Person | undefined, via: Identity['via'], alias: string): Identity {
  if (person === undefined) return { person: null, kind: 'human', groups: [], email: null, via, alias }
  return { person: person.name, kind: person.kind, groups: person.groups, email: person.email ?? null, via, alias }
}

// A user id without a line in passwd (usual in containers) has no name; the number then is its alias.
function osUser(): string {
  try {
    return userInfo().username
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}

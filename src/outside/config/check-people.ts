import type { PeopleFile } from '../../model/config.ts'
import { keyOf } from '../ssh-key.ts'
import type { Problem } from './problem.ts'
import type { Loaded } from './yaml-source.ts'

/** Names and aliases belong to one person each: two-person checks compare persons. */
export function checkPeople({ source, value }: Loaded<PeopleFile>): readonly Problem[] {
  const owners = new Map<string, string>()
  const problems: Problem[] = []
  const claim = (alias: string, person: string, path: readonly PropertyKey[]): void => {
    const owner = owners.get(alias)
    if (owner === undefined) owners.set(alias, person)
    else problems.push(source.problem(path, owner === person ? `${alias} stands here twice` : `${alias} belongs to ${owner} already; an alias names one person`))
  }
  value?.people.forEach((person, i) => {
    claim(`person ${person.name}`, person.name, ['people', i, 'name'])
    const path = (...rest: readonly PropertyKey[]): readonly PropertyKey[] => ['people', i, 'aliases', ...rest]
    for (const kind of ['os', 'oidc', 'kube'] as const) person.aliases[kind].forEach((alias, j) => claim(`${kind} ${alias}`, person.name, path(kind, j)))
    for (const [forge, login] of Object.entries(person.aliases.forge)) claim(`${forge} login ${login.toLowerCase()}`, person.name, path('forge', forge))
    person.aliases.ssh.forEach((line, j) => {
      const key = keyOf(line)
      if (key === null) problems.push(source.problem(path('ssh', j), 'must be a public key as authorized_keys writes it: ssh-ed25519 AAAA… comment'))
      else claim(`SSH key ${key.slice(0, 40)}…${key.slice(-12)}`, person.name, path('ssh', j))
    })
  })
  return problems
}
